"""The shapes of sources and runs."""

from __future__ import annotations

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example
from headwater.runtime.api.models_connecting import (
    PublicKey,
    ScopeTrial,
    ScriptState,
    Status,
    StoreFacts,
    WebhookState,
)
from headwater.runtime.api.models_connectors import AdAccountFacts
from headwater.runtime.api.source_examples import ONE_SOURCE, SOURCE_LIST, TRIED_SOURCE


class HistoryProgress(ApiModel):
    """How much of the order history is in."""

    done: int
    total: int = Field(description="What the store counted, or what is done if that is more.")
    percent: int = Field(description="100 only once it is complete.")
    orders_left: int
    is_complete: bool
    seconds_left: int | None = Field(description="By the latest pace; null before there is one.")


class SourceProgress(ApiModel):
    """How a source is, and how much of its order history is in."""

    source: str
    kind: str
    status: Status
    title: str = Field(description="The status in words.")
    reason: str = Field(description="Why the status is not ok.")
    to_do: str = Field(description="What you can do about it.")
    status_since: Instant | None
    orders_done: int
    orders_total: int = Field(description="When the store was connected.")
    is_complete: bool = Field(description="The whole order history is in.")
    history: HistoryProgress
    pulled_at: Instant | None = Field(description="When a pull last ended well.")
    pulled_until: Instant | None = Field(description="What changed in the store before is in.")


class OffScope(ApiModel):
    """An optional scope that the token lacks, or webhooks or a script that fail."""

    title: str
    off: str = Field(description="What is off without it.")


class SourceDetails(SourceProgress):
    """A source as its owner sees it. Of an ad platform, ``history`` counts days, not orders."""

    store_hash: str
    public_key: PublicKey
    webhooks: WebhookState
    with_transactions: bool
    script: ScriptState
    hits_per_second: int = Field(description="Its own limit; 0: as the deployment says.")
    off: list[OffScope]
    store: StoreFacts
    ad_accounts: list[AdAccountFacts] = Field(description="Of an ad platform, those pulled.")
    fields: dict[str, str] = Field(description="Of a CRM, what custom fields stand for.")


class TriedSource(ApiModel):
    """A source after a trial of its token. ``scopes`` is empty if the store did not answer.

    ``ad_accounts`` are those that an ad platform's credentials open, to choose from.
    """

    model_config = with_example(TRIED_SOURCE)

    account: str
    source: SourceDetails
    scopes: list[ScopeTrial]
    ad_accounts: list[AdAccountFacts]


class OneSource(ApiModel):
    """A source of the account."""

    model_config = with_example(ONE_SOURCE)

    account: str
    source: SourceDetails


class SourceList(ApiModel):
    """The account's sources."""

    model_config = with_example(SOURCE_LIST)

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
    ad_cost_gaps: str = Field(description="Ad platforms whose cost it lacks, each with its status.")
    lead_gaps: str = Field(description="CRMs whose leads it lacks, each with its status.")
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
                "ad_cost_gaps": "",
                "lead_gaps": "",
                "ended_at": "2026-11-21T14:02:11+00:00",
            },
            "sources": [
                {
                    "source": "bigcommerce",
                    "kind": "bigcommerce",
                    "status": "ok",
                    "title": "Healthy",
                    "reason": "",
                    "to_do": "",
                    "status_since": "2026-11-20T14:00:02+00:00",
                    "orders_done": 12873,
                    "orders_total": 12873,
                    "is_complete": True,
                    "history": {
                        "done": 12873,
                        "total": 12873,
                        "percent": 100,
                        "orders_left": 0,
                        "is_complete": True,
                        "seconds_left": 0,
                    },
                    "pulled_at": "2026-11-21T14:01:40+00:00",
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
