"""Cohorts of an account that is small enough to be checked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headwater.domain.cohorts import KINDS
from headwater.domain.row_filters import read_condition
from headwater.errors import InvalidParameterError
from headwater.usecases.list_reports import named_range
from headwater.usecases.ports import Source
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.report import Span
from tests.workshop import ACCOUNT, STORE, Workshop, span

# The run is on 2026-11-21 in New York.
DAYS = ("2026-08-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring"}
MAIL = {"source": "klaviyo", "medium": "email", "campaign": "news"}


def furnished() -> Workshop:
    """Two who came in August, one in September; Dan signs up and never buys."""
    shop = Workshop()
    shop.click("2026-08-01 12:00", "ann@example.com", **SEARCH)
    shop.opt_in("2026-08-02 12:00", "ann@example.com")
    shop.click("2026-08-05 11:00", "ann@example.com", **MAIL)
    shop.order(1, "2026-08-05 12:00", "100.00", email="ann@example.com")
    shop.order(2, "2026-08-05 18:00", "20.00", email="ann@example.com")
    shop.order(3, "2026-09-10 12:00", "60.00", email="ann@example.com")
    shop.order(4, "2026-11-02 12:00", "40.00", email="ann@example.com")
    shop.click("2026-08-29 12:00", "bob@example.com", **SOCIAL)
    shop.order(5, "2026-08-31 12:00", "50.00", email="bob@example.com")
    shop.order(6, "2026-09-14 12:00", "10.00", email="bob@example.com")
    shop.order(7, "2026-09-20 12:00", "30.00", email="cara@example.com")
    shop.click("2026-09-01 12:00", "dan@example.com", **SEARCH)
    shop.opt_in("2026-09-02 12:00", "dan@example.com")
    shop.spend(
        "2026-08-15",
        "160.00",
        campaign="brand",
        utm_source="google",
        utm_medium="cpc",
        utm_campaign="brand",
    )
    shop.spend(
        "2026-08-16",
        "40.00",
        platform="facebook",
        campaign="spring",
        utm_source="facebook",
        utm_medium="paid",
        utm_campaign="spring",
    )
    shop.spend(
        "2026-09-15",
        "10.00",
        campaign="brand",
        utm_source="google",
        utm_medium="cpc",
        utm_campaign="brand",
    )
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def cohorts(
    shop: Workshop, kind: str = "first_purchase", part: str = "cohorts", where: str = ""
) -> dict[str, Any]:
    condition = read_condition("where", where) if where else None
    joining = Joining(span(*DAYS), kind, condition)
    return shop.report(COHORTS, CohortsRequest(joining, part))


def row(report: dict[str, Any], cohort: str) -> dict[str, Any]:
    rows: dict[str, dict[str, Any]] = {each["cohort"]: each for each in report["rows"]}
    return rows[cohort]


def test_customers_join_in_the_month_of_their_first_purchase(shop: Workshop) -> None:
    report = cohorts(shop)
    assert [each["cohort"] for each in report["rows"]] == ["2026-08", "2026-09"]
    assert row(report, "2026-08") == {
        "cohort": "2026-08",
        "members": 2,
        "leads": 1,
        "customers": 2,
        "new_customers": 2,
        "repeat_customers": 2,
        "orders": 6,
        "gross": "280.00",
        "refunds": "0.00",
        "net": "280.00",
        "cost": "200.00",
        "cpl": "200.00",
        "ncac": "100.00",
        "value": "140.00",
        "ltv": "140.00",
        "aov": "46.67",
        "repeat_rate": "1.0000",
        "roi": "0.4000",
        "roas": "1.4000",
        "break_even_month": 1,
        "break_even_day": 60,
        "is_complete": True,
    }


def test_all_cohorts_by_purchase_together_are_what_the_store_sold(shop: Workshop) -> None:
    totals, sold = cohorts(shop)["totals"], shop.roi(*DAYS)["totals"]
    same = ("orders", "customers", "new_customers", "gross", "net", "cost", "leads")
    assert {name: totals[name] for name in same} == {name: sold[name] for name in same}


def test_value_grows_by_calendar_months(shop: Workshop) -> None:
    report = cohorts(shop, part="months")
    figures = ("customers", "retention", "net", "cumulative_net", "value", "impact", "roi")
    assert [
        (each["age"], each["month"], *(each[name] for name in figures), each["is_complete"])
        for each in report["rows"]
        if each["cohort"] == "2026-08"
    ] == [
        (0, "2026-08", 2, "1.0000", "170.00", "170.00", "85.00", "0.0000", "-0.1500", True),
        (1, "2026-09", 2, "1.0000", "70.00", "240.00", "120.00", "0.4118", "0.2000", True),
        (2, "2026-10", 0, "0.0000", "0.00", "240.00", "120.00", "0.4118", "0.2000", True),
        (3, "2026-11", 1, "0.5000", "40.00", "280.00", "140.00", "0.6471", "0.4000", False),
    ]


def test_value_by_days_counts_from_each_members_own_day(shop: Workshop) -> None:
    report = cohorts(shop, part="days")
    # Ann's orders are 0, 0, 36 and 89 days old, Bob's 0 and 14; he joined 82 days before the run.
    assert [
        (
            each["days"],
            each["customers"],
            each["orders"],
            each["cumulative_net"],
            each["value"],
            each["is_complete"],
        )
        for each in report["rows"]
        if each["cohort"] == "2026-08"
    ] == [
        (0, 2, 3, "170.00", "85.00", True),
        (30, 2, 4, "180.00", "90.00", True),
        (60, 2, 5, "240.00", "120.00", True),
        (90, 2, 6, "280.00", "140.00", False),
    ]


@pytest.mark.parametrize(("part", "age"), [("months", "age"), ("days", "days")])
def test_beside_an_earlier_cohort_stand_the_ages_that_a_cohort_has_reached(
    shop: Workshop, part: str, age: str
) -> None:
    september, august = (
        CohortsRequest(Joining(span(*days)), part)
        for days in (("2026-09-01", "2026-09-30"), ("2026-08-02", "2026-08-31"))
    )
    beside = shop.report(COHORTS, september, "previous_period")["rows"]
    alone, earlier = (shop.report(COHORTS, each)["rows"] for each in (september, august))
    assert [row[age] for row in beside] == [row[age] for row in alone]
    assert len(earlier) > len(beside)
    value = [row["previous"]["cumulative_net"] for row in beside]
    assert value == [row["cumulative_net"] for row in earlier[: len(beside)]]


def test_the_clicks_that_closed_most_first_orders_stand_under_each_cohort(shop: Workshop) -> None:
    report = cohorts(shop, part="last_clicks")
    assert [(each["campaign"], each["customers"], each["net"]) for each in report["rows"]] == [
        ("news", 1, "100.00"),
        ("spring", 1, "50.00"),
    ]


def test_the_time_to_a_purchase_holds_everybody_those_too_who_are_not_there_yet(
    shop: Workshop,
) -> None:
    report = cohorts(shop, "first_click", "time_to_purchase")
    assert {
        each["days"]: (each["customers"], each["cumulative_share"])
        for each in report["rows"]
        if each["customers"]
    } == {"2-3": (1, "0.3333"), "4-7": (1, "0.6667"), "not yet": (1, "1.0000")}
    assert report["totals"]["click_to_purchase"] == {
        "customers": 2,
        "median": 2,
        "p75": 4,
        "p90": 4,
    }
    repeat = cohorts(shop)["totals"]["purchase_to_repeat"]
    assert (repeat["customers"], repeat["median"]) == (2, 0)


def test_leads_join_at_their_first_opt_in_and_cost_a_price_each(shop: Workshop) -> None:
    report = cohorts(shop, "first_opt_in")
    names = ("members", "leads", "new_customers", "net", "cpl", "ncac", "value", "ltv")
    assert {each["cohort"]: [each[name] for name in names] for each in report["rows"]} == {
        "2026-08": [1, 1, 1, "220.00", "200.00", "200.00", "220.00", "220.00"],
        "2026-09": [1, 1, 0, "0.00", "10.00", None, "0.00", None],
    }


def test_who_clicked_first_and_never_bought_is_a_member_of_the_click_cohort(
    shop: Workshop,
) -> None:
    september = row(cohorts(shop, "first_click"), "2026-09")
    assert (september["members"], september["customers"], september["break_even_month"]) == (
        1,
        0,
        None,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_chooses_members_and_cost_alike(shop: Workshop, kind: str) -> None:
    report = cohorts(shop, kind, where="source = google and campaign = 'brand'")
    august = row(report, "2026-08")
    assert (august["members"], august["net"], august["cost"]) == (1, "220.00", "160.00")
    assert report["parameters"]["where"] == ("(source = 'google') and (campaign = 'brand')")


def test_a_month_that_the_range_cuts_is_not_complete_and_costs_the_days_of_the_range(
    shop: Workshop,
) -> None:
    joining = Joining(span("2026-08-16", "2026-09-30"))
    report = shop.report(COHORTS, CohortsRequest(joining))
    august = row(report, "2026-08")
    assert (august["members"], august["cost"], august["is_complete"]) == (1, "40.00", False)
    assert row(report, "2026-09")["is_complete"]


def test_a_month_with_nothing_but_cost_has_a_row() -> None:
    shop = Workshop()
    shop.spend("2026-10-05", "30.00")
    shop.run(reported=False)
    [only] = cohorts(shop)["rows"]
    assert (only["cohort"], only["members"], only["cost"], only["value"]) == (
        "2026-10",
        0,
        "30.00",
        None,
    )


def test_who_was_known_before_tracking_has_no_first_click() -> None:
    shop = Workshop()
    shop.order(1, "2026-08-01 12:00", "10.00")
    shop.visit("2026-09-01 12:00", "v1", **SEARCH)
    shop.identify("2026-09-01 12:05", "v1", "ann@example.com")
    shop.order(2, "2026-09-02 12:00", "20.00")
    shop.run(reported=False)
    assert cohorts(shop, "first_click")["rows"] == []
    [only] = cohorts(shop)["rows"]
    assert (only["cohort"], only["net"]) == ("2026-08", "30.00")


def test_what_is_materialized_is_what_would_be_computed() -> None:
    shop = furnished()
    shop.run()
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    keys = [name for name in published.manifest.reports if name.startswith("cohorts/")]
    assert [key.split("/")[2] for key in keys] == sorted(KINDS)
    unread = replace(published, manifest=replace(published.manifest, reports={}))
    for kind in KINDS:
        request = CohortsRequest(Joining(span(*keys[0].split("/")[1].split("_")), kind))
        stored, computed = (
            COHORTS.document(request, run, facts=shop.facts, lake=shop.lake)
            for run in (published, unread)
        )
        assert stored == computed


def test_all_time_begins_with_the_first_lead() -> None:
    shop = Workshop()
    shop.opt_in("2026-03-05 12:00", "ann@example.com")
    shop.order(1, "2026-10-05 12:00", "10.00", email="ann@example.com")
    shop.run()
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    all_time = Span(*named_range("all_time", published))
    [lead] = shop.report(COHORTS, CohortsRequest(Joining(all_time, "first_opt_in")))["rows"]
    assert (lead["cohort"], lead["members"], lead["net"]) == ("2026-03", 1, "10.00")


def test_cohorts_are_withheld_while_older_orders_are_missing() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    report = cohorts(shop)
    assert (report["rows"], report["history"]) == ([], {STORE: "7 of 70"})
    assert set(report["totals"].values()) == {None}
    assert len(report["notes"]) == 1


@pytest.mark.parametrize(
    ("kind", "where", "part", "revenue"),
    [
        ("first_love", "ad = x", "cohorts", "net"),
        ("first_click", "source = x or coupon = x", "cohorts", "net"),
        ("first_click", "ad = x", "years", "net"),
        ("first_click", "ad = x", "cohorts", "profit"),
    ],
)
def test_what_no_report_can_answer_is_refused(
    kind: str, where: str, part: str, revenue: str
) -> None:
    condition = read_condition("where", where)
    with pytest.raises(InvalidParameterError):
        CohortsRequest(Joining(span(*DAYS), kind, condition), part, revenue)
