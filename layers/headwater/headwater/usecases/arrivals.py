"""What has arrived since a run looked at the world, as an explanation lists it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from headwater.domain.journeys import Edge
    from headwater.usecases.live_journeys import Arrival

# Fact table → under which name its rows are listed, and the columns that are told of each.
_LISTED = {
    "touchpoints": (
        "touches",
        ("touch_id", "source", "medium", "campaign", "content", "term", "landing_page", "is_bot"),
    ),
    "optins": ("opt_ins", ("source", "kind")),
    "links": ("identifications", ("node", "kind")),
    "claims": ("claims", ("source", "order_id")),
}


def spell_arrivals(
    arrivals: Iterable[Arrival], edges: Sequence[Edge], currency: str
) -> dict[str, list[dict[str, Any]]]:
    """Return what came or changed, by kind, as plain JSON values; each kind has its list.

    Args:
        arrivals: in the order in which they are listed.
        edges: what people have said of the contact since.
        currency: of the amounts.
    """
    listed: dict[str, list[dict[str, Any]]] = {name: [] for name, _ in _LISTED.values()}
    listed["orders"] = []
    for arrival in arrivals:
        if arrival.table == "orders":
            listed["orders"].append(_spell_order(arrival, currency))
            continue
        name, columns = _LISTED[arrival.table]
        listed[name].append(
            {
                "at": _instant(arrival.row["occurred_at"]),
                "stored_at": _instant(arrival.stored_at),
                "is_new": arrival.is_new,
                **{column: arrival.row[column] for column in columns},
            }
        )
    listed["links"] = [
        {"at": edge.at.isoformat(), "node": edge.node, "with": edge.other, "kind": edge.kind}
        for edge in edges
    ]
    return listed


def _spell_order(arrival: Arrival, currency: str) -> dict[str, Any]:
    row, before = arrival.row, arrival.before
    return {
        "source": row["source"],
        "order_id": row["order_id"],
        "placed_at": _instant(row["placed_at"]),
        "stored_at": _instant(arrival.stored_at),
        **_state(row, currency),
        "before": before and _state(before, currency),
    }


def _state(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return what of an order decides its revenue; amounts are null where not converted."""
    gross, refund = row["gross_minor"], row["refund_minor"]
    return {
        "status_id": row["status_id"],
        "is_archived": row["is_archived"],
        "gross": None if gross is None else str(from_minor(gross, currency)),
        "net": None if gross is None else str(from_minor(gross - refund, currency)),
    }


def _instant(moment: datetime) -> str:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
