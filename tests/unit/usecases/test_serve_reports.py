"""The ROI report and the credit trail, on data small enough to check by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.facts import DIMENSIONS
from headwater.domain.models import MODELS
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.reports.report import Report, Span
from headwater.usecases.reports.roi import RoiQuery, RoiRequest
from tests.workshop import Workshop

NOVEMBER = ("2026-11-01", "2026-11-20")
GOOGLE = {"source": "google", "medium": "cpc", "campaign": "11", "content": "31"}
MAIL = {"source": "klaviyo", "medium": "email", "campaign": "welcome"}


def furnished() -> Workshop:
    shop = Workshop()
    shop.visit("2026-01-01", "v0", source="x", medium="cpc", campaign="starts tracking")
    shop.spend("2026-11-02", "40.00", campaign_id="11", campaign="Brand", ad_id="31", ad="Red shoe")
    shop.spend("2026-11-03", "60.00", campaign_id="12", campaign="Nobody came", ad_id="32")
    shop.click("2026-11-02 09:00", **GOOGLE)
    shop.opt_in("2026-11-02 10:00")
    shop.click("2026-11-10 09:00", **MAIL)
    shop.order(1, "2026-11-10 15:00", "100.00")
    shop.click("2026-11-12 09:00", "bob@example.com", **GOOGLE)
    shop.order(2, "2026-11-12 15:00", "50.00", status_id=4, email="bob@example.com")
    shop.order(3, "2026-11-13 15:00", "30.00", email="cid@example.com")
    shop.order(4, "2026-11-13 15:00", "99.00", status_id=5, email="dan@example.com")
    shop.order(5, "2026-11-13 15:00", "77.00", currency="EUR", email="eve@example.com")
    return shop


@pytest.fixture
def shop() -> Workshop:
    """A shop whose run is still to come."""
    return furnished()


@pytest.fixture(scope="module")
def published() -> Workshop:
    """A shop after its run, for tests that only read."""
    shop = furnished()
    shop.run()
    return shop


def row(report: dict[str, Any], **wanted: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        each for each in report["rows"] if all(each[name] == wanted[name] for name in wanted)
    ]
    assert len(found) == 1
    return found[0]


def test_cost_and_revenue_of_a_campaign_meet_under_its_name(published: Workshop) -> None:
    brand = row(published.roi(*NOVEMBER, model="first_click"), campaign="Brand")
    assert brand == {
        "kind": "credited",
        "campaign": "Brand",
        "clicks": 2,
        "leads": 1,
        "orders": 2,
        "customers": 2,
        "new_customers": 2,
        "gross": "150.00",
        "refunds": "50.00",
        "net": "100.00",
        "cost": "40.00",
        "roi": "1.5000",
        "roas": "2.5000",
        "cpl": "40.00",
        "epl": "100.00",
        "cac": "20.00",
        "ncac": "20.00",
        "aov": "50.00",
        "lifetime_gross": "150.00",
        "lifetime_net": "100.00",
        "ltv": "50.00",
        "ad_clicks": 0,
        "impressions": 0,
        "claimed_conversions": "0",
        "claimed_value": "0.00",
        "claimed_roas": "0.0000",
    }


def test_a_campaign_that_only_costs_and_one_that_only_earns_keep_their_rows(
    published: Workshop,
) -> None:
    report = published.roi(*NOVEMBER)
    assert row(report, campaign="Nobody came")["roi"] == "-1.0000"
    assert row(report, campaign="welcome")["roi"] is None
    assert row(report, campaign="welcome")["net"] == "100.00"


def test_an_ads_name_stands_for_its_id(published: Workshop) -> None:
    red = row(published.roi(*NOVEMBER, by="content", model="first_click"), content="Red shoe")
    assert (red["net"], red["cost"]) == ("100.00", "40.00")


@pytest.mark.parametrize("by", DIMENSIONS)
@pytest.mark.parametrize("model", MODELS)
def test_the_totals_are_the_stores_by_every_dimension_and_model(
    published: Workshop, by: str, model: str
) -> None:
    report = published.roi(*NOVEMBER, by=by, model=model)
    totals = report["totals"]
    assert (totals["orders"], totals["gross"], totals["refunds"]) == (3, "180.00", "50.00")
    assert (totals["not_converted_orders"], totals["cost"]) == (1, "100.00")
    parts = [totals[name] for name in ("attributed", "unattributed", "pre_tracking")]
    assert sum(map(Decimal, parts)) == Decimal(totals["net"])
    if model != "full_impact":
        assert sum(Decimal(each["net"]) for each in report["rows"]) == Decimal(totals["net"])
    assert sum(Decimal(each["cost"]) for each in report["rows"]) == Decimal(totals["cost"])


def test_full_impact_counts_an_order_once_per_row_and_the_total_states_the_truth(
    shop: Workshop,
) -> None:
    shop.click("2026-11-10 08:00", **{**GOOGLE, "content": "another ad"})
    shop.run()
    report = shop.roi(*NOVEMBER, model="full_impact", revenue="gross")
    assert row(report, campaign="Brand")["gross"] == "150.00"
    assert row(report, campaign="welcome")["gross"] == "100.00"
    assert report["totals"]["attributed"] == "150.00"


def test_gross_or_net_decides_the_ratios(published: Workshop) -> None:
    gross = published.roi(*NOVEMBER, model="first_click", revenue="gross")
    assert row(gross, campaign="Brand")["roi"] == "2.7500"


def test_several_dimensions_make_a_row_per_combination(published: Workshop) -> None:
    report = published.roi(*NOVEMBER, by="channel,campaign", model="first_click")
    assert row(report, channel="paid_search", campaign="Brand")["orders"] == 2


def test_a_materialized_range_and_the_same_range_computed_agree(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run()
    materialized = shop.roi("2026-10-22", "2026-11-20")
    monkeypatch.setattr(Report, "key", lambda *_: "no such report")
    assert shop.roi("2026-10-22", "2026-11-20") == materialized


def test_an_order_late_in_the_evening_belongs_to_the_day_of_the_accounts_zone(
    shop: Workshop,
) -> None:
    shop.order(9, "2026-11-15 04:59", "11.00", email="late@example.com")
    shop.order(10, "2026-11-15 05:00", "13.00", email="early@example.com")
    shop.run()
    assert shop.roi("2026-11-14", "2026-11-14")["totals"]["gross"] == "11.00"
    assert shop.roi("2026-11-15", "2026-11-15")["totals"]["gross"] == "13.00"


def test_the_day_on_which_clocks_go_back_has_25_hours(shop: Workshop) -> None:
    shop.order(9, "2026-11-01 04:00", "1.00", email="a@example.com")
    shop.order(10, "2026-11-02 04:59", "2.00", email="b@example.com")
    shop.order(11, "2026-11-02 05:00", "4.00", email="c@example.com")
    shop.run()
    assert shop.roi("2026-11-01", "2026-11-01")["totals"]["gross"] == "3.00"


def test_today_is_partial_and_yesterday_is_not(published: Workshop) -> None:
    assert published.roi("2026-11-20", "2026-11-21")["parameters"]["is_partial"]
    assert not published.roi("2026-11-19", "2026-11-20")["parameters"]["is_partial"]


def test_a_range_without_anything_is_a_report_of_zeros(published: Workshop) -> None:
    report = published.roi("2024-01-01", "2024-01-31")
    assert report["totals"]["gross"] == "0.00"
    assert report["totals"]["roi"] is None
    assert {each["kind"] for each in report["rows"]} >= {"unattributed", "pre_tracking"}


def test_the_trail_of_an_order_shows_touch_role_and_cents_of_each_model(
    published: Workshop,
) -> None:
    trail = published.trail(1)
    assert [(touch["campaign"], touch["roles"]) for touch in trail["touches"]] == [
        ("Brand", ["first_click", "new_lead"]),
        ("welcome", ["last_click"]),
    ]
    assert trail["touches"][0]["ad_match"] == "ad_id"
    assert trail["touches"][0]["credits"]["linear"] == {"gross": "50.00", "net": "50.00"}
    assert trail["rest"]["reengaged_lead"] == {
        "kind": "unattributed",
        "gross": "100.00",
        "net": "100.00",
    }


def test_the_trail_of_an_unknown_order_is_a_clear_error(published: Workshop) -> None:
    with pytest.raises(UnknownResourceError, match="no order 404"):
        published.trail(404)
    with pytest.raises(UnknownResourceError, match="no revenue"):
        published.trail(4)


def test_before_the_first_run_there_is_no_report(shop: Workshop) -> None:
    with pytest.raises(UnknownResourceError, match="first run"):
        shop.roi(*NOVEMBER)


@pytest.mark.parametrize(
    ("first", "last", "by", "model", "revenue", "named"),
    [
        ("2026-11-02", "2026-11-01", ("channel",), "linear", "net", "from"),
        ("2026-11-01", "2026-11-02", ("planet",), "linear", "net", "by"),
        ("2026-11-01", "2026-11-02", ("term", "term"), "linear", "net", "by"),
        ("2026-11-01", "2026-11-02", (), "linear", "net", "by"),
        ("2026-11-01", "2026-11-02", ("channel",), "linear", "profit", "revenue"),
        ("1970-01-01", "2026-11-02", ("channel",), "linear", "net", "to"),
    ],
)
def test_an_impossible_question_names_its_parameter(
    first: str, last: str, by: tuple[str, ...], model: str, revenue: str, named: str
) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    with pytest.raises(InvalidParameterError, match=f"^{named}:"):
        RoiRequest(RoiQuery(Span(*days), by), model, revenue)


def test_a_model_that_the_run_does_not_have_is_refused(published: Workshop) -> None:
    with pytest.raises(InvalidParameterError, match=r"^model: choose among first_click"):
        published.roi(*NOVEMBER, model="magic")
