"""The shapes of the subscriptions report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from headwater.runtime.api.fields import (
    Amount,
    ApiModel,
    Day,
    NextPage,
    Ratio,
    Revenue,
    with_example,
)
from headwater.runtime.api.models_compared import (
    RangeParameters,
    compared_report,
    compared_row,
)
from headwater.runtime.api.models_reports import Envelope
from headwater.runtime.api.report_examples import RUN

SubscriptionPart = Literal["months", "cycles", "campaigns"]
Brought = Literal["credited", "unattributed", "pre_tracking"]
_TOTALS: dict[str, Any] = {
    "subscriptions": 40,
    "active": 28,
    "paused": 2,
    "lapsed": 10,
    "returned": 3,
    "began_before": 0,
    "inferred": 12,
    "skipped": 5,
    "orders": 190,
    "rebills": 150,
    "inferred_share": "0.3000",
    "lapsed_share": "0.2500",
    "gross": "5700.00",
    "refunds": "0.00",
    "net": "5700.00",
    "ltv": "142.50",
    "active_at_end": 31,
    "monthly_gross": "930.00",
    "monthly_net": "930.00",
}
_MONTH: dict[str, Any] = {
    "month": "2026-10",
    "active_before": 29,
    "new": 3,
    "returned": 1,
    "continued": 0,
    "lapsed": 2,
    "active": 31,
    "skipped": 1,
    "initials": 4,
    "rebills": 28,
    "rebill_gross": "840.00",
    "rebill_net": "840.00",
    "gross": "960.00",
    "net": "960.00",
    "churn": "0.0690",
    "retention": "0.9310",
    "monthly_gross": "930.00",
    "monthly_net": "930.00",
    "monthly_per_active": "30.00",
    "inferred_share": "0.2903",
    "is_complete": True,
}


class SubscriptionsParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from", description="Months are whole, whatever the day.")
    last: Day = Field(alias="to")
    part: SubscriptionPart
    revenue: Revenue
    is_partial: bool = Field(description="The range is not over yet.")


class SubscriptionFigures(ApiModel):
    """Subscriptions that began in the range, as they stand now, and what they have brought."""

    subscriptions: int | None
    active: int | None
    paused: int | None
    lapsed: int | None
    returned: int | None = Field(description="They follow one that had lapsed.")
    began_before: int | None = Field(description="Their initial order precedes our history.")
    inferred: int | None = Field(description="Found without an explicit id.")
    skipped: int | None
    orders: int | None
    rebills: int | None
    inferred_share: Ratio | None
    lapsed_share: Ratio | None
    gross: Amount | None
    refunds: Amount | None
    net: Amount | None
    ltv: Amount | None


class SubscriptionsTotals(SubscriptionFigures):
    """Those that began in the range, and what is active at its end."""

    active_at_end: int | None
    monthly_gross: Amount | None
    monthly_net: Amount | None


@compared_row("subscriptions", "months")
class SubscriptionMonth(ApiModel):
    """One calendar month; active are those that have not lapsed."""

    month: str
    active_before: int
    new: int
    returned: int
    continued: int = Field(description="First seen, but begun before our history.")
    lapsed: int
    active: int
    skipped: int
    initials: int
    rebills: int
    rebill_gross: Amount
    rebill_net: Amount
    gross: Amount
    net: Amount
    churn: Ratio | None
    retention: Ratio | None
    monthly_gross: Amount = Field(description="What is active at the end, per month.")
    monthly_net: Amount
    monthly_per_active: Amount | None
    inferred_share: Ratio | None
    is_complete: bool | None


@compared_row("subscriptions", "cycles")
class SubscriptionCycle(ApiModel):
    """One cycle of all subscriptions whose initial order is known."""

    cycle: int
    subscriptions: int
    lapsed: int
    waiting: int
    retention: Ratio | None
    churn: Ratio | None
    survival: Ratio | None
    orders: int
    gross: Amount
    net: Amount
    aov: Amount | None


@compared_row("subscriptions", "campaigns")
class SubscriptionCampaign(SubscriptionFigures):
    """Subscriptions by the first click of the subscriber."""

    kind: Brought
    channel: str
    source: str
    campaign: str


@compared_report
class SubscriptionsReport(Envelope):
    """How many subscriptions there are, how long they last, and what they bring."""

    model_config = with_example(
        {
            "report": "subscriptions",
            **RUN,
            "history": "complete",
            "parameters": {
                "from": "2026-01-01",
                "to": "2026-10-31",
                "part": "months",
                "revenue": "net",
                "is_partial": False,
                "compare": None,
            },
            "totals": _TOTALS,
            "rows": [_MONTH],
            "notes": [],
            "next": None,
        }
    )

    parameters: SubscriptionsParameters
    totals: SubscriptionsTotals
    rows: list[SubscriptionMonth] | list[SubscriptionCycle] | list[SubscriptionCampaign]
    notes: list[str]
    next: NextPage
