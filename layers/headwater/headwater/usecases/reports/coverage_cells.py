"""The figures of the coverage report, from a run's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.channels import PAID_CHANNELS
from headwater.domain.cost_join import PLATFORM_ONLY, UNMATCHED
from headwater.domain.reporting_days import day_bounds
from headwater.usecases.row_tables import single_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.usecases.reports.report import Scope, Span

COVERAGE_TABLES = ("credits", "spend", "clicks", "evidence", "touchpoints")
_MOST_UNMATCHED = 500
_NOT_JOINED = f"ad_match IN ('{UNMATCHED}', '{PLATFORM_ONLY}')"
_PAID = ", ".join(f"'{channel.value}'" for channel in sorted(PAID_CHANNELS))
# Whether an order is credited, and by direct visits alone, per model.
_PARTICIPATION = (
    "bool_or(touch_id <> '' AND {model}_gross IS NOT NULL) AS has_{model}, "
    "bool_and(channel = 'direct') FILTER (touch_id <> '' AND {model}_gross IS NOT NULL) "
    "AS direct_{model}"
)
_COVERED = """
SELECT '{model}' AS model, o.store, o.order_id, o.order_gross AS gross, o.order_net AS net, o.kind,
    CASE WHEN NOT o.is_converted THEN 'not_converted'
        WHEN o.order_class <> 'store' THEN o.order_class
        WHEN f.has_{model} THEN 'credited'
        WHEN o.{model}_pre_tracking THEN 'pre_tracking' ELSE 'unattributed' END AS outcome,
    coalesce(f.direct_{model}, false) AS is_direct_only
FROM range_credits o JOIN filled f ON f.store = o.store AND f.order_id = o.order_id
WHERE o.touch_id = ''
"""
# Why an order is unattributed, as far as its path tells.
_CAUSES = """
SELECT c.model, CASE
        WHEN p.touches > 0 AND p.is_recent THEN 'no_role'
        WHEN p.touches > 0 THEN 'outside_window'
        WHEN p.later_touches > 0 THEN 'only_later_clicks'
        WHEN p.is_identified THEN 'no_click' ELSE 'no_identity' END AS cause,
    count(*), sum(c.gross), sum(c.net)
FROM covered_orders c JOIN evidence p ON p.store = c.store AND p.order_id = c.order_id
WHERE c.outcome = 'unattributed' GROUP BY ALL
UNION ALL
SELECT model, 'direct_only', count(*), sum(gross), sum(net)
FROM covered_orders WHERE outcome = 'credited' AND is_direct_only GROUP BY ALL
ORDER BY ALL
"""
_JOINED = f"""
WITH spent AS (
    SELECT platform, ad_match, coalesce(sum(cost_minor), 0) AS cost
    FROM spend WHERE day BETWEEN $first AND $last GROUP BY ALL
), clicked AS (
    SELECT platform, ad_match, sum(clicks) AS clicks FROM clicks
    WHERE day BETWEEN $first AND $last AND (ad_match <> '{UNMATCHED}' OR channel IN ({_PAID}))
    GROUP BY ALL
)
SELECT platform, ad_match, coalesce(cost, 0), coalesce(clicks, 0)
FROM spent FULL JOIN clicked USING (platform, ad_match) ORDER BY ALL
"""
# What a platform calls clicks and we have never seen; paid clicks that meet no ad.
_UNMATCHED_COSTS = f"""
SELECT 'cost', platform, campaign_id, adset_id, ad_id, source, medium, campaign,
    coalesce(sum(cost_minor), 0) AS cost_, sum(clicks) AS clicks_
FROM spend WHERE day BETWEEN $first AND $last AND ad_match = '{UNMATCHED}'
GROUP BY ALL HAVING sum(clicks) > 0
ORDER BY cost_ DESC, clicks_ DESC, platform, campaign_id, adset_id, ad_id, source, medium, campaign
LIMIT {_MOST_UNMATCHED}
"""
_UNMATCHED_CLICKS = f"""
SELECT 'clicks', platform, '', '', '', source, medium, campaign, 0, sum(clicks) AS clicks_
FROM clicks WHERE day BETWEEN $first AND $last AND {_NOT_JOINED} AND channel IN ({_PAID})
GROUP BY ALL ORDER BY clicks_ DESC, platform, source, medium, campaign LIMIT {_MOST_UNMATCHED}
"""


def compute_coverage(db: duckdb.DuckDBPyConnection, span: Span, scope: Scope) -> dict[str, Any]:
    """Return the coverage of a range as plain JSON values, amounts in minor units.

    Args:
        db: holds the views ``COVERAGE_TABLES``, at least of the range.
        span: the reporting days.
        scope: the models, and the zone that says when a reporting day begins.
    """
    start, end = day_bounds(span.first, span.last, scope.zone)
    bounds = {"start": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)}
    days = {"first": span.first, "last": span.last}
    _cover_orders(db, bounds, scope.models)
    return {
        "outcomes": _rows(
            db,
            "SELECT model, outcome, count(*), sum(gross), sum(net) FROM covered_orders "
            "GROUP BY ALL ORDER BY ALL",
        ),
        "causes": _rows(db, _CAUSES),
        "joined": _rows(db, _JOINED, days),
        "unmatched": [*_rows(db, _UNMATCHED_COSTS, days), *_rows(db, _UNMATCHED_CLICKS, days)],
        "health": _health(db, bounds),
    }


def _cover_orders(
    db: duckdb.DuckDBPyConnection, bounds: dict[str, Any], models: Sequence[str]
) -> None:
    db.execute(
        "CREATE OR REPLACE TEMP TABLE range_credits AS "
        "SELECT * FROM credits WHERE placed_at >= $start AND placed_at < $end",
        bounds,
    )
    participation = ", ".join(_PARTICIPATION.format(model=model) for model in models)
    covered = " UNION ALL ".join(_COVERED.format(model=model) for model in models)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE covered_orders AS WITH filled AS "
        f"(SELECT store, order_id, {participation} FROM range_credits GROUP BY ALL) {covered}"
    )


def _health(db: duckdb.DuckDBPyConnection, bounds: dict[str, Any]) -> dict[str, int]:
    """Return what the share of new sales with a click is made of, and what hinders it.

    New sales are the store's own orders but rebills and what tracking could not see.
    """
    (bots, people) = single_row(
        db,
        "SELECT count(*) FILTER (is_bot), count(*) FILTER (NOT is_bot) FROM touchpoints "
        "WHERE occurred_at >= $start AND occurred_at < $end",
        bounds,
    )
    sales, attributed = single_row(
        db,
        "WITH per_order AS (SELECT store, order_id, bool_or(outcome = 'credited') AS is_credited, "
        "bool_and(outcome = 'pre_tracking') AS is_earlier FROM covered_orders "
        "WHERE outcome IN ('credited', 'unattributed', 'pre_tracking') AND kind <> 'rebill' "
        "GROUP BY ALL) SELECT count(*) FILTER (NOT is_earlier), count(*) FILTER (is_credited) "
        "FROM per_order",
    )
    conflicting, anonymous = single_row(
        db,
        "SELECT count(*) FILTER (conflicting_claims > 0), count(*) FILTER (NOT is_identified) "
        "FROM evidence WHERE placed_at >= $start AND placed_at < $end",
        bounds,
    )
    return {
        "new_sales": sales,
        "attributed_new_sales": attributed,
        "orders_with_conflicting_claims": conflicting,
        "orders_without_identity": anonymous,
        "touches": people,
        "bot_touches": bots,
    }


def _rows(db: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> list[list[Any]]:
    """Return rows as plain JSON values; DuckDB's sums are wider than JSON's integers."""
    found = db.execute(query, parameters).fetchall()
    return [[value if isinstance(value, str) else int(value) for value in row] for row in found]
