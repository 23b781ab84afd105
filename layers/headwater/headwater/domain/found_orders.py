"""The orders that a search has found, as a reader sees them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headwater.domain.facts import DIMENSIONS
from headwater.domain.money import from_minor
from headwater.domain.reporting_days import reporting_day
from headwater.domain.roi import CREDITED, REST_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Under which row of the ROI report an order can stand.
ORDER_STATES = (CREDITED, *REST_KINDS)
# More than these are found by a narrower question; the totals are of all.
MOST_ORDERS = 10_000
_TOTALS = ("gross", "net", "attributed_gross", "attributed_net")


def spell_orders(
    document: Mapping[str, Any], *, currency: str, zone: str, is_history_complete: bool
) -> dict[str, Any]:
    """Return ``totals``, ``rows`` (the latest first) and ``notes``; amounts are decimal texts.

    ``document`` holds ``totals``: orders and minor units; and ``rows``: source, id, instant,
    contact, state, kind, whether it is the first, gross, net, what of both touches got, how many
    touches there are, and the names of the one that fits and got most.
    """
    orders, *amounts = document["totals"]
    spelled = (str(from_minor(minor, currency)) for minor in amounts)
    rows = [
        _spell_order(row, currency, zone, is_history_complete=is_history_complete)
        for row in document["rows"]
    ]
    return {
        "totals": {"orders": orders, **dict(zip(_TOTALS, spelled, strict=True))},
        "rows": rows,
        "notes": [] if orders == len(rows) else [_cut()],
    }


def credits_path(source: str, order_id: str) -> str:
    """Return where an order's credit trail is read."""
    return f"/v1/orders/{quote(source, safe='')}/{quote(order_id, safe='')}/credits"


def _cut() -> str:
    return f"Only the latest {MOST_ORDERS:,} orders are listed: ask for fewer days."


def _spell_order(
    row: Sequence[Any], currency: str, zone: str, *, is_history_complete: bool
) -> dict[str, Any]:
    source, order_id, naive, contact, state, kind, is_new, *amounts, touches, click = row
    gross, net, attributed_gross, attributed_net = (
        str(from_minor(minor, currency)) for minor in amounts
    )
    placed_at = naive.replace(tzinfo=UTC)
    return {
        "store": source,
        "order_id": order_id,
        "day": reporting_day(placed_at, zone).isoformat(),
        "placed_at": placed_at.isoformat(),
        "contact": contact,
        "kind": state,
        "order_kind": kind,
        "is_new": is_new if is_history_complete else None,
        "gross": gross,
        "refunds": str(from_minor(row[7] - row[8], currency)),
        "net": net,
        "attributed_gross": attributed_gross,
        "attributed_net": attributed_net,
        "touches": touches,
        **{name: (click or {}).get(name, "") for name in DIMENSIONS},
        "credits": credits_path(source, order_id),
    }
