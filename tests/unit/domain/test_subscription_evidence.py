"""No person's words get into the facts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from headwater.domain.fact_rows import line_rows, order_row
from headwater.domain.orders import Order, OrderLine
from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_evidence import identifier, is_plain, option_pairs
from headwater.domain.subscription_rules import DEFAULT_RULES, SubscriptionRule


def option(name: str, value: str, *rules: SubscriptionRule) -> str:
    line = OrderLine(1, 7, "TEA", "Tea", 1, Decimal(10), options=((name, value),))
    [(kept_name, kept)] = option_pairs(line, rules or DEFAULT_RULES)
    assert kept_name == name
    return kept


@pytest.mark.parametrize(
    "value",
    ["Every 30 days", "1 month", "Subscribe & Save 10% - every 2 weeks", "One-time purchase", ""],
)
def test_words_of_subscriptions_pass_whole(value: str) -> None:
    assert is_plain(value)
    assert option("Deliver every", value) == value


@pytest.mark.parametrize("value", ["For Anna", "call 5550100", "ann@example.com", "every " * 40])
def test_what_a_person_wrote_does_not_pass(value: str) -> None:
    assert option("Engraving", value) == ""
    assert option("Delivery frequency", value) == ""


def test_of_another_text_only_what_a_rule_looks_for_passes() -> None:
    rule = SubscriptionRule("x", option_name="Plan", option_value="gold|silver", marks="line")
    assert option("Plan", "Anna's gold plan", rule) == "gold"
    assert option("Note", "Anna's gold plan", rule) == ""
    assert option("Subscription ID", "sub-8842") == "sub-8842"


def test_an_address_does_not_pass_even_if_a_rule_looks_for_it() -> None:
    rule = SubscriptionRule("x", option_name="Plan", option_value=r"\S+@\S+", marks="line")
    assert option("Plan", "ann@example.com", rule) == ""


@pytest.mark.parametrize(
    ("text", "kept"),
    [("PO-1234", "PO-1234"), ("ann@example.com", ""), ("Ann Example 5", ""), ("Anna", "")],
)
def test_ids_of_other_systems_pass_if_they_read_like_ids(text: str, kept: str) -> None:
    assert identifier(text) == kept


def test_facts_hold_no_word_of_notes_but_what_a_rule_looks_for() -> None:
    line = OrderLine(1, 7, "TEA", "Tea", 1, Decimal(10), options=(("Gift for", "Uncle Bob"),))
    order = Order(
        source="shop",
        order_id="1",
        placed_at=datetime(2026, 11, 20, tzinfo=UTC),
        modified_at=datetime(2026, 11, 20, tzinfo=UTC),
        status_id=10,
        is_archived=False,
        currency="USD",
        total=Decimal(10),
        email="ann@example.com",
        order_source="external",
        external_order_id="Ann Example",
        staff_notes="PayWhirl: Ann Example, 1 High Street, sub_42",
        customer_message="Leave it with Mrs. Neighbor",
        lines=(line,),
    )
    rule = SubscriptionRule("x", id_from="staff_notes", id_pattern=r"sub_\d+")
    settings = AccountSettings(subscription_rules=(*DEFAULT_RULES, rule))
    rows = [order_row(order, settings), *line_rows(order, settings)]
    text = repr(rows)
    assert "staff_notes:PayWhirl" in text
    assert "staff_notes:sub_42" in text
    for word in ("Ann", "High", "Neighbor", "Bob", "example.com"):
        assert word not in text
