"""The tables that ROI reports of some ranges are computed from, read once for all dimensions.

Reads the views ``credits leads spend clicks`` and makes

* ``sold_orders``: the orders, numbered by ``n``, with what no touch got of them;
* ``earned_touches``: their touches with the amounts of each model, NULL where one takes no part;
* ``range_leads``: the leads by role; ``range_clicks`` and ``range_spend``: clicks and cost.

Each row is of one range, its ``span``; what several ranges hold stands under each of them. By
conversion date a range holds the orders that were placed in it, by click date the touches that
happened in it, whose orders may follow later (``is_future``); orders precede none of their touches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from headwater.domain.report_dimensions import REPORT_DIMENSIONS

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.ranges import Ranges

type DateBasis = Literal["conversion", "click"]

# How an order's dimension is made of its row in ``credits``.
_ORDER_DIMENSIONS = {
    "new_repeat": "CASE WHEN is_new THEN 'new' ELSE 'repeat' END",
    "order_kind": "kind",
    "store": "store",
    "store_channel": "store_channel",
    "coupon": "coupon",
}
TOUCH_NAMES = tuple(name for name, each in REPORT_DIMENSIONS.items() if each.of == "touch")
ORDER_NAMES = tuple(_ORDER_DIMENSIONS)
COST_NAMES = tuple(name for name, each in REPORT_DIMENSIONS.items() if each.has_cost)


def read_ranges(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, models: tuple[str, ...], basis: DateBasis
) -> None:
    """Make the tables of some ranges."""
    by_click = basis == "click"
    db.execute(_sold_orders(ranges, models, by_click=by_click))
    db.execute(_earned_touches(ranges, models, by_click=by_click))
    leads = ranges.by_instant("leads", "touched_at" if by_click else "opted_in_at")
    db.execute(f"CREATE OR REPLACE TEMP TABLE range_leads AS SELECT * FROM {leads}")
    _read_traffic(db, ranges)


def _amounts(models: tuple[str, ...], table: str) -> str:
    return ", ".join(f"{table}.{model}_{money}" for model in models for money in ("gross", "net"))


def _sold_orders(ranges: Ranges, models: tuple[str, ...], *, by_click: bool) -> str:
    """Return the SQL of ``sold_orders``. Numbers stand for contacts: they are faster to tell."""
    of_range = ranges.since if by_click else ranges.by_instant
    is_future = f"r.placed_at >= {ranges.end()}" if by_click else "false"
    named = ", ".join(f"{sql} AS {name}" for name, sql in _ORDER_DIMENSIONS.items())
    pre_tracking = ", ".join(f"r.{model}_pre_tracking" for model in models)
    return f"""
        CREATE OR REPLACE TEMP TABLE sold_orders AS
        WITH rest AS (
            SELECT * FROM {of_range("credits", "placed_at")} WHERE touch_id = ''
        ), buyers AS (
            SELECT contact, row_number() OVER () AS buyer FROM (SELECT DISTINCT contact FROM rest)
        )
        SELECT row_number() OVER () AS n, b.buyer, r.span, r.order_id, {is_future} AS is_future,
            r.is_new, r.is_converted, r.order_class, r.order_gross, r.order_net, {named},
            {_amounts(models, "r")}, {pre_tracking}
        FROM rest r JOIN buyers b USING (contact)
    """


def _earned_touches(ranges: Ranges, models: tuple[str, ...], *, by_click: bool) -> str:
    credited = ranges.by_instant("credits", "touched_at" if by_click else "placed_at")
    return f"""
        CREATE OR REPLACE TEMP TABLE earned_touches AS
        SELECT row_number() OVER () AS touch, o.n, o.span, o.buyer, o.is_new, o.is_future,
            {", ".join(f"o.{name}" for name in ORDER_NAMES)},
            {", ".join(f"c.{name}" for name in TOUCH_NAMES)}, {_amounts(models, "c")}
        FROM {credited} c
        JOIN sold_orders o ON o.span = c.span AND o.store = c.store AND o.order_id = c.order_id
        WHERE c.touch_id <> '' AND c.placed_at >= {ranges.start()}
    """


def _read_traffic(db: duckdb.DuckDBPyConnection, ranges: Ranges) -> None:
    """Make ``range_clicks`` and ``range_spend``: the ranges' sums under all their dimensions."""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE range_clicks AS SELECT span, {', '.join(TOUCH_NAMES)}, "
        f"sum(clicks)::BIGINT AS clicks FROM {ranges.by_day('clicks')} GROUP BY ALL"
    )
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE range_spend AS SELECT span, {', '.join(COST_NAMES)}, "
        "coalesce(sum(cost_minor), 0)::BIGINT AS cost, "
        "count(*) FILTER (cost_minor IS NULL) AS not_converted "
        f"FROM {ranges.by_day('spend')} GROUP BY ALL"
    )
