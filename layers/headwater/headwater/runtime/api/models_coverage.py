"""The shapes of the coverage report."""

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
    RowKind,
    WhichOrders,
    with_example,
)
from headwater.runtime.api.models_compared import (
    RangeParameters,
    compared_report,
    compared_row,
)
from headwater.runtime.api.models_effects import EffectsSummary
from headwater.runtime.api.models_reports import Envelope

Part = Literal["revenue", "cost", "unmatched", "causes"]
Method = Literal[
    "ad_id", "adset_id", "campaign_id", "click_id", "utm_unique", "utm_parent", "platform", ""
]
_UNMATCHED: dict[str, Any] = {
    "kind": "cost",
    "platform": "google",
    "campaign_id": "21987654321",
    "adset_id": "160011223344",
    "ad_id": "720000000001",
    "source": "google",
    "medium": "cpc",
    "campaign": "Prospecting",
    "cost": "84.10",
    "clicks": 61,
    "paste_into": "Final URL suffix of the account",
    "template": "utm_source=google&utm_medium=cpc&utm_campaign={campaignid}&utm_term={adgroupid}"
    "&utm_content={creative}",
}


class CoverageParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    part: Part
    model: Model | None
    revenue: Revenue
    orders: WhichOrders = Field(description="All, the first of customers, or the others.")
    is_partial: bool = Field(description="The range is not over yet.")


class CoverageTotals(ApiModel):
    """Cost and paid clicks of all platforms."""

    cost: Amount
    cost_joined: Amount = Field(description="Of ads of which a click is known.")
    cost_without_clicks: Amount
    cost_joined_share: Ratio | None
    clicks: int = Field(description="Clicks of paid channels, or of a known ad.")
    clicks_joined: int
    clicks_without_cost: int = Field(description="Of no ad that ever cost something.")
    clicks_joined_share: Ratio | None


@compared_row("coverage", "revenue")
class RevenueRow(ApiModel):
    """What became of orders under a model."""

    model: Model
    kind: RowKind
    orders: int
    gross: Amount
    net: Amount
    share: Ratio | None = Field(description="Of all revenue; a duplicate is in none.")
    coverage: Ratio | None = Field(description="Credited / (credited + unattributed).")


@compared_row("coverage", "cost")
class JoinRow(ApiModel):
    """A platform's cost and clicks by the key that joined them (``ad_match``)."""

    platform: str
    method: Method
    is_joined: bool
    cost: Amount
    cost_share: Ratio | None
    clicks: int
    clicks_share: Ratio | None


@compared_row("coverage", "unmatched")
class UnmatchedRow(ApiModel):
    """An ad whose clicks were never seen, or paid clicks of no known ad."""

    kind: Literal["cost", "clicks"]
    platform: str
    campaign_id: str
    adset_id: str
    ad_id: str
    source: str
    medium: str
    campaign: str
    cost: Amount
    clicks: int = Field(description="The platform's own count for cost, else ours.")
    paste_into: str | None
    template: str | None = Field(description="What gives every click its ad's ids.")


@compared_row("coverage", "causes")
class CauseRow(ApiModel):
    """Why orders are unattributed under a model, or credited to direct visits alone."""

    model: Model
    cause: Literal[
        "no_identity", "no_click", "only_later_clicks", "outside_window", "no_role", "direct_only"
    ]
    orders: int
    gross: Amount
    net: Amount


class Health(ApiModel):
    """How many new sales meet a click; new are all but rebills and what is pre-tracking."""

    new_sales: int
    attributed_new_sales: int
    attributed_share: Ratio | None
    verdict: Literal["healthy", "low", "not_enough_data"]
    orders_with_conflicting_claims: int
    orders_without_identity: int
    touches: int
    bot_touches: int


@compared_report
class CoverageReport(Envelope):
    """What meets a click, by which key, and why the rest does not."""

    model_config = with_example(
        {
            "report": "coverage",
            "account": "harbor",
            "data_version": "9f2c41d07be3a865",
            "generated_at": "2026-11-21T14:02:11+00:00",
            "as_of": "2026-11-21",
            "history": "complete",
            "time_zone": "America/New_York",
            "currency": "USD",
            "parameters": {
                "from": "2026-11-14",
                "to": "2026-11-20",
                "part": "revenue",
                "model": None,
                "revenue": "net",
                "orders": "all",
                "is_partial": False,
                "compare": None,
            },
            "totals": {
                "cost": "640.00",
                "cost_joined": "555.90",
                "cost_without_clicks": "84.10",
                "cost_joined_share": "0.8686",
                "clicks": 412,
                "clicks_joined": 398,
                "clicks_without_cost": 14,
                "clicks_joined_share": "0.9660",
            },
            "rows": [
                {
                    "model": "last_click",
                    "kind": "credited",
                    "orders": 21,
                    "gross": "2310.40",
                    "net": "2200.00",
                    "share": "0.8000",
                    "coverage": "0.8800",
                }
            ],
            "cost": [
                {
                    "platform": "google",
                    "method": "ad_id",
                    "is_joined": True,
                    "cost": "555.90",
                    "cost_share": "0.8686",
                    "clicks": 398,
                    "clicks_share": "0.9660",
                }
            ],
            "unmatched": [_UNMATCHED],
            "causes": [
                {
                    "model": "last_click",
                    "cause": "no_click",
                    "orders": 3,
                    "gross": "300.00",
                    "net": "300.00",
                }
            ],
            "health": {
                "new_sales": 96,
                "attributed_new_sales": 84,
                "attributed_share": "0.8750",
                "verdict": "healthy",
                "orders_with_conflicting_claims": 0,
                "orders_without_identity": 2,
                "touches": 1204,
                "bot_touches": 77,
            },
            "notes": [],
            "next": None,
        }
    )

    parameters: CoverageParameters
    totals: CoverageTotals
    rows: list[RevenueRow] | list[JoinRow] | list[UnmatchedRow] | list[CauseRow]
    revenue: list[RevenueRow] = Field(default_factory=list)
    cost: list[JoinRow] = Field(default_factory=list)
    unmatched: list[UnmatchedRow] = Field(
        default_factory=list, description="500 ads and 500 kinds of clicks at most."
    )
    causes: list[CauseRow] = Field(default_factory=list)
    health: Health
    notes: list[str]
    effects: list[EffectsSummary] | None = Field(
        None, description="As in the ROI report, where one model is asked about."
    )
    next: NextPage
