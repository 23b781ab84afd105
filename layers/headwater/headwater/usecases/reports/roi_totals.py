"""What the ranges of ROI reports hold, whatever their rows are named by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.roi_documents import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.usecases.reports.ranges import Ranges
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
    "lifetime_gross": "sum(lifetime_gross) FILTER (is_converted)",
    "lifetime_net": "sum(lifetime_net) FILTER (is_converted)",
    "duplicate_orders": "count(*) FILTER (NOT is_counted)",
    "duplicate_gross": "sum(order_gross) FILTER (NOT is_counted)",
    "duplicate_net": "sum(order_net) FILTER (NOT is_counted)",
}
_TOTALS = ", ".join(f"coalesce({sum_}, 0)::BIGINT" for sum_ in _STORE_TOTALS.values())
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
        tuple(_STORE_TOTALS): f"SELECT span, {_TOTALS} FROM "
        "(SELECT *, order_class <> 'duplicate' AS is_counted FROM sold_orders WHERE NOT is_future) "
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
_SHARES = {
    "attributed_orders": "count(*) FILTER (has)",
    "future_orders": "count(*) FILTER (has AND is_late)",
    **{
        name.format(money): sql.format(money)
        for name, sql in (
            ("attributed_{}", "sum(part_{})"),
            ("future_{}", "sum(part_{}) FILTER (is_late)"),
            ("pre_tracking_{}", "sum({}) FILTER (is_rest AND pre_tracking AND NOT has)"),
        )
        for money in ("gross", "net")
    },
}


def _model_totals(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, models: Sequence[str]
) -> list[dict[str, dict[str, int]]]:
    """Return each model's share of a range: ``_SHARES``."""
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
    shares = ", ".join(f"coalesce({sql}, 0)::BIGINT" for sql in _SHARES.values())
    found = ranges.lists(
        db,
        f"SELECT span, model, {shares} FROM (SELECT span, is_late, "
        f"NOT is_future AND {_CREDITABLE} AS is_rest, {lists} "
        "FROM sold_orders LEFT JOIN order_parts USING (n)) GROUP BY span, model",
    )
    nothing = {model: dict.fromkeys(_SHARES, 0) for model in models}
    return [
        nothing | {model: dict(zip(_SHARES, own, strict=True)) for model, *own in of_range}
        for of_range in found
    ]
