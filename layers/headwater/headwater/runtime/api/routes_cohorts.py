"""The cohorts, what customers are worth, and their subscriptions."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.domain.row_filters import LONGEST, Condition, read_condition
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import Revenue
from headwater.runtime.api.models_cohorts import CohortKind, CohortPart, CohortsReport
from headwater.runtime.api.models_ltv import LtvReport
from headwater.runtime.api.models_subscription_report import (
    SubscriptionPart,
    SubscriptionsReport,
)
from headwater.runtime.api.report_answers import (
    ALL_TIME,
    First,
    Last,
    Orders,
    ReportRows,
    UsualRange,
    answer_report,
)
from headwater.runtime.api.routing import new_router
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.subscriptions import (
    SUBSCRIPTIONS,
    SubscriptionsQuery,
    SubscriptionsRequest,
)

Where = Annotated[
    str | None,
    Query(
        description="Whose click: a condition on channel, source, medium, campaign, content, term, "
        "adset, ad; like source = google and (campaign = 'a' or campaign ~ 'brand').",
        max_length=LONGEST,
    ),
]


def cohort_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of these reports.

    Args:
        serve_report: the use case behind all reports.
    """
    router = new_router()
    _add_cohorts(router, serve_report)
    _add_ltv(router, serve_report)
    _add_subscriptions(router, serve_report)
    return router


def _add_cohorts(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the cohort report."""

    @router.get(
        "/v1/reports/cohorts",
        operation_id="read_cohorts",
        summary="Cohorts",
        description="What those who joined in one month cost, and what they have bought since, by "
        "age in months and days. Without a range: all time. `Accept: text/csv` gives the rows as "
        "CSV.",
        tags=["reports"],
        responses=answers(CohortsReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_cohorts(  # noqa: PLR0913, PLR0917 - each is a parameter of the route
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        by: Annotated[CohortKind, Query(description="How members join.")] = "first_purchase",
        part: Annotated[CohortPart, Query(description="Which rows.")] = "cohorts",
        revenue: Annotated[Revenue, Query(description="What ratios are taken of.")] = "net",
        where: Where = None,
        orders: Orders = "all",
    ) -> Response[str]:
        chosen = chosen_clicks(where)
        return answer_report(
            router,
            serve_report,
            COHORTS,
            (first, last, usual_range),
            lambda span: CohortsRequest(Joining(span, by, chosen, orders), part, revenue),
            rows,
            default=ALL_TIME,
        )


def _add_ltv(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the LTV report."""

    @router.get(
        "/v1/reports/ltv",
        operation_id="read_ltv",
        summary="Lifetime value",
        description="What customers are worth by the click that brought them, to date and by age, "
        "or one by one. Without a range: all time. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(LtvReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_ltv(  # noqa: PLR0913, PLR0917 - each is a parameter of the route
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        by: Annotated[
            str, Query(description="Dimensions of the first click, comma-separated; or contact.")
        ] = "campaign",
        revenue: Annotated[Revenue, Query(description="What ratios are taken of.")] = "net",
        where: Where = None,
        orders: Orders = "all",
    ) -> Response[str]:
        names, chosen = tuple(by.split(",")), chosen_clicks(where)
        return answer_report(
            router,
            serve_report,
            LTV,
            (first, last, usual_range),
            lambda span: LtvRequest(
                LtvQuery(Joining(span, where=chosen, orders=orders), names), revenue
            ),
            rows,
            default=ALL_TIME,
        )


def _add_subscriptions(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the subscriptions report."""

    @router.get(
        "/v1/reports/subscriptions",
        operation_id="read_subscriptions",
        summary="Subscriptions",
        description="Active, new, lapsed and returned by month, retention by cycle, and what they "
        "bring by the click that brought the subscriber. `Accept: text/csv` gives the rows as CSV.",
        tags=["reports"],
        responses=answers(SubscriptionsReport, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_subscriptions(
        rows: ReportRows,
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        part: Annotated[SubscriptionPart, Query(description="Which rows.")] = "months",
        revenue: Annotated[Revenue, Query(description="What ratios are taken of.")] = "net",
    ) -> Response[str]:
        return answer_report(
            router,
            serve_report,
            SUBSCRIPTIONS,
            (first, last, usual_range),
            lambda span: SubscriptionsRequest(SubscriptionsQuery(span), part, revenue),
            rows,
            default=ALL_TIME,
        )


def chosen_clicks(where: str | None) -> Condition | None:
    """Return the condition on clicks that a request states, if it states one.

    Raises:
        InvalidParameterError: it cannot be read.
    """
    return read_condition("where", where) if where else None
