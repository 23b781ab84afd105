"""The shapes of imports. They describe; ``usecases.import_rows`` reads, row by row.

A bad row is answered with its reason and stops no other, which a model of the whole post cannot do.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, create_model

from headwater.domain.landings import CLICK_IDS
from headwater.runtime.api.fields import ApiModel, Day, Instant, with_example
from headwater.usecases.import_rows import MOST_ROWS

ImportedAmount = Annotated[
    str | float,
    Field(description="A decimal as text or as a JSON number; read exactly.", examples=["12.40"]),
]
_Text = Annotated[str, Field(max_length=512)]
_Email = Annotated[str, Field(description="Or give email_sha256.")]
_EmailSha256 = Annotated[
    str,
    Field(pattern="^[0-9a-fA-F]{64}$", description="SHA-256 of the trimmed, lower-cased address."),
]


class _TouchpointFields(ApiModel):
    email: _Email | None = None
    email_sha256: _EmailSha256 | None = None
    visitor: str | None = Field(None, description="The id that the tracking script gave a browser.")
    at: Instant
    url: str | None = Field(None, description="The landing page; its marks count as fields.")
    referrer: str | None = None
    opt_in: bool = Field(default=False, description="He signed up with this click.")
    utm_source: _Text | None = None
    utm_medium: _Text | None = None
    utm_campaign: _Text | None = None
    utm_content: _Text | None = None
    utm_term: _Text | None = None
    campaign_id: _Text | None = None
    adset_id: _Text | None = None
    ad_id: _Text | None = None


# One field per click id that we know; `_kx` cannot be the name of a Python field.
_CLICK_ID_FIELDS: dict[str, Any] = {
    f"click_{name.lstrip('_')}": (_Text | None, Field(None, alias=name)) for name in CLICK_IDS
}
TouchpointRow = create_model(
    "TouchpointRow",
    __base__=_TouchpointFields,
    __doc__="A click: whose (email, email_sha256 or visitor), when, and from which campaign.",
    **_CLICK_ID_FIELDS,
)


class _UtmFields(ApiModel):
    source: _Text | None = None
    medium: _Text | None = None
    campaign: _Text | None = None
    content: _Text | None = None
    term: _Text | None = None


Utm = create_model(
    "Utm",
    __base__=_UtmFields,
    __doc__="The marks of a click, as a CRM keeps them.",
    **_CLICK_ID_FIELDS,
)


class ListMembership(ApiModel):
    """A list that the contact joined."""

    name: _Text
    joined_at: Instant


class Tag(ApiModel):
    """A tag that the contact got; checked, and not kept."""

    name: _Text
    at: Instant


class LeadRow(ApiModel):
    """A contact of a CRM; his creation and each list that he joined are opt-ins."""

    source: _Text = Field(description="The CRM's name.")
    external_id: _Text = Field(description="The contact's id there.")
    email: _Email | None = None
    email_sha256: _EmailSha256 | None = None
    created_at: Instant
    lists: list[ListMembership] = Field(default=[], max_length=100)
    tags: list[Tag] = Field(default=[], max_length=100)
    phone: _Text | None = None
    first_utm: Utm | None = None
    first_url: str | None = Field(None, description="His first landing page; first_utm wins.")
    first_referrer: str | None = None
    first_at: Instant | None = Field(None, description="Of the first click; created_at without it.")
    last_utm: Utm | None = None
    last_url: str | None = None
    last_referrer: str | None = None
    last_at: Instant | None = Field(
        None, description="Of the last click, which is none without it."
    )


class CostRow(ApiModel):
    """What an ad (or ad set, or campaign) cost on a day."""

    day: Day
    cost: ImportedAmount
    clicks: int = 0
    impressions: int = 0
    conversions: ImportedAmount = "0"
    value: ImportedAmount = "0"
    campaign_id: _Text | None = None
    campaign: _Text | None = None
    adset_id: _Text | None = None
    adset: _Text | None = None
    ad_id: _Text | None = None
    ad: _Text | None = None
    utm_source: _Text | None = None
    utm_medium: _Text | None = None
    utm_campaign: _Text | None = None
    utm_content: _Text | None = None
    utm_term: _Text | None = None


class TouchpointsPost(ApiModel):
    """Clicks from elsewhere."""

    model_config = with_example(
        {
            "rows": [
                {
                    "email": "ann@example.com",
                    "at": "2026-11-19T09:12:40-05:00",
                    "utm_source": "google",
                    "utm_medium": "cpc",
                    "utm_campaign": "brand",
                }
            ]
        }
    )

    rows: list[TouchpointRow] = Field(min_length=1, max_length=MOST_ROWS)


class LeadsPost(ApiModel):
    """Contacts of a CRM."""

    model_config = with_example(
        {
            "rows": [
                {
                    "source": "klaviyo",
                    "external_id": "01J9ZK",
                    "email": "ann@example.com",
                    "created_at": "2026-11-05T10:00:00Z",
                    "lists": [{"name": "Newsletter", "joined_at": "2026-11-05T10:00:00Z"}],
                    "first_utm": {"source": "facebook", "medium": "paid", "campaign": "lookalike"},
                }
            ]
        }
    )

    rows: list[LeadRow] = Field(min_length=1, max_length=MOST_ROWS)


class CostsPost(ApiModel):
    """A load of an ad account's cost, in one post or in several under the same ``load``.

    The days of a load show nothing of it until a post says ``complete``; then they show it alone.
    """

    model_config = with_example(
        {
            "platform": "google",
            "ad_account": "123-456-7890",
            "currency": "USD",
            "load": "2026-11-21T06",
            "complete": True,
            "from": "2026-11-20",
            "to": "2026-11-20",
            "rows": [
                {
                    "day": "2026-11-20",
                    "campaign_id": "21987654321",
                    "campaign": "brand",
                    "cost": "12.40",
                    "clicks": 31,
                    "impressions": 904,
                }
            ],
        }
    )

    platform: _Text
    ad_account: _Text
    currency: str = Field(pattern="^[A-Za-z]{3}$")
    load: str = Field(pattern="^[A-Za-z0-9._~-]{1,64}$", description="Your own name of this load.")
    complete: bool = Field(default=False, description="Show this load, and nothing else.")
    first: Day | None = Field(None, alias="from", description="With to: all days of the load.")
    last: Day | None = Field(None, alias="to")
    rows: list[CostRow] = Field(max_length=MOST_ROWS)


class AdClickRow(ApiModel):
    """The ad that a click belongs to."""

    click_id: str = Field(
        pattern="^[A-Za-z0-9._~-]{1,512}$", description="As in the landing page's URL: gclid, …"
    )
    day: Day
    campaign_id: _Text
    adset_id: _Text | None = Field(None, description="The ad set or ad group.")
    ad_id: _Text | None = None


class AdClicksPost(ApiModel):
    """Clicks on ads, as the platform's click report tells them (Google: click_view)."""

    model_config = with_example(
        {
            "platform": "google",
            "rows": [
                {
                    "click_id": "Cj0KCQiA1Km7BhC9ARIsAF",
                    "day": "2026-11-20",
                    "campaign_id": "21987654321",
                    "adset_id": "160011223344",
                    "ad_id": "720000000001",
                }
            ],
        }
    )

    platform: str = Field(pattern="^[A-Za-z0-9_-]{1,64}$", description="As in the cost.")
    rows: list[AdClickRow] = Field(min_length=1, max_length=MOST_ROWS)


class RowFault(ApiModel):
    """A row that was not taken."""

    index: int = Field(description="Its place in the post, from 0.")
    reason: str


class ImportResult(ApiModel):
    """What became of the rows. The same post again changes nothing."""

    model_config = with_example(
        {
            "accepted": 1,
            "changed": 1,
            "rejected": [{"index": 1, "reason": "at: missing"}],
            "completed": False,
        }
    )

    accepted: int = Field(description="Rows taken, also those that say what is known already.")
    changed: int = Field(description="Items that were new or different.")
    rejected: list[RowFault]
    completed: bool = Field(description="The cost load is now what its days show.")
