"""The tables that an ROI report of one range is computed from, read once for all its dimensions.

Reads the views ``credits leads spend clicks duplicates`` and makes

* ``sold_orders``: the orders, numbered by ``n``, with what no touch got of them;
* ``earned_touches``: their touches with the amounts of each model, NULL where one takes no part;
* ``range_leads``: the leads by role; ``range_clicks`` and ``range_spend``: clicks and cost.

By conversion date a range holds the orders that were placed in it, by click date the touches that
happened in it, whose orders may follow later (``is_future``); orders precede none of their touches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.domain.reporting_days import day_bounds

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.report import Scope, Span

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


def read_range(
    db: duckdb.DuckDBPyConnection, span: Span, scope: Scope, basis: DateBasis
) -> dict[str, object]:
    """Make the tables of a range; return its bounds as SQL parameters."""
    start, end = day_bounds(span.first, span.last, scope.zone)
    bounds: dict[str, object] = {
        "start": start.replace(tzinfo=None),
        "end": end.replace(tzinfo=None),
    }
    by_click = basis == "click"
    db.execute(_sold_orders(scope.models, by_click=by_click), bounds)
    db.execute(_earned_touches(scope.models, by_click=by_click), bounds)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE range_leads AS SELECT * FROM leads "
        + (
            "WHERE touched_at >= $start AND touched_at < $end"
            if by_click
            else "WHERE opted_in_at >= $start AND opted_in_at < $end"
        ),
        bounds,
    )
    _read_traffic(db, span)
    return bounds


def _amounts(models: tuple[str, ...], table: str) -> str:
    return ", ".join(f"{table}.{model}_{money}" for model in models for money in ("gross", "net"))


def _sold_orders(models: tuple[str, ...], *, by_click: bool) -> str:
    """Return the SQL of ``sold_orders``. Numbers stand for contacts: they are faster to tell."""
    until = "true" if by_click else "placed_at < $end"
    named = ", ".join(f"{sql} AS {name}" for name, sql in _ORDER_DIMENSIONS.items())
    pre_tracking = ", ".join(f"r.{model}_pre_tracking" for model in models)
    return f"""
        CREATE OR REPLACE TEMP TABLE sold_orders AS
        WITH rest AS (
            SELECT * FROM credits WHERE touch_id = '' AND placed_at >= $start AND {until}
        ), buyers AS (
            SELECT contact, row_number() OVER () AS buyer FROM (SELECT DISTINCT contact FROM rest)
        )
        SELECT row_number() OVER () AS n, b.buyer, r.order_id, r.placed_at >= $end AS is_future,
            r.is_new, r.is_converted, r.order_class, r.order_gross, r.order_net, {named},
            {_amounts(models, "r")}, {pre_tracking}
        FROM rest r JOIN buyers b USING (contact)
    """


def _earned_touches(models: tuple[str, ...], *, by_click: bool) -> str:
    wanted = (
        "c.placed_at >= $start AND c.touched_at >= $start AND c.touched_at < $end"
        if by_click
        else "c.placed_at >= $start AND c.placed_at < $end"
    )
    return f"""
        CREATE OR REPLACE TEMP TABLE earned_touches AS
        SELECT row_number() OVER () AS touch, o.n, o.buyer, o.is_new, o.is_future,
            {", ".join(f"o.{name}" for name in ORDER_NAMES)},
            {", ".join(f"c.{name}" for name in TOUCH_NAMES)}, {_amounts(models, "c")}
        FROM credits c JOIN sold_orders o ON o.store = c.store AND o.order_id = c.order_id
        WHERE c.touch_id <> '' AND {wanted}
    """


def _read_traffic(db: duckdb.DuckDBPyConnection, span: Span) -> None:
    """Make ``range_clicks`` and ``range_spend``: the range's sums under all their dimensions."""
    days = {"first": span.first, "last": span.last}
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE range_clicks AS SELECT {', '.join(TOUCH_NAMES)}, "
        "sum(clicks)::BIGINT AS clicks FROM clicks WHERE day BETWEEN $first AND $last GROUP BY ALL",
        days,
    )
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE range_spend AS SELECT {', '.join(COST_NAMES)}, "
        "coalesce(sum(cost_minor), 0)::BIGINT AS cost, "
        "count(*) FILTER (cost_minor IS NULL) AS not_converted "
        "FROM spend WHERE day BETWEEN $first AND $last GROUP BY ALL",
        days,
    )
