"""The routes of the reports that runs materialize: one list for the function, contract and views.

A report of the registry whose route is not here could be no view, which a test of the views tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.runtime.api.routes_cohorts import cohort_routes
from headwater.runtime.api.routes_comparisons import comparison_routes
from headwater.runtime.api.routes_coverage import coverage_routes
from headwater.runtime.api.routes_health import health_routes
from headwater.runtime.api.routes_lags import lag_routes
from headwater.runtime.api.routes_leads import lead_routes
from headwater.runtime.api.routes_reports import report_routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler.api_gateway import Router


def report_routers(serve_report: Callable[..., dict[str, Any]]) -> tuple[Router, ...]:
    """Return the routes.

    Args:
        serve_report: the use case behind all reports.
    """
    return (
        report_routes(serve_report),
        comparison_routes(serve_report),
        cohort_routes(serve_report),
        lag_routes(serve_report),
        lead_routes(serve_report),
        coverage_routes(serve_report),
        health_routes(serve_report),
    )
