"""Every report that runs materialize and the API serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.usecases.reports.cohorts import COHORTS
from headwater.usecases.reports.coverage import COVERAGE
from headwater.usecases.reports.forecast import FORECAST
from headwater.usecases.reports.health import HEALTH
from headwater.usecases.reports.journeys import JOURNEYS
from headwater.usecases.reports.lags import LAGS_REPORT
from headwater.usecases.reports.leads import LEADS
from headwater.usecases.reports.ltv import LTV
from headwater.usecases.reports.models import MODELS_REPORT
from headwater.usecases.reports.roi import ROI
from headwater.usecases.reports.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from headwater.usecases.reports.report import Report

REPORTS: tuple[Report[Any, Any], ...] = (
    ROI,
    MODELS_REPORT,
    JOURNEYS,
    LAGS_REPORT,
    FORECAST,
    LEADS,
    COVERAGE,
    HEALTH,
    COHORTS,
    LTV,
    SUBSCRIPTIONS,
)
