"""Orders one by one, with what a model makes of them: reports sum them by groups of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases.reports.range_tables import MONIES
from headwater.usecases.reports.roi_cells import keys_of, spread
from headwater.usecases.reports.roi_totals import KIND_OF_ALL

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.report import Scope
    from headwater.usecases.reports.roi_cells import Cells


def build_order_parts(db: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Make ``order_parts``: per order and model, what its touches in the range got together.

    Under a model that gives each touch all of the order, that is the order once.
    """
    parts = ", ".join(
        f"count({model}_gross) > 0 AS has_{model}, "
        + ", ".join(
            f"coalesce({_together(model, scope)}({model}_{money}), 0)::BIGINT "
            f"AS part_{model}_{money}"
            for money in MONIES
        )
        for model in scope.models
    )
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE order_parts AS SELECT n, {parts} FROM earned_touches "
        "GROUP BY n"
    )


def shared_orders(model: str) -> str:
    """Return the SQL of the orders that a model's ``SHARES`` are summed over."""
    parts = ", ".join(f"part_{model}_{money} AS part_{money}" for money in MONIES)
    return (
        f"(SELECT *, 1 AS orders, NOT is_future AND {KIND_OF_ALL} IS NULL AS is_rest, "
        f"coalesce(has_{model}, false) AS has, {model}_pre_tracking AS pre_tracking, {parts}, "
        f"{model}_gross AS gross, {model}_net AS net "
        "FROM sold_orders LEFT JOIN order_parts USING (n))"
    )


def earned_orders(cells: Cells, source: str, model: str, scope: Scope) -> str:
    """Return the SQL of what each order gave to each name under a model, NULL where nothing.

    Under a model that gives every touch all of its order, an order counts once per row.
    """
    amounts = ", ".join(
        f"{_together(model, scope)}({model}_{money})::BIGINT AS {model}_{money}" for money in MONIES
    )
    return (
        f"(SELECT {keys_of([cells])}, n, is_new, is_future, {amounts} "
        f"FROM {spread([cells], source)} GROUP BY ALL)"
    )


def rest_orders(cells: Cells, model: str) -> str:
    """Return the SQL of the orders with the kind of row that they are in under a model."""
    amounts = ", ".join(
        f"CASE WHEN {KIND_OF_ALL} IS NULL THEN {model}_{money} ELSE order_{money} END AS {money}"
        for money in MONIES
    )
    orders = f"""(
        SELECT *, coalesce({KIND_OF_ALL}, CASE WHEN coalesce(has_{model}, false) THEN NULL
            WHEN {model}_pre_tracking THEN 'pre_tracking' ELSE 'unattributed' END) AS kind,
            {amounts}
        FROM sold_orders LEFT JOIN order_parts USING (n)
    )"""
    return spread([cells], orders, lambda each: each.names_of_rest)


def _together(model: str, scope: Scope) -> str:
    return "max" if model in scope.whole else "sum"
