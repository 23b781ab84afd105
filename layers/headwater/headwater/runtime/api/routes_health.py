"""The health report."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_health import HealthPart, HealthReport
from headwater.runtime.api.report_answers import First, Last, ReportRows, UsualRange, answer_report
from headwater.runtime.api.routing import new_router
from headwater.usecases.reports.health import HEALTH, HealthQuery, HealthRequest, longest_window


def health_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the route of the health report.

    Args:
        serve_report: the use case behind all reports.
    """
    router = new_router()

    @router.get(
        "/v1/reports/health",
        operation_id="read_health",
        summary="Whether tracking sees what it should",
        description="Attribution health of the last 7 and 30 days, orders of which a visit is "
        "known, paid clicks without a campaign by landing page with the text that mends them, and "
        "where sessions begin. `Accept: text/csv` gives the rows of one part as CSV.",
        tags=["reports"],
        responses=answers(HealthReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_health(
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        part: Annotated[
            HealthPart,
            Query(description="Whose rows stand under rows; the other parts under their names."),
        ] = "windows",
    ) -> Response[str]:
        return answer_report(
            router,
            serve_report,
            HEALTH,
            (first, last, usual_range),
            lambda span: HealthRequest(HealthQuery(longest_window(span)), part),
            rows,
        )

    return router
