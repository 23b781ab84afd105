"""The figures of the coverage report, from a run's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.columns import microseconds
from headwater.domain.attribution.definitions import ROLE_KINDS, Kind, role_definitions
from headwater.domain.cost_join import PLATFORM_ONLY, UNMATCHED
from headwater.usecases.reports.range_orders import ORDER_SUMS, cover_orders, read_orders
from headwater.usecases.reports.sales_health import sales_health
from headwater.usecases.reports.summed import sums_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    import duckdb

    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.usecases.reports.range_orders import Kept
    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.report import Scope
    from headwater.usecases.reports.which_orders import WhichOrders

COVERAGE_TABLES = ("credits", "spend", "clicks", "evidence", "touchpoints")
NOT_JOINED = f"ad_match IN ('{UNMATCHED}', '{PLATFORM_ONLY}')"
# What a platform calls clicks and we have never seen; paid clicks that meet no ad.
UNSEEN_COST, LOOSE_CLICKS = f"ad_match = '{UNMATCHED}'", f"{NOT_JOINED} AND is_paid"
MOST_UNMATCHED = 500
# What a model's window precedes, where that is not the order: an age in table ``evidence``.
_ANCHORS = {Kind.NEW_LEAD: "lead_age", Kind.REENGAGED_LEAD: "again_age"}
# Why an order is unattributed, as far as its path tells; or credited, but to direct visits alone.
_CAUSED = """(
    SELECT c.*, CASE
            WHEN p.touches > 0 AND CASE c.model {touched} END THEN 'no_role'
            WHEN p.touches > 0 THEN 'outside_window'
            WHEN p.later_touches > 0 THEN 'only_later_clicks'
            WHEN p.is_identified THEN 'no_click' ELSE 'no_identity' END AS cause
    FROM covered_orders c JOIN evidence p ON p.store = c.store AND p.order_id = c.order_id
    WHERE c.outcome = 'unattributed'
    UNION ALL
    SELECT *, 'direct_only' FROM covered_orders WHERE outcome = 'credited' AND is_direct_only
)"""
_BY_MODEL = f"""
SELECT span, model, {{name}}, {sums_of(ORDER_SUMS)} FROM {{orders}} GROUP BY ALL ORDER BY ALL
"""
_JOINED = """
WITH spent AS (
    SELECT span, platform, ad_match, coalesce(sum(cost_minor), 0) AS cost FROM {spend}
    GROUP BY ALL
), clicked AS (
    SELECT span, platform, ad_match, sum(clicks) AS clicks FROM {clicks} GROUP BY ALL
)
SELECT span, platform, ad_match, coalesce(cost, 0), coalesce(clicks, 0)
FROM spent FULL JOIN clicked USING (span, platform, ad_match) ORDER BY ALL
"""
_NAMES = "platform, campaign_id, adset_id, ad_id, source, medium, campaign"
_UNMATCHED = f"""
WITH unmatched AS (
    SELECT span, 'cost' AS what, {_NAMES}, coalesce(sum(cost_minor), 0) AS cost_,
        sum(clicks) AS clicks_
    FROM {{spend}} WHERE {UNSEEN_COST} GROUP BY ALL HAVING sum(clicks) > 0
    UNION ALL
    SELECT span, 'clicks', platform, '', '', '', source, medium, campaign, 0, sum(clicks)
    FROM {{clicks}} WHERE {LOOSE_CLICKS} GROUP BY ALL
)
SELECT * FROM unmatched QUALIFY row_number()
    OVER (PARTITION BY span, what ORDER BY cost_ DESC, clicks_ DESC, {_NAMES}) <= {MOST_UNMATCHED}
ORDER BY span, what DESC, cost_ DESC, clicks_ DESC, {_NAMES}
"""


@dataclass(frozen=True, slots=True)
class AdTraffic:
    """The SQL of the ads' cost rows, and of the clicks of paid channels or of a known ad."""

    spend: str
    clicks: str

    @classmethod
    def of(cls, ranges: Ranges, scope: Scope) -> AdTraffic:
        """Return those of some ranges."""
        paid = ", ".join(f"'{channel}'" for channel in sorted(scope.paid_channels))
        clicks = (
            f"(SELECT *, channel IN ({paid}) AS is_paid FROM {ranges.by_day('clicks')} "
            f"WHERE ad_match <> '{UNMATCHED}' OR is_paid)"
        )
        return cls(ranges.by_day("spend"), clicks)


def compute_coverage(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, scope: Scope, orders: WhichOrders = "all"
) -> Iterator[dict[str, Any]]:
    """Yield the coverage of each range as plain JSON values, amounts in minor units.

    Args:
        db: holds the views ``COVERAGE_TABLES``, at least of the ranges.
        ranges: the reporting days.
        scope: the models whose credits are looked at, and the channels that are ads.
        orders: which of the orders are meant; cost and clicks are those of all.
    """
    cover_ranges(db, ranges, scope, orders)
    traffic = AdTraffic.of(ranges, scope)
    queries = {
        "outcomes": _BY_MODEL.format(name="outcome", orders="covered_orders"),
        "causes": _BY_MODEL.format(name="cause", orders=caused_orders(scope)),
        "joined": _JOINED.format(spend=traffic.spend, clicks=traffic.clicks),
        "unmatched": _UNMATCHED.format(spend=traffic.spend, clicks=traffic.clicks),
    }
    sections: dict[str, list[Any]] = {
        **{name: plain_rows(db, ranges, query) for name, query in queries.items()},
        "health": sales_health(db, ranges, orders),
    }
    for place in range(len(ranges.spans)):
        yield {name: of_range[place] for name, of_range in sections.items()}


def cover_ranges(
    db: duckdb.DuckDBPyConnection,
    ranges: Ranges,
    scope: Scope,
    orders: WhichOrders,
    *,
    kept: Kept = "TABLE",
) -> None:
    """Make the tables of ``range_orders``; health looks at all models, whichever are asked for."""
    names = [model.name for model in scope.definitions]
    read_orders(db, ranges, names, orders, kept=kept)
    cover_orders(db, scope.models, kept=kept)


def caused_orders(scope: Scope) -> str:
    """Return the SQL of the orders under each model that have a ``cause``."""
    return _CAUSED.format(touched=_touched(scope.definitions))


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


def plain_rows(db: duckdb.DuckDBPyConnection, ranges: Ranges, query: str) -> list[list[list[Any]]]:
    """Return each range's rows as plain JSON values; DuckDB's sums are wider than integers."""
    return [
        [[value if isinstance(value, str) else int(value) for value in row] for row in of_range]
        for of_range in ranges.lists(db, query)
    ]
