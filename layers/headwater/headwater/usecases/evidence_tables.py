"""What is known of the way to each order, whether or not a click was credited.

Reads the working tables ``revenue_orders known_touches claims believed_claims`` and makes
``evidence_rows``: one row per revenue order. A rebill has that of its chain's initial order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.settings import AccountSettings

_EVIDENCE_ROWS = """
CREATE OR REPLACE TEMP TABLE evidence_rows AS
WITH instants AS (
    SELECT contact, occurred_at, max(rank) AS touches
    FROM (
        SELECT contact, occurred_at, row_number() OVER (PARTITION BY contact ORDER BY n) AS rank
        FROM known_touches
    )
    GROUP BY contact, occurred_at
), totals AS (
    SELECT contact, count(*) AS touches FROM known_touches GROUP BY contact
), own AS (
    SELECT o.n, coalesce(i.touches, 0) AS touches,
        coalesce(t.touches, 0) - coalesce(i.touches, 0) AS later_touches,
        coalesce(i.occurred_at >= o.placed_at - to_microseconds($window), false) AS is_recent,
        o.contact <> o.source || '#' || o.order_id AS is_identified
    FROM revenue_orders o
    ASOF LEFT JOIN instants i ON i.contact = o.contact AND i.occurred_at <= o.placed_at
    LEFT JOIN totals t ON t.contact = o.contact
), told AS (
    SELECT c.source, c.order_id, c.visitor, bool_or(b.event_id IS NOT NULL) AS is_believed
    FROM claims c
    LEFT JOIN believed_claims b ON b.visitor = c.visitor AND b.event_id = c.event_id
    GROUP BY ALL
), claimed AS (
    SELECT source, order_id, count(*) FILTER (NOT is_believed) AS conflicting_claims
    FROM told GROUP BY ALL
)
SELECT o.source AS store, o.order_id, o.placed_at, own.is_identified, own.touches,
    own.later_touches, own.is_recent, coalesce(c.conflicting_claims, 0) AS conflicting_claims
FROM revenue_orders o
JOIN own ON own.n = o.root_n
LEFT JOIN claimed c ON c.source = o.source AND c.order_id = o.order_id
"""


def build_evidence_rows(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    """Make ``evidence_rows`` from a run's working tables."""
    window = round(settings.last_click_window.total_seconds() * 1_000_000)
    db.execute(_EVIDENCE_ROWS, {"window": window})
