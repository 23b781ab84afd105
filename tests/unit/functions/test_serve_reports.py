from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from headwater.runtime.api import answers, models_reports
from headwater.usecases.ports import ApiKey, Source
from tests.following import expand
from tests.lambda_side import OWNER, logged, sample
from tests.workshop import ACCOUNT, STORE

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

MARKETER = ApiKey(ACCOUNT, "marketer", "0a1b2c3d")
RANGE = "from=2026-11-01&to=2026-11-20"
CREDITS = "GET /v1/orders/{source}/{order_id}/credits"


def test_the_sample_is_answered(reported: LambdaSide) -> None:
    answer = reported.invoke("serve_reports", sample("serve_reports"))
    assert answer["statusCode"] == 200
    assert answer["headers"]["Cache-Control"] == "private, no-cache"


def test_a_report_holds_the_orders_of_its_range(reported: LambdaSide) -> None:
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=f"{RANGE}&by=campaign")
    report = answer["json"]
    assert report["totals"]["net"] == "100.00"
    assert (report["rows"][0]["campaign"], report["rows"][0]["roas"]) == ("=brand", "5.0000")
    query = "from=2026-11-01&to=2026-11-18"
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=query)
    assert answer["json"]["totals"]["orders"] == 0


ROWS = "GET /v1/reports/{report}/rows"


@pytest.mark.parametrize(
    ("name", "query", "of"),
    [
        ("roi", f"{RANGE}&by=campaign", "net"),
        ("cohorts", f"{RANGE}&part=months&where=source = google", "cumulative_net"),
        ("ltv", f"{RANGE}&by=source&revenue=gross", "net"),
    ],
)
def test_a_figure_leads_to_its_rows_by_the_template_of_the_report(
    reported: LambdaSide, name: str, query: str, of: str
) -> None:
    report = reported.call(f"GET /v1/reports/{name}", caller=MARKETER, query=query)["json"]
    [row, *_] = report["rows"]
    url = expand(report["follow"], {"of": of, **row})
    path, _, query = unquote(url).partition("?")
    assert path == f"/v1/reports/{name}/rows"
    answer = reported.call(ROWS, caller=MARKETER, query=query, report=name)
    assert answer["json"]["totals"] == {"rows": 1, "rule": "sum", "figure": row[of]}
    assert answer["json"]["parameters"] == report["parameters"]
    known = {"if-none-match": answer["headers"]["ETag"]}
    again = reported.call(ROWS, caller=MARKETER, query=query, headers=known, report=name)
    assert again["statusCode"] == 304


def test_the_rows_behind_a_figure_come_as_csv(reported: LambdaSide) -> None:
    as_csv = {"accept": "text/csv"}
    for of, column, value in (("net", "order_id", "7"), ("roas", "figure", "net")):
        query = f"{RANGE}&of={of}"
        answer = reported.call(ROWS, caller=MARKETER, query=query, headers=as_csv, report="roi")
        assert next(csv.DictReader(io.StringIO(answer["body"])))[column] == value


@pytest.mark.parametrize(
    ("report", "query", "name"),
    [
        ("roi", "", "of"),
        ("roi", "of=net&part=cost", "part"),
        ("roi", "of=net&data_version=of-yesterday", "data_version"),
        ("roi", "of=net&limit=10001", "limit"),
        ("roi", "of=net&limit=0", "limit"),
        ("roi", "of=net&after=9", "after"),
        ("roi", "of=profit", "of"),
        ("roi", "of=net&kind=credited", "channel"),
        ("roi", "of=net&shade=dark", "shade"),
        ("roi", "of=net&model=magic", "model"),
        ("roi", "of=net&range=fortnight", "range"),
        ("roi", "of=net&compare=tomorrow", "compare"),
    ],
)
def test_what_cannot_be_followed_is_named(
    reported: LambdaSide, report: str, query: str, name: str
) -> None:
    answer = reported.call(ROWS, caller=MARKETER, query=query, report=report)
    assert answer["statusCode"] == 400
    assert answer["json"]["detail"].startswith(f"{name}:")


def test_of_an_unknown_report_or_row_nothing_is_found(reported: LambdaSide) -> None:
    for report, query in (("weather", "of=net"), ("roi", "of=net&kind=credited&channel=none")):
        answer = reported.call(ROWS, caller=MARKETER, query=query, report=report)
        assert answer["statusCode"] == 404


def test_a_usual_range_is_asked_for_by_its_name(reported: LambdaSide) -> None:
    listed = reported.call("GET /v1/reports", caller=MARKETER)["json"]["ranges"]
    for name, days in listed.items():
        answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=f"range={name}")
        parameters = answer["json"]["parameters"]
        assert {"from": parameters["from"], "to": parameters["to"]} == days


def test_without_a_range_it_is_the_last_thirty_days(reported: LambdaSide) -> None:
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER)
    assert answer["json"]["parameters"]["from"] == "2026-10-22"
    assert answer["json"]["parameters"]["to"] == "2026-11-20"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("from=2026-11-01", "to"),
        ("to=2026-11-01", "from"),
        ("from=2026-11-02&to=2026-11-01", "from"),
        ("from=2026-11-31&to=2026-12-01", "from"),
        ("from=0001-01-01&to=0001-01-02&compare=previous_year", "from"),
        ("from=2026-11-01&to=9999-12-31", "to"),
        ("from=1795269600&to=2026-12-01", "from"),
        ("range=fortnight", "range"),
        (f"{RANGE}&range=yesterday", "range"),
        ("by=", "by"),
        ("by=channel,shade", "by"),
        ("by=channel,channel", "by"),
        ("model=magic", "model"),
        ("revenue=some", "revenue"),
        ("form=2026-11-01", "form"),
        ("account=rival", "account"),
    ],
)
def test_an_impossible_parameter_is_named(reported: LambdaSide, query: str, name: str) -> None:
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=query)
    assert answer["statusCode"] == 400
    assert answer["json"]["type"] == "urn:headwater:problem:invalid-parameter"
    assert answer["json"]["detail"].startswith(f"{name}:")


def test_nothing_is_sent_twice(reported: LambdaSide) -> None:
    first = reported.call("GET /v1/reports/roi", caller=MARKETER, query=RANGE)
    etag = first["headers"]["ETag"]
    for given in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = reported.call(
            "GET /v1/reports/roi",
            caller=MARKETER,
            query=RANGE,
            headers={"if-none-match": given},
        )
        assert (again["statusCode"], again["body"]) == (304, "")
        assert again["headers"]["ETag"] == etag


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (f"{RANGE}&model=linear", "*/*"),
        (f"{RANGE}&revenue=gross", "*/*"),
        (f"{RANGE}&by=campaign", "*/*"),
        ("range=yesterday", "*/*"),
        (RANGE, "text/csv"),
    ],
)
def test_another_question_is_another_answer(reported: LambdaSide, query: str, accept: str) -> None:
    etag = reported.call("GET /v1/reports/roi", caller=MARKETER, query=RANGE)["headers"]["ETag"]
    headers = {"if-none-match": etag, "accept": accept}
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=query, headers=headers)
    assert answer["statusCode"] == 200


def test_a_new_run_with_other_figures_is_another_answer(reported: LambdaSide) -> None:
    before = reported.call("GET /v1/reports/roi", caller=MARKETER, query=RANGE)["headers"]["ETag"]
    reported.workshop.order(8, "2026-11-20 16:00")
    reported.run_pipeline()
    answer = reported.call(
        "GET /v1/reports/roi", caller=MARKETER, query=RANGE, headers={"if-none-match": before}
    )
    assert answer["statusCode"] == 200
    assert answer["json"]["totals"]["orders"] == 2


def test_rows_come_as_csv_that_runs_no_formula(reported: LambdaSide) -> None:
    answer = reported.call(
        "GET /v1/reports/roi",
        caller=MARKETER,
        query=f"{RANGE}&by=campaign",
        headers={"accept": "text/csv"},
    )
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer["body"])))
    assert rows[0]["campaign"] == "'=brand"
    assert rows[0]["net"] == "100.00"
    assert [row["kind"] for row in rows][:2] == ["credited", "unattributed"]


def test_a_reader_chooses_rows_their_order_and_how_many(reported: LambdaSide) -> None:
    query = f"{RANGE}&by=campaign&filter=kind != credited&sort=-kind&limit=2"
    first = reported.call("GET /v1/reports/roi", caller=MARKETER, query=query)["json"]
    second = reported.call(
        "GET /v1/reports/roi", caller=MARKETER, query=f"{query}&after={first['next']}"
    )["json"]
    kinds = [row["kind"] for page in (first, second) for row in page["rows"]]
    assert kinds == ["untracked_channel", "unattributed", "test", "pre_tracking"]
    assert first["totals"] == second["totals"]


@pytest.mark.parametrize(
    "query", ["filter=net", "sort=nothing", "limit=0", "limit=x", "after=1", "filters=net"]
)
def test_a_view_that_nobody_can_show_is_refused(reported: LambdaSide, query: str) -> None:
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=f"{RANGE}&{query}")
    assert answer["statusCode"] == 400
    assert answer["json"]["detail"].startswith(f"{query.partition('=')[0]}: ")


def test_an_answer_that_is_too_large_says_so(
    reported: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LARGEST_ANSWER", 100)
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=RANGE)
    assert (answer["statusCode"], answer["json"]["title"]) == (413, "Too large")


def test_an_order_tells_why_its_credit_went_where_it_went(reported: LambdaSide) -> None:
    answer = reported.call(CREDITS, caller=MARKETER, source=STORE, order_id="7")
    [touch] = answer["json"]["touches"]
    assert touch["credits"]["last_click"]["net"] == "100.00"
    etag = answer["headers"]["ETag"]
    again = reported.call(
        CREDITS, caller=MARKETER, source=STORE, order_id="7", headers={"if-none-match": etag}
    )
    assert again["statusCode"] == 304


def test_an_unknown_order_is_not_found(reported: LambdaSide) -> None:
    answer = reported.call(CREDITS, caller=MARKETER, source=STORE, order_id="8")
    assert answer["statusCode"] == 404
    assert answer["json"]["type"] == "urn:headwater:problem:unknown-resource"


@pytest.mark.parametrize("route", ["GET /v1/reports", "GET /v1/reports/roi", CREDITS])
def test_before_the_first_run_there_is_no_report(side: LambdaSide, route: str) -> None:
    answer = side.call(route, caller=MARKETER, source=STORE, order_id="7")
    assert answer["statusCode"] == 404
    assert "first run has not finished" in answer["json"]["detail"]


def test_the_runs_tell_how_far_the_history_is(side: LambdaSide) -> None:
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", orders_total=9, orders_done=4)
    side.workshop.accounts.save_source(ACCOUNT, source)
    state = side.call("GET /v1/runs", caller=MARKETER)["json"]
    assert (state["data_version"], state["generated_at"], state["lease"]) == ("", None, None)
    [progress] = state["sources"]
    assert (progress["orders_done"], progress["orders_total"]) == (4, 9)
    assert progress["is_complete"] is False


def test_the_runs_tell_what_is_under_way(reported: LambdaSide) -> None:
    reported.workshop.begin("run-2")
    state = reported.call("GET /v1/runs", caller=MARKETER)["json"]
    assert (state["lease"]["run"], state["lease"]["again"]) == ("run-2", False)
    assert state["data_version"] == reported.workshop.runs.head(ACCOUNT).data_version


def test_sources_are_listed_without_their_secrets(side: LambdaSide) -> None:
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", public_key="5f0c")
    side.workshop.accounts.save_source(ACCOUNT, source)
    answer = side.call("GET /v1/sources", caller=OWNER)
    [told] = answer["json"]["sources"]
    assert (told["store_hash"], told["public_key"]) == ("abc123", "5f0c")
    assert "arn:secret" not in answer["body"]


def test_a_defect_of_ours_is_told_without_details(
    reported: LambdaSide, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object, **__: object) -> None:
        message = "column x of /tmp/secret.parquet"
        raise ValueError(message)

    monkeypatch.setattr(reported.workshop.facts, "mount", break_down)
    answer = reported.call("GET /v1/reports/roi", caller=MARKETER, query=f"{RANGE}&by=term")
    assert answer["statusCode"] == 500
    assert "secret" not in answer["body"]
    assert "'error': 'ValueError'" in logged(caplog)


PREVIEW = "POST /v1/subscriptions/preview"


def test_a_preview_tells_what_rules_would_chain(reported: LambdaSide) -> None:
    rules = [{"app": "any", "order_sources": ["www"]}]
    tried = reported.call(PREVIEW, caller=MARKETER, body={"rules": rules})["json"]
    assert tried["report"] == "subscriptions-preview"
    assert (tried["orders_marked"], tried["chains"]) == (1, 0)


def test_a_preview_tells_bad_rules_field_by_field(reported: LambdaSide) -> None:
    rules = [{"app": "x", "external_source": "("}, {"app": "y", "channel": 7}]
    answer = reported.call(PREVIEW, caller=MARKETER, body={"rules": rules})
    assert answer["statusCode"] == 400
    names = [error["name"] for error in answer["json"]["errors"]]
    assert names == ["rules.0.external_source", "rules.1.channel"]


def test_before_the_first_run_there_is_nothing_to_preview(side: LambdaSide) -> None:
    answer = side.call(PREVIEW, caller=OWNER, body={"rules": []})
    assert answer["statusCode"] == 404


def test_an_orders_whole_path_comes_on_request_and_again_once_something_has_arrived(
    reported: LambdaSide,
) -> None:
    def ask(query: str, etag: str = "") -> Any:  # noqa: ANN401 - any JSON value
        path, headers = {"source": STORE, "order_id": "7"}, {"if-none-match": etag}
        return reported.call(CREDITS, caller=MARKETER, query=query, headers=headers, **path)

    answer = ask("explain=true")
    explanation = models_reports.CreditTrail.model_validate(answer["json"]).explanation
    assert explanation is not None
    [touch] = explanation.path
    assert (touch.models["last_click"].weight, touch.models["last_click"].of) == (1, 1)
    assert explanation.agrees
    assert "explanation" not in ask("")["json"]
    etag = answer["headers"]["ETag"]
    assert ask("explain=true", etag)["statusCode"] == 304
    reported.workshop.clock.advance(timedelta(minutes=1))
    reported.workshop.click("2026-11-20 14:00", campaign="came later")
    again = ask("explain=true", etag)
    assert again["statusCode"] == 200
    trail = models_reports.CreditTrail.model_validate(again["json"])
    assert trail.explanation is not None
    assert trail.explanation.arrived_since is not None
    [arrived] = trail.explanation.arrived_since.touches
    assert arrived.campaign == "came later"
