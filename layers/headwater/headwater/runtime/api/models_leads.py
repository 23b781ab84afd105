"""The shapes of the leads report."""

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
from headwater.runtime.api.models_reports import Envelope, RowNames
from headwater.runtime.api.report_examples import RUN

LeadState = Literal["credited", "unattributed", "pre_tracking"]
_FIGURES: dict[str, Any] = {
    "leads": 204,
    "reengaged": 31,
    "customers": 51,
    "conversion": "0.2500",
    "days_to_purchase": {"median": 3, "p75": 12, "p90": 41},
    "orders": 70,
    "gross": "3550.00",
    "refunds": "150.00",
    "net": "3400.00",
    "cost": "1020.00",
    "cpl": "5.00",
    "epl": "16.67",
    "ltv": "66.67",
    "cac": "20.00",
    "roi": "2.3333",
}


class LeadsParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from", description="Who signed up on these days.")
    last: Day = Field(alias="to")
    by: list[str]
    model: Model
    revenue: Revenue
    orders: WhichOrders = Field(description="Of what they bought: all, first orders, or others.")
    is_partial: bool = Field(description="The range is not over yet.")


class DaysToPurchase(ApiModel):
    """How many days those took who have bought."""

    median: int | None
    p75: int | None
    p90: int | None


class LeadsFigures(ApiModel):
    """Leads, what they cost, and what became of them to date."""

    leads: int = Field(description="First opt-ins.")
    reengaged: int = Field(description="Contacts who opted in again.")
    customers: int | None = Field(description="Leads who have bought since they signed up.")
    conversion: Ratio | None
    days_to_purchase: DaysToPurchase | None
    orders: int | None
    gross: Amount | None
    refunds: Amount | None
    net: Amount | None
    cost: Amount | None = Field(description="Null where the names are none of cost.")
    cpl: Amount | None
    epl: Amount | None
    ltv: Amount | None
    cac: Amount | None
    roi: Ratio | None


@compared_row("leads")
class LeadsRow(RowNames, LeadsFigures):
    """Leads of one name, or of whom no click is known."""

    kind: LeadState
    opt_in_source: str | None = None
    opt_in_kind: str | None = None
    opt_in_name: str | None = None


@compared_report
class LeadsReport(Envelope):
    """Who signed up, and what became of it."""

    model_config = with_example(
        {
            "report": "leads",
            **RUN,
            "history": "complete",
            "parameters": {
                "from": "2026-10-01",
                "to": "2026-10-31",
                "by": ["campaign"],
                "model": "new_lead",
                "revenue": "net",
                "orders": "all",
                "is_partial": False,
                "compare": None,
            },
            "totals": _FIGURES,
            "rows": [{"kind": "credited", "campaign": "brand", **_FIGURES}],
            "notes": [],
            "effects": None,
            "next": None,
        }
    )

    parameters: LeadsParameters
    totals: LeadsFigures
    rows: list[LeadsRow]
    notes: list[str]
    effects: list[EffectsSummary] | None = Field(
        description="The versions that the range's orders are split by; null of other models."
    )
    next: NextPage
