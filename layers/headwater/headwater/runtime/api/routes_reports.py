"""The reports, and the list of what can be asked."""

import time
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.errors import InvalidParameterError
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import CSV, csv_answer, etag_of, json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import Day, Model, Revenue
from headwater.runtime.api.models_reports import ReportList, RoiReport
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger
from headwater.usecases.compute_roi import RoiQuery
from headwater.usecases.list_reports import list_reports, named_range
from headwater.usecases.serve_reports import PublishedRun, RoiRequest

_DEFAULT_RANGE = "last_30_days"


def report_routes(serve_roi: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of the reports.

    Args:
        serve_roi: the use case behind the ROI report.
    """
    router = new_router()

    @router.get(
        "/v1/reports",
        operation_id="list_reports",
        summary="What can be asked",
        description="The reports, and the usual ranges with their dates.",
        tags=["reports"],
        responses=answers(ReportList, 404, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_list() -> Response[str]:
        account, run = account_of(router), published_run(router)
        etag = etag_of("reports", run.data_version)
        return unless_known(
            router, etag, lambda: json_answer(list_reports(account, run), etag=etag)
        )

    @router.get(
        "/v1/reports/roi",
        operation_id="read_roi",
        summary="Return on investment",
        description="What each channel, source or campaign cost and brought. `Accept: text/csv` "
        "gives the rows as CSV.",
        tags=["reports"],
        responses=answers(RoiReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_roi(
        first: Annotated[Day | None, Query(alias="from", description="With to.")] = None,
        last: Annotated[
            Day | None, Query(alias="to", description="The last day, included.")
        ] = None,
        usual_range: Annotated[
            str | None,
            Query(alias="range", description=f"Instead of from and to; else {_DEFAULT_RANGE}."),
        ] = None,
        by: Annotated[
            str, Query(description="Dimensions of the rows, comma-separated.")
        ] = "channel",
        model: Annotated[Model, Query(description="Who gets the credit.")] = "last_click",
        revenue: Annotated[Revenue, Query(description="What ratios are taken of.")] = "net",
    ) -> Response[str]:
        account, run = account_of(router), published_run(router)
        days = _days(first, last, usual_range, run)
        request = RoiRequest(RoiQuery(*days, tuple(by.split(","))), model, revenue)
        wants_csv = CSV in (router.current_event.headers.get("accept") or "")
        etag = etag_of("roi", wants_csv, run.data_version, days, by, model, revenue)

        def make() -> Response[str]:
            started = time.perf_counter()
            report = serve_roi(
                account, request, run, facts=bootstrap.facts(), lake=bootstrap.lake()
            )
            milliseconds = round((time.perf_counter() - started) * 1000)
            rows = report["rows"]
            logger.info("report made", extra={"rows": len(rows), "milliseconds": milliseconds})
            # Whatever the range holds, there is a row for what no click gets.
            return (
                csv_answer(list(rows[0]), rows, etag)
                if wants_csv
                else json_answer(report, etag=etag)
            )

        return unless_known(router, etag, make)

    return router


def _days(
    first: str | None, last: str | None, usual_range: str | None, run: PublishedRun
) -> tuple[date, date]:
    """Return the range that is asked for.

    Raises:
        InvalidParameterError: naming the parameter and the reason.
    """
    if first is None and last is None:
        return named_range(usual_range or _DEFAULT_RANGE, run)
    if usual_range is not None:
        message = "range: give it, or from and to"
        raise InvalidParameterError(message)
    return _day("from", first), _day("to", last)


def _day(name: str, text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        message = f"{name}: not a date like 2026-11-21"
        raise InvalidParameterError(message) from None
