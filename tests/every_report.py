"""Every report of a range, and every part of it, asked in one way or another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.runtime.api.models_cohorts import CohortsReport
from headwater.runtime.api.models_comparisons import JourneysReport, ModelsReport
from headwater.runtime.api.models_coverage import CoverageReport
from headwater.runtime.api.models_health import HealthReport
from headwater.runtime.api.models_lags import ForecastReport, LagsReport
from headwater.runtime.api.models_leads import LeadsReport
from headwater.runtime.api.models_ltv import LtvReport
from headwater.runtime.api.models_reports import RoiReport
from headwater.runtime.api.models_subscription_report import SubscriptionsReport
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.coverage import COVERAGE, CoverageQuery, CoverageRequest
from headwater.usecases.reports.forecast import FORECAST, ForecastQuery, ForecastRequest
from headwater.usecases.reports.health import HEALTH, HealthQuery, HealthRequest, longest_window
from headwater.usecases.reports.journeys import JOURNEYS, JourneysQuery, JourneysRequest
from headwater.usecases.reports.lags import LAGS_REPORT, LagsQuery, LagsRequest
from headwater.usecases.reports.leads import LEADS, LeadsQuery, LeadsRequest
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.models import MODELS_REPORT, ModelsRequest
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from headwater.usecases.reports.subscriptions import (
    SUBSCRIPTIONS,
    SubscriptionsQuery,
    SubscriptionsRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from headwater.usecases.reports.report import Report, Span


@dataclass(frozen=True, eq=False)
class Question:
    """A report with its shape, how it is asked of a range, and by a request to its route."""

    report: Report[Any, Any]
    shape: type[BaseModel]
    ask: Callable[[Span], Any]
    query: str = ""

    def __str__(self) -> str:
        """Return what tells it apart."""
        return f"{self.report.name} {self.query}".strip()


def _parts(
    report: Report[Any, Any],
    shape: type[BaseModel],
    parts: tuple[str, ...],
    ask: Callable[[Span, str], Any],
) -> list[Question]:
    def of(part: str) -> Question:
        return Question(report, shape, lambda span: ask(span, part), f"part={part}")

    return [of(part) for part in parts]


QUESTIONS = [
    Question(
        ROI,
        RoiReport,
        lambda span: RoiRequest(RoiQuery(span, ("campaign",)), "linear", "net"),
        "by=campaign&model=linear",
    ),
    Question(
        ROI,
        RoiReport,
        lambda span: RoiRequest(RoiQuery(span, ("source",), "click"), "last_click", "gross"),
        "by=source&date=click&revenue=gross",
    ),
    Question(
        MODELS_REPORT,
        ModelsReport,
        lambda span: ModelsRequest(RoiQuery(span, ("campaign",)), "net"),
    ),
    Question(JOURNEYS, JourneysReport, lambda span: JourneysRequest(JourneysQuery(span))),
    *_parts(
        LAGS_REPORT,
        LagsReport,
        ("percentiles", "distribution"),
        lambda span, part: LagsRequest(LagsQuery(Joining(span)), part),
    ),
    Question(
        FORECAST,
        ForecastReport,
        lambda span: ForecastRequest(ForecastQuery(span, horizon=7)),
        "horizon=7",
    ),
    Question(LEADS, LeadsReport, lambda span: LeadsRequest(LeadsQuery(span))),
    *_parts(
        COVERAGE,
        CoverageReport,
        ("revenue", "cost", "unmatched", "causes"),
        lambda span, part: CoverageRequest(CoverageQuery(span), part, "net"),
    ),
    *_parts(
        HEALTH,
        HealthReport,
        ("windows", "untagged", "landings", "pages", "scripts", "checks"),
        lambda span, part: HealthRequest(HealthQuery(longest_window(span)), part),
    ),
    *_parts(
        COHORTS,
        CohortsReport,
        ("cohorts", "months", "days", "last_clicks", "time_to_purchase"),
        lambda span, part: CohortsRequest(Joining(span), part),
    ),
    Question(LTV, LtvReport, lambda span: LtvRequest(LtvQuery(Joining(span)))),
    Question(
        LTV,
        LtvReport,
        lambda span: LtvRequest(LtvQuery(Joining(span), ("contact",))),
        "by=contact",
    ),
    *_parts(
        SUBSCRIPTIONS,
        SubscriptionsReport,
        ("months", "cycles", "campaigns"),
        lambda span, part: SubscriptionsRequest(SubscriptionsQuery(span), part),
    ),
]
# Totals are the same under every part.
ONE_OF_EACH = list({question.report.name: question for question in QUESTIONS}.values())
