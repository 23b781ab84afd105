"""The health report: whether tracking sees what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.deliveries import Delivery
from headwater.domain.health import sales_verdict
from headwater.domain.hits import PageView
from headwater.errors import InvalidParameterError
from headwater.usecases.materialize_reports import materialize_reports
from headwater.usecases.ports import ChannelScript, Source, TrackingScript
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.record_hits import QueuedMessage, record_hits
from headwater.usecases.reports.health import (
    HEALTH,
    HealthQuery,
    HealthRequest,
    longest_window,
)
from headwater.usecases.reports.report import Span
from tests.workshop import ACCOUNT, STORE, Workshop, at

if TYPE_CHECKING:
    from datetime import datetime

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
GOOGLE = {"source": "google", "medium": "cpc"}


@pytest.fixture
def shop() -> Workshop:
    shop = Workshop()
    # Tracking began long before the range.
    shop.visit("2026-01-01 10:00", "v0", **GOOGLE)
    return shop


def health(shop: Workshop, last: str = "2026-11-20", part: str = "windows") -> dict[str, Any]:
    span = longest_window(Span(at(last).date(), at(last).date()))
    return shop.report(HEALTH, HealthRequest(HealthQuery(span), part))


def test_new_sales_are_judged_over_seven_and_thirty_days(shop: Workshop) -> None:
    shop.click("2026-11-01 09:00", **GOOGLE, campaign="brand")
    shop.order(1, "2026-11-02 15:00", "60.00")
    shop.order(2, "2026-11-19 15:00", "20.00", email="bob@example.com")
    shop.order(3, "2026-11-19 15:00", "20.00", order_source="amazon", email="cid@example.com")
    shop.run()
    week, month = health(shop)["rows"]
    assert (week["days"], week["new_sales"], week["attributed_share"]) == (7, 1, "0.0000")
    assert (month["days"], month["new_sales"], month["attributed_share"]) == (30, 2, "0.5000")
    assert (month["orders"], month["orders_seen"], month["orders_seen_share"]) == (2, 1, "0.5000")
    assert month["verdict"] == "not_enough_data"


@pytest.mark.parametrize(
    ("sales", "attributed", "verdict"),
    [
        (29, 29, "not_enough_data"),
        (30, 18, "healthy"),
        (30, 17, "low"),
        (1000, 600, "healthy"),
        (1000, 599, "low"),
    ],
)
def test_a_share_of_sixty_percent_is_healthy_from_thirty_sales(
    sales: int, attributed: int, verdict: str
) -> None:
    assert sales_verdict(sales, attributed) == verdict


def test_paid_clicks_that_name_no_campaign_are_listed_by_landing_page(shop: Workshop) -> None:
    marks = {"click_id_kind": "gclid"}
    shop.visit("2026-11-18 10:00", "v1", landing_page="/mugs/", click_id="a", **marks)
    shop.visit("2026-11-19 10:00", "v2", landing_page="/mugs/", click_id="b", **marks)
    shop.visit("2026-11-19 10:00", "v3", landing_page="/", click_id="c", click_id_kind="msclkid")
    shop.visit("2026-11-19 10:00", "v4", landing_page="/", click_id="d", campaign="21", **marks)
    shop.visit("2026-11-19 10:00", "v5", landing_page="/", click_id="e", campaign_id="21", **marks)
    shop.visit("2026-11-19 10:00", "v6", landing_page="/", click_id="f", click_id_kind="fbclid")
    shop.run()
    report = health(shop, part="untagged")
    told = [(row["landing_page"], row["platform"], row["clicks"]) for row in report["rows"]]
    assert told == [("/mugs/", "google", 2), ("/", "microsoft", 1)]
    assert report["rows"][0]["last_seen"] == "2026-11-19"
    assert "{campaignid}" in report["rows"][0]["template"]
    assert report["totals"]["untagged_clicks"] == 3


def test_the_total_of_untagged_clicks_is_of_all_pages_not_only_of_those_listed(
    shop: Workshop,
) -> None:
    marks = {"click_id_kind": "gclid", "click_id": "a"}
    for number in range(501):
        shop.visit("2026-11-18 10:00", f"v{number}", landing_page=f"/{number}/", **marks)
    shop.run(reported=False)
    report = health(shop, part="untagged")
    assert len(report["rows"]) == 500
    assert report["totals"]["untagged_clicks"] == 501
    assert checks(shop)["campaigns"]["value"] == "501 clicks"


def test_sessions_are_told_by_the_type_of_the_page_where_they_begin(shop: Workshop) -> None:
    shop.visit("2026-11-19 10:00", "v1", landing_page="/")
    shop.visit("2026-11-19 11:00", "v2", landing_page="/cart.php")
    shop.visit("2026-11-19 12:00", "v3", landing_page="/")
    shop.run()
    assert health(shop)["landings"] == [
        {"page_type": "home", "sessions": 2, "share": "0.6667"},
        {"page_type": "cart", "sessions": 1, "share": "0.3333"},
    ]


def test_the_script_is_told_per_storefront_as_the_run_found_it(shop: Workshop) -> None:
    def looked(*channels: ChannelScript, note: str = "") -> str:
        script = TrackingScript(is_on=True, channels=channels, note=note)
        source = Source(STORE, "bigcommerce", "abc123", "arn", script=script)
        shop.accounts.save_source(ACCOUNT, source)
        return shop.run()

    one = ChannelScript(1, "Harbor", "installed", "all_pages", "targeting")
    version = looked(one, ChannelScript(7, "", "deleted"))
    report = health(shop, part="scripts")
    assert [(row["storefront"], row["state"]) for row in report["rows"]] == [
        ("Harbor", "installed"),
        ("7", "deleted"),
    ]
    assert "puts it in again" in report["rows"][1]["fault"]
    assert report["totals"]["scripts_missing"] == 1
    assert looked(one) != version
    assert health(shop)["totals"]["scripts_missing"] == 0
    looked(note="the store answered 503")
    [row] = health(shop, part="scripts")["rows"]
    assert (row["state"], row["fault"]) == ("unknown", "the store answered 503")


def test_a_store_whose_script_is_put_in_by_hand_has_no_row(shop: Workshop) -> None:
    shop.run()
    assert health(shop)["scripts"] == []


def _two_page_views(day: datetime, visitor: str, path: str, user_agent: str) -> str:
    events = [
        {"type": "page", "id": f"{visitor}-{number}", "url": f"https://shop.example{path}"}
        for number in (1, 2)
    ]
    [message] = Delivery(
        ACCOUNT, STORE, day, tuple(events), visitor=visitor, user_agent=user_agent
    ).messages()
    return message


def test_page_views_are_told_by_the_type_of_their_page(shop: Workshop) -> None:
    day = at("2026-11-19 10:00")
    visits = (("v1", "/", BROWSER), ("v2", "/cart.php", BROWSER), ("bot", "/", "curl/8"))
    bodies = [_two_page_views(day, *visit) for visit in visits]
    # Once more, in another batch of the queue: counted once.
    for batch in (bodies, bodies[:1]):
        record_hits(
            [QueuedMessage(str(n), body) for n, body in enumerate(batch)],
            journeys=shop.journeys,
            lake=shop.lake,
            marks=shop.marks,
            tests=shop.validations,
            clock=shop.clock,
        )
    shop.run()
    report = health(shop, part="pages")
    told = [(r["page_type"], r["hits"], r["daily_visitors"], r["bot_hits"]) for r in report["rows"]]
    assert told == [("cart", 2, 1, 0), ("home", 2, 1, 2)]
    assert report["totals"]["hits"] == 4


def look(shop: Workshop, day: str, count: int, page_type: str = "home") -> None:
    """Let people look at some pages on a day."""
    moment = at(f"{day} 12:00")
    views = [
        PageView(f"{day}-{page_type}-{n}", moment, f"v{n}", f"s{n}", page_type, "/", is_bot=False)
        for n in range(count)
    ]
    shop.marks.raise_marks(ACCOUNT, "page_views", [moment.date()], shop.clock.now())
    shop.lake.keep_page_views(ACCOUNT, moment.date(), views)


def checks(shop: Workshop) -> dict[str, dict[str, str]]:
    return {row["check"]: row for row in health(shop, part="checks")["rows"]}


@pytest.mark.parametrize(
    ("last", "a_day", "state"),
    [(2, 30, "failed"), (3, 30, "passed"), (0, 30, "failed"), (0, 29, "not_enough_data")],
)
def test_page_views_that_all_but_stop_fail_the_check_and_alarm(
    shop: Workshop, last: int, a_day: int, state: str
) -> None:
    for day in range(13, 20):
        look(shop, f"2026-11-{day}", a_day)
    look(shop, "2026-11-20", last)
    run = shop.begin()
    shop.export(run)
    shop.compute(run, reported=False)
    done = materialize_reports(ACCOUNT, run, desk=shop.desk, facts=shop.facts)
    assert done.alarming == (state == "failed")
    shop.finish(run)
    check = checks(shop)["hits"]
    assert check["state"] == state
    assert check["value"] == f"{last} on the last day, {a_day} a day in the week before"
    assert bool(check["fix"]) == (state == "failed")


def test_orders_without_a_page_that_thanks_for_them_fail_the_check(shop: Workshop) -> None:
    for number in range(30):
        shop.order(number + 1, "2026-11-19 15:00", email=f"{number}@example.com")
    look(shop, "2026-11-19", 5)
    shop.run()
    found = checks(shop)
    assert found["order_page"]["state"] == "failed"
    assert found["order_page"]["value"] == "0 page views, 30 orders"
    assert [found[name]["state"] for name in ("orders_seen", "attribution_7")] == ["failed"] * 2
    assert found["orders_seen"]["value"] == "0.0000: 0 of 30"
    assert health(shop)["totals"]["checks_failed"] == 4
    look(shop, "2026-11-19", 1, "order_confirmation")
    for number in range(18):
        shop.click("2026-11-18 09:00", f"{number}@example.com", **GOOGLE, campaign="brand")
    shop.run()
    assert {name: check["state"] for name, check in checks(shop).items()} == {
        "hits": "not_enough_data",
        "order_page": "passed",
        "orders_seen": "passed",
        "attribution_7": "passed",
        "attribution_30": "passed",
        "campaigns": "passed",
    }


def test_what_hinders_the_cost_join_and_a_script_that_is_gone_fail_their_checks(
    shop: Workshop,
) -> None:
    gone = TrackingScript(is_on=True, channels=(ChannelScript(7, "Harbor", "deleted"),))
    shop.accounts.save_source(ACCOUNT, Source(STORE, "bigcommerce", "abc123", "arn", script=gone))
    shop.visit("2026-11-18 10:00", "v1", click_id="a", click_id_kind="gclid")
    shop.run()
    found = checks(shop)
    assert (found["campaigns"]["state"], found["campaigns"]["value"]) == ("failed", "1 clicks")
    assert found["script"]["cause"] == "The script is not as it should be: Harbor."
    assert "puts it in again" in found["script"]["fix"]
    assert found["attribution_30"]["state"] == "not_enough_data"


def test_an_account_without_anything_has_a_report() -> None:
    shop = Workshop()
    shop.run()
    report = health(shop)
    assert report["totals"] == {
        "verdict": "not_enough_data",
        "untagged_clicks": 0,
        "sessions": 0,
        "hits": 0,
        "scripts_missing": 0,
        "checks_failed": 0,
    }
    assert [row["orders_seen_share"] for row in report["rows"]] == [None, None]


def test_the_daily_question_is_answered_beforehand(shop: Workshop) -> None:
    shop.order(1, "2026-11-19 15:00", "20.00")
    shop.run()
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    names = [name for name in published.manifest.reports if name.startswith("health/")]
    assert len(names) == 1


def test_a_part_that_does_not_exist_is_refused() -> None:
    day = at("2026-11-20").date()
    with pytest.raises(InvalidParameterError, match="part"):
        HealthRequest(HealthQuery(Span(day, day)), "mood")
