"""What the ranges of ROI reports hold, whatever their rows are named by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.roi_documents import CLAIMS
from headwater.usecases.reports.summed import Summed, sums_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.report import Scope

# The totals that come from the orders of the range.
STORE_TOTALS = {
    "orders": Summed("1", "is_converted AND is_counted"),
    "customers": Summed("1", "is_converted AND is_counted", of_buyers=True),
    "new_customers": Summed("1", "is_converted AND is_new", of_buyers=True),
    "gross": Summed("order_gross", "is_counted"),
    "net": Summed("order_net", "is_counted"),
    "creditable_gross": Summed("order_gross", "order_class = 'store'"),
    "creditable_net": Summed("order_net", "order_class = 'store'"),
    "not_converted_orders": Summed("1", "NOT is_converted"),
    "lifetime_gross": Summed("lifetime_gross", "is_converted AND lifetime_gross IS NOT NULL"),
    "lifetime_net": Summed("lifetime_net", "is_converted AND lifetime_net IS NOT NULL"),
    "duplicate_orders": Summed("1", "NOT is_counted"),
    "duplicate_gross": Summed("order_gross", "NOT is_counted"),
    "duplicate_net": Summed("order_net", "NOT is_counted"),
}
STORE_ORDERS = (
    "(SELECT *, order_class <> 'duplicate' AS is_counted FROM sold_orders WHERE NOT is_future)"
)
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
    db: duckdb.DuckDBPyConnection, ranges: Ranges, models: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the totals of each range: the store's own figures, traffic, and each model's share.

    Needs the tables of ``range_tables``, ``order_parts`` and the view ``duplicates``.
    """
    # A pair is counted twice where its later order is.
    pairs = ranges.by_instant("duplicates", "other_placed_at")
    suspected = f"SELECT span, count(*) FROM {pairs} WHERE is_open GROUP BY span"
    figures = {
        tuple(STORE_TOTALS): f"SELECT span, {sums_of(STORE_TOTALS)} FROM {STORE_ORDERS} "
        "GROUP BY span",
        ("clicks",): "SELECT span, sum(clicks)::BIGINT FROM range_clicks GROUP BY span",
        ("leads",): "SELECT span, count(DISTINCT contact) FROM range_leads GROUP BY span",
        ("cost", "not_converted_costs", *CLAIMS): "SELECT span, sum(cost)::BIGINT, "
        f"sum(not_converted)::BIGINT, {', '.join(f'sum({each})::BIGINT' for each in CLAIMS)} "
        "FROM range_spend GROUP BY span",
        ("suspected_duplicates",): suspected,
    }
    own = zip(ranges.named_figures(db, figures), _model_totals(db, ranges, models), strict=True)
    return [totals | {"models": shares} for totals, shares in own]


# What a model gives to touches of the range, and what precedes tracking, over its orders.
SHARES = {
    "attributed_orders": Summed("1", "has"),
    "future_orders": Summed("1", "has AND is_late"),
    **{
        name.format(money): Summed(amount.format(money), where)
        for name, amount, where in (
            ("attributed_{}", "part_{}", "has"),
            ("future_{}", "part_{}", "has AND is_late"),
            ("pre_tracking_{}", "{}", "is_rest AND pre_tracking AND NOT has"),
        )
        for money in ("gross", "net")
    },
}


def shared_orders(models: Sequence[str]) -> str:
    """Return the SQL of the orders once under each model, with what its touches got of them."""
    columns = {
        "has": "coalesce(has_{}, false)",
        "pre_tracking": "{}_pre_tracking",
        **{f"part_{money}": f"part_{{}}_{money}" for money in ("gross", "net")},
        **{money: f"{{}}_{money}" for money in ("gross", "net")},
    }
    lists = ", ".join(
        f"unnest([{', '.join(sql.format(model) for model in models)}]) AS {name}"
        for name, sql in {"model": "'{}'", **columns}.items()
    )
    return (
        f"(SELECT *, NOT is_future AND {_CREDITABLE} AS is_rest, {lists} "
        "FROM sold_orders LEFT JOIN order_parts USING (n))"
    )


def _model_totals(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, models: Sequence[str]
) -> list[dict[str, dict[str, int]]]:
    """Return each model's share of a range: ``SHARES``."""
    found = ranges.lists(
        db,
        f"SELECT span, model, {sums_of(SHARES)} FROM {shared_orders(models)} GROUP BY span, model",
    )
    nothing = {model: dict.fromkeys(SHARES, 0) for model in models}
    return [
        nothing | {model: dict(zip(SHARES, own, strict=True)) for model, *own in of_range}
        for of_range in found
    ]
