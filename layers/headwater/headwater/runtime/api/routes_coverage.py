"""The coverage report."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import Model, Revenue
from headwater.runtime.api.models_coverage import CoverageReport
from headwater.runtime.api.report_answers import (
    First,
    Last,
    Orders,
    ReportRows,
    UsualRange,
    answer_report,
)
from headwater.runtime.api.routing import new_router
from headwater.usecases.reports.coverage import COVERAGE, CoverageQuery, CoverageRequest


def coverage_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the route of the coverage report.

    Args:
        serve_report: the use case behind all reports.
    """
    router = new_router()

    @router.get(
        "/v1/reports/coverage",
        operation_id="read_coverage",
        summary="What meets a click, and why the rest does not",
        description="Revenue by outcome under each model, cost and clicks by the key that joined "
        "them, what met nothing, and why. `Accept: text/csv` gives the rows of one part as CSV.",
        tags=["reports"],
        responses=answers(CoverageReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_coverage(  # noqa: PLR0913, PLR0917 - each is a parameter of the route
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        part: Annotated[
            Literal["revenue", "cost", "unmatched", "causes"],
            Query(description="Whose rows stand under rows; the other parts under their names."),
        ] = "revenue",
        model: Annotated[Model | None, Query(description="Only this one.")] = None,
        revenue: Annotated[Revenue, Query(description="What shares are taken of.")] = "net",
        orders: Orders = "all",
    ) -> Response[str]:
        return answer_report(
            router,
            serve_report,
            COVERAGE,
            (first, last, usual_range),
            lambda span: CoverageRequest(CoverageQuery(span, orders), part, revenue, model),
            rows,
        )

    return router
