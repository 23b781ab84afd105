"""The figures of the coverage report, from a run's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.columns import microseconds
from headwater.domain.attribution.definitions import ROLE_KINDS, Kind, role_definitions
from headwater.domain.cost_join import PLATFORM_ONLY, UNMATCHED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    import duckdb

    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.report import Scope

COVERAGE_TABLES = ("credits", "spend", "clicks", "evidence", "touchpoints")
_MOST_UNMATCHED = 500
_NOT_JOINED = f"ad_match IN ('{UNMATCHED}', '{PLATFORM_ONLY}')"
# What a model's window precedes, where that is not the order: an age in table ``evidence``.
_ANCHORS = {Kind.NEW_LEAD: "lead_age", Kind.REENGAGED_LEAD: "again_age"}
# Whether an order is credited, and by direct visits alone, per model.
_PARTICIPATION = (
    "bool_or(touch_id <> '' AND {model}_gross IS NOT NULL) AS has_{model}, "
    "bool_and(channel = 'direct') FILTER (touch_id <> '' AND {model}_gross IS NOT NULL) "
    "AS direct_{model}"
)
# The orders once under each model.
_COVERED = """
CREATE OR REPLACE TEMP TABLE covered_orders AS
WITH filled AS (
    SELECT span, store, order_id, {participation} FROM {credits_} GROUP BY ALL
)
SELECT span, store, order_id, order_gross AS gross, order_net AS net, kind,
    unnest([{models}]) AS model, unnest([{outcomes}]) AS outcome,
    unnest([{directs}]) AS is_direct_only
FROM {credits_} JOIN filled USING (span, store, order_id) WHERE touch_id = ''
"""
_OUTCOME = """CASE WHEN NOT is_converted THEN 'not_converted'
    WHEN order_class <> 'store' THEN order_class WHEN has_{0} THEN 'credited'
    WHEN {0}_pre_tracking THEN 'pre_tracking' ELSE 'unattributed' END"""
# Why an order is unattributed, as far as its path tells.
_CAUSES = """
SELECT c.span, c.model, CASE
        WHEN p.touches > 0 AND CASE c.model {touched} END THEN 'no_role'
        WHEN p.touches > 0 THEN 'outside_window'
        WHEN p.later_touches > 0 THEN 'only_later_clicks'
        WHEN p.is_identified THEN 'no_click' ELSE 'no_identity' END AS cause,
    count(*), sum(c.gross), sum(c.net)
FROM covered_orders c JOIN evidence p ON p.store = c.store AND p.order_id = c.order_id
WHERE c.outcome = 'unattributed' GROUP BY ALL
UNION ALL
SELECT span, model, 'direct_only', count(*), sum(gross), sum(net)
FROM covered_orders WHERE outcome = 'credited' AND is_direct_only GROUP BY ALL
ORDER BY ALL
"""
_JOINED = f"""
WITH spent AS (
    SELECT span, platform, ad_match, coalesce(sum(cost_minor), 0) AS cost FROM {{spend}}
    GROUP BY ALL
), clicked AS (
    SELECT span, platform, ad_match, sum(clicks) AS clicks FROM {{clicks}}
    WHERE ad_match <> '{UNMATCHED}' OR channel IN ({{paid}}) GROUP BY ALL
)
SELECT span, platform, ad_match, coalesce(cost, 0), coalesce(clicks, 0)
FROM spent FULL JOIN clicked USING (span, platform, ad_match) ORDER BY ALL
"""
# What a platform calls clicks and we have never seen; paid clicks that meet no ad.
_NAMES = "platform, campaign_id, adset_id, ad_id, source, medium, campaign"
_UNMATCHED = f"""
WITH unmatched AS (
    SELECT span, 'cost' AS what, {_NAMES}, coalesce(sum(cost_minor), 0) AS cost_,
        sum(clicks) AS clicks_
    FROM {{spend}} WHERE ad_match = '{UNMATCHED}' GROUP BY ALL HAVING sum(clicks) > 0
    UNION ALL
    SELECT span, 'clicks', platform, '', '', '', source, medium, campaign, 0, sum(clicks)
    FROM {{clicks}} WHERE {_NOT_JOINED} AND channel IN ({{paid}}) GROUP BY ALL
)
SELECT * FROM unmatched QUALIFY row_number()
    OVER (PARTITION BY span, what ORDER BY cost_ DESC, clicks_ DESC, {_NAMES}) <= {_MOST_UNMATCHED}
ORDER BY span, what DESC, cost_ DESC, clicks_ DESC, {_NAMES}
"""
# New sales are the store's own orders but rebills and what tracking could not see.
_NEW_SALES = """
WITH per_order AS (
    SELECT span, store, order_id, bool_or(outcome = 'credited') AS is_credited,
        bool_and(outcome = 'pre_tracking') AS is_earlier
    FROM covered_orders
    WHERE outcome IN ('credited', 'unattributed', 'pre_tracking') AND kind <> 'rebill' GROUP BY ALL
)
SELECT span, count(*) FILTER (NOT is_earlier), count(*) FILTER (is_credited)
FROM per_order GROUP BY span
"""


def compute_coverage(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, scope: Scope
) -> Iterator[dict[str, Any]]:
    """Yield the coverage of each range as plain JSON values, amounts in minor units.

    Args:
        db: holds the views ``COVERAGE_TABLES``, at least of the ranges.
        ranges: the reporting days.
        scope: the models whose credits are looked at, and the channels that are ads.
    """
    cover_orders(db, ranges, scope.models)
    traffic = {
        "spend": ranges.by_day("spend"),
        "clicks": ranges.by_day("clicks"),
        "paid": ", ".join(f"'{channel}'" for channel in sorted(scope.paid_channels)),
    }
    sections: dict[str, list[Any]] = {
        "outcomes": plain_rows(
            db,
            ranges,
            "SELECT span, model, outcome, count(*), sum(gross), sum(net) FROM covered_orders "
            "GROUP BY ALL ORDER BY ALL",
        ),
        "causes": plain_rows(db, ranges, _CAUSES.format(touched=_touched(scope.definitions))),
        "joined": plain_rows(db, ranges, _JOINED.format(**traffic)),
        "unmatched": plain_rows(db, ranges, _UNMATCHED.format(**traffic)),
        "health": sales_health(db, ranges),
    }
    for place in range(len(ranges.spans)):
        yield {name: of_range[place] for name, of_range in sections.items()}


def cover_orders(db: duckdb.DuckDBPyConnection, ranges: Ranges, models: Sequence[str]) -> None:
    """Make ``covered_orders``: what became of each order of the ranges under each model."""
    db.execute(
        _COVERED.format(
            credits_=ranges.by_instant("credits", "placed_at"),
            participation=", ".join(_PARTICIPATION.format(model=model) for model in models),
            models=", ".join(f"'{model}'" for model in models),
            outcomes=", ".join(_OUTCOME.format(model) for model in models),
            directs=", ".join(f"coalesce(direct_{model}, false)" for model in models),
        )
    )


def _touched(models: Sequence[ModelDefinition]) -> str:
    """Return the SQL of whether a click lies in the window of each model.

    A model over the roles looks as far as the farther one of first and last click. Where what a
    window precedes never happened, no window left a click out.
    """
    first, _, _, last = (role.window for role in role_definitions(tuple(models)))
    of_roles = None if first is None or last is None else max(first, last)
    return " ".join(
        f"WHEN '{model.name}' THEN {_is_within(_ANCHORS.get(model.kind, 'age'), window)}"
        for model in models
        for window in [of_roles if model.kind in ROLE_KINDS else model.window]
    )


def _is_within(age: str, window: timedelta | None) -> str:
    return "true" if window is None else f"coalesce(p.{age} <= {microseconds(window)}, true)"


def sales_health(db: duckdb.DuckDBPyConnection, ranges: Ranges) -> list[dict[str, int]]:
    """Return what the share of new sales with a click is made of, and what hinders it.

    Reads ``covered_orders`` of the same ranges.
    """
    touchpoints = ranges.by_instant("touchpoints", "occurred_at")
    evidence = ranges.by_instant("evidence", "placed_at")
    figures: dict[tuple[str, ...], str] = {
        ("new_sales", "attributed_new_sales"): _NEW_SALES,
        ("orders_with_conflicting_claims", "orders_without_identity"): "SELECT span, "
        "count(*) FILTER (conflicting_claims > 0), count(*) FILTER (NOT is_identified) "
        f"FROM {evidence} GROUP BY span",
        ("bot_touches", "touches"): "SELECT span, count(*) FILTER (is_bot), "
        f"count(*) FILTER (NOT is_bot) FROM {touchpoints} GROUP BY span",
    }
    return ranges.named_figures(db, figures)


def plain_rows(db: duckdb.DuckDBPyConnection, ranges: Ranges, query: str) -> list[list[list[Any]]]:
    """Return each range's rows as plain JSON values; DuckDB's sums are wider than integers."""
    return [
        [[value if isinstance(value, str) else int(value) for value in row] for row in of_range]
        for of_range in ranges.lists(db, query)
    ]
