"""What a contact did, in one time line, out of the working tables of his journey."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import AD_COLUMNS, AD_NAMES, DIMENSIONS, VISIT_NAMES
from headwater.domain.found_orders import credits_path
from headwater.domain.money import from_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from headwater.domain.orders import Order
    from headwater.domain.settings import AccountSettings

type Event = dict[str, Any]
# At one instant, what brings a visitor precedes what he does.
_TYPES = ("touch", "identification", "opt_in", "order", "claim", "refund")
_TOUCH_NAMES = (*DIMENSIONS, *AD_NAMES, *VISIT_NAMES, *AD_COLUMNS)
_TOUCHES = f"""
SELECT d.occurred_at AS at, d.touch_id, d.visitor, k.referrer, d.is_imported, false AS is_bot,
    {", ".join(f"d.{name}" for name in _TOUCH_NAMES)}
FROM dimensioned_touches d JOIN known_touches k USING (n) WHERE d.contact = $contact
"""
# A bot's visit earns nothing and is named by no rule: its marks are told as they came.
_RAW = {name: name for name in ("source", "medium", "campaign", "content", "term")}
_RAW |= {"landing_page": "landing_page", "device": "device"}
_NOTHING = "''"
_BOTS = f"""
SELECT occurred_at AS at, touch_id, visitor, referrer, is_imported, true AS is_bot,
    {", ".join(f"{_RAW.get(name, _NOTHING)} AS {name}" for name in _TOUCH_NAMES)}
FROM touchpoints WHERE is_bot AND (
    node IN (SELECT node FROM contacts WHERE contact = $contact AND NOT is_flagged)
    OR visitor IN (SELECT visitor FROM identified WHERE contact = $contact)
)
"""
_IDENTIFICATIONS = """
SELECT l.occurred_at AS at, l.visitor, l.session, l.node AS id, l.kind
FROM links l JOIN contacts c ON c.node = l.node AND NOT c.is_flagged WHERE c.contact = $contact
"""
# What was told twice, or stands beside an order, has no rank.
_OPT_INS = """
SELECT o.occurred_at AS at, o.source AS origin, o.kind, o.node AS id, CASE WHEN k.rank = 0
    THEN 'new_lead' WHEN k.rank > 0 THEN 'reengaged' ELSE 'repeated' END AS counts_as
FROM optins o JOIN contacts c ON c.node = o.node AND NOT c.is_flagged
LEFT JOIN kept_opt_ins k ON k.contact = c.contact AND k.occurred_at = o.occurred_at
WHERE c.contact = $contact
"""
_CLAIMS = """
SELECT c.occurred_at AS at, c.source AS store, c.order_id, c.visitor,
    c.event_id IN (SELECT event_id FROM believed_claims) AS is_believed
FROM claims c JOIN account_orders o USING (source, order_id) WHERE o.contact = $contact
"""
_ORDERS = """
SELECT o.placed_at AS at, o.source AS store, o.order_id, o.status_id, o.is_archived,
    r.n IS NOT NULL AS is_revenue, o.gross_minor, o.refund_minor, k.order_class,
    coalesce(r.kind, 'one_time') AS order_kind, r.is_new, h.chain_id, h.cycle, h.is_inferred
FROM account_orders o
LEFT JOIN revenue_orders r ON r.source = o.source AND r.order_id = o.order_id
LEFT JOIN order_classes k ON k.n = r.n
LEFT JOIN chains h ON h.source = o.source AND h.order_id = o.order_id
WHERE o.contact = $contact
"""


def read_events(
    db: duckdb.DuckDBPyConnection,
    contact: str,
    settings: AccountSettings,
    orders: Mapping[tuple[str, str], Order],
) -> list[Event]:
    """Return all that a contact did, in the order of time; amounts are decimal texts.

    Args:
        db: holds the working tables of the journey.
        contact: his present id.
        settings: the account's.
        orders: his orders as they are stored, whose refunds are told one by one.
    """
    told = [
        *_events(db, "touch", f"{_TOUCHES} UNION ALL BY NAME {_BOTS}", contact),
        *_events(db, "identification", _IDENTIFICATIONS, contact),
        *_events(db, "opt_in", _OPT_INS, contact),
        *_events(db, "claim", _CLAIMS, contact),
        *(_spell_order(each, settings) for each in _events(db, "order", _ORDERS, contact)),
        *_refunds(orders),
    ]
    told.sort(key=lambda event: (event["at"], _TYPES.index(event["type"]), str(event)))
    return [{**event, "at": event["at"].isoformat()} for event in told]


def summary_of(events: Iterable[Event], currency: str) -> Event:
    """Return the figures of a journey: its revenue, and how much there is of the rest."""
    events = list(events)
    sold = [each for each in events if each["type"] == "order" and each["is_revenue"]]
    counted = [each for each in sold if each["order_class"] != "duplicate"]
    kinds = [each["type"] for each in events]
    times = [each["at"] for each in counted]
    zero = str(from_minor(0, currency))
    return {
        "orders": len(counted),
        "gross": _added((each["gross"] for each in counted), zero),
        "refunds": _added((each["refunds"] for each in counted), zero),
        "net": _added((each["net"] for each in counted), zero),
        "first_order_at": min(times, default=None),
        "last_order_at": max(times, default=None),
        "touches": sum(each["type"] == "touch" and not each["is_bot"] for each in events),
        "bot_touches": sum(each["type"] == "touch" and each["is_bot"] for each in events),
        "opt_ins": kinds.count("opt_in"),
        "chains": len({each["chain"] for each in sold if each["chain"]}),
    }


def _added(amounts: Iterable[str | None], zero: str) -> str:
    return str(sum((Decimal(each) for each in amounts if each is not None), Decimal(zero)))


def _events(db: duckdb.DuckDBPyConnection, kind: str, query: str, contact: str) -> Sequence[Event]:
    cursor = db.execute(query, {"contact": contact})
    names = [column[0] for column in cursor.description or ()]
    return [
        {"type": kind, **dict(zip(names, row, strict=True)), "at": row[0].replace(tzinfo=UTC)}
        for row in cursor.fetchall()
    ]


def _spell_order(event: Event, settings: AccountSettings) -> Event:
    gross, refund = event.pop("gross_minor"), event.pop("refund_minor")
    is_converted = gross is not None

    def money(minor: int) -> str | None:
        return str(from_minor(minor, settings.currency)) if is_converted else None

    return {
        **{name: event[name] for name in ("type", "at", "store", "order_id", "status_id")},
        "is_archived": event["is_archived"],
        "is_revenue": event["is_revenue"],
        "order_class": event["order_class"],
        "order_kind": event["order_kind"],
        "is_new": event["is_new"],
        "gross": money(gross),
        "refunds": money(refund),
        "net": money((gross or 0) - refund),
        "chain": event["chain_id"],
        "cycle": event["cycle"],
        "is_inferred": event["is_inferred"],
        "credits": credits_path(event["store"], event["order_id"]),
    }


def _refunds(orders: Mapping[tuple[str, str], Order]) -> Iterable[Event]:
    for order in orders.values():
        for refund in order.refunds:
            yield {
                "type": "refund",
                "at": refund.created_at.astimezone(UTC),
                "store": order.source,
                "order_id": order.order_id,
                "refund_id": str(refund.refund_id),
                "amount": str(refund.amount),
                "currency": order.currency,
            }
