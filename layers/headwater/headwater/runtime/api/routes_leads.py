"""The leads: who signed up, and what became of it."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.domain.leads import LEAD_NAMES
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import Model, Revenue
from headwater.runtime.api.models_leads import LeadsReport
from headwater.runtime.api.report_answers import (
    First,
    Last,
    Orders,
    ReportRows,
    UsualRange,
    answer_report,
)
from headwater.runtime.api.routing import new_router
from headwater.usecases.reports.leads import LEADS, LeadsQuery, LeadsRequest


def lead_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the route of the leads report.

    Args:
        serve_report: the use case behind all reports.
    """
    router = new_router()

    @router.get(
        "/v1/reports/leads",
        operation_id="read_leads",
        summary="Leads",
        description="Who signed up, through which click and where, what they cost, and what they "
        "have bought since. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(LeadsReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_leads(  # noqa: PLR0913, PLR0917 - each is a parameter of the route
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        by: Annotated[
            str, Query(description=f"Names, comma-separated, of {', '.join(LEAD_NAMES)}.")
        ] = "campaign",
        model: Annotated[Model, Query(description="Which click a lead counts for.")] = "new_lead",
        revenue: Annotated[Revenue, Query(description="What ratios are taken of.")] = "net",
        orders: Orders = "all",
    ) -> Response[str]:
        names = tuple(by.split(","))
        return answer_report(
            router,
            serve_report,
            LEADS,
            (first, last, usual_range),
            lambda span: LeadsRequest(LeadsQuery(span, names, orders), model, revenue),
            rows,
        )

    return router
