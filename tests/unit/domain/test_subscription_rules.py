from __future__ import annotations

from typing import Any

import pytest

from headwater.domain.cadence import Cadence
from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_marks import (
    LineTraces,
    OrderTraces,
    match_line,
    match_order,
    stated_interval,
)
from headwater.domain.subscription_rules import (
    DEFAULT_RULES,
    SubscriptionRule,
    rules_document,
    rules_from_document,
)
from headwater.errors import InvalidParameterError


def order(**more: Any) -> OrderTraces:  # noqa: ANN401
    values: dict[str, Any] = {
        "order_source": "www",
        "external_source": "",
        "channel_id": 1,
        "external_id": "",
        "external_order_id": "",
    }
    return OrderTraces(**values | more)


def line(name: str = "", value: str = "", sku: str = "") -> LineTraces:
    return LineTraces(sku, ((name, value),) if name else ())


def apps_of(traces: OrderTraces, *lines: LineTraces) -> list[str]:
    """Name the default rules that hold, those that ask for a repeated product left out."""
    return [
        rule.app
        for rule in DEFAULT_RULES
        if not rule.repeats
        and match_order(rule, traces) is not None
        and (
            not rule.has_line_conditions
            or any(match_line(rule, one) is not None for one in lines)
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("app", "traces", "lines"),
    [
        ("recharge", order(order_source="external", external_source="ReCharge Payments"), ()),
        ("recharge", order(order_source="external", external_source="Recharge"), ()),
        ("ordergroove", order(), (line("Ordergroove frequency", "Every month"),)),
        ("ordergroove", order(order_source="checkout_api"), (line("og_frequency", "1 month"),)),
        ("rebillia", order(order_source="external", external_source="Rebillia"), ()),
        ("product options", order(), (line("Subscribe & Save", "1 month"),)),
        ("product options", order(), (line("Deliver every", "30 days"),)),
        ("product options", order(order_source="external"), (line("Auto-ship", "monthly"),)),
        ("minibc", order(order_source="external", external_source="MiniBC"), ()),
        ("paywhirl", order(order_source="external", notes=("staff_notes:PayWhirl",)), ()),
        ("stripe", order(external_source="Stripe Billing"), ()),
        ("subscription id", order(), (line("Subscription ID", "sub-1"),)),
    ],
)
def test_the_default_rules_know_each_apps_orders(
    app: str, traces: OrderTraces, lines: tuple[LineTraces, ...]
) -> None:
    assert apps_of(traces, *lines)[0] == app


@pytest.mark.parametrize(
    ("traces", "lines"),
    [
        (order(), (line("Size", "Large"),)),
        (order(), (line("Purchase type: subscription or not", "One-time purchase"),)),
        (order(), (line("Subscribe", "No"),)),
        (order(), (line("Delivery instructions", "every gate is open"),)),
        (order(order_source="external", external_source="NetSuite"), (line(),)),
        (order(order_source="manual"), (line(),)),
        (order(external_source="M-MIG"), (line(),)),
    ],
)
def test_the_default_rules_pass_over_what_is_no_subscription(
    traces: OrderTraces, lines: tuple[LineTraces, ...]
) -> None:
    assert apps_of(traces, *lines) == []


def test_a_rule_holds_where_all_of_its_conditions_do() -> None:
    rule = SubscriptionRule("x", order_sources=("external",), channel_ids=(7,))
    assert match_order(rule, order(order_source="external", channel_id=7)) == ""
    assert match_order(rule, order(order_source="external")) is None
    assert match_order(rule, order(channel_id=7)) is None


def test_a_rule_with_an_id_holds_only_where_the_id_is() -> None:
    rule = SubscriptionRule("x", id_from="external_order_id", id_pattern=r"^SUB-(\d+)")
    assert match_order(rule, order(external_order_id="SUB-12-3")) == "12"
    assert match_order(rule, order(external_order_id="PO-12")) is None


def test_an_option_and_its_value_have_to_be_one_option() -> None:
    rule = SubscriptionRule("x", option_name="Plan", option_value="gold", marks="line")
    assert match_line(rule, line("Plan", "gold")) == ""
    assert match_line(rule, LineTraces("", (("Plan", "silver"), ("Color", "gold")))) is None


def test_a_sku_prefix_marks_a_line() -> None:
    rule = SubscriptionRule("x", sku_prefixes=("SUB-",), marks="line")
    assert match_line(rule, line(sku="SUB-COFFEE")) == ""
    assert match_line(rule, line(sku="COFFEE-SUB-")) is None


def test_a_line_states_its_interval_in_an_option_of_subscriptions() -> None:
    assert stated_interval(line("Frequency", "Every 30 days")) == Cadence(0, 30)
    assert stated_interval(line("Warranty", "2 years")) is None


def test_rules_survive_a_round_trip_through_the_settings() -> None:
    settings = AccountSettings(subscription_rules=DEFAULT_RULES)
    assert AccountSettings.from_document(settings.document()) == settings
    assert rules_from_document(rules_document(DEFAULT_RULES)) == DEFAULT_RULES
    unset = AccountSettings.from_document(AccountSettings().document())
    assert (unset.subscription_rules, unset.rules) == (None, DEFAULT_RULES)


def test_the_rule_of_the_first_version_becomes_the_defaults() -> None:
    old = [{"field": "option", "name": "(?i)subscription[ _-]?id", "pattern": r"\S+"}]
    settings = AccountSettings.from_document({"subscription_rules": old})
    assert settings.rules == DEFAULT_RULES


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "rules: "),
        ([[]], "rules.0: "),
        ([{"external_source": "x"}], "rules.0.app: "),
        ([{"app": " ", "external_source": "x"}], "rules.0.app: "),
        ([{"app": "x"}], "rules.0.app: a rule without a condition"),
        ([{"app": "x", "sku": "a"}], "rules.0.sku: no such field"),
        ([{"app": "x", "external_source": "("}], "rules.0.external_source: no regular expression"),
        ([{"app": "x", "staff_notes": "(a+)+b"}], "rules.0.staff_notes: a repeated group"),
        ([{"app": "x", "external_source": "a" * 201}], "rules.0.external_source: a pattern has"),
        ([{"app": "x", "external_source": 7}], "rules.0.external_source: give a text"),
        ([{"app": "x", "channel_ids": ["7"]}], "rules.0.channel_ids: give a list of whole numbers"),
        ([{"app": "x", "channel_ids": [True]}], "rules.0.channel_ids: give a list of whole numb"),
        ([{"app": "x", "sku_prefixes": [""]}], "rules.0.sku_prefixes: an empty text"),
        ([{"app": "x", "repeats": 1}], "rules.0.repeats: give true or false"),
        ([{"app": "x", "channel_ids": [7], "marks": "line"}], "rules.0.marks: "),
        ([{"app": "x", "channel_ids": [7], "marks": "all"}], "rules.0.marks: choose order, line"),
        ([{"app": "x", "channel_ids": [7], "renewals": ""}], "rules.0.renewals: choose"),
        ([{"app": "x", "id_from": "email"}], "rules.0.id_from: choose"),
        ([{"app": "x", "channel_ids": [7]}, {"app": "y"}], "rules.1.app: "),
        ([{"app": "x", "channel_ids": [7]}] * 51, "rules: give a list of at most 50"),
    ],
)
def test_a_bad_rule_is_refused_by_position_field_and_reason(document: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(InvalidParameterError) as raised:
        rules_from_document(document)
    assert str(raised.value).startswith(message)
