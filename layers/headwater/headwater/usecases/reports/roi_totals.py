"""What the range of an ROI report holds, whatever its rows are named by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.usecases.row_tables import single_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from headwater.usecases.reports.report import Scope

# The totals that come from the orders, and how each is summed over the orders of the range.
_STORE_TOTALS = {
    "orders": "count(*) FILTER (is_converted AND is_counted)",
    "customers": "count(DISTINCT buyer) FILTER (is_converted AND is_counted)",
    "new_customers": "count(DISTINCT buyer) FILTER (is_converted AND is_new)",
    "gross": "sum(order_gross) FILTER (is_counted)",
    "net": "sum(order_net) FILTER (is_counted)",
    "creditable_gross": "sum(order_gross) FILTER (order_class = 'store')",
    "creditable_net": "sum(order_net) FILTER (order_class = 'store')",
    "not_converted_orders": "count(*) FILTER (NOT is_converted)",
    "duplicate_orders": "count(*) FILTER (NOT is_counted)",
    "duplicate_gross": "sum(order_gross) FILTER (NOT is_counted)",
    "duplicate_net": "sum(order_net) FILTER (NOT is_counted)",
}
_TOTALS = ", ".join(f"coalesce({sum_}, 0)::BIGINT" for sum_ in _STORE_TOTALS.values())
# A pair is counted twice where its later order is.
_SUSPECTED = """
SELECT count(*) FROM duplicates
WHERE is_open AND other_placed_at >= $start AND other_placed_at < $end
"""
_CREDITABLE = "is_converted AND order_class = 'store'"


def build_order_parts(db: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Make ``order_parts``: per order and model, what its touches in the range got together.

    Under a model that gives each touch all of the order, that is the order once.
    """
    parts = ", ".join(
        f"count({model}_gross) > 0 AS has_{model}, "
        + ", ".join(
            f"coalesce({'max' if model in scope.whole else 'sum'}({model}_{money}), 0)::BIGINT "
            f"AS part_{model}_{money}"
            for money in ("gross", "net")
        )
        for model in scope.models
    )
    db.execute(
        "CREATE OR REPLACE TEMP TABLE order_parts AS "
        f"SELECT n, any_value(is_future) AS is_late, {parts} FROM earned_touches GROUP BY n"
    )


def totals_of(
    db: duckdb.DuckDBPyConnection, models: Sequence[str], bounds: Mapping[str, object]
) -> dict[str, Any]:
    """Return the totals of a range: the store's own figures, traffic, and each model's share.

    Needs the tables of ``range_tables`` and ``order_parts``.
    """
    figures = single_row(
        db,
        f"SELECT {_TOTALS} FROM (SELECT *, order_class <> 'duplicate' AS is_counted "
        "FROM sold_orders WHERE NOT is_future)",
    )
    (suspected,) = single_row(db, _SUSPECTED, bounds)
    (clicks,) = single_row(db, "SELECT coalesce(sum(clicks), 0)::BIGINT FROM range_clicks")
    cost, not_converted = single_row(
        db,
        "SELECT coalesce(sum(cost), 0)::BIGINT, coalesce(sum(not_converted), 0)::BIGINT "
        "FROM range_spend",
    )
    (leads,) = single_row(db, "SELECT count(DISTINCT contact) FROM range_leads")
    return {
        **dict(zip(_STORE_TOTALS, figures, strict=True)),
        "clicks": clicks,
        "leads": leads,
        "cost": cost,
        "not_converted_costs": not_converted,
        "suspected_duplicates": suspected,
        "models": _model_totals(db, models),
    }


def _model_totals(
    db: duckdb.DuckDBPyConnection, models: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Return what each model gives to touches of the range, and what precedes tracking."""
    wanted = {
        "attributed_{}": "sum(part_{0}_{1})",
        "future_{}": "sum(part_{0}_{1}) FILTER (is_late)",
        "pre_tracking_{}": f"sum({{0}}_{{1}}) FILTER (NOT is_future AND {_CREDITABLE} "
        "AND NOT coalesce(has_{0}, false) AND {0}_pre_tracking)",
    }
    names = [name.format(money) for name in wanted for money in ("gross", "net")]
    sums = [
        f"coalesce({sql.format(model, money)}, 0)::BIGINT"
        for model in models
        for sql in wanted.values()
        for money in ("gross", "net")
    ]
    counts = [f"count(*) FILTER (has_{m}), count(*) FILTER (has_{m} AND is_late)" for m in models]
    table = "sold_orders LEFT JOIN order_parts USING (n)"
    amounts = single_row(db, f"SELECT {', '.join(sums)} FROM {table}")
    orders = single_row(db, f"SELECT {', '.join(counts)} FROM {table}")
    size = len(names)
    return {
        model: dict(zip(names, amounts[i * size : (i + 1) * size], strict=True))
        | {"attributed_orders": orders[2 * i], "future_orders": orders[2 * i + 1]}
        for i, model in enumerate(models)
    }
