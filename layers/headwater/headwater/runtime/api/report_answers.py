"""What all reports of a range have in common: which days, and how the answer goes out."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from headwater.domain.row_filters import LONGEST
from headwater.domain.row_views import MOST_ROWS, RowView, flat_row
from headwater.errors import InvalidParameterError
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import CSV, csv_answer, etag_of, json_answer
from headwater.runtime.api.fields import Compare, Day, WhichOrders
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.routing import account_of
from headwater.runtime.observability import logger
from headwater.usecases.list_reports import named_range
from headwater.usecases.reports.report import Comparison, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.event_handler.api_gateway import Router

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Report, Request

DEFAULT_RANGE = "last_30_days"
ALL_TIME = "all_time"
# No shop is older, and a calendar that ends leaves room for what is before or after a range.
_EARLIEST, _LATEST = date(1970, 1, 1), date(2199, 12, 31)
First = Annotated[Day | None, Query(alias="from", description="With to.")]
Last = Annotated[Day | None, Query(alias="to", description="The last day, included.")]
UsualRange = Annotated[
    str | None, Query(alias="range", description=f"Instead of from and to; else {DEFAULT_RANGE}.")
]


class RowsAsked(BaseModel):
    """Which rows of what a range holds are asked for."""

    filter: str | None = Field(
        None,
        max_length=LONGEST,
        description="Only rows that hold a condition on their columns, like "
        "net > 100 and (source = google or campaign ~ 'brand'). Totals are of all rows.",
    )
    sort: str | None = Field(
        None, max_length=500, description="Columns, comma-separated; those with - fall."
    )
    limit: int | None = Field(
        None, description=f"How many rows at once, up to {MOST_ROWS:,}; all without."
    )
    after: str | None = Field(
        None, max_length=100, description="What stood under next in the page before."
    )

    def view(self) -> RowView:
        """Return the view of the rows.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        return RowView.of(self.filter, self.sort, self.limit, self.after)


class ReportAsked(RowsAsked):
    """What every report of a range takes besides the range and its own parameters."""

    compare: Compare | None = Field(
        None,
        description="Each row beside what it was in another range: as many days right before, or "
        "the same days of the year before.",
    )


Rows = Annotated[RowsAsked, Query()]
ReportRows = Annotated[ReportAsked, Query()]
Orders = Annotated[
    WhichOrders, Query(description="All, the first ones of customers, or the others.")
]
# A range as it is asked for: from, to, or the name of a usual one.
type Asked = tuple[str | None, str | None, str | None]


def answer_report(
    router: Router,
    serve_report: Callable[..., dict[str, Any]],
    report: Report[Any, Any],
    asked: Asked,
    make_request: Callable[[Span], Request[Any]],
    rows_asked: RowsAsked,
    *,
    default: str = DEFAULT_RANGE,
) -> Response[str]:
    """Answer a report as JSON, or its rows as CSV; 304 to who has that answer.

    Args:
        router: of the request.
        serve_report: the use case behind all reports.
        report: which one.
        asked: the range as the request names it.
        make_request: makes the question of a range; it refuses what no report can answer.
        rows_asked: which of the rows, and what they are compared with.
        default: the usual range that is read where the request names none.
    """
    account, run = account_of(router), published_run(router)
    span = span_of(asked, run, default)
    request, view = make_request(span), rows_asked.view()
    compare = rows_asked.compare if isinstance(rows_asked, ReportAsked) else None
    comparison = compared(span, compare, make_request)
    wants_csv = CSV in (router.current_event.headers.get("accept") or "")
    # A question is a frozen dataclass of plain values: its text says all of it.
    etag = etag_of(report.name, wants_csv, run.data_version, request, comparison, view)

    def make() -> Response[str]:
        started = time.perf_counter()
        answer = serve_report(
            report,
            account,
            request,
            run,
            facts=bootstrap.facts(),
            lake=bootstrap.lake(),
            comparison=comparison,
        )
        answer["rows"], answer["next"] = view.apply(answer["rows"], run.data_version)
        milliseconds = round((time.perf_counter() - started) * 1000)
        rows = answer["rows"]
        told = {"report": report.name, "rows": len(rows), "milliseconds": milliseconds}
        logger.info("report made", extra=told)
        if wants_csv:
            flat = [flat_row(row) for row in rows]
            return csv_answer(list(flat[0]) if flat else [], flat, etag)
        return json_answer(answer, etag=etag)

    return unless_known(router, etag, make)


def compared(
    span: Span, compare: str | None, make_request: Callable[[Span], Request[Any]]
) -> Comparison[Any] | None:
    """Return the question about the range that one is compared with, if it is compared.

    Raises:
        InvalidParameterError: no report can answer it.
    """
    return Comparison(compare, make_request(span.before(compare))) if compare else None


def span_of(asked: Asked, run: PublishedRun, default: str) -> Span:
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
        day = date.fromisoformat(text or "")
    except ValueError:
        message = f"{name}: not a date like 2026-11-21"
        raise InvalidParameterError(message) from None
    if not _EARLIEST <= day <= _LATEST:
        message = f"{name}: not between {_EARLIEST} and {_LATEST}"
        raise InvalidParameterError(message)
    return day
