"""Holding an account's rules against what the facts say of orders and lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.cadence import read_interval
from headwater.domain.subscription_rules import NOTES, ORDER_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headwater.domain.cadence import Cadence
    from headwater.domain.subscription_rules import SubscriptionRule

# An option whose value may state the interval.
_STATES_INTERVAL = re.compile(
    r"(?i)subscri|auto|deliver|ship|every|frequency|interval|recurr|refill|replenish|plan|renew"
)


@dataclass(frozen=True, slots=True)
class OrderTraces:
    """What rules look at in an order; ``notes`` are ``<field>:<text>``."""

    order_source: str
    external_source: str
    channel_id: int
    external_id: str
    external_order_id: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineTraces:
    """What rules look at in a line; ``options`` are names with their values."""

    sku: str
    options: tuple[tuple[str, str], ...] = ()


def match_order(rule: SubscriptionRule, order: OrderTraces) -> str | None:
    """Return the subscription id that a rule finds in an order, '' without one; None: no match.

    Conditions on lines, and that a product repeats, are not looked at.
    """
    if rule.order_sources and order.order_source not in rule.order_sources:
        return None
    if rule.channel_ids and order.channel_id not in rule.channel_ids:
        return None
    for name in ORDER_TEXTS:
        pattern = getattr(rule, name)
        if pattern and not re.search(pattern, getattr(order, name)):
            return None
    for name in NOTES:
        pattern = getattr(rule, name)
        if pattern and not any(re.search(pattern, text) for text in _notes(order, name)):
            return None
    if rule.id_from in ("", "option_value"):
        return ""
    texts = _notes(order, rule.id_from) if rule.id_from in NOTES else [getattr(order, rule.id_from)]
    return _find_id(rule, texts)


def match_line(rule: SubscriptionRule, line: LineTraces) -> str | None:
    """Return the subscription id that a rule finds in a line, '' without one; None: no match."""
    if rule.sku_prefixes and not line.sku.startswith(rule.sku_prefixes):
        return None
    if not rule.has_option_conditions:
        return ""
    chosen = [
        value
        for name, value in line.options
        if re.search(rule.option_name, name)
        and re.search(rule.option_value, value)
        and not (rule.option_value_not and re.search(rule.option_value_not, value))
    ]
    if not chosen:
        return None
    return _find_id(rule, chosen) if rule.id_from == "option_value" else ""


def stated_interval(line: LineTraces) -> Cadence | None:
    """Return the interval that a line's options state."""
    for name, value in line.options:
        if _STATES_INTERVAL.search(name) or _STATES_INTERVAL.search(value):
            cadence = read_interval(value)
            if cadence:
                return cadence
    return None


def _notes(order: OrderTraces, field: str) -> list[str]:
    prefix = f"{field}:"
    return [note.removeprefix(prefix) for note in order.notes if note.startswith(prefix)]


def _find_id(rule: SubscriptionRule, texts: Iterable[str]) -> str | None:
    for text in texts:
        if match := re.search(rule.id_pattern, text):
            found = match.group(1) if match.re.groups else match.group(0)
            if found:
                return found
    return None
