"""Journeys that hardly happen, through the whole pipeline; and two people who prove to be one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.models import MODELS
from tests.workshop import Workshop

PLACED = "2026-11-20 15:00"
# A name in five scripts, and one of two kilobytes.
UNICODE, LONG = "Sömmer ☀️ 夏セール скидка \u202eتخفيض", "ö" * 1_024
SEARCH = {"source": "google", "medium": "cpc"}
PATH_MODELS = ("linear_all", "linear_channels", "position_based", "time_decay", "w_shaped")


@pytest.fixture(scope="module")
def shop() -> Workshop:
    shop = Workshop()
    shop.click("2026-11-18 12:00", "ann@example.com", campaign=UNICODE, **SEARCH)
    shop.click("2026-11-19 12:00", "ann@example.com", campaign=LONG, **SEARCH)
    shop.order(1, PLACED, "0.01", email="ann@example.com")
    shop.click("2026-11-18 12:00", "bob@example.com", **SEARCH)
    shop.order(2, PLACED, email="bob@example.com")
    for day in (18, 19):
        shop.click(f"2026-11-{day} 12:00", "cara@example.com")
    shop.order(3, PLACED, email="cara@example.com")
    shop.click("2026-11-20 15:01", "dan@example.com", campaign="late", **SEARCH)
    shop.order(4, PLACED, email="dan@example.com")
    shop.order(5, PLACED, email="eve@example.com")
    for campaign in ("one", "two", "three"):
        shop.click(PLACED, "fay@example.com", campaign=campaign, **SEARCH)
    shop.opt_in(PLACED, "fay@example.com")
    shop.order(6, PLACED, email="fay@example.com")
    shop.click("2026-11-18 12:00", "gil@example.com", campaign="free", **SEARCH)
    shop.order(7, PLACED, "0.00", email="gil@example.com")
    shop.click("2006-11-20 15:00", "hal@example.com", campaign="first ad", **SEARCH)
    shop.order(8, PLACED, email="hal@example.com")
    shop.run(reported=False)
    return shop


def test_names_in_any_script_and_of_two_kilobytes_come_out_as_they_went_in(shop: Workshop) -> None:
    assert shop.credited(1, "first_click") == {UNICODE: "0.01"}
    assert shop.credited(1, "last_click") == {LONG: "0.01"}
    # The one cent goes to the earlier of two equal remainders.
    assert shop.credited(1, "linear_all") == {UNICODE: "0.01"}


@pytest.mark.parametrize("model", ["first_click", "last_paid", "linear", *PATH_MODELS])
def test_a_paid_click_whose_campaign_nobody_knows_is_credited_without_a_name(
    shop: Workshop, model: str
) -> None:
    assert shop.credited(2, model) == {"": "100.00"}


def test_only_direct_visits_earn_what_nothing_else_could_and_nothing_as_ads(
    shop: Workshop,
) -> None:
    assert [touch["channel"] for touch in shop.trail(3)["touches"]] == ["direct", "direct"]
    assert shares(shop, 3, "linear_all") == ["50.00", "50.00"]
    assert shares(shop, 3, "last_click") == ["100.00"]
    assert shares(shop, 3, "last_paid") == []


@pytest.mark.parametrize("order_id", [4, 5])
def test_clicks_after_the_order_and_no_clicks_at_all_earn_nothing(
    shop: Workshop, order_id: int
) -> None:
    assert all(shop.credited(order_id, model) == {} for model in MODELS)


def test_where_everything_happens_in_one_second_the_clicks_own_order_decides(
    shop: Workshop,
) -> None:
    assert shop.credited(6, "first_click") == {"one": "100.00"}
    for model in ("last_click", "new_lead"):
        assert shop.credited(6, model) == {"three": "100.00"}
    assert shares(shop, 6, "linear_all") == ["33.34", "33.33", "33.33"]
    assert shares(shop, 6, "time_decay") == ["33.34", "33.33", "33.33"]


def test_the_touches_of_an_order_without_revenue_take_part_with_nothing(shop: Workshop) -> None:
    assert shares(shop, 7, "linear_all") == ["0.00"]


def test_a_first_click_twenty_years_ago_is_still_the_first(shop: Workshop) -> None:
    assert shop.credited(8, "first_click") == {"first ad": "100.00"}
    assert shop.credited(8, "linear_all") == {}


def shares(shop: Workshop, order_id: int, model: str) -> list[str]:
    """Return the net credits of an order's touches, in order of time."""
    return [
        touch["credits"][model]["net"]
        for touch in shop.trail(order_id)["touches"]
        if model in touch["credits"]
    ]


def test_two_people_who_prove_to_be_one_are_credited_as_having_been_one() -> None:
    merged, one = (
        two_orders(first, second)
        for first, second in (
            ("ann@example.com", "bob@example.com"),
            ("ann@example.com", "ann@example.com"),
        )
    )
    assert merged == one
    assert any(Decimal(credit) for credits_ in one.values() for credit in credits_.values())


def two_orders(first: str, second: str) -> dict[tuple[int, str], Any]:
    """Return (order, model) → credits of orders that one customer placed with two emails."""
    shop = Workshop()
    shop.click("2026-10-01 12:00", second, campaign="autumn", **SEARCH)
    shop.click("2026-10-20 12:00", first, campaign="news", source="klaviyo", medium="email")
    shop.opt_in("2026-10-20 13:00", first)
    shop.click("2026-11-10 12:00", first, campaign="sale", **SEARCH)
    shop.order(1, "2026-11-11 15:00", "70.01", email=first, customer_id=5)
    shop.opt_in("2026-11-12 13:00", second)
    shop.click("2026-11-19 12:00", second, campaign="again", source="facebook", medium="paid")
    shop.order(2, PLACED, "33.33", email=second, customer_id=5)
    shop.run(reported=False)
    return {(n, model): shop.credited(n, model) for n in (1, 2) for model in MODELS}
