"""The shapes of the LTV report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from headwater.domain.cohorts import WINDOWS
from headwater.runtime.api.fields import (
    Amount,
    ApiModel,
    Day,
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
from headwater.runtime.api.models_reports import Envelope, RowNames
from headwater.runtime.api.report_examples import RUN

Acquired = Literal[
    "credited", "unattributed", "pre_tracking", "untracked_channel", "migrated", "test"
]
_FIGURES: dict[str, Any] = {
    "customers": 96,
    "repeat_customers": 24,
    "orders": 131,
    "gross": "6550.00",
    "refunds": "150.00",
    "net": "6400.00",
    "cost": "2400.00",
    "ltv": "66.67",
    "ncac": "25.00",
    "payback_ratio": "2.6667",
    "aov": "48.85",
    "repeat_rate": "0.2500",
    "roi": "1.6667",
    **{f"customers_{days}": 96 for days in WINDOWS},
    **{f"value_{days}": "66.67" for days in WINDOWS},
    **{f"impact_{days}": "0.3333" for days in WINDOWS},
}


class LtvParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from", description="Who bought first on these days.")
    last: Day = Field(alias="to")
    by: list[str]
    revenue: Revenue
    where: str | None = Field(description="As it was understood.")
    orders: WhichOrders = Field(description="Of what they bought: all, first orders, or others.")
    is_partial: bool = Field(description="The range is not over yet.")


class LtvFigures(ApiModel):
    """What customers are worth, to date and at ages that they have all reached."""

    customers: int | None
    repeat_customers: int | None
    orders: int | None
    gross: Amount | None
    refunds: Amount | None
    net: Amount | None
    cost: Amount | None = Field(description="Of the range, under the same names.")
    ltv: Amount | None
    ncac: Amount | None
    payback_ratio: Ratio | None
    aov: Amount | None
    repeat_rate: Ratio | None
    roi: Ratio | None
    customers_0: int | None = Field(description="Who has been a customer for a whole day.")
    customers_30: int | None
    customers_60: int | None
    customers_90: int | None
    customers_180: int | None
    customers_365: int | None
    value_0: Amount | None = Field(description="Revenue of day 0 per such customer.")
    value_30: Amount | None
    value_60: Amount | None
    value_90: Amount | None
    value_180: Amount | None
    value_365: Amount | None
    impact_0: Ratio | None
    impact_30: Ratio | None = Field(description="What followed day 0, over the revenue of day 0.")
    impact_60: Ratio | None
    impact_90: Ratio | None
    impact_180: Ratio | None
    impact_365: Ratio | None


@compared_row("ltv")
class LtvRow(RowNames, LtvFigures):
    """Customers whom clicks of one name brought, or of whom no click is known."""

    kind: Acquired


@compared_row("ltv")
class LtvContact(ApiModel):
    """One customer."""

    contact: str = Field(description="A pseudonym; the same person is the same one.")
    kind: Acquired
    acquired_on: Day | None
    last_order_on: Day | None
    channel: str
    source: str
    campaign: str
    orders: int
    gross: Amount
    refunds: Amount
    net: Amount
    aov: Amount | None


@compared_report
class LtvReport(Envelope):
    """What customers are worth by the click that brought them, or one by one."""

    model_config = with_example(
        {
            "report": "ltv",
            **RUN,
            "history": "complete",
            "parameters": {
                "from": "2026-01-01",
                "to": "2026-06-30",
                "by": ["campaign"],
                "revenue": "net",
                "where": None,
                "orders": "all",
                "is_partial": False,
                "compare": None,
            },
            "totals": _FIGURES,
            "rows": [{"kind": "credited", "campaign": "brand", **_FIGURES}],
            "notes": [],
            "next": None,
        }
    )

    parameters: LtvParameters
    totals: LtvFigures
    rows: list[LtvRow] | list[LtvContact] = Field(description="By contact: one by one.")
    notes: list[str]
    next: NextPage
