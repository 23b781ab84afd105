"""``path_rows``: how each order came about, one row per order of the store's own.

The path of an order holds its contact's touches after his previous order up to this one, direct
visits included, whatever any model makes of them. A rebill has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# Enough to tell paths apart; a list beyond that is a robot's, or a shared computer's.
_LONGEST_PATH = 20
_MOST_NAMES = 50

_STEPS = """
CREATE OR REPLACE TEMP TABLE path_steps AS
WITH moments AS (
    SELECT contact, placed_at, min(n) AS n
    FROM revenue_orders JOIN order_classes USING (n)
    WHERE order_class = 'store' AND kind <> 'rebill' GROUP BY contact, placed_at
), steps AS (
    SELECT m.n, t.n AS touch, t.channel, t.campaign, t.occurred_at
    FROM dimensioned_touches t
    ASOF JOIN moments m ON m.contact = t.contact AND m.placed_at >= t.occurred_at
)
SELECT *, channel IS DISTINCT FROM lag(channel) OVER path AS is_change,
    lead(touch) OVER path IS NULL AS is_last
FROM steps WINDOW path AS (PARTITION BY n ORDER BY touch)
"""

_ROWS = f"""
CREATE OR REPLACE TEMP TABLE path_rows AS
WITH paths AS (
    SELECT n, count(*) AS touches, min(occurred_at) AS began_at,
        list(channel ORDER BY touch) FILTER (is_change) AS steps,
        any_value(channel) FILTER (is_last) AS last_channel,
        any_value(campaign) FILTER (is_last) AS last_campaign,
        list_sort(list(DISTINCT channel) FILTER (NOT is_last))[:{_MOST_NAMES}] AS assist_channels,
        list_sort(list(DISTINCT campaign) FILTER (NOT is_last))[:{_MOST_NAMES}]
            AS assist_campaigns
    FROM path_steps GROUP BY n
), firsts AS (
    SELECT contact, min(occurred_at) AS touched_at FROM dimensioned_touches GROUP BY contact
), opted AS (
    SELECT contact, occurred_at AS opted_in_at FROM kept_opt_ins WHERE rank = 0
)
SELECT o.source AS store, o.order_id, o.placed_at, o.kind, o.is_new,
    coalesce(o.gross_minor, 0) AS order_gross,
    coalesce(o.gross_minor - o.refund_minor, 0) AS order_net,
    coalesce(p.touches, 0)::INTEGER AS touches, p.began_at,
    CASE WHEN f.touched_at <= o.placed_at THEN f.touched_at END AS first_touch_at,
    CASE WHEN i.opted_in_at <= o.placed_at THEN i.opted_in_at END AS opted_in_at,
    coalesce(CASE WHEN len(p.steps) > {_LONGEST_PATH} THEN '… > ' ELSE '' END
        || array_to_string(p.steps[-{_LONGEST_PATH}:], ' > '), '') AS path,
    coalesce(p.last_channel, '') AS last_channel, coalesce(p.last_campaign, '') AS last_campaign,
    coalesce(p.assist_channels, []) AS assist_channels,
    coalesce(p.assist_campaigns, []) AS assist_campaigns
FROM revenue_orders o
JOIN order_classes c ON c.n = o.n AND c.order_class = 'store'
LEFT JOIN paths p ON p.n = o.n
LEFT JOIN firsts f ON f.contact = o.contact
LEFT JOIN opted i ON i.contact = o.contact
"""


def build_path_rows(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``path_rows`` from the run's working tables.

    Needs ``revenue_orders order_classes dimensioned_touches kept_opt_ins``.
    """
    db.execute(_STEPS)
    db.execute(_ROWS)
