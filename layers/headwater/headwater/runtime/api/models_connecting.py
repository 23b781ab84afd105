"""The shapes of connecting a store: what is asked, and how its token was tried."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

Status = Literal[
    "ok",
    "throttled",
    "reauthorize",
    "missing_scope",
    "gone",
    "defect",
    "unavailable",
    "paused",
    "removing",
    "removed",
]
ConsentCategory = Literal["targeting", "analytics"]
PublicKey = Annotated[str, Field(description="What the store's tracking script sends.")]


class WebhookState(ApiModel):
    """Whether the store tells us of changes as they happen."""

    is_on: bool
    looked_at: Instant | None = Field(description="When the store's list was last looked at.")
    note: str = Field(description="What went wrong then; the next pull tries again.")


class ChannelScriptState(ApiModel):
    """How the tracking script is in one storefront."""

    channel_id: int
    name: str
    state: Literal["installed", "deleted", "disabled", "refused"]
    pages: str = Field(description="all_pages; or storefront, where the checkout is left out.")
    consent_category: str = Field(description="As it stands in the store.")


class ScriptState(ApiModel):
    """How the tracking script is in the store's pages, where Headwater put it in."""

    is_on: bool
    consent_category: ConsentCategory
    channels: list[ChannelScriptState]
    looked_at: Instant | None = Field(description="When the store's list was last looked at.")
    note: str = Field(description="What went wrong then; the next pull tries again.")
    hints: list[str] = Field(description="What to know, and what to do about it.")


class SourceOptions(ApiModel):
    """What is optional of a source; what is not given stays as it is."""

    model_config = with_example({"webhooks": True, "script": True})

    webhooks: bool | None = Field(None, description="Have the store tell us of changes at once.")
    transactions: bool | None = Field(
        None, description="Read each order's payments, which costs a call per order."
    )
    script: bool | None = Field(
        None,
        description="Put the tracking script into all storefronts; true again puts it back where "
        "somebody has deleted it.",
    )
    script_consent: ConsentCategory | None = Field(
        None, description="The consent under which it runs."
    )
    hits_per_second: int | None = Field(
        None,
        ge=0,
        le=10_000,
        description="How many hits its pages may send to each execution environment of the "
        "collector in the long run, ten times as many at once; 0: as the deployment says.",
    )


class OptionsRequest(SourceOptions):
    """The options of a source to change: those of a store, or the ad accounts of a platform."""

    ad_accounts: list[str] | None = Field(
        None, min_length=1, max_length=200, description="Ids of those to pull from now on."
    )


class SourceRequest(SourceOptions):
    """A store to connect, or to connect again with another token."""

    model_config = with_example(
        {
            "store": "https://store-abc123.mybigcommerce.com",
            "access_token": "s3cr3t",
            "domains": ["shop.example"],
            "currency": "USD",
            "time_zone": "America/New_York",
        }
    )

    store: str = Field(
        min_length=1, max_length=300, description="The store hash, or an address that shows it."
    )
    access_token: str = Field(min_length=1, max_length=1_000, repr=False)
    source: str = Field(default="bigcommerce", description="Your name for this store.")
    domains: list[str] = Field(
        default=[], max_length=50, description="Hosts or origins of the shop's pages."
    )
    currency: str | None = Field(None, description="The account's, with its first store only.")
    time_zone: str | None = Field(None, description="The account's, with its first store only.")
    api_url: str = Field(
        default="", description="Another API than BigCommerce's, where the deployment allows it."
    )
    pull_now: bool = Field(default=True, description="Pull the history now, not at 9:00.")


class TokenRequest(ApiModel):
    """A new token for a store that is connected."""

    model_config = with_example({"access_token": "s3cr3t"})

    access_token: str = Field(min_length=1, max_length=1_000, repr=False)
    pull_now: bool = Field(default=True, description="Pull now, not at 9:00.")


class CredentialsRequest(ApiModel):
    """A store and a token to try, of which nothing is kept."""

    model_config = with_example(
        {"store": "https://store-abc123.mybigcommerce.com", "access_token": "s3cr3t"}
    )

    store: str = Field(
        min_length=1, max_length=300, description="The store hash, or an address that shows it."
    )
    access_token: str = Field(min_length=1, max_length=1_000, repr=False)
    api_url: str = Field(
        default="", description="Another API than BigCommerce's, where the deployment allows it."
    )


class ScopeTrial(ApiModel):
    """How the calls that need a scope were answered."""

    title: str = Field(description="As the control panel spells it.")
    name: str = Field(description="As the API spells it; empty where it does not say.")
    is_required: bool
    needed_for: str
    state: Literal["granted", "missing", "unchecked"]
    detail: str = Field(description="What is off without it, or why it could not be tried.")


class StoreFacts(ApiModel):
    """What the store says of itself; empty where the token may not ask."""

    name: str
    time_zone: str = Field(description="Suggested for the account; its first store's need not be.")
    currency: str
    dst_correction: bool | None = Field(
        description="The control panel's box that shifts the store's own reports by an hour."
    )


_TRIED = {
    "title": "Orders",
    "name": "store_v2_orders_read_only",
    "is_required": True,
    "needed_for": "orders with their lines, statuses and refunds",
    "state": "granted",
    "detail": "",
}
_FACTS = {
    "name": "Harbor Coffee",
    "time_zone": "America/New_York",
    "currency": "USD",
    "dst_correction": True,
}


class StoreCheck(ApiModel):
    """What a token opens."""

    model_config = with_example(
        {
            "store_hash": "abc123",
            "can_connect": True,
            "reason": "",
            "orders_total": 12873,
            "scopes": [_TRIED],
            "store": _FACTS,
        }
    )

    store_hash: str
    can_connect: bool
    reason: str = Field(description="What is missing and where to mend it.")
    orders_total: int
    scopes: list[ScopeTrial]
    store: StoreFacts


class ConnectedSource(ApiModel):
    """The store as it is connected now."""

    model_config = with_example(
        {
            "source": "bigcommerce",
            "status": "ok",
            "orders_total": 12873,
            "public_key": "5f0c9ae1b2d34477a1e09b6c",
            "origins": ["https://shop.example", "https://www.shop.example"],
            "pull_started": True,
            "hint": "Send hits to the collector under this public_key.",
            "webhooks": {"is_on": True, "looked_at": "2026-11-21T14:00:00Z", "note": ""},
            "with_transactions": False,
            "script": {
                "is_on": True,
                "consent_category": "targeting",
                "channels": [
                    {
                        "channel_id": 1,
                        "name": "Harbor Coffee",
                        "state": "installed",
                        "pages": "all_pages",
                        "consent_category": "targeting",
                    }
                ],
                "looked_at": "2026-11-21T14:00:00Z",
                "note": "",
                "hints": [],
            },
            "scopes": [_TRIED],
            "store": _FACTS,
        }
    )

    source: str
    status: Status
    orders_total: int
    public_key: PublicKey
    origins: list[str] = Field(description="The pages whose hits the collector takes.")
    pull_started: bool
    hint: str
    webhooks: WebhookState
    with_transactions: bool
    script: ScriptState
    scopes: list[ScopeTrial]
    store: StoreFacts
