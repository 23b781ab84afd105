"""The shapes of the lags report and of the forecast."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from headwater.runtime.api.fields import (
    Amount,
    ApiModel,
    Day,
    Model,
    NextPage,
    Ratio,
    Revenue,
    WhichOrders,
    with_example,
)
from headwater.runtime.api.models_compared import (
    RangeParameters,
    compared_report,
    compared_row,
)
from headwater.runtime.api.models_effects import EffectsSummary
from headwater.runtime.api.models_ltv import Acquired
from headwater.runtime.api.models_reports import Envelope, RowNames
from headwater.runtime.api.report_examples import RUN

LagsPart = Literal["percentiles", "distribution"]
Lag = Literal["touch_to_opt_in", "opt_in_to_purchase", "touch_to_purchase"]
_SPREAD = {"customers": 80, "median": 3, "p75": 12, "p90": 41}
_LAGS: dict[str, Any] = {
    "customers": 96,
    "touch_to_opt_in": _SPREAD,
    "opt_in_to_purchase": _SPREAD,
    "touch_to_purchase": _SPREAD,
}
_AGES: dict[str, Any] = {
    "orders": 96,
    "revenue": "6400.00",
    "days_50": 2,
    "days_80": 15,
    "days_90": 34,
}


class LagsParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from", description="Who bought first on these days.")
    last: Day = Field(alias="to")
    by: list[str]
    part: LagsPart
    where: str | None = Field(description="As it was understood.")
    is_partial: bool = Field(description="The range is not over yet.")


class LagSpread(ApiModel):
    """How a lag is spread over the customers who have it, in days."""

    customers: int
    median: int | None
    p75: int | None
    p90: int | None


class LagsTotals(ApiModel):
    """What new customers took."""

    customers: int | None
    touch_to_opt_in: LagSpread | None
    opt_in_to_purchase: LagSpread | None
    touch_to_purchase: LagSpread | None


@compared_row("lags", "percentiles")
class LagsRow(RowNames, LagsTotals):
    """What the customers took whom clicks of one name brought."""

    kind: Acquired


@compared_row("lags", "distribution")
class LagBucketRow(RowNames):
    """How many of them took so many days."""

    kind: Acquired
    measure: Lag
    days: str
    customers: int
    share: Ratio | None
    cumulative_share: Ratio | None


@compared_report
class LagsReport(Envelope):
    """Days from click to opt-in to first purchase, by the click that came first."""

    model_config = with_example(
        {
            "report": "lags",
            **RUN,
            "history": "complete",
            "parameters": {
                "from": "2026-01-01",
                "to": "2026-06-30",
                "by": ["campaign"],
                "part": "percentiles",
                "where": None,
                "is_partial": False,
                "compare": None,
            },
            "totals": _LAGS,
            "rows": [{"kind": "credited", "campaign": "brand", **_LAGS}],
            "notes": [],
            "next": None,
        }
    )

    parameters: LagsParameters
    totals: LagsTotals
    rows: list[LagsRow] | list[LagBucketRow]
    notes: list[str]
    next: NextPage


class ForecastParameters(RangeParameters):
    """The question that a forecast answers, defaults filled in."""

    first: Day = Field(alias="from", description="Clicks of these days.")
    last: Day = Field(alias="to")
    by: list[str]
    model: Model
    revenue: Revenue
    orders: WhichOrders
    horizon: int = Field(description="Clicks count that are so many days old.")
    is_partial: bool


class ForecastTotals(ApiModel):
    """By which age, in days, how much of the revenue of clicks had come."""

    orders: int | None
    revenue: Amount | None
    days_50: int | None = Field(description="The least age by which half of it had come.")
    days_80: int | None
    days_90: int | None


@compared_row("forecast")
class ForecastRow(RowNames, ForecastTotals):
    """The same of one name, and by when it can be judged."""

    evaluation_days: int | None = Field(description="The age at 90 %: its own, or that of all.")
    basis: Literal["own", "all"] | None
    first_click_on: Day | None
    last_click_on: Day | None
    running_days: int | None
    is_old_enough: bool | None


@compared_report
class ForecastReport(Envelope):
    """How long clicks take to bring what they bring."""

    model_config = with_example(
        {
            "report": "forecast",
            **RUN,
            "history": "complete",
            "parameters": {
                "from": "2025-11-21",
                "to": "2026-11-20",
                "by": ["campaign"],
                "model": "first_click",
                "revenue": "net",
                "orders": "new",
                "horizon": 90,
                "is_partial": False,
                "compare": None,
            },
            "totals": _AGES,
            "rows": [
                {
                    "campaign": "brand",
                    **_AGES,
                    "evaluation_days": 34,
                    "basis": "own",
                    "first_click_on": "2026-02-01",
                    "last_click_on": "2026-11-20",
                    "running_days": 293,
                    "is_old_enough": True,
                }
            ],
            "notes": [],
            "effects": None,
            "next": None,
        }
    )

    parameters: ForecastParameters
    totals: ForecastTotals
    rows: list[ForecastRow]
    notes: list[str]
    effects: list[EffectsSummary] | None = Field(
        description="The versions that the range's orders are split by; null of other models."
    )
    next: NextPage
