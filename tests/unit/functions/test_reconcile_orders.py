from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from headwater.errors import LeaseLostError, StoreUnavailableError
from headwater.runtime.api.models_figures import FollowedFigure
from headwater.runtime.api.models_reconciliation import ReconciliationReport
from headwater.usecases.ports import ApiKey, Source
from tests.following import expand
from tests.lambda_side import OWNER, RUN, logged, sample
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

MARKETER = ApiKey(ACCOUNT, "marketer", "k")
READ, ASK = "GET /v1/reports/reconciliation", "POST /v1/reconciliations"
RANGE = "from=2026-11-14&to=2026-11-20"


@pytest.fixture
def connected(side: LambdaSide) -> LambdaSide:
    """A store of two orders, of which we have one."""
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", is_history_complete=True)
    side.workshop.accounts.save_source(ACCOUNT, source)
    elsewhere = Workshop(clock=side.workshop.clock)
    side.stores.store.stored = (
        elsewhere.order(7, "2026-11-20 15:00", "100.00"),
        elsewhere.order(8, "2026-11-19 15:00", "50.00"),
    )
    side.workshop.order(7, "2026-11-20 15:00", "100.00")
    return side


def test_a_step_of_a_run_repairs_the_last_days(
    connected: LambdaSide, capsys: pytest.CaptureFixture[str]
) -> None:
    connected.workshop.begin(RUN)
    answer = connected.invoke("reconcile_orders", {"account": ACCOUNT, "run": RUN})
    assert (answer["days"], answer["repaired"], answer["open_ppm"]) == (7, 1, 0)
    assert connected.workshop.orders.get(ACCOUNT, STORE, "8")
    assert connected.workshop.pipeline.pulled == []
    metrics = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert metrics["OpenDifferencePerMillion"] == [0.0]
    assert metrics["OrdersRepaired"] == [1.0]


def test_a_range_that_was_asked_for_is_brought_into_the_reports(connected: LambdaSide) -> None:
    answer = connected.invoke("reconcile_orders", sample("reconcile_orders"))
    assert (answer["days"], answer["more"]) == (7, False)
    assert connected.workshop.pipeline.pulled == [ACCOUNT]
    connected.invoke("reconcile_orders", sample("reconcile_orders"))
    assert connected.workshop.pipeline.pulled == [ACCOUNT]  # there was nothing to repair


def test_a_figure_of_the_report_leads_to_its_orders_by_its_template(connected: LambdaSide) -> None:
    connected.workshop.run(reported=False)
    connected.invoke("reconcile_orders", sample("reconcile_orders"))
    report = connected.call(READ, caller=MARKETER, query=RANGE)["json"]
    route = "GET /v1/reports/{report}/rows"
    asked: list[tuple[str, dict[str, Any]]] = [
        ("our_total", {}),
        ("store_orders", report["rows"][0]),
    ]
    for of, row in asked:
        _, _, query = unquote(expand(report["follow"], {"of": of, **row})).partition("?")
        answer = connected.call(route, caller=MARKETER, query=query, report="reconciliation")
        followed = FollowedFigure.model_validate(answer["json"])
        assert followed.value == (row or report["totals"])[of]
        assert len(followed.rows) == (1 if row else 2)
    known = {"if-none-match": answer["headers"]["ETag"]}
    again = connected.call(
        route, caller=MARKETER, query=query, headers=known, report="reconciliation"
    )
    assert again["statusCode"] == 304
    refused = connected.call(
        route, caller=MARKETER, query=f"{RANGE}&of=our_total&by=day", report="reconciliation"
    )
    assert refused["json"]["detail"] == "by: no parameter of this report"


def test_a_range_that_takes_longer_goes_on_in_another_invocation(connected: LambdaSide) -> None:
    answer = connected.invoke("reconcile_orders", sample("reconcile_orders"), seconds=60)
    assert answer["more"] is True
    [started] = connected.reconciliations.started
    assert started == (ACCOUNT, date(2026, 11, 14), date(2026, 11, 20))


def test_an_open_difference_is_counted_for_the_alarm(
    connected: LambdaSide, capsys: pytest.CaptureFixture[str]
) -> None:
    [_, eight] = connected.stores.store.stored
    # The same sale once more, under another source.
    copy = replace(eight, source="api", order_id="x1")
    connected.workshop.orders.upsert(ACCOUNT, [copy], connected.workshop.clock.now())
    answer = connected.invoke("reconcile_orders", sample("reconcile_orders"))
    assert answer["open_ppm"] == 500_000
    metrics = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert metrics["OpenDifferencePerMillion"] == [500_000.0]


def test_a_store_that_fails_is_logged_and_fails_nothing(
    connected: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    connected.stores.store.refusal = StoreUnavailableError("the order of ann@example.com")
    answer = connected.invoke("reconcile_orders", sample("reconcile_orders"))
    assert answer["failed_sources"] == [STORE]
    assert "'source': 'bigcommerce'" in logged(caplog)
    assert "ann@example.com" not in logged(caplog)


def test_a_lost_lease_leaves_the_handler_under_its_own_name(connected: LambdaSide) -> None:
    with pytest.raises(LeaseLostError):
        connected.invoke("reconcile_orders", {"account": ACCOUNT, "run": RUN})


def test_the_report_names_what_was_repaired(connected: LambdaSide) -> None:
    connected.invoke("reconcile_orders", sample("reconcile_orders"))
    report = connected.call(READ, caller=MARKETER, query=RANGE)["json"]
    ReconciliationReport.model_validate(report)
    [cause] = report["causes"]
    assert (cause["cause"], cause["repaired_ids"], cause["order_ids"]) == ("missing", ["8"], [])
    assert report["totals"]["our_total"] == report["totals"]["store_total"] == "150.00"
    assert report["state"]["status"] == "complete"


def test_the_report_before_any_reconciliation_is_empty_and_says_so(side: LambdaSide) -> None:
    report = side.call(READ, caller=MARKETER, query=RANGE)["json"]
    ReconciliationReport.model_validate(report)
    assert (report["state"]["status"], report["generated_at"], report["rows"]) == ("none", None, [])


def test_the_sheet_adds_up_and_names_every_order(connected: LambdaSide) -> None:
    connected.invoke("reconcile_orders", sample("reconcile_orders"))
    answer = connected.call(READ, caller=MARKETER, query=RANGE, headers={"accept": "text/csv"})
    lines = answer["body"].splitlines()
    assert lines[0] == "source,day,status_id,status,line,orders,amount,order_ids"
    assert "bigcommerce,2026-11-20,10,Completed,store,1,100.00," in lines
    assert "bigcommerce,2026-11-20,10,Completed,headwater,1,100.00," in lines


def test_the_same_report_is_sent_once(connected: LambdaSide) -> None:
    etag = connected.call(READ, caller=MARKETER, query=RANGE)["headers"]["ETag"]
    headers = {"if-none-match": etag}
    answer = connected.call(READ, caller=MARKETER, query=RANGE, headers=headers)
    assert answer["statusCode"] == 304
    connected.invoke("reconcile_orders", sample("reconcile_orders"))
    answer = connected.call(READ, caller=MARKETER, query=RANGE, headers=headers)
    assert answer["statusCode"] == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("from=2026-11-20", "to"),
        ("from=2026-11-20&to=2026-11-19", "from"),
        ("from=2026-13-01&to=2026-11-19", "from"),
        ("from=2020-11-20&to=2026-11-19", "to"),
        ("from=2026-11-19&to=2026-11-20&basis=magic", "basis"),
    ],
)
def test_an_impossible_report_names_the_parameter(
    connected: LambdaSide, query: str, named: str
) -> None:
    answer = connected.call(READ, caller=MARKETER, query=query)
    assert answer["statusCode"] == 400
    assert named in answer["json"]["detail"]


def test_a_reconciliation_is_started_once_and_its_state_is_in_the_report(
    connected: LambdaSide,
) -> None:
    body = {"from": "2026-11-14", "to": "2026-11-20"}
    first = connected.call(ASK, caller=MARKETER, body=body)
    again = connected.call(ASK, caller=OWNER, body=body)
    assert (first["statusCode"], first["json"]["status"]) == (202, "queued")
    assert again["json"] == first["json"]
    assert len(connected.reconciliations.started) == 1
    report = connected.call(READ, caller=MARKETER, query=RANGE)["json"]
    assert report["state"]["job"]["status"] == "queued"
    connected.invoke("reconcile_orders", body | {"account": ACCOUNT})
    report = connected.call(READ, caller=MARKETER, query=RANGE)["json"]
    assert report["state"]["job"]["status"] == "done"
    connected.call(ASK, caller=MARKETER, body=body)
    assert len(connected.reconciliations.started) == 2


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"from": "2026-11-20", "to": "2026-11-14"}, "from"),
        ({"from": "2026-11-20", "to": "2026-12-24"}, "to"),
        ({"from": "2024-11-20", "to": "2026-11-20"}, "to"),
        ({"from": "2026-11-20"}, "to"),
        ({"from": "2026-99-20", "to": "2026-11-20"}, "from"),
        ([], "ReconciliationRequest"),
    ],
)
def test_an_impossible_range_is_not_started(
    connected: LambdaSide, body: object, named: str
) -> None:
    answer = connected.call(ASK, caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert named in answer["body"]
    assert connected.reconciliations.started == []


def test_an_account_without_a_store_has_nothing_to_reconcile(side: LambdaSide) -> None:
    body = {"from": "2026-11-14", "to": "2026-11-20"}
    answer = side.call(ASK, caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert "no connected store" in answer["json"]["detail"]
