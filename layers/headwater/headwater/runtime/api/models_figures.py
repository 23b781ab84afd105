"""The shapes of what is behind a figure."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from headwater.runtime.api.fields import Amount, ApiModel, Day, Instant, NextPage, with_example
from headwater.runtime.api.models_followed import (
    ADDS,
    FollowedLine,
    FollowedPageViews,
    FollowedVisit,
)
from headwater.runtime.api.models_reports import Envelope
from headwater.runtime.api.report_examples import RUN

_JOURNEY = "Leads to all that the contact did."


class FollowedTouch(ApiModel):
    """A touch under the row's names, and what it got of the order."""

    touch_id: str
    at: Instant
    gross: Amount
    net: Amount


class FollowedOrder(ApiModel):
    """An order behind a figure."""

    source: str
    order_id: str
    placed_at: Instant
    day: Day
    contact: str = Field(description="A pseudonym; the same person is the same one.")
    order_class: str
    kind: str
    is_new: bool | None
    chain: str | None = Field(description="The subscription; cycle 0 is its first order.")
    cycle: int | None
    order_gross: Amount
    order_net: Amount
    gross: Amount = Field(description="What the figure's row, or the totals, have of the order.")
    net: Amount
    took: int | None = Field(None, description="In a bucket of journeys: its clicks, or days.")
    touches: list[FollowedTouch] = Field(
        description="Of a credited row: which touches of its names got that."
    )
    amount: Amount | int = Field(description=ADDS)
    follow: str = Field(description="Leads to the credits of the order.")


class FollowedContact(ApiModel):
    """A person behind a figure, with his orders there; where days are ranked, with their ends."""

    contact: str
    touched_at: Instant | None = Field(None, description="His first click.")
    opted_in_at: Instant | None = Field(None, description="His first opt-in.")
    purchased_at: Instant | None = Field(None, description="The purchase that ends what is ranked.")
    joined_on: Day | None = Field(None, description="Of a member: the day on which he joined.")
    days: int | None = Field(None, description="Where a span is measured: the days that he took.")
    orders: int
    gross: Amount
    net: Amount
    amount: Amount | int = Field(description=ADDS)
    follow: str = Field(description=_JOURNEY)


class FollowedLead(ApiModel):
    """A lead behind a figure, with the names of the click that is held to have brought him."""

    contact: str
    role: Literal["first_click", "new_lead", "reengaged_lead"]
    state: str
    opted_in_at: Instant
    touched_at: Instant | None
    channel: str
    source: str
    medium: str | None = None
    campaign: str
    content: str | None = None
    term: str | None = None
    adset: str | None = None
    ad: str | None = None
    landing_page: str | None = None
    device: str | None = None
    opt_in_source: str | None = None
    opt_in_kind: str | None = None
    opt_in_name: str | None = None
    amount: int = Field(description=ADDS)
    follow: str = Field(description=_JOURNEY)


class FollowedNames(ApiModel):
    """By which names clicks and cost stand in reports."""

    channel: str
    source: str
    medium: str
    campaign: str
    content: str
    term: str
    adset: str | None
    ad: str | None


class FollowedChain(ApiModel):
    """A subscription behind a figure, as it stands now, and what it has brought to date."""

    chain: str
    contact: str
    app: str = Field(description="The app that takes its later orders.")
    status: Literal["active", "paused", "lapsed"]
    is_inferred: bool = Field(description="It is known by its orders alone.")
    cadence: str = Field(description="Empty if it has shown none yet.")
    began_on: Day
    lapsed_on: Day | None
    orders: int
    gross: Amount
    net: Amount
    amount: Amount | int = Field(description=ADDS)
    follow: str = Field(description=_JOURNEY)


class FollowedClicks(FollowedNames):
    """The clicks of a day that share all their names."""

    day: Day
    landing_page: str | None
    device: str | None
    platform: str
    ad_campaign_id: str
    ad_adset_id: str
    ad_ad_id: str
    ad_match: str = Field(description="By which key the ad is known.")
    clicks: int | None = Field(None, description="How many, where the amount is their age.")
    amount: int = Field(description=ADDS)


class FollowedCost(FollowedNames):
    """A cost row as the platform stated it."""

    day: Day
    platform: str
    ad_account: str
    campaign_id: str
    adset_id: str
    ad_id: str
    method: str = Field(description="By which key the clicks of the ad are known.")
    cost: Amount | None = Field(description="Null in a currency without a rate.")
    ad_clicks: int | None
    impressions: int | None
    claimed_conversions: Amount | None
    claimed_value: Amount | None
    amount: Amount | int = Field(description=ADDS)


class FollowedArrival(ApiModel):
    """A click and an order that came of it; with the names of the report's rows."""

    store: str
    order_id: str
    placed_at: Instant
    touch_id: str
    touched_at: Instant
    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    content: str | None = None
    term: str | None = None
    adset: str | None = None
    ad: str | None = None
    weight: Amount = Field(description="The revenue that the click got of the order.")
    amount: int = Field(description="The age of the click when the order came, in begun days.")
    follow: str = Field(description="Leads to the credits of the order.")


class FollowedPair(ApiModel):
    """Two orders that may be one sale."""

    source: str
    order_id: str
    placed_at: Instant
    other_source: str
    other_order_id: str
    other_placed_at: Instant
    reason: str
    amount: int = Field(description=ADDS)


class FollowedAge(ApiModel):
    """An age at which the net revenue of a cohort has reached its cost."""

    cumulative_net: Amount
    cost: Amount
    amount: int = Field(description="The age, in calendar months or days: the least counts.")
    follow: str = Field(description="Leads to the orders up to that age.")


class FollowedPart(ApiModel):
    """A figure that a formula names."""

    figure: str
    value: Amount | int | None
    follow: str


class FollowedTotals(ApiModel):
    """What all rows are together, whichever of them this page holds."""

    rows: int
    rule: Literal[
        "sum", "median", "p75", "p90", "share_50", "share_80", "share_90", "greatest", "least"
    ] = Field(
        description="How the rows' amounts make the figure; of a share, the least amount up to "
        "which so many percent of all weight lie."
    )
    figure: Amount | int | None


_EXAMPLE: dict[str, Any] = {
    "report": "roi",
    **RUN,
    "history": "complete",
    "parameters": {
        "from": "2026-11-14",
        "to": "2026-11-20",
        "by": ["campaign"],
        "model": "last_click",
        "revenue": "net",
        "date": "conversion",
        "compare": None,
        "is_partial": False,
    },
    "figure": "net",
    "row": {"kind": "credited", "campaign": "brand"},
    "value": "100.00",
    "formula": None,
    "parts": [],
    "holds": "orders",
    "totals": {"rows": 1, "rule": "sum", "figure": "100.00"},
    "rows": [
        {
            "source": "bigcommerce",
            "order_id": "10042",
            "placed_at": "2026-11-20T15:04:00+00:00",
            "day": "2026-11-20",
            "contact": "k5xq2m7ajd4w3tzvb6yhen0ucr",
            "order_class": "store",
            "kind": "initial",
            "is_new": True,
            "chain": "bigcommerce#10042",
            "cycle": 0,
            "order_gross": "100.00",
            "order_net": "100.00",
            "gross": "100.00",
            "net": "100.00",
            "touches": [
                {
                    "touch_id": "s-01JD3T8Q",
                    "at": "2026-11-19T09:12:40+00:00",
                    "gross": "100.00",
                    "net": "100.00",
                }
            ],
            "amount": "100.00",
            "follow": "/v1/orders/bigcommerce/10042/credits?explain=true",
        }
    ],
    "next": None,
}


class FollowedFigure(Envelope):
    """A figure of a report with the rows that sum to it, or the figures it is made of."""

    model_config = with_example(_EXAMPLE)

    parameters: dict[str, Any] = Field(description="The report's own, defaults filled in.")
    figure: str
    row: dict[str, str] | None = Field(description="What names its row; null for a total.")
    value: Amount | int | None = Field(description="As the report has it.")
    formula: str | None = Field(description="Of a figure that is no sum of rows.")
    parts: list[FollowedPart] = Field(description="The figures that the formula names.")
    holds: str | None = Field(description="What the rows are.")
    totals: FollowedTotals | None
    rows: (
        list[FollowedOrder]
        | list[FollowedContact]
        | list[FollowedLead]
        | list[FollowedChain]
        | list[FollowedClicks]
        | list[FollowedCost]
        | list[FollowedVisit]
        | list[FollowedArrival]
        | list[FollowedPageViews]
        | list[FollowedLine]
        | list[FollowedPair]
        | list[FollowedAge]
    )
    next: NextPage
