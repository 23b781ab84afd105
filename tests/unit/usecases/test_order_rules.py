"""Which orders count, on which day and in which class: the rules, through a whole run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from headwater.domain.journeys import Campaign, Touchpoint
from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_rules import SubscriptionRule
from tests.fakes import FakeClock
from tests.workshop import ACCOUNT, Workshop, at


@pytest.fixture
def shop() -> Workshop:
    return Workshop(clock=FakeClock(datetime(2026, 11, 21, 14, tzinfo=UTC)))


def test_revenue_is_the_orders_of_the_revenue_set_and_no_archived_one(shop: Workshop) -> None:
    for status in range(15):
        shop.order(status, "2026-11-20 15:00", str(2**status), status_id=status)
    shop.order(15, "2026-11-20 15:00", str(2**15), is_archived=True)
    shop.run(reported=False)
    totals = shop.roi("2026-11-20", "2026-11-20", revenue="gross")["totals"]
    assert Decimal(totals["gross"]) == sum(2**status for status in (2, 3, 4, 8, 9, 10, 11, 14))


def test_an_order_counts_on_its_day_in_the_accounts_zone(shop: Workshop) -> None:
    shop.order(1, "2026-11-20 04:59", "1.00")
    shop.order(2, "2026-11-20 05:00", "2.00")
    shop.order(3, "2026-11-21 04:59", "4.00")
    shop.order(4, "2026-11-21 05:00", "8.00")
    shop.run(reported=False)
    assert shop.roi("2026-11-20", "2026-11-20")["totals"]["net"] == "6.00"


def test_another_zone_needs_only_a_run(shop: Workshop) -> None:
    shop.order(1, "2026-11-20 04:59", "1.00")
    shop.run(reported=False)
    zoned = AccountSettings(time_zone="Europe/Berlin")
    shop.accounts.save_settings(ACCOUNT, zoned, shop.clock.now())
    shop.run(reported=False)
    assert shop.roi("2026-11-20", "2026-11-20")["totals"]["net"] == "1.00"


def test_an_order_of_another_channel_is_the_stores_once_its_buyer_had_a_touch(
    shop: Workshop,
) -> None:
    shop.order(1, "2026-11-20 15:00", "1.00", order_source="amazon", email="none@example.com")
    shop.click("2026-11-20 15:01", "late@example.com", source="a", medium="cpc")
    shop.order(2, "2026-11-20 15:00", "2.00", order_source="external", email="late@example.com")
    shop.click("2026-11-20 15:00", "now@example.com", source="a", medium="cpc")
    shop.order(3, "2026-11-20 15:00", "4.00", order_source="manual", email="now@example.com")
    shop.run(reported=False)
    assert _kinds_with_orders(shop) == {"untracked_channel": "3.00", "credited": "4.00"}


def test_a_bot_makes_no_order_of_another_channel_the_stores(shop: Workshop) -> None:
    shop.identify("2026-11-19 09:00", "v1", "ann@example.com", session="s1")
    bot = Touchpoint("s1", at("2026-11-19 09:00"), "v1", campaign=Campaign("a", "cpc"), is_bot=True)
    shop.journeys.add_touchpoints(ACCOUNT, [bot], shop.clock.now())
    shop.order(1, "2026-11-20 15:00", "1.00", order_source="amazon")
    shop.run(reported=False)
    assert _kinds_with_orders(shop) == {"untracked_channel": "1.00"}


def test_an_order_has_one_class_migrated_before_test_before_its_channel(shop: Workshop) -> None:
    amazon = {"order_source": "amazon"}
    shop.order(1, "2026-11-20 15:00", "1.00", external_source="M-MIG", is_test=True, **amazon)
    shop.order(2, "2026-11-20 15:00", "2.00", is_test=True, **amazon)
    shop.order(3, "2026-11-20 15:00", "4.00", **amazon)
    shop.order(4, "2026-11-20 15:00", "8.00")
    shop.run(reported=False)
    kinds = {"migrated": "1.00", "test": "2.00", "untracked_channel": "4.00"}
    assert _kinds_with_orders(shop) == kinds | {"pre_tracking": "8.00"}
    totals = shop.roi("2026-11-20", "2026-11-20")["totals"]
    assert (totals["net"], totals["orders"]) == ("15.00", 4)


def test_a_migrated_order_makes_its_buyer_a_customer_whose_next_order_is_a_repeat(
    shop: Workshop,
) -> None:
    for email in ("ann@example.com", "b@example.com"):
        shop.click("2026-11-19 09:00", email, source="a", medium="cpc")
    shop.order(1, "2026-01-20 15:00", "1.00", external_source="M-MIG")
    shop.order(2, "2026-11-20 15:00", "2.00")
    shop.order(3, "2026-11-20 15:00", "4.00", email="b@example.com")
    shop.run(reported=False)
    report = shop.roi("2026-11-20", "2026-11-20", by="new_repeat")
    found = {row["new_repeat"]: row["net"] for row in report["rows"] if Decimal(row["orders"])}
    assert found == {"repeat": "2.00", "new": "4.00"}


def test_a_rebill_takes_the_class_of_its_initial_order(shop: Workshop) -> None:
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    ruled = replace(shop.settings, subscription_rules=(rule,))
    shop.accounts.save_settings(ACCOUNT, ruled, shop.clock.now())
    shop.order(1, "2026-10-20 15:00", "1.00", staff_notes="sub_1", external_source="M-MIG")
    shop.order(2, "2026-11-20 15:00", "2.00", staff_notes="sub_1", order_source="external")
    shop.run(reported=False)
    assert _kinds_with_orders(shop) == {"migrated": "2.00"}
    assert {rest["kind"] for rest in shop.trail(2)["rest"].values()} == {"migrated"}


def test_an_order_without_a_rate_is_shown_and_in_no_total(shop: Workshop) -> None:
    shop.order(1, "2026-11-20 15:00", "50.00", currency="EUR")
    shop.order(2, "2026-11-20 15:00", "8.00", email="b@example.com")
    shop.run(reported=False)
    totals = shop.roi("2026-11-20", "2026-11-20")["totals"]
    assert (totals["net"], totals["orders"], totals["not_converted_orders"]) == ("8.00", 1, 1)
    assert _kinds_with_orders(shop) == {"pre_tracking": "8.00", "not_converted": "0.00"}
    assert {rest["kind"] for rest in shop.trail(1)["rest"].values()} == {"not_converted"}
    assert {rest["kind"] for rest in shop.trail(2)["rest"].values()} == {"pre_tracking"}


def _kinds_with_orders(shop: Workshop) -> dict[str, str]:
    rows = shop.roi("2026-11-20", "2026-11-20")["rows"]
    return {row["kind"]: row["net"] for row in rows if Decimal(row["orders"])}
