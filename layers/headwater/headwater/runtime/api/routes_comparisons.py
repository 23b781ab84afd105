"""The comparison of models and the journey facts."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import Revenue
from headwater.runtime.api.models_comparisons import JourneysReport, ModelsReport
from headwater.runtime.api.report_answers import (
    First,
    Last,
    Orders,
    ReportRows,
    UsualRange,
    answer_report,
)
from headwater.runtime.api.routing import new_router
from headwater.usecases.reports.journeys import JOURNEYS, JourneysQuery, JourneysRequest
from headwater.usecases.reports.models import MODELS_REPORT, ModelsRequest
from headwater.usecases.reports.roi import RoiQuery


def comparison_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of these reports.

    Args:
        serve_report: the use case behind them.
    """
    router = new_router()
    _add_models(router, serve_report)
    _add_journeys(router, serve_report)
    return router


def _add_models(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the comparison of models."""

    @router.get(
        "/v1/reports/models",
        operation_id="read_models",
        summary="All models side by side",
        description="What each attribution model gives to each campaign, or any other name, and "
        "how far they lie apart. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(ModelsReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_models(
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        by: Annotated[
            str, Query(description="Dimensions of the rows, comma-separated.")
        ] = "campaign",
        revenue: Annotated[Revenue, Query(description="What is compared.")] = "net",
        orders: Orders = "all",
    ) -> Response[str]:
        asked, names = (first, last, usual_range), tuple(by.split(","))
        return answer_report(
            router,
            serve_report,
            MODELS_REPORT,
            asked,
            lambda span: ModelsRequest(RoiQuery(span, names, orders=orders), revenue),
            rows,
        )


def _add_journeys(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the journey facts."""

    @router.get(
        "/v1/reports/journeys",
        operation_id="read_journeys",
        summary="The ways to the orders",
        description="Touches and days to an order, lags of first orders, the most frequent paths, "
        "assists and what occurs together. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(JourneysReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_journeys(
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        orders: Orders = "all",
    ) -> Response[str]:
        asked = (first, last, usual_range)
        return answer_report(
            router,
            serve_report,
            JOURNEYS,
            asked,
            lambda span: JourneysRequest(JourneysQuery(span, orders)),
            rows,
        )
