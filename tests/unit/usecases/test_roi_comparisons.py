"""The ROI report beside another range, and beside what the platforms say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.roi_documents import CLAIMS
from headwater.errors import InvalidParameterError
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from tests.workshop import ACCOUNT, Workshop, span

BRAND = {"source": "google", "medium": "cpc", "campaign": "brand"}
SPRING = {"source": "facebook", "medium": "paid", "campaign": "spring"}
THIS_WEEK = ("2026-11-14", "2026-11-20")


def spend(shop: Workshop, day: str, cost: str, marks: dict[str, str], **more: object) -> None:
    utm = {f"utm_{name}": value for name, value in marks.items()}
    shop.spend(day, cost, platform=marks["source"], **utm, **more)


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """A week with two campaigns, the week before with one, and the same week of last year."""
    shop = Workshop()
    for number, day, total, marks in (
        (1, "2026-11-15", "100.00", BRAND),
        (2, "2026-11-16", "50.00", SPRING),
        (3, "2026-11-08", "80.00", BRAND),
        (4, "2026-11-09", "30.00", {**BRAND, "campaign": "old"}),
        (5, "2025-11-15", "200.00", BRAND),
    ):
        email = f"{number}@example.com"
        shop.click(f"{day} 12:00", email, **marks)
        shop.order(number, f"{day} 15:00", total, email=email)
    claims = {"impressions": 1_000, "clicks": 20, "value": Decimal("160.00")}
    spend(shop, "2026-11-15", "40.00", BRAND, conversions=Decimal("2.5"), **claims)
    spend(shop, "2026-11-16", "10.00", BRAND, conversions=Decimal("0.25"), clicks=3)
    spend(shop, "2026-11-08", "25.00", BRAND)
    shop.run(reported=False)
    return shop


def roi(shop: Workshop, compare: str = "", by: str = "campaign") -> dict[str, Any]:
    query = RoiQuery(span(*THIS_WEEK), (by,))
    return shop.report(ROI, RoiRequest(query, "last_click", "net"), compare)


def credited(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["campaign"]: row for row in report["rows"] if row["kind"] == "credited"}


def test_what_a_platform_claims_stands_beside_what_is_ours(shop: Workshop) -> None:
    report = roi(shop)
    names = ("cost", "roas", "ad_clicks", "impressions", "claimed_conversions", "claimed_value")
    brand = credited(report)["brand"]
    assert [brand[name] for name in names] == ["50.00", "2.0000", 23, 1_000, "2.75", "160.00"]
    assert brand["claimed_roas"] == "3.2000"
    assert [report["totals"][name] for name in names[2:]] == [23, 1_000, "2.75", "160.00"]


def test_what_no_ad_can_know_has_no_claims(shop: Workshop) -> None:
    for row in roi(shop, by="device")["rows"]:
        assert (row["cost"], row["ad_clicks"], row["claimed_value"]) == (None, None, None)
        assert (row["claimed_conversions"], row["claimed_roas"]) == (None, None)


def test_a_document_of_an_earlier_run_claims_nothing(shop: Workshop) -> None:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    request = RoiRequest(RoiQuery(span(*THIS_WEEK), ("campaign",)), "last_click", "net")
    document = ROI.document(request, published, facts=shop.facts, lake=shop.lake)
    for claim in CLAIMS:
        del document["totals"][claim]
    for row in document["rows"]:
        row.pop("claims", None)
    report = ROI.spell(request, document, published)
    for figures in (report["totals"], *report["rows"]):
        assert {figures[claim] for claim in (*CLAIMS, "claimed_roas")} == {None}


def test_totals_tell_the_ratios_of_the_whole_store(shop: Workshop) -> None:
    totals = roi(shop)["totals"]
    names = ("mer", "cac", "ncac", "aov", "cpl", "epl")
    assert [totals[name] for name in names] == ["3.0000", "25.00", "25.00", "75.00", None, None]


def test_each_row_stands_beside_what_it_was_in_the_period_before(shop: Workshop) -> None:
    report = roi(shop, "previous_period")
    assert (report["previous"]["from"], report["previous"]["to"]) == ("2026-11-07", "2026-11-13")
    assert report["previous"]["totals"] == shop.roi("2026-11-07", "2026-11-13")["totals"]
    assert report["previous"]["change"]["net"] == "0.3636"
    brand = credited(report)["brand"]
    assert (brand["net"], brand["previous"]["net"], brand["change"]["net"]) == (
        "100.00",
        "80.00",
        "0.2500",
    )
    assert (brand["change"]["cost"], brand["change"]["leads"]) == ("1.0000", None)


def test_names_that_only_one_range_has_stand_beside_nothing(shop: Workshop) -> None:
    rows = credited(roi(shop, "previous_period"))
    assert (rows["spring"]["previous"]["net"], rows["spring"]["change"]["net"]) == ("0.00", None)
    assert (rows["old"]["net"], rows["old"]["orders"], rows["old"]["roi"]) == ("0.00", 0, None)
    assert (rows["old"]["previous"]["net"], rows["old"]["change"]["net"]) == ("30.00", "-1.0000")


def test_the_rows_of_both_ranges_add_up_to_their_totals(shop: Workshop) -> None:
    report = roi(shop, "previous_period")
    for figures, totals in (
        (report["rows"], report["totals"]),
        ([row["previous"] for row in report["rows"]], report["previous"]["totals"]),
    ):
        assert sum(Decimal(row["net"]) for row in figures) == Decimal(totals["net"])


def test_the_year_before_is_the_same_days_of_it(shop: Workshop) -> None:
    report = roi(shop, "previous_year")
    assert (report["previous"]["from"], report["previous"]["to"]) == ("2025-11-14", "2025-11-20")
    assert credited(report)["brand"]["change"]["net"] == "-0.5000"


def test_without_being_asked_nothing_is_compared(shop: Workshop) -> None:
    report = roi(shop)
    assert report["parameters"]["compare"] is None
    assert "previous" not in report
    assert "previous" not in report["rows"][0]


def test_another_comparison_is_refused(shop: Workshop) -> None:
    with pytest.raises(InvalidParameterError, match="compare: choose previous_period"):
        roi(shop, "next_year")


@given(first=st.dates(date(2000, 1, 1), date(2030, 1, 1)), days=st.integers(0, 800))
def test_the_period_before_ends_where_the_range_begins_and_is_as_long(
    first: date, days: int
) -> None:
    asked = Span(first, first + timedelta(days=days))
    before = asked.before("previous_period")
    assert before.last + timedelta(days=1) == asked.first
    assert before.last - before.first == asked.last - asked.first


def test_a_leap_day_has_a_day_in_the_year_before() -> None:
    assert span("2024-02-29", "2024-02-29").before("previous_year") == span(
        "2023-02-28", "2023-02-28"
    )
