"""The rows behind a figure as they go to the reader, and where each leads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headwater.domain.reporting_days import reporting_day

if TYPE_CHECKING:
    from headwater.usecases.published_runs import PublishedRun

_OF_PEOPLE = frozenset({"contacts", "leads", "chains"})


def spell_rows(
    holds: str, rows: list[dict[str, Any]], published: PublishedRun
) -> list[dict[str, Any]]:
    """Return rows with what leads on from each."""
    if holds == "orders":
        return [_order(row, published) for row in rows]
    if holds in _OF_PEOPLE:
        return [
            row | {"follow": f"/v1/contacts/{_in_path(row['contact'])}/journey"} for row in rows
        ]
    if holds == "arrivals":
        return [row | {"follow": _credits(row["store"], row["order_id"])} for row in rows]
    return rows


def _credits(source: str, order_id: str) -> str:
    return f"/v1/orders/{_in_path(source)}/{_in_path(order_id)}/credits?explain=true"


def _in_path(value: str) -> str:
    return quote(value, safe="")


def _order(row: dict[str, Any], published: PublishedRun) -> dict[str, Any]:
    """Return an order with its reporting day and the link to its credits.

    Whether it is its contact's first is withheld until all older orders are in.
    """
    placed_at = datetime.fromisoformat(row["placed_at"])
    return {
        **row,
        "day": reporting_day(placed_at, published.settings.time_zone).isoformat(),
        "is_new": row["is_new"] if published.is_history_complete else None,
        "follow": _credits(row["source"], row["order_id"]),
    }
