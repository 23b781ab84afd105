"""How a figure is asked for: the report's own parameters, and the columns that name its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from headwater.domain.forecasts import LEAST_HORIZON, MOST_HORIZON, USUAL_HORIZON
from headwater.domain.row_filters import LONGEST, read_condition
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.runtime.api.fields import Compare, DateBasis, Model, Revenue, WhichOrders
from headwater.runtime.api.models_reconciliation import Basis
from headwater.runtime.api.report_answers import ALL_TIME, DEFAULT_RANGE
from headwater.usecases.reports.cohorts import CohortsRequest
from headwater.usecases.reports.coverage import CoverageQuery, CoverageRequest
from headwater.usecases.reports.forecast import ForecastQuery, ForecastRequest
from headwater.usecases.reports.health import HealthQuery, HealthRequest, longest_window
from headwater.usecases.reports.journeys import JourneysQuery, JourneysRequest
from headwater.usecases.reports.lags import LagsQuery, LagsRequest
from headwater.usecases.reports.leads import LeadsQuery, LeadsRequest
from headwater.usecases.reports.ltv import LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.models import ModelsRequest
from headwater.usecases.reports.roi import RoiQuery, RoiRequest
from headwater.usecases.reports.subscriptions import SubscriptionsQuery, SubscriptionsRequest
from headwater.usecases.serve_reconciliation import RECONCILIATION, ReconciliationQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headwater.domain.row_filters import Condition
    from headwater.usecases.reports.report import Request, Span

Name = Annotated[str | None, Field(max_length=500)]


class RowNamed(BaseModel):
    """The columns that name a row of a report; a total is named by none."""

    kind: Name = None
    channel: Name = None
    source: Name = None
    day: Name = None
    status_id: Name = None
    medium: Name = None
    campaign: Name = None
    content: Name = None
    term: Name = None
    adset: Name = None
    ad: Name = None
    landing_page: Name = None
    device: Name = None
    new_repeat: Name = None
    order_kind: Name = None
    store: Name = None
    store_channel: Name = None
    coupon: Name = None
    product: Name = None
    category: Name = None
    cohort: Name = None
    age: Name = None
    days: Name = None
    month: Name = None
    cycle: Name = None
    measure: Name = None
    contact: Name = None
    section: Name = None
    name: Name = None
    opt_in_source: Name = None
    opt_in_kind: Name = None
    opt_in_name: Name = None
    platform: Name = None
    method: Name = None
    cause: Name = None
    campaign_id: Name = None
    adset_id: Name = None
    ad_id: Name = None
    click_id_kind: Name = None
    page_type: Name = None
    storefront: Name = None
    check: Name = None


class FigureAsked(RowNamed):
    """Which figure of which answer, and which of the rows behind it."""

    of: str = Field(
        max_length=100, description="The figure: its column, as CSV names it, like net."
    )
    by: str | None = Field(None, max_length=500, description="As the report takes it.")
    model: Model | None = Field(None, description="As the report takes it.")
    revenue: Revenue | None = Field(None, description="As the report takes it.")
    date: DateBasis | None = Field(None, description="As the report takes it.")
    orders: WhichOrders | None = Field(None, description="As the report takes it.")
    compare: Compare | None = Field(None, description="As the report takes it.")
    part: str | None = Field(None, max_length=32, description="As the report takes it.")
    where: str | None = Field(None, max_length=LONGEST, description="As the report takes it.")
    basis: Basis | None = Field(None, description="As the report takes it.")
    horizon: int | None = Field(
        None, ge=LEAST_HORIZON, le=MOST_HORIZON, description="As the report takes it."
    )
    data_version: str | None = Field(
        None, max_length=32, description="Of the report; refused once a run has brought other data."
    )
    limit: int = Field(1_000, description="How many rows at once, up to 10,000.")
    after: str | None = Field(
        None, max_length=100, description="What stood under next in the page before."
    )

    def key(self) -> Mapping[str, str] | None:
        """Return the values that name the row, or None for a total."""
        given = {name: getattr(self, name) for name in RowNamed.model_fields}
        return {name: value for name, value in given.items() if value is not None} or None


Figures = Annotated[FigureAsked, Query()]


@dataclass(frozen=True, slots=True)
class AskedReport:
    """How a report's question is made of the parameters that it takes, beside the range."""

    takes: tuple[str, ...]
    make: Callable[[Span, Any], Request[Any]]
    default_range: str = DEFAULT_RANGE

    def request(self, asked: FigureAsked, span: Span) -> Request[Any]:
        """Return the question.

        Raises:
            InvalidParameterError: a parameter is not the report's, or has an impossible value.
        """
        _refuse_others(asked, (*self.takes, "compare"))
        return self.make(span, asked)


_PARAMETERS = (
    *("by", "model", "revenue", "date", "orders", "compare"),
    *("part", "where", "horizon", "basis"),
)


def _refuse_others(asked: FigureAsked, takes: tuple[str, ...]) -> None:
    for name in _PARAMETERS:
        if getattr(asked, name) is not None and name not in takes:
            message = f"{name}: no parameter of this report"
            raise InvalidParameterError(message)


def asked_reconciliation(asked: FigureAsked, span: Span) -> ReconciliationQuery:
    """Return the question of the report that is no run's.

    Raises:
        InvalidParameterError: a parameter is not the report's, or has an impossible value.
    """
    _refuse_others(asked, ("basis",))
    return ReconciliationQuery(span.first, span.last, asked.basis or "total")


def _roi(span: Span, asked: FigureAsked) -> RoiRequest:
    return RoiRequest(
        _query(span, asked, "channel"),
        asked.model or "last_click",
        asked.revenue or "net",
    )


def _models(span: Span, asked: FigureAsked) -> ModelsRequest:
    return ModelsRequest(_query(span, asked, "campaign"), asked.revenue or "net")


def _leads(span: Span, asked: FigureAsked) -> LeadsRequest:
    query = LeadsQuery(span, _names(asked), asked.orders or "all")
    return LeadsRequest(query, asked.model or "new_lead", asked.revenue or "net")


def _lags(span: Span, asked: FigureAsked) -> LagsRequest:
    query = LagsQuery(Joining(span, where=_chosen(asked)), _names(asked))
    return LagsRequest(query, asked.part or "percentiles")


def _forecast(span: Span, asked: FigureAsked) -> ForecastRequest:
    query = ForecastQuery(
        span,
        _names(asked),
        asked.orders or "new",
        asked.revenue or "net",
        asked.horizon or USUAL_HORIZON,
    )
    return ForecastRequest(query, asked.model or "first_click")


def _names(asked: FigureAsked, usual: str = "campaign") -> tuple[str, ...]:
    return tuple((asked.by or usual).split(","))


def _chosen(asked: FigureAsked) -> Condition | None:
    return read_condition("where", asked.where) if asked.where else None


def _coverage(span: Span, asked: FigureAsked) -> CoverageRequest:
    part, revenue = asked.part or "revenue", asked.revenue or "net"
    query = CoverageQuery(span, asked.orders or "all")
    return CoverageRequest(query, part, revenue, asked.model)


def _health(span: Span, asked: FigureAsked) -> HealthRequest:
    return HealthRequest(HealthQuery(longest_window(span)), asked.part or "windows")


def _query(span: Span, asked: FigureAsked, usual: str) -> RoiQuery:
    names = _names(asked, usual)
    return RoiQuery(span, names, asked.date or "conversion", asked.orders or "all")


def _journeys(span: Span, asked: FigureAsked) -> JourneysRequest:
    return JourneysRequest(JourneysQuery(span, asked.orders or "all"))


def _subscriptions(span: Span, asked: FigureAsked) -> SubscriptionsRequest:
    query = SubscriptionsQuery(span)
    return SubscriptionsRequest(query, asked.part or "months", asked.revenue or "net")


def _cohorts(span: Span, asked: FigureAsked) -> CohortsRequest:
    joining = Joining(span, asked.by or "first_purchase", _chosen(asked), asked.orders or "all")
    return CohortsRequest(joining, asked.part or "cohorts", asked.revenue or "net")


def _ltv(span: Span, asked: FigureAsked) -> LtvRequest:
    joining = Joining(span, where=_chosen(asked), orders=asked.orders or "all")
    return LtvRequest(LtvQuery(joining, _names(asked)), asked.revenue or "net")


_REPORTS = {
    "roi": AskedReport(("by", "model", "revenue", "date", "orders"), _roi),
    "models": AskedReport(("by", "revenue", "date", "orders"), _models),
    "leads": AskedReport(("by", "model", "revenue", "orders"), _leads),
    "lags": AskedReport(("by", "part", "where"), _lags, ALL_TIME),
    "coverage": AskedReport(("part", "model", "revenue", "orders"), _coverage),
    "forecast": AskedReport(("by", "model", "revenue", "orders", "horizon"), _forecast, ALL_TIME),
    "journeys": AskedReport(("orders",), _journeys),
    "subscriptions": AskedReport(("part", "revenue"), _subscriptions, ALL_TIME),
    "cohorts": AskedReport(("by", "part", "revenue", "where", "orders"), _cohorts, ALL_TIME),
    "ltv": AskedReport(("by", "revenue", "where", "orders"), _ltv, ALL_TIME),
    "health": AskedReport(("part",), _health),
}


def asked_report(name: str) -> AskedReport:
    """Return how a report is asked for.

    Raises:
        UnknownResourceError: there is no such report, or its figures are not followed.
    """
    if name not in _REPORTS:
        message = f"figures are followed of the reports {', '.join((*_REPORTS, RECONCILIATION))}"
        raise UnknownResourceError(message)
    return _REPORTS[name]
