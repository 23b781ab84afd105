"""The shapes of what a touch gets, and of what no touch gets."""

from __future__ import annotations

from pydantic import Field

from headwater.runtime.api.fields import Amount, ApiModel, Instant, RowKind


class Credit(ApiModel):
    """What a touch gets under one model."""

    gross: Amount
    net: Amount


class NamedTouch(ApiModel):
    """A touch under the names that reports give it, and the ad that it came from."""

    touch_id: str
    at: Instant
    channel: str
    source: str
    medium: str
    campaign: str
    content: str
    term: str
    platform: str
    ad_campaign_id: str
    ad_adset_id: str
    ad_ad_id: str
    ad_match: str


class Rest(ApiModel):
    """What no touch gets under one model."""

    kind: RowKind = Field(description="Under which of the report's rows it stands.")
    gross: Amount
    net: Amount
