"""How a source is, as the API tells it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headwater.usecases.describe_source import describe_source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from headwater.usecases.check_store import Finding
    from headwater.usecases.ports import AdAccount, Source


def progress_of(source: Source, now: datetime) -> dict[str, Any]:
    """Return a source's status and how much of its history is in; no secret, no token."""
    state = describe_source(source, now)
    return {
        "source": source.source,
        "kind": source.kind,
        "status": state.status,
        "title": state.title,
        "reason": state.reason,
        "to_do": state.to_do,
        "status_since": _instant(source.status_since),
        "orders_done": source.orders_done,
        "orders_total": source.orders_total,
        "is_complete": state.history.is_complete,
        "history": asdict(state.history),
        "pulled_at": _instant(source.pulled_at),
        "pulled_until": _instant(source.leads.pulled_until or source.bookmark.pulled_until),
    }


def details_of(source: Source, now: datetime) -> dict[str, Any]:
    """Return a source as its owner sees it."""
    return {
        **progress_of(source, now),
        "store_hash": source.store_hash,
        "public_key": source.public_key,
        "with_transactions": source.with_transactions,
        "webhooks": {
            "is_on": source.webhooks.is_on,
            "looked_at": _instant(source.webhooks.looked_at),
            "note": source.webhooks.note,
        },
        "hits_per_second": source.hits_per_second,
        "script": {
            "is_on": source.script.is_on,
            "consent_category": source.script.consent_category,
            "channels": [asdict(one) for one in source.script.channels],
            "looked_at": _instant(source.script.looked_at),
            "note": source.script.note,
            "hints": list(source.script.hints),
        },
        "off": [asdict(one) for one in describe_source(source, now).off],
        "store": {
            "name": source.store_name,
            "time_zone": source.store_time_zone,
            "currency": source.store_currency,
            "dst_correction": source.dst_correction,
        },
        "ad_accounts": ad_accounts_of(source.ad_accounts),
        "fields": {one.name: one.target for one in source.lead_fields},
    }


def ad_accounts_of(ad_accounts: Iterable[AdAccount]) -> list[dict[str, str]]:
    """Return ad accounts as their platform describes them."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "currency": one.currency,
            "time_zone": one.time_zone,
        }
        for one in ad_accounts
    ]


def scopes_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return how the trial of each scope went."""
    return [
        {
            "title": one.permission.title,
            "name": one.permission.name,
            "is_required": one.permission.is_required,
            "needed_for": one.permission.needed_for,
            "state": one.state,
            "detail": one.detail,
        }
        for one in findings
    ]


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
