"""Subscriptions of an account that is small enough to be checked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from headwater.domain import subscription_rows
from headwater.domain.orders import OrderLine
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.subscriptions import (
    SUBSCRIPTIONS,
    SubscriptionsQuery,
    SubscriptionsRequest,
)
from tests.workshop import ACCOUNT, STORE, Workshop, span

# The run is on 2026-11-21 in New York.
DAYS = ("2026-06-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}


def furnished() -> Workshop:
    """Return an account of three subscriptions.

    Ann's is monthly since June and skipped August; Bob's lapsed after July; Cara's is of October.
    """
    shop = Workshop()
    shop.visit("2026-05-01 12:00", "the first visitor ever")
    shop.click("2026-06-01 12:00", "ann@example.com", **SEARCH)
    shop.click("2026-06-01 12:00", "bob@example.com", **SEARCH)
    subscribe(shop, "ann", {1: "06-03", 2: "07-03", 3: "09-03", 4: "10-03", 5: "11-03"}, "30.00")
    subscribe(shop, "bob", {11: "06-10", 12: "07-10"}, "20.00")
    subscribe(shop, "cara", {21: "10-15", 22: "11-15"}, "50.00")
    shop.order(31, "2026-07-01 12:00", "99.00", email="dan@example.com")
    return shop


def subscribe(shop: Workshop, name: str, orders: dict[int, str], total: str) -> None:
    option = (("Subscription ID", name), ("Interval", "Every month"))
    line = OrderLine(1, 7, "TEA", "Tea", 1, Decimal(total), options=option)
    for number, day in orders.items():
        email = f"{name}@example.com"
        shop.order(number, f"2026-{day} 15:00", total, email=email, lines=(line,))


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def subscriptions(shop: Workshop, part: str = "months") -> dict[str, Any]:
    request = SubscriptionsRequest(SubscriptionsQuery(span(*DAYS)), part)
    return shop.report(SUBSCRIPTIONS, request)


def test_months_tell_what_came_and_what_went(shop: Workshop) -> None:
    names = ("month", "active_before", "new", "lapsed", "active", "skipped", "rebills", "net")
    assert [[row[name] for name in names] for row in subscriptions(shop)["rows"]] == [
        ["2026-06", 0, 2, 0, 2, 0, 0, "50.00"],
        ["2026-07", 2, 0, 0, 2, 0, 2, "50.00"],
        # Ann's order was due on 3 August; Bob's second missed one on 10 September.
        ["2026-08", 2, 0, 0, 2, 1, 0, "0.00"],
        ["2026-09", 2, 0, 1, 1, 0, 1, "30.00"],
        ["2026-10", 1, 1, 0, 2, 0, 1, "80.00"],
        ["2026-11", 2, 0, 0, 2, 0, 2, "80.00"],
    ]


def test_monthly_value_is_of_the_latest_order_of_what_is_active(shop: Workshop) -> None:
    rows = subscriptions(shop)["rows"]
    assert [row["monthly_net"] for row in rows] == [
        "50.00",
        "50.00",
        "50.00",
        "30.00",
        "80.00",
        "80.00",
    ]
    assert [row["churn"] for row in rows][3:5] == ["0.5000", "0.0000"]
    assert [row["is_complete"] for row in rows] == [True] * 5 + [False]


def test_retention_by_cycle_leaves_out_who_is_still_waited_for(shop: Workshop) -> None:
    names = ("cycle", "subscriptions", "lapsed", "waiting", "retention", "survival", "aov")
    assert [[row[name] for name in names] for row in subscriptions(shop, "cycles")["rows"]] == [
        [0, 3, 0, 0, "1.0000", "1.0000", "33.33"],
        [1, 3, 1, 1, "1.0000", "1.0000", "33.33"],
        [2, 1, 0, 0, "0.5000", "0.5000", "30.00"],
        [3, 1, 0, 0, "1.0000", "0.5000", "30.00"],
        [4, 1, 0, 1, "1.0000", "0.5000", "30.00"],
    ]


def test_subscriptions_belong_to_the_click_that_brought_the_subscriber(shop: Workshop) -> None:
    report = subscriptions(shop, "campaigns")
    names = ("kind", "source", "campaign", "subscriptions", "active", "lapsed", "net", "ltv")
    assert [[row[name] for name in names] for row in report["rows"]] == [
        ["credited", "google", "brand", 2, 1, 1, "190.00", "95.00"],
        ["unattributed", "", "", 1, 1, 0, "100.00", "100.00"],
    ]
    totals = report["totals"]
    assert (totals["subscriptions"], totals["rebills"], totals["net"]) == (3, 6, "290.00")
    assert (totals["active_at_end"], totals["monthly_net"]) == (2, "80.00")


def test_a_later_range_begins_with_what_was_active_before_it(shop: Workshop) -> None:
    query = SubscriptionsQuery(span("2026-09-10", "2026-09-20"))
    report = shop.report(SUBSCRIPTIONS, SubscriptionsRequest(query))
    assert [(row["month"], row["active_before"]) for row in report["rows"]] == [("2026-09", 2)]
    assert report["totals"]["subscriptions"] == 0


def test_what_lapsed_and_came_back_without_an_id_returned() -> None:
    shop = Workshop()
    option = (("Subscribe", "yes"), ("Delivery frequency", "Every month"))
    line = OrderLine(1, 7, "TEA", "Tea", 1, Decimal(10), options=option)
    days = ("02-03", "03-03", "04-03", "09-03", "10-03", "11-03")
    for number, day in enumerate(days, 1):
        shop.order(number, f"2026-{day} 15:00", "10.00", lines=(line,))
    shop.run(reported=False)
    query = SubscriptionsQuery(span("2026-02-01", "2026-11-20"))
    report = shop.report(SUBSCRIPTIONS, SubscriptionsRequest(query))
    moved = {
        row["month"]: (row["new"], row["returned"], row["lapsed"])
        for row in report["rows"]
        if row["new"] or row["returned"] or row["lapsed"]
    }
    assert moved == {"2026-02": (1, 0, 0), "2026-06": (0, 0, 1), "2026-09": (0, 1, 0)}
    for row in report["rows"]:
        came = row["new"] + row["returned"] + row["continued"]
        assert row["active"] == row["active_before"] + came - row["lapsed"]
    assert report["totals"]["inferred_share"] == "1.0000"


def test_it_is_withheld_while_older_orders_are_missing() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    report = subscriptions(shop)
    assert report["rows"] == []
    assert report["totals"] == subscription_rows.withhold_subscriptions()["totals"]


def test_a_store_without_subscriptions_has_months_of_nothing() -> None:
    shop = Workshop()
    shop.order(1, "2026-11-01 12:00")
    shop.run(reported=False)
    assert {row["active"] for row in subscriptions(shop)["rows"]} == {0}
    assert subscriptions(shop, "cycles")["rows"] == []
    assert subscriptions(shop)["totals"]["ltv"] is None


@pytest.mark.parametrize(("part", "revenue"), [("years", "net"), ("months", "profit")])
def test_what_no_report_can_answer_is_refused(part: str, revenue: str) -> None:
    with pytest.raises(InvalidParameterError):
        SubscriptionsRequest(SubscriptionsQuery(span(*DAYS)), part, revenue)
