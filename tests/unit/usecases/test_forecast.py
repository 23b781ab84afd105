"""How long clicks take to bring what they bring: by hand, and beside a count in plain Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.forecasts import withhold_forecast
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.forecast import FORECAST, ForecastQuery, ForecastRequest
from tests.workshop import ACCOUNT, STORE, Workshop, span

if TYPE_CHECKING:
    from collections.abc import Sequence

# The run is on 2026-11-21 in New York: clicks up to 2026-08-22 are ninety days old.
DAYS = ("2026-01-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring"}
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def buy(shop: Workshop, number: int, lag: timedelta, total: str, **marks: str) -> None:
    """Let somebody of his own click, and buy so much later."""
    clicked, email = BEGAN + timedelta(days=number % 20), f"n{number}@example.com"
    shop.click(f"{clicked:%Y-%m-%d %H:%M:%S}", email, **marks)
    shop.order(number, f"{clicked + lag:%Y-%m-%d %H:%M:%S}", total, email=email)


def furnished() -> Workshop:
    """Thirty customers of search, whose late ones take 40 days; two of social; one too young."""
    shop = Workshop()
    shop.visit("2026-01-01 12:00", "the first visitor ever")
    for number in range(1, 31):
        days = 1 if number <= 15 else 10 if number <= 24 else 40
        buy(shop, number, timedelta(days=days) - timedelta(hours=3), "10.00", **SEARCH)
    buy(shop, 31, timedelta(days=3), "10.00", **SOCIAL)
    buy(shop, 32, timedelta(days=91), "500.00", **SOCIAL)
    shop.click("2026-10-01 12:00", "young@example.com", **SEARCH)
    shop.order(33, "2026-10-01 12:05", "900.00", email="young@example.com")
    shop.click("2026-10-05 12:00", "eve@example.com", source="bing", campaign="fresh")
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def forecast(shop: Workshop, model: str = "first_click", **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    return shop.report(FORECAST, ForecastRequest(ForecastQuery(span(*DAYS), **asked), model))


def test_a_name_is_judged_when_nine_tenths_of_its_revenue_have_come(shop: Workshop) -> None:
    # Half of 300.00 comes within a day, four fifths within ten, nine tenths within forty.
    brand, *_ = forecast(shop)["rows"]
    assert brand == {
        "campaign": "brand",
        "orders": 30,
        "revenue": "300.00",
        "days_50": 1,
        "days_80": 10,
        "days_90": 40,
        "evaluation_days": 40,
        "basis": "own",
        "first_click_on": "2026-03-01",
        "last_click_on": "2026-10-01",
        "running_days": 265,
        "is_old_enough": True,
    }


def test_a_name_of_few_orders_is_judged_by_all_names(shop: Workshop) -> None:
    rows = {row["campaign"]: row for row in forecast(shop)["rows"]}
    spring, fresh = rows["spring"], rows["fresh"]
    assert (spring["orders"], spring["revenue"], spring["days_90"]) == (1, "10.00", 3)
    assert (spring["basis"], spring["evaluation_days"]) == ("all", 40)
    # Its only click is 47 days old, and has brought nothing yet.
    assert (fresh["orders"], fresh["days_90"], fresh["running_days"]) == (0, None, 47)
    assert (fresh["evaluation_days"], fresh["is_old_enough"]) == (40, True)
    assert forecast(shop)["totals"] == {
        "orders": 31,
        "revenue": "310.00",
        "days_50": 3,
        "days_80": 10,
        "days_90": 40,
    }


def test_a_longer_horizon_sees_later_buyers_and_fewer_clicks(shop: Workshop) -> None:
    spring = forecast(shop, horizon=120, by=("source",))["rows"][0]
    assert (spring["source"], spring["revenue"], spring["days_50"]) == ("facebook", "510.00", 91)
    report = forecast(shop, horizon=365)
    assert report["totals"]["orders"] == 0
    assert report["totals"]["days_90"] is None
    assert "365 days old" in report["notes"][0]
    assert {row["evaluation_days"] for row in report["rows"]} == {None}


def test_repeat_orders_count_where_all_are_asked_for() -> None:
    shop = Workshop()
    shop.click("2026-03-01 12:00", "ann@example.com", **SEARCH)
    shop.order(1, "2026-03-02 11:00", "10.00", email="ann@example.com")
    shop.order(2, "2026-03-21 11:00", "30.00", email="ann@example.com")
    shop.run(reported=False)
    [new], [every] = (forecast(shop, orders=orders)["rows"] for orders in ("new", "all"))
    assert (new["orders"], new["days_90"]) == (1, 1)
    assert (every["orders"], every["revenue"], every["days_50"]) == (2, "40.00", 20)


def test_an_order_counts_once_per_name_where_each_touch_has_all_of_it() -> None:
    shop = Workshop()
    shop.click("2026-03-01 12:00", "ann@example.com", **SEARCH)
    shop.click("2026-03-10 12:00", "ann@example.com", **SEARCH)
    shop.order(1, "2026-03-10 13:00", "10.00", email="ann@example.com")
    shop.run(reported=False)
    [row] = forecast(shop, "full_impact")["rows"]
    assert (row["orders"], row["revenue"], row["days_90"]) == (1, "10.00", 10)


def test_it_counts_once_in_the_totals_where_several_names_have_it() -> None:
    shop = Workshop()
    shop.click("2026-03-01 12:00", "ann@example.com", **SEARCH)
    shop.click("2026-03-10 12:00", "ann@example.com", **SOCIAL)
    shop.order(1, "2026-03-10 13:00", "10.00", email="ann@example.com")
    shop.run(reported=False)
    report = forecast(shop, "full_impact")
    assert [row["revenue"] for row in report["rows"]] == ["10.00", "10.00"]
    totals = report["totals"]
    assert (totals["orders"], totals["revenue"], totals["days_50"]) == (1, "10.00", 10)


def test_new_customers_are_withheld_while_older_orders_are_missing() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=33, orders_total=330)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    report = forecast(shop)
    assert {name: report[name] for name in withhold_forecast()} == withhold_forecast()
    assert forecast(shop, orders="all")["totals"]["orders"] == 31


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"by": ("coupon",)}, "by"),
        ({"orders": "some"}, "orders"),
        ({"revenue": "profit"}, "revenue"),
        ({"horizon": 6}, "horizon"),
        ({"horizon": 731}, "horizon"),
    ],
)
def test_what_no_report_can_answer_is_refused(asked: dict[str, Any], parameter: str) -> None:
    with pytest.raises(InvalidParameterError, match=f"^{parameter}: "):
        ForecastQuery(span(*DAYS), **asked)


def age_at(share: Decimal, bought: Sequence[tuple[int, Decimal]]) -> int:
    """Return the least age of some (age, amount) by which the share of all had come."""
    whole = sum(amount for _, amount in bought)
    return min(age for age, _ in bought if sum(a for d, a in bought if d <= age) >= share * whole)


@settings(max_examples=3)
@given(st.lists(st.tuples(st.integers(1, 200 * 24), st.integers(1, 500)), min_size=1, max_size=12))
def test_ages_are_those_that_one_counts_order_by_order(what: list[tuple[int, int]]) -> None:
    shop = Workshop()
    shop.visit("2026-01-01 12:00", "the first visitor ever")
    for number, (hours, cents) in enumerate(what, start=1):
        buy(shop, number, timedelta(hours=hours), str(Decimal(cents) / 100), **SEARCH)
    shop.run(reported=False)
    bought = [(ceil(h / 24), Decimal(c) / 100) for h, c in what if h <= 90 * 24]
    totals = forecast(shop)["totals"]
    assert Decimal(totals["revenue"]) == sum(amount for _, amount in bought)
    for percent in (50, 80, 90):
        expected = age_at(Decimal(percent) / 100, bought) if bought else None
        assert totals[f"days_{percent}"] == expected
