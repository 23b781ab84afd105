"""Our figures held against the stores' own: the report, and the request to look again."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.errors import InvalidParameterError
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import CSV, csv_answer, etag_of, json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.fields import Day
from headwater.runtime.api.models_reconciliation import (
    Basis,
    ReconciliationJob,
    ReconciliationReport,
    ReconciliationRequest,
)
from headwater.runtime.api.reading import unless_known
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.reconciliation_sheets import SHEET_COLUMNS, sheet, shortened
from headwater.usecases.serve_reconciliation import ReconciliationQuery


def reconciliation_routes(
    serve_reconciliation: Callable[..., dict[str, Any]],
    request_reconciliation: Callable[..., Mapping[str, Any]],
) -> Router:
    """Return the routes of reconciliation.

    Args:
        serve_reconciliation: the use case behind the report.
        request_reconciliation: the use case that starts a reconciliation.
    """
    router = new_router()
    _add_report(router, serve_reconciliation)
    _add_request(router, request_reconciliation)
    return router


def _add_report(router: Router, serve_reconciliation: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the report."""

    @router.get(
        "/v1/reports/reconciliation",
        operation_id="read_reconciliation",
        summary="Our figures against the store's own",
        description="What the store counts per day and status, what Headwater counts, and every "
        "difference by cause with its orders. `Accept: text/csv` gives lines that add up.",
        tags=["reports"],
        responses=answers(ReconciliationReport, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_reconciliation(
        first: Annotated[Day, Query(alias="from")],
        last: Annotated[Day, Query(alias="to", description="The last day, included.")],
        basis: Annotated[
            Basis, Query(description="What the figure that you compare with is made of.")
        ] = "total",
    ) -> Response[str]:
        query = ReconciliationQuery(_day("from", first), _day("to", last), basis)
        report = serve_reconciliation(
            account_of(router), query, accounts=bootstrap.accounts(), lake=bootstrap.lake()
        )
        wants_csv = CSV in (router.current_event.headers.get("accept") or "")
        etag = etag_of(wants_csv, report)
        return unless_known(
            router,
            etag,
            lambda: (
                csv_answer(SHEET_COLUMNS, sheet(report), etag)
                if wants_csv
                else json_answer(shortened(report), etag=etag)
            ),
        )


def _add_request(router: Router, request_reconciliation: Callable[..., Mapping[str, Any]]) -> None:
    """Add the route that starts a reconciliation."""

    @router.post(
        "/v1/reconciliations",
        operation_id="request_reconciliation",
        summary="Reconcile a range now",
        description="Starts the reconciliation of up to 366 days; read its state and result in "
        "the report of the same range. A range that is under way is not started twice.",
        tags=["reports"],
        responses=answers(
            ReconciliationJob, status=202, description="The reconciliation is under way."
        ),
        security=NEEDS_KEY,
        openapi_extensions=takes(ReconciliationRequest),
    )
    def reconcile() -> Response[str]:
        asked = read_model(router.current_event.raw_event, ReconciliationRequest)
        job = request_reconciliation(
            account_of(router),
            _day("from", asked.first),
            _day("to", asked.last),
            accounts=bootstrap.accounts(),
            lake=bootstrap.lake(),
            clock=bootstrap.clock(),
            reconciliations=bootstrap.reconciliations(),
        )
        told = {name: job[name] for name in ("from", "to", "status", "requested_at")}
        return json_answer({"account": account_of(router), **told}, status=202)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{name}: not a date like 2026-11-21"
        raise InvalidParameterError(message) from None
