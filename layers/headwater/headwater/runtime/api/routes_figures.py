"""What stands behind a figure of a report."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.domain.figures import Figure
from headwater.domain.row_views import start_of
from headwater.errors import InvalidParameterError
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import CSV, csv_answer, etag_of, json_answer
from headwater.runtime.api.asked_figures import (
    FigureAsked,
    Figures,
    asked_reconciliation,
    asked_report,
)
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_figures import FollowedFigure
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.report_answers import (
    DEFAULT_RANGE,
    First,
    Last,
    UsualRange,
    compared,
    span_of,
)
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger
from headwater.usecases.follow_figures import FollowRequest
from headwater.usecases.following.registry import FOLLOWERS
from headwater.usecases.published_runs import PublishedRun
from headwater.usecases.reports.report import Span
from headwater.usecases.serve_reconciliation import RECONCILIATION


def figure_routes(
    follow_figure: Callable[..., dict[str, Any]],
    follow_reconciliation: Callable[..., dict[str, Any]],
) -> Router:
    """Return the route that leads from any figure to its rows.

    Args:
        follow_figure: the use case behind it.
        follow_reconciliation: that of the report which is no run's.
    """
    router = new_router()

    @router.get(
        "/v1/reports/<report>/rows",
        operation_id="follow_figure",
        summary="What is behind a figure",
        description="The orders, contacts, leads, subscriptions, clicks, visits or cost rows that "
        "sum to a figure of a report, or the figures that a ratio is made of. Takes the report's "
        "own parameters, the figure as of, and the columns that name its row; a total is named "
        "by none. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(FollowedFigure, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_rows(
        report: Annotated[str, Path(max_length=32)],
        figure: Figures,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
    ) -> Response[str]:
        run = published_run(router)
        if report == RECONCILIATION:
            span = span_of((first, last, usual_range), run, DEFAULT_RANGE)
            return _of_reconciliation(router, follow_reconciliation, figure, span, run)
        asked = asked_report(report)
        if figure.data_version not in {None, run.data_version}:
            message = "data_version: a run has brought other figures since; read the report again"
            raise InvalidParameterError(message)
        span = span_of((first, last, usual_range), run, asked.default_range)
        request = asked.request(figure, span)
        comparison = compared(span, figure.compare, partial(asked.request, figure))
        start = start_of(figure.after or "", run.data_version)
        followed = FollowRequest(Figure(figure.of, figure.key()), figure.limit, start, comparison)
        wants_csv = CSV in (router.current_event.headers.get("accept") or "")
        etag = etag_of("rows", report, wants_csv, run.data_version, request, followed)

        def make() -> Response[str]:
            answer = follow_figure(
                FOLLOWERS[report],
                account_of(router),
                request,
                followed,
                run,
                facts=bootstrap.facts(),
                lake=bootstrap.lake(),
            )
            return _answered(report, answer, etag, wants_csv=wants_csv)

        return unless_known(router, etag, make)

    return router


def _of_reconciliation(
    router: Router,
    follow_reconciliation: Callable[..., dict[str, Any]],
    figure: FigureAsked,
    span: Span,
    run: PublishedRun,
) -> Response[str]:
    """Answer what is behind a figure that is no run's: a day may be reconciled again any time."""
    start = start_of(figure.after or "", run.data_version)
    answer = follow_reconciliation(
        account_of(router),
        asked_reconciliation(figure, span),
        FollowRequest(Figure(figure.of, figure.key()), figure.limit, start),
        run,
        accounts=bootstrap.accounts(),
        lake=bootstrap.lake(),
    )
    wants_csv = CSV in (router.current_event.headers.get("accept") or "")
    etag = etag_of("rows", wants_csv, answer)
    return unless_known(
        router, etag, lambda: _answered(RECONCILIATION, answer, etag, wants_csv=wants_csv)
    )


def _answered(report: str, answer: dict[str, Any], etag: str, *, wants_csv: bool) -> Response[str]:
    _tell_difference(report, answer)
    return _as_csv(answer, etag) if wants_csv else json_answer(answer, etag=etag)


def _tell_difference(report: str, answer: dict[str, Any]) -> None:
    """Log a figure that its rows do not sum to: a defect, which the answer shows besides."""
    totals = answer["totals"]
    if totals is not None and totals["figure"] != answer["value"]:
        told = {"report": report, "figure": answer["figure"]}
        logger.error("a figure and its rows differ", extra=told)


def _as_csv(answer: dict[str, Any], etag: str) -> Response[str]:
    """Return the rows, or the figures of a formula; of touches their ids."""
    rows = [
        row | {"touches": " ".join(touch["touch_id"] for touch in row["touches"])}
        if "touches" in row
        else row
        for row in answer["rows"] or answer["parts"]
    ]
    return csv_answer(list(rows[0]) if rows else [], rows, etag)
