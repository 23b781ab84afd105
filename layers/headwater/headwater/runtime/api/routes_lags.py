"""How long it takes until clicks bring customers, and revenue."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.domain.forecasts import LEAST_HORIZON, MOST_HORIZON, USUAL_HORIZON
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import Model, Revenue, WhichOrders
from headwater.runtime.api.models_lags import (
    ForecastReport,
    LagsPart,
    LagsReport,
)
from headwater.runtime.api.report_answers import (
    ALL_TIME,
    First,
    Last,
    ReportRows,
    UsualRange,
    answer_report,
)
from headwater.runtime.api.routes_cohorts import Where, chosen_clicks
from headwater.runtime.api.routing import new_router
from headwater.usecases.reports.forecast import FORECAST, ForecastQuery, ForecastRequest
from headwater.usecases.reports.lags import LAGS_REPORT, LagsQuery, LagsRequest
from headwater.usecases.reports.members import Joining

ClickNames = Annotated[
    str,
    Query(
        description="Names of a click, comma-separated: channel, source, medium, campaign, "
        "content, term, adset, ad."
    ),
]


def lag_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of these reports.

    Args:
        serve_report: the use case behind all reports.
    """
    router = new_router()
    _add_lags(router, serve_report)
    _add_forecast(router, serve_report)
    return router


def _add_lags(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the lags report."""

    @router.get(
        "/v1/reports/lags",
        operation_id="read_lags",
        summary="Days from click to purchase",
        description="How long new customers took from click to opt-in to purchase, by the click "
        "that came first. Without a range: all time. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(LagsReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_lags(
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        by: ClickNames = "campaign",
        part: Annotated[LagsPart, Query(description="Which rows.")] = "percentiles",
        where: Where = None,
    ) -> Response[str]:
        names, chosen = tuple(by.split(",")), chosen_clicks(where)
        return answer_report(
            router,
            serve_report,
            LAGS_REPORT,
            (first, last, usual_range),
            lambda span: LagsRequest(LagsQuery(Joining(span, where=chosen), names), part),
            rows,
            default=ALL_TIME,
        )


def _add_forecast(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the forecast report."""

    @router.get(
        "/v1/reports/forecast",
        operation_id="read_forecast",
        summary="How long to wait before judging a campaign",
        description="By which age clicks had brought half, four fifths and nine tenths of their "
        "revenue. Without a range: all time. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(ForecastReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_forecast(  # noqa: PLR0913, PLR0917 - each is a parameter of the route
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        by: ClickNames = "campaign",
        model: Annotated[Model, Query(description="Who gets the credit.")] = "first_click",
        revenue: Annotated[Revenue, Query(description="What is counted.")] = "net",
        orders: Annotated[
            WhichOrders, Query(description="First orders alone, all, or the others; no rebills.")
        ] = "new",
        horizon: Annotated[
            int,
            Query(
                ge=LEAST_HORIZON,
                le=MOST_HORIZON,
                description="How old a click has to be and how long its orders count, in days.",
            ),
        ] = USUAL_HORIZON,
    ) -> Response[str]:
        names = tuple(by.split(","))
        return answer_report(
            router,
            serve_report,
            FORECAST,
            (first, last, usual_range),
            lambda span: ForecastRequest(
                ForecastQuery(span, names, orders, revenue, horizon), model
            ),
            rows,
            default=ALL_TIME,
        )
