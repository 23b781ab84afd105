"""The rules by which an account knows the orders of its subscriptions.

BigCommerce has no subscriptions of its own: an app leaves its traces in an order's fields and in
the options of its lines. A rule says which traces, and what they mean.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from headwater.domain.orders import TRACKED_ORDER_SOURCES
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_RULES, LONGEST_PATTERN = 50, 200
# Fields of an order, and of an option, that a pattern is searched in.
ORDER_TEXTS = ("external_source", "external_id", "external_order_id")
NOTES = ("staff_notes", "customer_message")
LINE_TEXTS = ("option_name", "option_value", "option_value_not")
PATTERNS = (*ORDER_TEXTS, *NOTES, *LINE_TEXTS)
ID_PLACES = ("option_value", "external_id", "external_order_id", *NOTES)
_CHOICES = {
    "marks": ("order", "line"),
    "renewals": ("never", "auto", "always"),
    "id_from": ("", *ID_PLACES),
}
_LISTS: dict[str, type] = {"order_sources": str, "channel_ids": int, "sku_prefixes": str}
# A quantified group with a quantifier inside can take a regular expression years.
_RUNAWAY = re.compile(r"\([^()]*[+*}][^()]*\)\s*(?:[+*]|\{\d+,)")


class InvalidRulesError(InvalidParameterError):
    """Some rules cannot work.

    Attributes:
        faults: where (``rules.<position>.<field>``) and why, one for each bad rule.
    """

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {reason}" for where, reason in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class SubscriptionRule:
    """What one app leaves in an order. All conditions that are given have to hold.

    Attributes:
        app: the app's name, as reports show it.
        order_sources: the order's ``order_source`` is one of these.
        channel_ids: the order's sales channel is one of these.
        external_source: pattern found in the order's ``external_source``; likewise
            ``external_id external_order_id staff_notes customer_message``.
        option_name: pattern found in the name of a line's option.
        option_value: pattern found in the same option's value.
        option_value_not: pattern not found in the same option's value.
        sku_prefixes: the line's SKU begins with one of these.
        repeats: a line's product is one that the same contact has bought in the shop before.
        marks: ``order``: all lines belong to the subscription; ``line``: those that meet the
            conditions on lines.
        id_from: where the subscription's id stands; the rule holds only where it is found.
        id_pattern: pattern of the id; its first group, or the whole match, is the id.
        renewals: the order was made by the app after an order in the shop had begun the
            subscription: ``never``, ``always``, or ``auto``: if this app's subscriptions are
            seen to begin in orders of the shop.
    """

    app: str
    order_sources: tuple[str, ...] = ()
    channel_ids: tuple[int, ...] = ()
    external_source: str = ""
    external_id: str = ""
    external_order_id: str = ""
    staff_notes: str = ""
    customer_message: str = ""
    option_name: str = ""
    option_value: str = ""
    option_value_not: str = ""
    sku_prefixes: tuple[str, ...] = ()
    repeats: bool = False
    marks: str = "order"
    id_from: str = ""
    id_pattern: str = r"\S+"
    renewals: str = "never"

    def __post_init__(self) -> None:
        """Refuse a rule that cannot work; raises InvalidParameterError naming the field."""
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                message = f"{name}: choose {', '.join(choice for choice in choices if choice)}"
                raise InvalidParameterError(message)
        for name in (*PATTERNS, "id_pattern"):
            _check_pattern(name, getattr(self, name))
        if not self.app.strip():
            message = "app: name the app"
            raise InvalidParameterError(message)
        if not (self.has_line_conditions or self._has_order_conditions or self.id_from):
            message = "app: a rule without a condition would mark every order"
            raise InvalidParameterError(message)
        if self.marks == "line" and not self.has_line_conditions:
            message = "marks: a rule that marks lines needs a condition on lines"
            raise InvalidParameterError(message)

    @property
    def has_line_conditions(self) -> bool:
        """Tell whether the rule looks at single lines."""
        return self.has_option_conditions or bool(self.sku_prefixes)

    @property
    def has_option_conditions(self) -> bool:
        """Tell whether the rule looks at the options of lines."""
        return self.id_from == "option_value" or any(getattr(self, name) for name in LINE_TEXTS)

    @property
    def has_text_conditions(self) -> bool:
        """Tell whether the rule looks at texts of which the facts hold only what rules look for."""
        return (
            self.has_option_conditions
            or self.id_from in NOTES
            or any(getattr(self, name) for name in NOTES)
        )

    @property
    def _has_order_conditions(self) -> bool:
        return self.repeats or any(
            getattr(self, name) for name in ("order_sources", "channel_ids", *ORDER_TEXTS, *NOTES)
        )


def rules_from_document(document: Any) -> tuple[SubscriptionRule, ...]:  # noqa: ANN401 - JSON
    """Read a list of rules from plain JSON values.

    Raises:
        InvalidRulesError: naming each bad rule by its position, the field, and the reason.
    """
    if not isinstance(document, list) or len(document) > MOST_RULES:
        raise InvalidRulesError([("rules", f"give a list of at most {MOST_RULES} rules")])
    rules: list[SubscriptionRule] = []
    faults: list[tuple[str, str]] = []
    for position, values in enumerate(document):
        try:
            rules.append(_read_rule(values))
        except InvalidParameterError as error:
            field, _, reason = str(error).partition(": ")
            faults.append((f"rules.{position}.{field}".rstrip("."), reason))
    if faults:
        raise InvalidRulesError(faults)
    return tuple(rules)


def rules_document(rules: Sequence[SubscriptionRule]) -> list[dict[str, Any]]:
    """Return rules as plain JSON values, without the fields that have their default."""
    defaults = {field.name: field.default for field in fields(SubscriptionRule)}
    return [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(rule).items()
            if value != defaults[name]
        }
        for rule in rules
    ]


def _read_rule(values: Any) -> SubscriptionRule:  # noqa: ANN401
    if not isinstance(values, dict):
        message = ": a rule is an object"
        raise InvalidParameterError(message)
    known = {field.name for field in fields(SubscriptionRule)}
    if unknown := sorted(set(values) - known):
        message = f"{unknown[0][:64]}: no such field; a rule has {', '.join(sorted(known))}"
        raise InvalidParameterError(message)
    if "app" not in values:
        message = "app: name the app"
        raise InvalidParameterError(message)
    return SubscriptionRule(**{name: _read(name, values[name]) for name in values})


def _read(name: str, value: Any) -> Any:  # noqa: ANN401
    if name in _LISTS:
        kind = _LISTS[name]
        if not isinstance(value, list) or not all(type(item) is kind for item in value):
            message = f"{name}: give a list of {'whole numbers' if kind is int else 'texts'}"
            raise InvalidParameterError(message)
        if "" in value:
            message = f"{name}: an empty text would fit every order"
            raise InvalidParameterError(message)
        return tuple(value)
    expected = bool if name == "repeats" else str
    if type(value) is not expected:
        message = f"{name}: give {'true or false' if expected is bool else 'a text'}"
        raise InvalidParameterError(message)
    return value


def _check_pattern(name: str, pattern: str) -> None:
    if len(pattern) > LONGEST_PATTERN:
        message = f"{name}: a pattern has at most {LONGEST_PATTERN} characters"
        raise InvalidParameterError(message)
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"{name}: no regular expression: {error}"
        raise InvalidParameterError(message) from None
    if _RUNAWAY.search(pattern):
        message = f"{name}: a repeated group that itself repeats could run for ever"
        raise InvalidParameterError(message)


_SHOP = tuple(sorted(TRACKED_ORDER_SOURCES))
_BY_APP = ("checkout_api", "external")
_OPTION = (
    r"(?i)subscri|auto.?(?:ship|deliver|order)|\b(?:deliver\w*|ship\w*|send|refill)\b.{0,12}"
    r"\b(?:every|frequency|interval|schedule)|frequency|interval|recurr|replenish"
)
_NOT_CHOSEN = r"(?i)^\s*(?:no|none|off|false|0)\s*$|\bone[\s-]*(?:time|off)\b|\bonce\b|\bsingle\b"


def _option_rule(app: str, name: str, **more: Any) -> SubscriptionRule:  # noqa: ANN401
    return SubscriptionRule(
        app, option_name=name, option_value_not=_NOT_CHOSEN, marks="line", **more
    )


# Where the apps leave their traces, as far as their own pages and orders in the wild show it. The
# order matters: the first rule that holds names the app. Stripe's starter is known by its sales
# channel, whose number each store has to give.
DEFAULT_RULES: tuple[SubscriptionRule, ...] = (
    SubscriptionRule(
        "subscription id",
        option_name=r"(?i)subscription[ _-]?id",
        marks="line",
        id_from="option_value",
    ),
    # Hosted checkout: all orders; checkout integration: the renewals.
    SubscriptionRule("recharge", external_source=r"(?i)re-?charge", renewals="auto"),
    SubscriptionRule("paywhirl", external_source=r"(?i)pay-?whirl"),
    SubscriptionRule("paywhirl", order_sources=("external",), staff_notes=r"(?i)pay-?whirl"),
    SubscriptionRule("ordergroove", external_source=r"(?i)order-?groove", renewals="auto"),
    _option_rule(
        "ordergroove", r"(?i)order.?groove|^og[ _-]", order_sources=_BY_APP, renewals="auto"
    ),
    _option_rule("ordergroove", r"(?i)order.?groove|^og[ _-]", order_sources=_SHOP),
    SubscriptionRule("rebillia", external_source=r"(?i)rebillia", renewals="auto"),
    SubscriptionRule("minibc", external_source=r"(?i)mini.?bc", renewals="auto"),
    SubscriptionRule(
        "stripe", external_source=r"(?i)stripe.{0,20}(?:billing|subscription)", renewals="auto"
    ),
    # Recharge, Ordergroove, Rebillia and MiniBC keep the shopper's choice as a product modifier.
    _option_rule("product options", _OPTION, order_sources=_SHOP),
    _option_rule("product options", _OPTION, order_sources=_BY_APP, renewals="auto"),
    # MiniBC's renewals say nothing at all: an app made them, of what was bought in the shop.
    SubscriptionRule(
        "minibc", order_sources=_BY_APP, external_source=r"^$", repeats=True, renewals="auto"
    ),
)


def stored_rules(
    document: Sequence[Mapping[str, Any]] | None,
) -> tuple[SubscriptionRule, ...] | None:
    """Return the rules of a settings document; None stands for the defaults.

    Documents of version 0.1 spelled out its only rule, which nobody could change.
    """
    if document is None or any("field" in values for values in document):
        return None
    return rules_from_document(list(document))
