"""What all reports of a range have in common: which days, and how the answer goes out."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.errors import InvalidParameterError
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import CSV, csv_answer, etag_of, json_answer
from headwater.runtime.api.fields import Day
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.routing import account_of
from headwater.runtime.observability import logger
from headwater.usecases.list_reports import named_range
from headwater.usecases.reports.report import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.event_handler.api_gateway import Router

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Report, Request

DEFAULT_RANGE = "last_30_days"
First = Annotated[Day | None, Query(alias="from", description="With to.")]
Last = Annotated[Day | None, Query(alias="to", description="The last day, included.")]
UsualRange = Annotated[
    str | None, Query(alias="range", description=f"Instead of from and to; else {DEFAULT_RANGE}.")
]
# A range as it is asked for: from, to, or the name of a usual one.
type Asked = tuple[str | None, str | None, str | None]


def answer_report(
    router: Router,
    serve_report: Callable[..., dict[str, Any]],
    report: Report[Any, Any],
    asked: Asked,
    make_request: Callable[[Span], Request[Any]],
    *,
    default: str = DEFAULT_RANGE,
) -> Response[str]:
    """Answer a report as JSON, or its rows as CSV; 304 to who has that answer.

    Args:
        router: of the request.
        serve_report: the use case behind all reports.
        report: which one.
        asked: the range as the request names it.
        make_request: makes the question of the range; it refuses what no report can answer.
        default: the usual range that is read where the request names none.
    """
    account, run = account_of(router), published_run(router)
    request = make_request(_span(asked, run, default))
    wants_csv = CSV in (router.current_event.headers.get("accept") or "")
    # A question is a frozen dataclass of plain values: its text says all of it.
    etag = etag_of(report.name, wants_csv, run.data_version, request)

    def make() -> Response[str]:
        started = time.perf_counter()
        answer = serve_report(
            report, account, request, run, facts=bootstrap.facts(), lake=bootstrap.lake()
        )
        milliseconds = round((time.perf_counter() - started) * 1000)
        rows = answer["rows"]
        told = {"report": report.name, "rows": len(rows), "milliseconds": milliseconds}
        logger.info("report made", extra=told)
        if wants_csv:
            flat = [_flat(row) for row in rows]
            return csv_answer(list(flat[0]) if flat else [], flat, etag)
        return json_answer(answer, etag=etag)

    return unless_known(router, etag, make)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with what stands side by side in it, one level deep, as columns of its own."""
    columns: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            columns |= {f"{name}_{inner}": each for inner, each in value.items()}
        else:
            columns[name] = value
    return columns


def _span(asked: Asked, run: PublishedRun, default: str) -> Span:
    """Return the range that is asked for.

    Raises:
        InvalidParameterError: naming the parameter and the reason.
    """
    first, last, usual_range = asked
    if first is None and last is None:
        return Span(*named_range(usual_range or default, run))
    if usual_range is not None:
        message = "range: give it, or from and to"
        raise InvalidParameterError(message)
    return Span(_day("from", first), _day("to", last))


def _day(name: str, text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        message = f"{name}: not a date like 2026-11-21"
        raise InvalidParameterError(message) from None
