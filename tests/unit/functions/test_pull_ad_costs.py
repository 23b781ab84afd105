from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from headwater.errors import LeaseLostError
from headwater.usecases.cost_pull import CostPull
from headwater.usecases.ports import AdAccount, Source
from local.vendors.ad_book import AdDay
from local.vendors.server import Fault
from local.vendors.tiktok_ads import ACCESS_TOKEN, APP_ID, SECRET
from tests.lambda_side import OWNER, logged, sample
from tests.unit.functions.conftest import FIRST, SECOND
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from local.vendors.server import VendorServer
    from tests.lambda_side import LambdaSide

DAY = date(2026, 11, 20)
RUN = sample("pull_ad_costs")["run"]


@pytest.fixture
def connected(side: LambdaSide, tiktok: VendorServer) -> LambdaSide:
    """An account with a platform on which one ad cost something, in a run."""
    ids = ("180", "Launch", "181", "US", "182", "Clip")
    book = tiktok.application.book  # type: ignore[attr-defined]  # every ad platform has one
    book.spend(FIRST, [AdDay(DAY, *ids, cost=Decimal("12.34"), clicks=3)])
    body = {
        "kind": "tiktok_ads",
        "credentials": {"access_token": ACCESS_TOKEN, "app_id": APP_ID, "secret": SECRET},
        "api_url": tiktok.url,
        "ad_accounts": [FIRST],
    }
    assert side.call("POST /v1/sources", caller=OWNER, body=body)["statusCode"] == 201
    now = side.workshop.clock.now()
    assert side.workshop.runs.acquire(ACCOUNT, RUN, now, now)
    return side


def pull(side: LambdaSide, seconds: float = 900) -> dict[str, Any]:
    return side.invoke("pull_ad_costs", sample("pull_ad_costs"), seconds=seconds)


def test_what_ads_cost_is_in_the_report(connected: LambdaSide) -> None:
    told = pull(connected)
    assert (told["cost_rows"], told["cost_days_changed"], told["more"]) == (1, 1, False)
    [row] = connected.workshop.costs.on_day(ACCOUNT, DAY)
    assert (row.platform, row.ad_account, row.cost) == ("tiktok", FIRST, Decimal("12.34"))
    connected.workshop.runs.release(ACCOUNT, RUN)
    connected.run_pipeline()
    report = connected.call(
        "GET /v1/reports/roi", caller=OWNER, query=f"from={DAY}&to={DAY}&by=campaign"
    )["json"]
    assert (report["totals"]["cost"], report["gaps"]) == ("12.34", {})


def test_it_goes_on_where_the_time_was_up(connected: LambdaSide) -> None:
    assert pull(connected, seconds=60)["more"]
    assert pull(connected)["more"] is False


def test_a_platform_that_fails_is_named_and_the_run_goes_on(
    connected: LambdaSide, tiktok: VendorServer, caplog: pytest.LogCaptureFixture
) -> None:
    tiktok.trouble(Fault.UNAUTHORIZED)
    assert pull(connected)["more"] is False
    assert "source of ad cost failed" in logged(caplog)
    assert ACCESS_TOKEN not in logged(caplog)
    connected.workshop.runs.release(ACCOUNT, RUN)
    state = connected.call("GET /v1/runs", caller=OWNER)["json"]
    assert state["last_run"]["ad_cost_gaps"] == "tiktok_ads: reauthorize"
    assert state["sources"][0]["status"] == "reauthorize"
    connected.run_pipeline()
    report = connected.call("GET /v1/reports/roi", caller=OWNER)["json"]
    assert report["gaps"] == {"tiktok_ads": "reauthorize"}


def test_one_platform_stops_no_other(connected: LambdaSide, tiktok: VendorServer) -> None:
    chosen = (AdAccount(FIRST, currency="USD"),)
    broken = Source("ads", "tiktok_ads", "", "arn:none", tiktok.url, ad_accounts=chosen)
    connected.workshop.accounts.save_source(ACCOUNT, broken)
    assert pull(connected)["cost_rows"] == 1
    recorded = connected.workshop.runs.recorded(ACCOUNT, RUN)
    assert recorded["ad_cost_gaps"] == "ads: reauthorize"


def test_a_pull_that_dies_leaves_a_gap_that_the_reports_name(
    connected: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # Whatever no source can be blamed for: a death, a permission of ours that is missing.
        patch.setattr(CostPull, "go_on", Mock(side_effect=MemoryError))
        with pytest.raises(MemoryError):
            pull(connected)
    recorded = connected.workshop.runs.recorded(ACCOUNT, RUN)
    assert recorded["ad_cost_gaps"] == "tiktok_ads: unfinished"
    connected.run_pipeline(begun=RUN)
    report = connected.call("GET /v1/reports/roi", caller=OWNER)["json"]
    assert report["gaps"] == {"tiktok_ads": "unfinished"}


def test_a_gap_that_is_filled_in_the_same_run_is_none(
    connected: LambdaSide, tiktok: VendorServer
) -> None:
    tiktok.trouble(Fault.UNAUTHORIZED)
    pull(connected)
    tiktok.heal()
    pull(connected)
    assert connected.workshop.runs.recorded(ACCOUNT, RUN)["ad_cost_gaps"] == ""


def test_a_paused_platform_is_left_alone(connected: LambdaSide, tiktok: VendorServer) -> None:
    connected.call("POST /v1/sources/{source}/pause", caller=OWNER, source="tiktok_ads")
    tiktok.requests.clear()
    assert pull(connected)["cost_rows"] == 0
    assert not tiktok.requests


@pytest.mark.parametrize(("data", "left"), [("keep", 1), ("delete", 0)])
def test_cost_stays_or_goes_with_its_platform(connected: LambdaSide, data: str, left: int) -> None:
    pull(connected)
    route = "DELETE /v1/sources/{source}"
    connected.call(route, caller=OWNER, query=f"data={data}", source="tiktok_ads")
    while pull(connected)["more"]:
        pass
    assert len(list(connected.workshop.costs.on_day(ACCOUNT, DAY))) == left
    assert len(connected.workshop.accounts.sources(ACCOUNT)) == left


def test_a_run_that_lost_its_lease_pulls_nothing(
    connected: LambdaSide, tiktok: VendorServer
) -> None:
    connected.workshop.runs.release(ACCOUNT, RUN)
    tiktok.requests.clear()
    with pytest.raises(LeaseLostError):
        pull(connected)
    assert not tiktok.requests


def test_an_account_without_platforms_has_nothing_to_pull(side: LambdaSide) -> None:
    now = side.workshop.clock.now()
    side.workshop.runs.acquire(ACCOUNT, RUN, now, now)
    told = pull(side)
    assert (told["account"], told["run"], told["more"]) == (ACCOUNT, RUN, False)
    assert "ad_cost_gaps" not in side.workshop.runs.recorded(ACCOUNT, RUN)


def test_runs_that_follow_each_other_ask_a_platform_once_an_hour(
    connected: LambdaSide, tiktok: VendorServer
) -> None:
    pull(connected)
    tiktok.requests.clear()
    for minutes, is_asked in ((49, False), (2, True)):
        now = connected.workshop.clock.advance(timedelta(minutes=minutes))
        connected.workshop.runs.release(ACCOUNT, RUN)
        event = {"account": ACCOUNT, "run": f"after-{minutes}"}
        assert connected.workshop.runs.acquire(ACCOUNT, event["run"], now, now)
        connected.invoke("pull_ad_costs", event)
        connected.workshop.runs.release(ACCOUNT, event["run"])
        assert bool(tiktok.requests) == is_asked


def test_an_ad_account_that_is_chosen_is_pulled_at_once(
    connected: LambdaSide, tiktok: VendorServer
) -> None:
    pull(connected)
    route = "PUT /v1/sources/{source}/options"
    connected.call(route, caller=OWNER, body={"ad_accounts": [FIRST, SECOND]}, source="tiktok_ads")
    tiktok.requests.clear()
    pull(connected)
    assert {r.query.get("advertiser_id") for r in tiktok.requests} >= {SECOND}
