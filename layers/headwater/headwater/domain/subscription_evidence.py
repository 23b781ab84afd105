"""What an order says of subscriptions, without what a person wrote: the facts' columns.

Notes and option values are free text in which a name or an address can stand. So a value passes
whole only if it is made of the words of subscriptions ("Every 30 days"); of any other text only
the part passes that a rule of the account looks for. Names of options are the merchant's own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from headwater.domain.subscription_rules import NOTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headwater.domain.orders import Order, OrderLine
    from headwater.domain.subscription_rules import SubscriptionRule

_LONGEST = 80
# A note may have 65,535 characters; an app's own words stand at its beginning or alone.
_LOOKED_THROUGH = 4_000
_LONGEST_NAME = 64
_MOST_DIGITS = 3
_WORD = re.compile(r"[^\W\d_]+|\d+")
_ID = re.compile(r"(?=[^\d]*\d)[\w.:#/+-]{1,64}")
_PLAIN_WORDS = """
    a all alle and annual annually at auto autoship bi bimonthly biweekly box cancel cycle daily
    day days deliver delivered deliveries delivery discount each eight eleven every five for
    fortnight fortnightly four free frequency from half in interval jahr jahre jeden jeder just
    membership mo monat monate monatlich month monthly months never nine no none not of off on
    once one only option order orders other our pay per percent plan prepaid purchase quarter
    quarterly recurring refill regular renew renewal renewals repeat replenish save saving
    savings select semi semiannual semiannually send seven ship shipment shipped ships shipping
    single six standard subscribe subscribed subscriber subscription subscriptions tag tage ten
    the then three time times to twelve two unsubscribe until week weekly weeks wk wks woche
    wochen wöchentlich with year yearly years yes yr your
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())


def order_notes(order: Order, rules: Iterable[SubscriptionRule]) -> list[str]:
    """Return ``<field>:<part>`` for each part of an order's notes that a rule looks for."""
    return list(dict.fromkeys(_note_parts(order, rules)))


def option_pairs(line: OrderLine, rules: Sequence[SubscriptionRule]) -> list[tuple[str, str]]:
    """Return a line's options as facts may hold them: name, and value or nothing."""
    return [(name[:_LONGEST_NAME], _value(name, value, rules)) for name, value in line.options]


def identifier(text: str) -> str:
    """Return another system's id if it reads like one, else nothing."""
    return text if _ID.fullmatch(text) else ""


@lru_cache(maxsize=4_096)
def is_plain(text: str) -> bool:
    """Tell whether a text holds nothing but words of subscriptions and small numbers."""
    return len(text) <= _LONGEST and all(
        len(word) <= _MOST_DIGITS if word.isdigit() else word.lower() in _PLAIN
        for word in _WORD.findall(text)
    )


def _note_parts(order: Order, rules: Iterable[SubscriptionRule]) -> Iterator[str]:
    for rule in rules:
        for field in NOTES:
            patterns = [getattr(rule, field)]
            if rule.id_from == field:
                patterns.append(rule.id_pattern)
            if part := _part(getattr(order, field), patterns):
                yield f"{field}:{part}"


def _value(name: str, value: str, rules: Sequence[SubscriptionRule]) -> str:
    if is_plain(value):
        return value
    for rule in rules:
        if rule.has_option_conditions and re.search(rule.option_name, name):
            patterns = [rule.option_value, rule.option_value_not]
            if rule.id_from == "option_value":
                patterns.append(rule.id_pattern)
            if part := _part(value, patterns):
                return part
    return ""


def _part(text: str, patterns: Iterable[str]) -> str:
    """Return the smallest part of a text that holds what each pattern finds in it."""
    text = text[:_LOOKED_THROUGH]
    found = [match for pattern in patterns if pattern and (match := re.search(pattern, text))]
    if not found:
        return ""
    part = text[min(match.start() for match in found) : max(match.end() for match in found)]
    return part if len(part) <= _LONGEST and "@" not in part else ""
