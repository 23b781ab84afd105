"""The ROI report by click date: what the clicks of a range brought, then or later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.models import MODELS
from headwater.usecases.reports.roi import ROI, RoiQuery
from tests.workshop import Workshop, span

SEPTEMBER = ("2026-09-01", "2026-09-30")
EVER = ("2026-01-01", "2026-11-20")


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Clicks in September whose orders came in September, October and November."""
    shop = Workshop()
    shop.visit("2026-01-02", "v0", source="x", medium="cpc", campaign="starts tracking")
    shop.spend(
        "2026-09-05", "20.00", campaign="ads", utm_source="g", utm_medium="cpc", utm_campaign="ads"
    )
    shop.click("2026-09-05 12:00", source="g", medium="cpc", campaign="ads")
    shop.opt_in("2026-09-05 13:00")
    shop.click("2026-09-20 12:00", source="g", medium="cpc", campaign="ads")
    shop.order(1, "2026-09-21 15:00", "40.00")
    shop.click("2026-10-15 12:00", source="k", medium="email", campaign="news")
    shop.order(2, "2026-10-16 15:00", "100.01", status_id=4)
    shop.order(3, "2026-11-12 15:00", "60.00")
    shop.order(4, "2026-09-12 15:00", "7.00", email="nobody@example.com")
    shop.run(reported=False)
    return shop


def by_campaign(shop: Workshop, model: str, figure: str) -> dict[str, object]:
    report = shop.roi(*SEPTEMBER, model=model, basis="click")
    return {row["campaign"]: row[figure] for row in report["rows"] if row["orders"]}


def test_an_order_that_follows_its_click_later_is_future(shop: Workshop) -> None:
    report = shop.roi(*SEPTEMBER, model="first_click", basis="click")
    [ads] = report["rows"]
    assert (ads["orders"], ads["gross"], ads["net"]) == (3, "200.01", "100.00")
    assert (ads["future_orders"], ads["future_gross"], ads["future_net"]) == (2, "160.01", "60.00")
    assert (ads["cost"], ads["roi"]) == ("20.00", "4.0000")


def test_only_what_clicks_brought_is_shown_with_its_share_of_the_stores_total(
    shop: Workshop,
) -> None:
    report = shop.roi(*SEPTEMBER, model="last_click", basis="click")
    totals = report["totals"]
    assert {row["kind"] for row in report["rows"]} == {"credited"}
    assert (totals["net"], totals["attributed"], totals["share"]) == ("47.00", "40.00", "0.8511")
    assert (totals["leads"], totals["epl"], totals["aov"]) == (1, "40.00", "23.50")
    assert (totals["unattributed"], totals["pre_tracking"], totals["coverage"]) == (None,) * 3
    assert report["parameters"]["date"] == "click"


def test_a_split_order_counts_with_the_part_of_the_ranges_clicks(shop: Workshop) -> None:
    assert by_campaign(shop, "linear", "future_gross") == {"ads": "80.01"}


def test_full_impact_counts_an_order_once_per_value_and_range(shop: Workshop) -> None:
    report = shop.roi(*SEPTEMBER, model="full_impact", basis="click")
    [ads] = report["rows"]
    assert (ads["orders"], ads["gross"]) == (3, "200.01")
    assert report["totals"]["attributed_orders"] == 3


def test_leads_and_clicks_are_those_of_the_ranges_touches(shop: Workshop) -> None:
    assert by_campaign(shop, "new_lead", "leads") == {"ads": 1}
    assert by_campaign(shop, "new_lead", "clicks") == {"ads": 2}


def test_leads_of_the_totals_are_those_whose_click_the_range_holds() -> None:
    shop = Workshop()
    shop.click("2026-09-05 12:00", source="google", campaign="found by")
    shop.click("2026-10-05 12:00", source="klaviyo", campaign="signed up by")
    shop.opt_in("2026-10-05 12:05")
    shop.run(reported=False)
    for model, leads in (("first_click", 1), ("new_lead", 0)):
        report = shop.roi(*SEPTEMBER, model=model, basis="click")
        assert sum(row["leads"] for row in report["rows"]) == leads
        assert report["totals"]["leads"] == leads


@pytest.mark.parametrize("by", ["campaign", "channel", "product", "new_repeat"])
def test_over_everything_both_dates_agree(shop: Workshop, by: str) -> None:
    by_order, by_click = (
        {
            model: {
                row[by]: (row["orders"], row["customers"], row["gross"], row["net"])
                for row in report["rows"]
                if row["kind"] == "credited" and row["orders"]
            }
            for model, report in shop.roi_by_model(*EVER, by=by, basis=basis).items()
        }
        for basis in ("conversion", "click")
    )
    assert set(by_order) == set(MODELS)
    assert by_click == by_order


def test_credits_are_read_from_the_ranges_start_on_and_other_tables_within_it() -> None:
    months = {f"2026-{month:02}": f"key{month}" for month in range(7, 11)}
    objects = dict.fromkeys(("credits", "leads", "spend", "products"), months)
    found = {
        basis: ROI.objects(objects, RoiQuery(span(*SEPTEMBER), ("product",), basis), "UTC")
        for basis in ("conversion", "click")
    }
    # The first instant after the range is October's.
    within = ["2026-09", "2026-10"]
    assert list(found["conversion"]["credits"]) == within
    assert list(found["click"]["credits"]) == within
    assert list(found["click"]["spend"]) == within
    assert list(found["click"]["products"]) == list(months)
    by_channel = ROI.objects(objects, RoiQuery(span(*SEPTEMBER), ("channel",)), "UTC")
    assert {"credits", "products"} & by_channel.keys() == {"credits"}
    around = {"2026-08": "a", "2026-12": "b", "2026-09-30": "c"}
    later = {"credits": around, "spend": around}
    clicked = ROI.objects(later, RoiQuery(span(*SEPTEMBER), ("channel",), "click"), "UTC")
    assert list(clicked["credits"]) == ["2026-12", "2026-09-30"]
    assert list(clicked["spend"]) == ["2026-09-30"]


moments = st.integers(0, 300).map(
    lambda hours: datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=7 * hours)
)
events = st.tuples(moments, st.sampled_from("ab"), st.sampled_from(["g", "k"]))


@settings(max_examples=8)
@given(
    clicks=st.lists(events, max_size=8),
    orders=st.lists(st.tuples(moments, st.sampled_from("ab"), st.integers(1, 9999)), max_size=6),
    cut=st.dates(date(2026, 9, 2), date(2026, 11, 18)),
)
def test_two_halves_of_time_are_the_whole_by_either_date(
    clicks: list[tuple[datetime, str, str]],
    orders: list[tuple[datetime, str, int]],
    cut: date,
) -> None:
    shop = Workshop()
    for moment, person, source in clicks:
        when = moment.strftime("%Y-%m-%d %H:%M")
        shop.click(when, f"{person}@example.com", source=source, medium="cpc", campaign=source)
    for number, (moment, person, cents) in enumerate(orders):
        total, when = str(Decimal(cents) / 100), moment.strftime("%Y-%m-%d %H:%M")
        shop.order(number + 1, when, total, email=f"{person}@example.com")
    shop.run(reported=False)
    first, last = "2026-08-01", "2026-12-31"
    halves = ((first, cut.isoformat()), ((cut + timedelta(days=1)).isoformat(), last))
    for model in ("last_click", "linear"):
        whole = shop.roi(first, last, model=model)["totals"]["attributed"]
        for basis in ("conversion", "click"):
            parts = [
                shop.roi(*half, model=model, basis=basis)["totals"]["attributed"] for half in halves
            ]
            assert sum(map(Decimal, parts)) == Decimal(whole)
