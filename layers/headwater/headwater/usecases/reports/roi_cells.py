"""The figures of the ROI report: any range, from the run's tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headwater.domain.facts import DIMENSIONS
from headwater.domain.models import lead_role
from headwater.domain.reporting_days import day_bounds
from headwater.domain.roi import CREDITED, REST_KINDS, RoiCells, RoiRow, RoiTotals
from headwater.usecases.row_tables import single_row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import duckdb

# The totals that come from the orders, and how each is summed over ``range_orders``.
_STORE_TOTALS = {
    "orders": "count(*) FILTER (is_converted AND is_counted)",
    "customers": "count(DISTINCT contact) FILTER (is_converted AND is_counted)",
    "new_customers": "count(DISTINCT contact) FILTER (is_converted AND is_new)",
    "gross": "sum(order_gross) FILTER (is_counted)",
    "net": "sum(order_net) FILTER (is_counted)",
    "attributed_gross": "sum(order_gross) FILTER (outcome = 'credited')",
    "attributed_net": "sum(order_net) FILTER (outcome = 'credited')",
    "pre_tracking_gross": "sum(rest_gross) FILTER (outcome = 'pre_tracking')",
    "pre_tracking_net": "sum(rest_net) FILTER (outcome = 'pre_tracking')",
    "creditable_gross": "sum(order_gross) FILTER (order_class = 'store')",
    "creditable_net": "sum(order_net) FILTER (order_class = 'store')",
    "not_converted_orders": "count(*) FILTER (NOT is_converted)",
    "duplicate_orders": "count(*) FILTER (NOT is_counted)",
    "duplicate_gross": "sum(order_gross) FILTER (NOT is_counted)",
    "duplicate_net": "sum(order_net) FILTER (NOT is_counted)",
}
_TOTALS = ", ".join(f"coalesce({sum_}, 0)" for sum_ in _STORE_TOTALS.values())
# The tables that the report reads.
ROI_TABLES = ("credits", "leads", "spend", "clicks", "duplicates")


def compute_roi(
    db: duckdb.DuckDBPyConnection,
    first: date,
    last: date,
    zone: str,
    models: Sequence[str],
) -> Callable[[tuple[str, ...]], dict[str, RoiCells]]:
    """Read a range once; return what computes its cells by any dimensions, for every model.

    Args:
        db: holds the views ``ROI_TABLES``, at least of the range.
        first: the first reporting day.
        last: the last one.
        zone: the account's time zone, which says when a reporting day begins.
        models: those that are asked for.
    """
    start, end = day_bounds(first, last, zone)
    bounds = {"start": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)}
    db.execute(_RANGE_CREDITS, bounds)
    db.execute(f"{_RANGE_TOUCHES} {_per_model(_TOUCHED, models)}")
    db.execute(
        f"{_RANGE_ORDERS.format(participation=_participation(models))} {_per_model(_SOLD, models)}"
    )
    db.execute(f"{_RANGE_LEADS} {_per_model(_LED, models)}", bounds)
    db.execute(_RANGE_TRAFFIC, {"first": first, "last": last})
    (suspected,) = single_row(db, _SUSPECTED, bounds)
    rest, totals = _rest_rows(db, models), _totals(db, suspected, models)

    def cells(by: tuple[str, ...]) -> dict[str, RoiCells]:
        credited = _credited_rows(db, by, models)
        no_names = ("",) * len(by)
        return {
            model: RoiCells(
                totals[model],
                (*credited[model], *(replace(row, names=no_names) for row in rest[model])),
            )
            for model in models
        }

    return cells


# A pair is counted twice where its later order is.
_SUSPECTED = """
SELECT count(*) FROM duplicates
WHERE is_open AND other_placed_at >= $start AND other_placed_at < $end
"""


def _per_model(select: str, models: Sequence[str]) -> str:
    """Return the union of one SELECT per model, which names it ``{model}``."""
    return " UNION ALL ".join(
        select.format(model=model, lead_role=lead_role(model)) for model in models
    )


def _participation(models: Sequence[str]) -> str:
    """Return the SQL columns that say in which models an order's touches take part."""
    return ", ".join(
        f"bool_or(touch_id <> '' AND {model}_gross IS NOT NULL) AS has_{model}" for model in models
    )


_RANGE_CREDITS = """
CREATE OR REPLACE TEMP TABLE range_credits AS
SELECT * FROM credits WHERE placed_at >= $start AND placed_at < $end
"""

_RANGE_TOUCHES = "CREATE OR REPLACE TEMP TABLE range_touches AS"
_TOUCHED = (
    "SELECT '{model}' AS model, store, order_id, contact, is_new, "
    + ", ".join(DIMENSIONS)
    + ", {model}_gross AS gross, {model}_net AS net "
    "FROM range_credits WHERE touch_id <> '' AND {model}_gross IS NOT NULL"
)

# One row per (model, order), with what no touch got.
_RANGE_ORDERS = """
CREATE OR REPLACE TEMP TABLE range_orders AS
WITH filled AS (
    SELECT store, order_id, {participation} FROM range_credits GROUP BY ALL
), orders AS (
    SELECT o.*, f.* EXCLUDE (store, order_id)
    FROM range_credits o JOIN filled f ON f.store = o.store AND f.order_id = o.order_id
    WHERE o.touch_id = ''
)
"""
_SOLD = (
    "SELECT '{model}' AS model, contact, is_new, is_converted, order_class, "
    "order_class <> 'duplicate' AS is_counted, "
    "order_gross, order_net, {model}_gross AS rest_gross, {model}_net AS rest_net, "
    "CASE WHEN NOT is_converted THEN 'not_converted' "
    "WHEN order_class <> 'store' THEN order_class "
    "WHEN has_{model} THEN 'credited' "
    "WHEN {model}_pre_tracking THEN 'pre_tracking' ELSE 'unattributed' END AS outcome "
    "FROM orders"
)

_RANGE_LEADS = (
    "CREATE OR REPLACE TEMP TABLE range_leads AS WITH opted AS "
    "(SELECT * FROM leads WHERE opted_in_at >= $start AND opted_in_at < $end)"
)
_LED = "SELECT '{model}' AS model, * FROM opted WHERE role = '{lead_role}'"

_RANGE_TRAFFIC = f"""
CREATE OR REPLACE TEMP TABLE range_traffic AS
SELECT {", ".join(DIMENSIONS)}, sum(clicks) AS clicks, 0 AS cost, 0 AS not_converted
FROM clicks WHERE day BETWEEN $first AND $last GROUP BY ALL
UNION ALL
SELECT {", ".join(DIMENSIONS)}, 0, coalesce(sum(cost_minor), 0),
    count(*) FILTER (cost_minor IS NULL)
FROM spend WHERE day BETWEEN $first AND $last GROUP BY ALL
"""


def _credited_rows(
    db: duckdb.DuckDBPyConnection, by: tuple[str, ...], models: Sequence[str]
) -> dict[str, tuple[RoiRow, ...]]:
    """Return one row per combination of dimension values that has revenue, leads, clicks or cost.

    Under full impact an order counts once per row: its touches there each carry all of it.
    """
    names = ", ".join(by)
    found: dict[str, list[RoiRow]] = {model: [] for model in models}
    rows = db.execute(
        f"""
        WITH per_order AS (
            SELECT model, {names}, store, order_id, contact, is_new,
                CASE model WHEN 'full_impact' THEN max(gross) ELSE sum(gross) END AS gross,
                CASE model WHEN 'full_impact' THEN max(net) ELSE sum(net) END AS net
            FROM range_touches GROUP BY model, {names}, store, order_id, contact, is_new
        ), sales AS (
            SELECT model, {names}, count(*) AS orders, count(DISTINCT contact) AS customers,
                count(DISTINCT contact) FILTER (is_new) AS new_customers,
                sum(gross) AS gross, sum(net) AS net
            FROM per_order GROUP BY model, {names}
        ), opted AS (
            SELECT model, {names}, count(*) AS leads FROM range_leads
            WHERE state = 'credited' GROUP BY model, {names}
        ), traffic AS (
            SELECT model, {names}, sum(clicks) AS clicks, sum(cost) AS cost
            FROM range_traffic CROSS JOIN (SELECT unnest($models) AS model)
            GROUP BY model, {names}
        )
        SELECT model, {names}, coalesce(clicks, 0), coalesce(leads, 0), coalesce(orders, 0),
            coalesce(customers, 0), coalesce(new_customers, 0), coalesce(gross, 0) AS gross_,
            coalesce(net, 0), coalesce(cost, 0) AS cost_
        FROM sales
        FULL JOIN opted USING (model, {names})
        FULL JOIN traffic USING (model, {names})
        ORDER BY model, gross_ DESC, cost_ DESC, {names}
        """,
        {"models": list(models)},
    ).fetchall()
    for model, *row in rows:
        values, figures = row[: len(by)], row[len(by) :]
        found[model].append(RoiRow(CREDITED, tuple(values), *map(int, figures)))
    return {model: tuple(rows) for model, rows in found.items()}


def _rest_rows(
    db: duckdb.DuckDBPyConnection, models: Sequence[str]
) -> dict[str, tuple[RoiRow, ...]]:
    """Return the rows of what no click gets; every kind has its row, be it empty."""
    orders = {
        (model, outcome): tuple(map(int, figures))
        for model, outcome, *figures in db.execute(
            "SELECT model, outcome, count(*), count(DISTINCT contact), "
            "count(DISTINCT contact) FILTER (is_new), sum(rest_gross), sum(rest_net) "
            "FROM range_orders WHERE outcome <> 'credited' GROUP BY model, outcome"
        ).fetchall()
    }
    leads = {
        (model, state): count
        for model, state, count in db.execute(
            "SELECT model, state, count(*) FROM range_leads WHERE state <> 'credited' "
            "GROUP BY model, state"
        ).fetchall()
    }
    return {
        model: tuple(
            RoiRow(kind, (), 0, leads.get((model, kind), 0), *orders.get((model, kind), ()))
            for kind in REST_KINDS
        )
        for model in models
    }


def _totals(
    db: duckdb.DuckDBPyConnection, suspected: int, models: Sequence[str]
) -> dict[str, RoiTotals]:
    """Return what the range holds, per model only as far as credit goes."""
    traffic = single_row(
        db,
        "SELECT coalesce(sum(clicks), 0), coalesce(sum(cost), 0), "
        "coalesce(sum(not_converted), 0) FROM range_traffic",
    )
    clicks, cost, not_converted_costs = map(int, traffic)
    (leads,) = single_row(db, "SELECT count(DISTINCT contact) FROM range_leads")
    rows = db.execute(f"SELECT model, {_TOTALS} FROM range_orders GROUP BY model").fetchall()
    by_model = {model: tuple(map(int, figures)) for model, *figures in rows}
    nothing = (0,) * len(_STORE_TOTALS)
    return {
        model: RoiTotals(
            **dict(zip(_STORE_TOTALS, by_model.get(model, nothing), strict=True)),
            clicks=clicks,
            leads=leads,
            cost=cost,
            not_converted_costs=not_converted_costs,
            suspected_duplicates=suspected,
        )
        for model in models
    }
