"""The coverage report: what meets a click, by which key, and why the rest does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.ad_clicks import AdClick
from headwater.domain.journeys import Touchpoint
from headwater.domain.settings import AccountSettings
from headwater.domain.url_templates import URL_TEMPLATES
from headwater.errors import InvalidParameterError
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.coverage import COVERAGE, CoverageQuery, CoverageRequest
from headwater.usecases.reports.report import Span
from tests.workshop import ACCOUNT, Workshop, at

GOOGLE = {"source": "google", "medium": "cpc"}


@pytest.fixture
def shop() -> Workshop:
    shop = Workshop()
    # Tracking began long before the range.
    shop.visit("2026-01-01 10:00", "v0", **GOOGLE)
    return shop


def coverage(
    shop: Workshop,
    first: str = "2026-11-01",
    last: str = "2026-11-20",
    *,
    part: str = "revenue",
    model: str | None = "last_click",
    revenue: str = "net",
) -> dict[str, Any]:
    query = CoverageQuery(Span(at(first).date(), at(last).date()))
    return shop.report(COVERAGE, CoverageRequest(query, part, revenue, model))


def outcomes(report: dict[str, Any]) -> dict[str, tuple[int, str, str | None]]:
    return {
        row["kind"]: (row["orders"], row["net"], row["share"])
        for row in report["rows"]
        if row["orders"]
    }


def causes(report: dict[str, Any]) -> dict[str, int]:
    return {row["cause"]: row["orders"] for row in report["causes"] if row["orders"]}


def test_revenue_is_told_by_what_became_of_it(shop: Workshop) -> None:
    shop.click("2026-11-19 09:00", **GOOGLE, campaign="brand")
    shop.order(1, "2026-11-20 15:00", "60.00")
    shop.order(2, "2026-11-20 15:00", "20.00", email="bob@example.com")
    shop.order(3, "2026-11-20 15:00", "20.00", order_source="amazon", email="cid@example.com")
    shop.run(reported=False)
    report = coverage(shop)
    assert outcomes(report) == {
        "credited": (1, "60.00", "0.6000"),
        "unattributed": (1, "20.00", "0.2000"),
        "untracked_channel": (1, "20.00", "0.2000"),
    }
    assert report["rows"][0]["coverage"] == "0.7500"
    totals = shop.roi("2026-11-01", "2026-11-20")["totals"]
    assert totals["coverage"] == "0.7500"


def test_every_model_has_its_rows_and_they_sum_to_the_store(shop: Workshop) -> None:
    shop.click("2026-09-01 09:00", **GOOGLE, campaign="old")
    shop.order(1, "2026-11-20 15:00", "60.00")
    shop.order(2, "2026-11-19 15:00", "33.33", status_id=4)
    shop.run(reported=False)
    report = coverage(shop, model=None, revenue="gross")
    by_model: dict[str, Decimal] = {}
    for row in report["rows"]:
        by_model[row["model"]] = by_model.get(row["model"], Decimal(0)) + Decimal(row["gross"])
    store = shop.roi("2026-11-01", "2026-11-20")["totals"]["gross"]
    assert {str(total) for total in by_model.values()} == {store}
    assert len(by_model) == len(report["causes"]) / 6


def test_why_orders_are_unattributed_is_told_as_far_as_their_path_goes(shop: Workshop) -> None:
    shop.click("2026-08-01 09:00", "old@example.com", **GOOGLE, campaign="old")
    shop.click("2026-11-20 18:00", "late@example.com", **GOOGLE, campaign="late")
    for number, email in enumerate(["old@example.com", "late@example.com", "no@example.com", ""]):
        shop.order(number + 1, "2026-11-20 15:00", email=email)
    shop.run(reported=False)
    found = {"outside_window": 1, "only_later_clicks": 1, "no_click": 1, "no_identity": 1}
    assert causes(coverage(shop)) == found
    first_click = {name: count for name, count in found.items() if name != "outside_window"}
    assert causes(coverage(shop, model="first_click")) == first_click


def test_a_click_lies_outside_of_the_window_of_the_model_that_is_asked_for() -> None:
    changed = {"last_click": {"window_days": 1}, "reengaged_lead": {"window_days": 2}}
    shop = Workshop(AccountSettings().with_models(changed))
    shop.visit("2026-01-01 10:00", "v0", **GOOGLE)
    shop.click("2026-11-10 09:00", **GOOGLE)
    shop.opt_in("2026-09-01 10:00")
    shop.opt_in("2026-11-15 10:00", kind="list")
    shop.order(1, "2026-11-20 15:00")
    shop.run()
    assert causes(coverage(shop)) == {"outside_window": 1}
    assert causes(coverage(shop, model="last_paid")) == {}
    assert causes(coverage(shop, model="reengaged_lead")) == {"outside_window": 1}
    assert causes(coverage(shop, model="new_lead")) == {"outside_window": 1}


def test_where_there_was_no_opt_in_no_window_left_a_click_out(shop: Workshop) -> None:
    shop.click("2026-08-01 09:00", **GOOGLE)
    shop.opt_in("2026-08-02 09:00")
    shop.order(1, "2026-11-20 15:00")
    shop.run()
    assert causes(coverage(shop, model="reengaged_lead")) == {"no_role": 1}


def test_an_order_that_only_direct_visits_explain_is_told_of(shop: Workshop) -> None:
    shop.visit("2026-11-20 14:30", "v2")
    shop.identify("2026-11-20 14:35", "v2", "bob@example.com")
    shop.order(2, "2026-11-20 15:00", email="bob@example.com")
    shop.run(reported=False)
    report = coverage(shop)
    assert causes(report) == {"direct_only": 1}
    assert outcomes(report)["credited"][0] == 1


def test_cost_and_clicks_are_told_by_the_key_that_joined_them(shop: Workshop) -> None:
    ids = {"campaign_id": "11", "adset_id": "21"}
    shop.spend("2026-11-20", "30.00", ad_account="1", **ids, ad_id="31", clicks=9)
    shop.spend("2026-11-20", "10.00", ad_account="2", **ids, ad_id="32", clicks=4)
    shop.spend("2026-11-20", "60.00", ad_account="3", campaign_id="12", ad_id="33", clicks=7)
    shop.spend("2026-11-20", "5.00", platform="facebook", campaign_id="9", clicks=0)
    shop.costs.add_clicks(
        ACCOUNT, [AdClick("google", "gclid-32", at("2026-11-20").date(), "11", "21", "32")]
    )
    shop.click("2026-11-20 09:00", **GOOGLE, content="31")
    shop.click("2026-11-20 10:00", **GOOGLE, content="31")
    shop.click("2026-11-20 10:00", click_id_kind="gclid", click_id="gclid-32")
    shop.click("2026-11-20 11:00", **GOOGLE, campaign="untagged")
    shop.run(reported=False)
    report = coverage(shop, "2026-11-20", "2026-11-20", part="cost")
    joined = {
        (row["platform"], row["method"]): (row["cost"], row["cost_share"], row["clicks"])
        for row in report["rows"]
    }
    assert joined == {
        ("google", "ad_id"): ("30.00", "0.3000", 2),
        ("google", "click_id"): ("10.00", "0.1000", 1),
        ("google", ""): ("60.00", "0.6000", 0),
        ("google", "platform"): ("0.00", "0.0000", 1),
        ("facebook", ""): ("5.00", "1.0000", 0),
    }
    assert report["totals"] == {
        "cost": "105.00",
        "cost_joined": "40.00",
        "cost_without_clicks": "65.00",
        "cost_joined_share": "0.3810",
        "clicks": 4,
        "clicks_joined": 3,
        "clicks_without_cost": 1,
        "clicks_joined_share": "0.7500",
    }
    told = [(row["kind"], row["ad_id"], row["campaign"]) for row in report["unmatched"]]
    assert told == [("cost", "33", "12"), ("clicks", "", "untagged")]
    assert {row["template"] for row in report["unmatched"]} == {URL_TEMPLATES["google"].template}


def test_every_ad_without_clicks_comes_with_the_template_of_its_platform(shop: Workshop) -> None:
    for platform in (*URL_TEMPLATES, "billboards"):
        shop.spend(
            "2026-11-20", "1.00", platform=platform, campaign_id=platform, ad_id="8", clicks=5
        )
    shop.run(reported=False)
    report = coverage(shop, "2026-11-20", "2026-11-20", part="cost")
    told = {
        row["platform"]: (row["campaign_id"], row["ad_id"], row["paste_into"], row["template"])
        for row in report["unmatched"]
    }
    assert told == {
        "billboards": ("billboards", "8", None, None),
        **{
            one.platform: (one.platform, "8", one.place, one.template)
            for one in URL_TEMPLATES.values()
        },
    }


def test_health_counts_new_sales_claims_and_bots(shop: Workshop) -> None:
    shop.visit("2026-11-20 14:50", "v1", **GOOGLE)
    shop.visit("2026-11-20 14:50", "v2", **GOOGLE)
    shop.claim(1, "v1", "2026-11-20 15:01")
    shop.claim(1, "v2", "2026-11-20 15:02")
    shop.order(1, "2026-11-20 15:00")
    shop.order(2, "2026-11-20 15:00", email="")
    bot = Touchpoint("b1", at("2026-11-20 12:00"), "v9", is_bot=True)
    shop.journeys.add_touchpoints(ACCOUNT, [bot], shop.clock.now())
    shop.run(reported=False)
    assert coverage(shop)["health"] == {
        "new_sales": 2,
        "attributed_new_sales": 1,
        "attributed_share": "0.5000",
        "verdict": "not_enough_data",
        "orders_with_conflicting_claims": 1,
        "orders_without_identity": 1,
        "touches": 2,
        "bot_touches": 1,
    }


def test_the_health_of_sales_is_that_of_all_models_whichever_is_asked_for(shop: Workshop) -> None:
    shop.click("2026-11-19 09:00", **GOOGLE, campaign="brand")
    shop.order(1, "2026-11-20 15:00", "60.00")
    shop.run(reported=False)
    health = coverage(shop, model="reengaged_lead")["health"]
    assert health == coverage(shop, model=None)["health"]
    assert health["attributed_new_sales"] == 1


def test_a_usual_range_is_stored_and_any_other_one_computed_alike(shop: Workshop) -> None:
    shop.click("2026-11-19 09:00", **GOOGLE, campaign="brand")
    shop.spend("2026-11-20", "30.00", campaign="brand", clicks=9)
    shop.order(1, "2026-11-20 15:00", "60.00")
    shop.run()
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    stored = published.manifest.reports
    week = Span(at("2026-11-14").date(), at("2026-11-20").date())
    assert COVERAGE.key(CoverageQuery(week)) in stored
    kept = coverage(shop, "2026-11-14", "2026-11-20", model=None)
    other = coverage(shop, "2026-11-13", "2026-11-20", model=None)
    for name in ("rows", "cost", "unmatched", "causes", "totals", "health"):
        assert kept[name] == other[name]


@pytest.mark.parametrize("asked", [{"part": "all"}, {"revenue": "profit"}, {"model": "magic"}])
def test_what_no_report_can_answer_is_refused(shop: Workshop, asked: dict[str, str]) -> None:
    shop.run(reported=False)
    with pytest.raises(InvalidParameterError):
        coverage(shop, **asked)
