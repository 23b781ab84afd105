"""What is known of the way to each order, whether or not a click was credited.

Reads the working tables ``revenue_orders duplicate_orders known_touches kept_opt_ins claims
believed_claims`` and makes ``evidence_rows``: one row per revenue order. A rebill has that of its
chain's initial order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.attribution.columns import LATER_THAN_ALL

if TYPE_CHECKING:
    import duckdb

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
), firsts AS (
    SELECT contact, min(became_at) AS lead_at FROM (
        SELECT contact, occurred_at AS became_at FROM kept_opt_ins WHERE rank = 0
        UNION ALL SELECT contact, placed_at FROM revenue_orders
        WHERE n NOT IN (SELECT n FROM duplicate_orders)
    ) GROUP BY contact
), again AS (
    SELECT contact, occurred_at FROM kept_opt_ins WHERE rank > 0
), anchored AS (
    SELECT o.n, o.contact, o.placed_at, o.contact <> o.source || '#' || o.order_id AS is_identified,
        CASE WHEN f.lead_at <= o.placed_at THEN f.lead_at END AS lead_at,
        a.occurred_at AS again_at
    FROM revenue_orders o
    LEFT JOIN firsts f ON f.contact = o.contact
    ASOF LEFT JOIN again a ON a.contact = o.contact AND a.occurred_at < o.placed_at
), own AS (
    SELECT o.n, o.is_identified, coalesce(i.touches, 0) AS touches,
        coalesce(t.touches, 0) - coalesce(i.touches, 0) AS later_touches,
        epoch_us(o.placed_at) - epoch_us(i.occurred_at) AS age,
        CASE WHEN o.lead_at IS NOT NULL
            THEN coalesce(epoch_us(o.lead_at) - epoch_us(l.occurred_at), $never) END AS lead_age,
        CASE WHEN o.again_at IS NOT NULL
            THEN coalesce(epoch_us(o.again_at) - epoch_us(r.occurred_at), $never) END AS again_age
    FROM anchored o
    ASOF LEFT JOIN instants i ON i.contact = o.contact AND i.occurred_at <= o.placed_at
    ASOF LEFT JOIN instants l ON l.contact = o.contact AND l.occurred_at <= o.lead_at
    ASOF LEFT JOIN instants r ON r.contact = o.contact AND r.occurred_at <= o.again_at
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
    own.later_touches, own.age, own.lead_age, own.again_age,
    coalesce(c.conflicting_claims, 0) AS conflicting_claims
FROM revenue_orders o
JOIN own ON own.n = o.root_n
LEFT JOIN claimed c ON c.source = o.source AND c.order_id = o.order_id
"""


def build_evidence_rows(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``evidence_rows`` from a run's working tables.

    ``age`` is how long before the order the contact's latest click was, null where there is none;
    ``lead_age`` how long before he became a lead, ``again_age`` before he last came back to a
    list: null where he did not, and the largest number where no click precedes it. All in µs.
    """
    db.execute(_EVIDENCE_ROWS, {"never": LATER_THAN_ALL})
