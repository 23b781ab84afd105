"""What touches earned with each product: their cents apportioned over the lines of the order.

Each amount of a touch goes to the lines of its order by the lines' own revenue, gross by gross and
net by net, the rest line (shipping, fees, discounts of the whole order) included: whole minor units
by largest remainder, ties to the earlier line. A line whose product stands in several categories is
split equally among them beforehand. So the parts of a touch sum to what it earned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.report_dimensions import LINE_DIMENSIONS
from headwater.usecases.reports.range_tables import LIFETIMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

_MONIES = ("gross", "net")
# Integer division in DuckDB cuts toward zero; an apportionment needs the floor.
_FLOOR = "({0} // {1} - CASE WHEN {0} % {1} < 0 THEN 1 ELSE 0 END)"


def read_line_touches(
    db: duckdb.DuckDBPyConnection, by: Sequence[str], models: Sequence[str]
) -> str:
    """Make ``line_touches``: ``earned_touches`` by the dimensions and each order's lines.

    Args:
        db: holds ``earned_touches sold_orders`` and the views ``lines products``.
        by: the dimensions, one of which at least is of lines.
        models: whose amounts are apportioned.

    Returns:
        The table's name.
    """
    line_names = [name for name in by if name in LINE_DIMENSIONS]
    db.execute(_line_parts(line_names))
    other = ", ".join(name for name in by if name not in LINE_DIMENSIONS)
    lifetimes = ", ".join(f"t.{name}" for name in LIFETIMES)
    keys = f"t.n, t.span, t.buyer, t.is_new, t.is_future, t.models, t.touch, {lifetimes}"
    keys += f", {other}" if other else ""
    amounts = [f"{model}_{money}" for model in models for money in _MONIES]
    db.execute(
        "CREATE OR REPLACE TEMP TABLE line_touches AS " + _apportioned(keys, line_names, amounts)
    )
    return "line_touches"


def _line_parts(line_names: Sequence[str]) -> str:
    """Return the SQL of ``line_parts``: per order its lines' names and weights, numbered."""
    is_split = "category" in line_names
    among = "CASE WHEN len(p.categories) > 0 THEN list_sort(p.categories) ELSE [''] END"
    categories = among if is_split else "['']"
    share = (
        f"{_FLOOR.format('{0}', 'pieces')} + CASE WHEN piece <= {{0}} - pieces * "
        f"{_FLOOR.format('{0}', 'pieces')} THEN 1 ELSE 0 END"
    )
    names = ", ".join(line_names)
    return f"""
        CREATE OR REPLACE TEMP TABLE line_parts AS
        WITH named AS (
            SELECT o.n, l.line_id, coalesce(l.gross_minor, 0) AS gross,
                coalesce(l.gross_minor - l.refund_minor, 0) AS net,
                CASE WHEN l.line_id = 0 THEN ''
                    ELSE coalesce(nullif(p.name, ''), l.name) END AS product,
                {categories} AS categories
            FROM lines l
            JOIN sold_orders o ON o.store = l.source AND o.order_id = l.order_id
            LEFT JOIN products p
                ON p.source = l.source AND p.product_id = l.product_id AND l.line_id <> 0
        ), pieces AS (
            SELECT * EXCLUDE categories, unnest(categories) AS category, len(categories) AS pieces,
                unnest(range(1, len(categories) + 1)) AS piece
            FROM named
        ), parts AS (
            SELECT n, {names}, min(line_id) AS line_id,
                sum({share.format("gross")})::BIGINT AS gross,
                sum({share.format("net")})::BIGINT AS net
            FROM pieces GROUP BY n, {names}
        )
        SELECT *, sum(gross) OVER (PARTITION BY n)::BIGINT AS all_gross,
            sum(net) OVER (PARTITION BY n)::BIGINT AS all_net,
            row_number() OVER (PARTITION BY n ORDER BY line_id, {names}) AS place
        FROM parts
    """


def _apportioned(keys: str, line_names: Sequence[str], amounts: Sequence[str]) -> str:
    """Return the SQL that splits each touch's amounts over the parts of its order."""
    names = ", ".join(f"coalesce(p.{name}, '') AS {name}" for name in line_names)
    plain = keys.replace("t.", "")
    cut = ", ".join(f"{amount}, {_whole(amount)} AS whole_{amount}" for amount in amounts)
    ranked = ", ".join(
        f"{amount} - sum(whole_{amount}) OVER whole AS left_{amount}, row_number() OVER "
        f"(PARTITION BY touch ORDER BY {_remainder(amount)} DESC, place) AS rank_{amount}"
        for amount in amounts
    )
    parts = ", ".join(
        f"(whole_{amount} + CASE WHEN {_weight(amount, 'all_')} = 0 "
        f"THEN CASE WHEN place = 1 THEN {amount} ELSE 0 END "
        f"WHEN rank_{amount} <= left_{amount} THEN 1 ELSE 0 END)::BIGINT AS {amount}"
        for amount in amounts
    )
    line_list = ", ".join(line_names)
    return f"""
        WITH cut AS (
            SELECT {keys}, {names}, coalesce(p.place, 1) AS place, coalesce(p.gross, 0) AS gross,
                coalesce(p.net, 0) AS net, coalesce(p.all_gross, 0) AS all_gross,
                coalesce(p.all_net, 0) AS all_net, {cut}
            FROM earned_touches t LEFT JOIN line_parts p ON p.n = t.n
        ), ranked AS (
            SELECT *, {ranked} FROM cut WINDOW whole AS (PARTITION BY touch)
        )
        SELECT {plain}, {line_list}, {parts} FROM ranked
    """


def _weight(amount: str, prefix: str = "") -> str:
    return prefix + amount.rpartition("_")[2]


def _product(amount: str) -> str:
    """Return amount x weight with the sign of the total, so that the divisor is positive."""
    weight, total = f"coalesce(p.{_weight(amount)}, 0)", f"p.{_weight(amount, 'all_')}"
    return f"({amount}::HUGEINT * {weight} * sign({total})::HUGEINT)"


def _whole(amount: str) -> str:
    total = f"abs(p.{_weight(amount, 'all_')})::HUGEINT"
    floor = _FLOOR.format(_product(amount), total)
    return f"CASE WHEN coalesce({total}, 0) = 0 AND {amount} IS NOT NULL THEN 0 ELSE {floor} END"


def _remainder(amount: str) -> str:
    """Return what the whole units leave of a part's exact share, times the total weight."""
    weight, total = _weight(amount), _weight(amount, "all_")
    return (
        f"({amount}::HUGEINT * {weight} * sign({total})::HUGEINT "
        f"- whole_{amount} * abs({total})::HUGEINT)"
    )
