"""The shapes of rows behind figures: what tracking has seen, and the lines of reconciliation."""

from __future__ import annotations

from pydantic import Field

from headwater.runtime.api.fields import Amount, ApiModel, Day, Instant

ADDS = "What the row adds to the figure; behind a percentile, what is ranked."


class FollowedVisit(ApiModel):
    """A visit, named as its link was marked."""

    touch_id: str
    occurred_at: Instant
    source: str | None
    medium: str | None
    campaign: str | None
    content: str | None
    term: str | None
    campaign_id: str | None
    adset_id: str | None
    ad_id: str | None
    click_id_kind: str | None = Field(description="Which platform's click id the link had.")
    landing_page: str | None
    device: str | None
    is_bot: bool
    is_imported: bool = Field(description="Told by another system, not seen by the script.")
    amount: int = Field(description=ADDS)


class FollowedPageViews(ApiModel):
    """The page views of a UTC day by the type of their page."""

    day: Day
    page_type: str
    hits: int
    daily_visitors: int
    bot_hits: int
    amount: int = Field(description=ADDS)


class FollowedLine(ApiModel):
    """An order in the reconciliation of a day, and what it adds to one of its lines."""

    source: str
    day: Day
    status_id: int | None = Field(description="Null of an order that cannot be read.")
    order_id: str | None = Field(
        description="Null for orders that the store counts and does not list."
    )
    line: str = Field(description="store, tax, shipping, headwater, or a cause.")
    amount: Amount | int = Field(description=ADDS)
    follow: str | None = Field(description="Leads to the credits of the order.")
