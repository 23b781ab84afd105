"""Examples of connected sources, for the contract."""

from __future__ import annotations

from typing import Any

_SOURCE: dict[str, Any] = {
    "source": "bigcommerce",
    "kind": "bigcommerce",
    "status": "ok",
    "title": "Healthy",
    "reason": "",
    "to_do": "",
    "status_since": "2026-11-21T14:00:00+00:00",
    "orders_done": 48210,
    "orders_total": 48210,
    "is_complete": True,
    "history": {
        "done": 48210,
        "total": 48210,
        "percent": 100,
        "orders_left": 0,
        "is_complete": True,
        "seconds_left": 0,
    },
    "pulled_at": "2026-11-21T14:01:10+00:00",
    "pulled_until": "2026-11-21T14:00:04+00:00",
    "store_hash": "abc123",
    "public_key": "bc92fe66832b6328536e1751",
    "with_transactions": False,
    "webhooks": {"is_on": True, "looked_at": "2026-11-21T14:00:06+00:00", "note": ""},
    "hits_per_second": 0,
    "script": {
        "is_on": True,
        "consent_category": "targeting",
        "channels": [],
        "looked_at": "2026-11-21T14:00:06+00:00",
        "note": "",
        "hints": [],
    },
    "off": [],
    "store": {
        "name": "Harbor Coffee",
        "time_zone": "America/Chicago",
        "currency": "USD",
        "dst_correction": True,
    },
    "ad_accounts": [],
    "fields": {},
}
ONE_SOURCE: dict[str, Any] = {"account": "harbor", "source": _SOURCE}
SOURCE_LIST: dict[str, Any] = {"account": "harbor", "sources": [_SOURCE]}
TRIED_SOURCE: dict[str, Any] = {
    **ONE_SOURCE,
    "scopes": [
        {
            "title": "Orders",
            "name": "store_v2_orders_read_only",
            "is_required": True,
            "needed_for": "orders with their lines, statuses and refunds",
            "state": "granted",
            "detail": "",
        }
    ],
    "ad_accounts": [],
}
