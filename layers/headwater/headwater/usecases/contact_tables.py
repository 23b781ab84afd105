"""Who is whom in an account: the nodes of its facts, joined into contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.identity import Contacts, HandLinks, find_contacts

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

# Every event that names a node by an email. A hand link may name one that nothing else does.
_EMAIL_EVENTS = """
    SELECT email_node AS node, placed_at AS occurred_at FROM orders WHERE email_node <> ''
    UNION ALL SELECT node, occurred_at FROM links WHERE node <> ''
    UNION ALL SELECT node, occurred_at FROM optins WHERE node <> ''
    UNION ALL SELECT node, occurred_at FROM touchpoints WHERE node <> ''
    UNION ALL SELECT other, occurred_at FROM edges WHERE kind = 'record'
"""
_CUSTOMER_EVENTS = """
    SELECT customer_node AS node, placed_at AS occurred_at FROM orders WHERE customer_node <> ''
    UNION ALL SELECT node, occurred_at FROM edges WHERE kind = 'record'
"""
_EDGES = """
    SELECT email_node, customer_node FROM orders WHERE email_node <> '' AND customer_node <> ''
    UNION SELECT other, node FROM edges WHERE kind = 'record'
"""
# Of a pair that was linked and unlinked the last word counts.
_HAND_EDGES = """
    SELECT DISTINCT ON (node, other) node, other, kind, occurred_at
    FROM edges WHERE kind <> 'record'
    ORDER BY node, other, occurred_at DESC, kind
"""


def read_contacts(db: duckdb.DuckDBPyConnection) -> Contacts:
    """Return the contacts that the views ``orders links optins touchpoints edges`` make."""
    emails, customers = _firsts(db, _EMAIL_EVENTS), _firsts(db, _CUSTOMER_EVENTS)
    said = db.execute(f"SELECT * FROM ({_HAND_EDGES}) ORDER BY occurred_at, node, other").fetchall()
    for node, other, kind, at in said:
        for one in (node, other) if kind == "link" else ():
            if one not in customers:
                emails.setdefault(one, at)
    hand = HandLinks(
        links=tuple((node, other) for node, other, kind, _ in said if kind == "link"),
        cuts=frozenset((node, other) for node, other, kind, _ in said if kind == "unlink"),
    )
    return find_contacts(emails, customers, db.execute(_EDGES).fetchall(), hand)


def _firsts(db: duckdb.DuckDBPyConnection, events: str) -> dict[str, datetime]:
    return dict(
        db.execute(f"SELECT node, min(occurred_at) FROM ({events}) GROUP BY node").fetchall()
    )
