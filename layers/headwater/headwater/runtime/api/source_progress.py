"""How a source is, as the API tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.usecases.ports import Source


def progress_of(source: Source) -> dict[str, Any]:
    """Return a source's status and how much of its history is in; no secret, no token."""
    until = source.bookmark.pulled_until
    return {
        "source": source.source,
        "kind": source.kind,
        "status": source.status,
        "reason": source.reason,
        "orders_done": source.orders_done,
        "orders_total": source.orders_total,
        "is_complete": source.is_history_complete,
        "pulled_until": until and until.isoformat(),
    }
