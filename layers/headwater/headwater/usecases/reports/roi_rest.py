"""What no touch gets, by the names of ROI reports: other classes, and what each model leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.roi_documents import ALL_MODELS, FIGURES
from headwater.usecases.reports.model_bits import all_bits, holds_model, under_models
from headwater.usecases.reports.range_tables import LIFETIMES, MONIES
from headwater.usecases.reports.roi_cells import keys_of, spread
from headwater.usecases.reports.roi_totals import KIND_OF_ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.reports.range_tables import Wanted
    from headwater.usecases.reports.roi_cells import Cells, Names

# Row kind → the models that leave an order there where they credit no touch with it.
_LEFT = {"pre_tracking": "earlier_models", "unattributed": "~earlier_models"}
# What is summed of groups of orders; nothing of it is later than the range, a matter of clicks.
_SUMMED = ("orders", "new_customers", *MONIES, *LIFETIMES)


def add_rest(cells: Sequence[Cells], db: duckdb.DuckDBPyConnection, wanted: Wanted) -> None:
    """Add to cells what no touch gets. It is the same for all dimensions of touches and lines."""
    alike: dict[Names, list[Cells]] = {}
    for each in cells:
        alike.setdefault(each.names_of_rest, []).append(each)
    firsts = [same[0] for same in alike.values()]
    for span, place, *names, model, kind, found in db.execute(_rest(firsts, wanted)).fetchall():
        for each in alike[firsts[place].names_of_rest]:
            each.at(span, kind, names)["models"][model] = found


def _rest(cells: Sequence[Cells], wanted: Wanted) -> str:
    """Return the SQL of the list of ``FIGURES`` by names, model and kind of row."""
    sums = {
        name: f"coalesce(sum({name}), 0)" if name in (*_SUMMED, "customers") else "0"
        for name in FIGURES
    }
    shares = " UNION ALL BY NAME ".join(
        (
            *_orders_of_no_model(cells),
            _orders_left(cells, wanted.models),
            _customers_left(cells, wanted.models),
        )
    )
    return f"""
        SELECT {keys_of(cells)}, model, kind, [{", ".join(sums.values())}]::BIGINT[]
        FROM ({shares}) GROUP BY ALL
    """


def _spread_rest(cells: Sequence[Cells], relation: str) -> str:
    return spread(cells, relation, lambda each: each.names_of_rest)


def _orders_of_no_model(cells: Sequence[Cells]) -> Iterator[str]:
    """Yield the SQL of the orders that no model is about, and that of their customers."""
    keys = keys_of(cells)
    yield (
        f"SELECT {keys}, '{ALL_MODELS}' AS model, kind, orders, new_customers, order_gross AS "
        f"gross, order_net AS net, {', '.join(LIFETIMES)} "
        f"FROM {_spread_rest(cells, 'order_groups')} WHERE kind IS NOT NULL"
    )
    orders = f"(SELECT *, {KIND_OF_ALL} AS kind FROM sold_orders WHERE kind IS NOT NULL)"
    yield (
        f"SELECT {keys}, '{ALL_MODELS}' AS model, kind, count(DISTINCT buyer) AS customers "
        f"FROM {_spread_rest(cells, orders)} GROUP BY ALL"
    )


def _orders_left(cells: Sequence[Cells], models: Sequence[str]) -> str:
    """Return the SQL of the store's own orders under each model that credits no touch with them."""
    groups = under_models(
        _spread_rest(cells, "order_groups"),
        models,
        **{money: f"{{}}_{money}".format for money in MONIES},
    )
    return (
        f"SELECT {keys_of(cells)}, model, CASE WHEN {holds_model('earlier_models')} THEN "
        f"'pre_tracking' ELSE 'unattributed' END AS kind, {', '.join(_SUMMED)} "
        f"FROM {groups} WHERE kind IS NULL AND NOT {holds_model('models')}"
    )


def _customers_left(cells: Sequence[Cells], models: Sequence[str]) -> str:
    """Return the SQL of the customers of such orders: each counts once in a kind of row."""
    keys, kinds = keys_of(cells), ", ".join(_LEFT)
    orders = (
        f"(SELECT *, {all_bits(models)} & ~coalesce(models, 0) AS bits FROM sold_orders "
        f"LEFT JOIN order_parts USING (n) WHERE {KIND_OF_ALL} IS NULL AND bits <> 0)"
    )
    sets = ", ".join(f"bit_or(bits & {left}) AS {kind}" for kind, left in _LEFT.items())
    groups = (
        f"(SELECT {keys}, unnest([{', '.join(f"'{kind}'" for kind in _LEFT)}]) AS kind, "
        f"unnest([{kinds}]) AS bits, count(*) AS customers FROM (SELECT {keys}, buyer, {sets} "
        f"FROM {_spread_rest(cells, orders)} GROUP BY ALL) GROUP BY {keys}, {kinds})"
    )
    return (
        f"SELECT {keys}, model, kind, customers "
        f"FROM {under_models(groups, models)} WHERE {holds_model('bits')}"
    )
