"""The reports, and the list of what can be asked."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.runtime.api.answers import etag_of, json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import DateBasis, Model, Revenue
from headwater.runtime.api.models_reports import ReportList, RoiReport
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.report_answers import (
    First,
    Last,
    Orders,
    ReportRows,
    UsualRange,
    answer_report,
)
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.list_reports import list_reports
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest


def report_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of the reports.

    Args:
        serve_report: the use case behind them.
    """
    router = new_router()
    _add_list(router)
    _add_roi(router, serve_report)
    return router


def _add_list(router: Router) -> None:
    """Add the route of what can be asked."""

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


def _add_roi(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the ROI report."""

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
    def read_roi(  # noqa: PLR0913, PLR0917 - each is a parameter of the route
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        by: Annotated[
            str, Query(description="Dimensions of the rows, comma-separated.")
        ] = "channel",
        model: Annotated[Model, Query(description="Who gets the credit.")] = "last_click",
        revenue: Annotated[Revenue, Query(description="What ratios are taken of.")] = "net",
        date: Annotated[DateBasis, Query(description="By which date the range is cut.")] = (
            "conversion"
        ),
        orders: Orders = "all",
    ) -> Response[str]:
        asked, names = (first, last, usual_range), tuple(by.split(","))
        return answer_report(
            router,
            serve_report,
            ROI,
            asked,
            lambda span: RoiRequest(RoiQuery(span, names, date, orders), model, revenue),
            rows,
        )
