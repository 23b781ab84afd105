"""What touches earned, by the names of ROI reports and by model.

Orders and customers are counted by sets of models (``model_bits``), amounts are summed beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.roi import CREDITED
from headwater.domain.roi_documents import FIGURES
from headwater.usecases.reports.model_bits import holds_model, under_models
from headwater.usecases.reports.range_tables import LIFETIMES, MONIES, amounts_of
from headwater.usecases.reports.roi_cells import keys_of, spread

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb

    from headwater.usecases.reports.model_bits import ColumnOf
    from headwater.usecases.reports.range_tables import Wanted
    from headwater.usecases.reports.roi_cells import Cells


def add_sales(
    cells: Sequence[Cells],
    db: duckdb.DuckDBPyConnection,
    touches: str,
    sums: str,
    wanted: Wanted,
) -> None:
    """Add to cells what touches earned: one relation has each, another what they got together."""
    width = len(cells[0].by)
    for span, place, *row in db.execute(_sales(cells, touches, sums, wanted)).fetchall():
        names, model, figures = row[:width], row[width], row[width + 1 :]
        cells[place].at(span, CREDITED, names)["models"][model] = figures


def _sales(cells: Sequence[Cells], touches: str, sums: str, wanted: Wanted) -> str:
    """Return the SQL of ``FIGURES`` by names and model."""
    keys, relation = keys_of(cells), spread(cells, touches)
    shares = (
        _shares_of_orders(keys, relation, wanted),
        _shares_of_customers(keys, relation, wanted),
        *([_shares_in_parts(keys, spread(cells, sums), wanted)] if wanted.models_in_parts else []),
    )
    figures = ", ".join(f"coalesce(sum({each}), 0)::BIGINT" for each in FIGURES)
    return f"""
        SELECT {keys}, model, {figures} FROM ({" UNION ALL BY NAME ".join(shares)})
        GROUP BY ALL HAVING sum(orders) > 0
    """


def _shares_of_orders(keys: str, touches: str, wanted: Wanted) -> str:
    """Return the SQL of what counts by order, and of what an order gives once to each name.

    A contact has one first order, whose lifetime is that of a new customer.
    """
    whole = amounts_of(wanted.models_whole)
    once = "".join(f", max({each}) AS {each}" for each in whole)
    sums = "".join(
        f", sum({each}) AS {each}, sum({each}) FILTER (is_future) AS future_{each}"
        for each in (*LIFETIMES, *whole)
    )
    groups = f"""(
        SELECT {keys}, models, count(*) AS orders, count(*) FILTER (is_new) AS new_customers,
            count(*) FILTER (is_future) AS future_orders{sums}
        FROM (
            SELECT {keys}, n, is_new, is_future, {", ".join(LIFETIMES)}, bit_or(models) AS models
                {once}
            FROM {touches} GROUP BY ALL
        ) GROUP BY ALL
    )"""
    amounts = _amounts(wanted.models_whole)
    figures = ("orders", "new_customers", "future_orders", *amounts, *LIFETIMES)
    return (
        f"SELECT {keys}, model, {', '.join(figures)} "
        f"FROM {under_models(groups, wanted.models, **amounts)} WHERE {holds_model('models')}"
    )


def _shares_of_customers(keys: str, touches: str, wanted: Wanted) -> str:
    groups = (
        f"(SELECT {keys}, models, count(*) AS customers FROM (SELECT {keys}, buyer, "
        f"bit_or(models) AS models FROM {touches} GROUP BY ALL) GROUP BY ALL)"
    )
    return (
        f"SELECT {keys}, model, customers "
        f"FROM {under_models(groups, wanted.models)} WHERE {holds_model('models')}"
    )


def _shares_in_parts(keys: str, sums: str, wanted: Wanted) -> str:
    """Return the SQL of the amounts of models that share an order out among its touches."""
    summed = ", ".join(
        f"sum({each}) AS {each}, sum({each}) FILTER (is_future) AS future_{each}"
        for each in amounts_of(wanted.models_in_parts)
    )
    groups = f"(SELECT {keys}, {summed} FROM {sums} GROUP BY ALL)"
    amounts = _amounts(wanted.models_in_parts)
    relation = under_models(groups, wanted.models_in_parts, **amounts)
    return f"SELECT {keys}, model, {', '.join(amounts)} FROM {relation}"


def _amounts(models: Collection[str]) -> dict[str, ColumnOf]:
    """Return the columns of what some models give, and of what of it is later than the range."""

    def amount(future: str, money: str) -> ColumnOf:
        return lambda model: f"{future}{model}_{money}" if model in models else "NULL"

    return {
        f"{future}{money}": amount(future, money) for future in ("", "future_") for money in MONIES
    }
