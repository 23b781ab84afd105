"""Saved views: what its report would refuse is not saved, and what is saved is served likewise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.views import MOST_VIEWS
from headwater.usecases.ports import ApiKey
from headwater.usecases.reports.registry import REPORTS
from tests.lambda_side import OWNER
from tests.unit.usecases.views import a_view
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import Json, LambdaSide

MARKETER = ApiKey(ACCOUNT, "marketer", "k")
LIST, SAVE = "GET /v1/views", "POST /v1/views"
READ, CHANGE = "GET /v1/views/{view}", "PUT /v1/views/{view}"
REMOVE, REPORT = "DELETE /v1/views/{view}", "GET /v1/views/{view}/report"
BODY: dict[str, Any] = {
    "name": " Campaigns ",
    "report": "roi",
    "parameters": {"range": "last_week", "by": "campaign", "model": "linear", "sort": "-net"},
}


def saved(side: LambdaSide, **more: object) -> str:
    answer = side.call(SAVE, caller=MARKETER, body={**BODY, **more})
    assert answer["statusCode"] == 201, answer["body"]
    view: str = answer["json"]["view"]
    return view


def report_of(side: LambdaSide, view: str, **more: Any) -> Json:  # noqa: ANN401
    return side.call(REPORT, caller=MARKETER, view=view, **more)


def test_a_view_comes_back_as_it_was_saved(reported: LambdaSide) -> None:
    answer = reported.call(SAVE, caller=MARKETER, body=BODY)
    view = answer["json"]
    assert answer["statusCode"] == 201
    assert (view["name"], view["report"]) == ("Campaigns", "roi")
    assert view["parameters"] == BODY["parameters"]
    assert view["created_at"] == view["changed_at"] == "2026-11-21T14:00:00+00:00"
    assert reported.call(READ, caller=MARKETER, view=view["view"])["json"] == view
    [row] = reported.call(LIST, caller=MARKETER)["json"]["rows"]
    assert {"account": ACCOUNT, **row} == view


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_a_view_is_served_as_its_report_is(reported: LambdaSide, accept: str) -> None:
    view = saved(reported)
    query = "range=last_week&by=campaign&model=linear&sort=-net"
    headers = {"accept": accept}
    direct = reported.call("GET /v1/reports/roi", caller=MARKETER, query=query, headers=headers)
    through = report_of(reported, view, headers=headers)
    assert through["statusCode"] == 200
    assert through == direct
    tag = {"if-none-match": through["headers"]["ETag"], **headers}
    assert report_of(reported, view, headers=tag)["statusCode"] == 304


@pytest.mark.parametrize("report", [report.name for report in REPORTS])
def test_every_report_can_be_a_view(reported: LambdaSide, report: str) -> None:
    view = saved(reported, report=report, parameters={"range": "previous_last_7_days"})
    answer = report_of(reported, view)["json"]
    assert answer["report"] == report
    parameters = answer["parameters"]
    # Health is told of a month at least.
    first = "2026-10-15" if report == "health" else "2026-11-07"
    assert (parameters["from"], parameters["to"]) == (first, "2026-11-13")


def test_a_relative_range_moves_with_the_runs(reported: LambdaSide) -> None:
    view = saved(reported, parameters={"range": "yesterday"})
    assert report_of(reported, view)["json"]["parameters"]["from"] == "2026-11-20"
    reported.workshop.clock.advance(timedelta(days=1))
    assert report_of(reported, view)["json"]["parameters"]["from"] == "2026-11-20"
    reported.run_pipeline()
    assert report_of(reported, view)["json"]["parameters"]["from"] == "2026-11-21"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"report": "revenue"}, "report: choose among roi,"),
        ({"report": "reconciliation"}, "report: choose among roi,"),
        ({"name": " "}, "name: from 1 to 80"),
        ({"name": "a\x07b"}, "name: from 1 to 80"),
        ({"parameters": {"range": "last_fortnight"}}, "range: choose among yesterday,"),
        ({"parameters": {"mode1": "linear"}}, "mode1: no parameter of this route"),
        ({"parameters": {"model": "magic"}}, "model: choose among first_click,"),
        ({"parameters": {"by": "color"}}, "by: "),
        ({"parameters": {"from": "2026-11-01"}}, "to: not a date"),
        ({"parameters": {"filter": "net >"}}, "filter: "),
        ({"parameters": {"filter": "color = red"}}, "filter: there is no column color"),
        ({"parameters": {"limit": "0"}}, "limit: from 1 to"),
        ({"parameters": {"limit": "many"}}, "limit: "),
        ({"parameters": {"after": "v.1"}}, "after is a place"),
        ({"parameters": {"range": 7}}, "parameters.range: "),
        ({"parameters": {"filter": "x" * 4_001}}, "filter' is too long"),
        ({"parameters": {f"p{n}": "" for n in range(21)}}, "parameters: at most 20"),
        ({"color": "red"}, "color: "),
    ],
)
def test_what_its_report_would_refuse_is_not_saved(
    reported: LambdaSide, body: Json, reason: str
) -> None:
    answer = reported.call(SAVE, caller=MARKETER, body={**BODY, **body})
    assert answer["statusCode"] == 400
    assert reason in answer["json"]["detail"]
    assert reported.workshop.views.all(ACCOUNT) == []


def test_a_change_replaces_a_view_or_nothing(reported: LambdaSide) -> None:
    view = saved(reported)
    reported.workshop.clock.advance(timedelta(hours=1))
    body = {"name": "Days", "report": "journeys"}
    changed = reported.call(CHANGE, caller=OWNER, view=view, body=body)["json"]
    assert (changed["view"], changed["name"], changed["parameters"]) == (view, "Days", {})
    assert changed["changed_at"] > changed["created_at"]
    refused = reported.call(CHANGE, caller=OWNER, view=view, body=body | {"report": "x"})
    assert refused["statusCode"] == 400
    assert reported.call(READ, caller=OWNER, view=view)["json"] == changed


def test_a_removed_view_is_unknown(reported: LambdaSide) -> None:
    view = saved(reported)
    assert reported.call(REMOVE, caller=MARKETER, view=view)["json"]["view"] == view
    for route in (READ, REMOVE, REPORT):
        assert reported.call(route, caller=MARKETER, view=view)["statusCode"] == 404
    answer = reported.call(CHANGE, caller=MARKETER, view=view, body=BODY)
    assert answer["statusCode"] == 404


def test_before_the_first_run_there_is_nothing_to_try_a_view_on(side: LambdaSide) -> None:
    assert side.call(SAVE, caller=MARKETER, body=BODY)["statusCode"] == 404
    assert side.workshop.views.all(ACCOUNT) == []


def test_an_account_has_so_many_views_and_no_more(reported: LambdaSide) -> None:
    for number in range(MOST_VIEWS):
        reported.workshop.views.save(ACCOUNT, replace(a_view(), view_id=f"v{number}"))
    answer = reported.call(SAVE, caller=MARKETER, body=BODY)
    assert answer["statusCode"] == 400
    assert "remove one first" in answer["json"]["detail"]
