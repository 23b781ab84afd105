"""The shapes of sources and runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

Status = Literal["ok", "throttled", "reauthorize", "missing_scope", "unavailable"]
_PUBLIC_KEY = Annotated[str, Field(description="What the store's tracking script sends.")]


class SourceRequest(ApiModel):
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
        }
    )

    source: str
    status: Status
    orders_total: int
    public_key: _PUBLIC_KEY
    origins: list[str] = Field(description="The pages whose hits the collector takes.")
    pull_started: bool
    hint: str


class SourceProgress(ApiModel):
    """How a source is, and how much of its order history is in."""

    source: str
    kind: str
    status: Status
    reason: str = Field(description="Why the status is not ok.")
    orders_done: int
    orders_total: int = Field(description="When the store was connected.")
    is_complete: bool = Field(description="The whole order history is in.")
    pulled_until: Instant | None


class SourceDetails(SourceProgress):
    """A source as its owner sees it."""

    store_hash: str
    public_key: _PUBLIC_KEY


class SourceList(ApiModel):
    """The account's sources."""

    account: str
    sources: list[SourceDetails]


class Lease(ApiModel):
    """The run under way. ``again``: changes came meanwhile, so another run follows."""

    run: str
    until: Instant
    again: bool


class LastRun(ApiModel):
    """The last run that ended: done, or failed and why."""

    run: str
    status: str = Field(description="done or failed.")
    failure: str = Field(description="The error's name, where it failed.")
    ended_at: Instant | None


class RunState(ApiModel):
    """Where the account stands: its last finished run, and what is under way."""

    model_config = with_example(
        {
            "account": "harbor",
            "data_version": "9f2c41d07be3a865",
            "generated_at": "2026-11-21T14:02:11+00:00",
            "lease": None,
            "last_run": {
                "run": "20261121T140003Z-1f0a",
                "status": "done",
                "failure": "",
                "ended_at": "2026-11-21T14:02:11+00:00",
            },
            "sources": [
                {
                    "source": "bigcommerce",
                    "kind": "bigcommerce",
                    "status": "ok",
                    "reason": "",
                    "orders_done": 12873,
                    "orders_total": 12873,
                    "is_complete": True,
                    "pulled_until": "2026-11-21T14:00:03+00:00",
                }
            ],
        }
    )

    account: str
    data_version: str = Field(description="Empty before the first finished run.")
    generated_at: Instant | None
    lease: Lease | None
    last_run: LastRun | None
    sources: list[SourceProgress]


class ProblemDocument(ApiModel):
    """An error (RFC 9457)."""

    model_config = with_example(
        {
            "type": "urn:headwater:problem:invalid-parameter",
            "title": "Invalid parameter",
            "status": 400,
            "detail": "from: 2026-11-21 is after to: 2026-11-20",
        }
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldFault] = Field(default=[], description="Which fields, where several.")


class FieldFault(ApiModel):
    """A field or parameter that breaks a rule."""

    name: str
    reason: str
