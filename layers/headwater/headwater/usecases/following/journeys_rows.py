"""What stands behind the figures of the journeys report: its own orders, and what is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.journey_facts import MEASURES, bucket_name
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, quoted
from headwater.usecases.reports.journeys import (
    CLOSED,
    FIGURES,
    JOURNEYS,
    NAMED,
    bucket_of,
    build_range_paths,
    rebills_of,
)
from headwater.usecases.reports.ranges import Ranges

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Rule
    from headwater.usecases.reports.journeys import JourneysRequest
    from headwater.usecases.reports.report import Scope

_ORDERS = """
SELECT store, order_id, order_gross AS gross, order_net AS net, {told}{amount} AS amount
FROM {relation} WHERE {where}
"""
_RULES: tuple[Rule, ...] = ("median", "p75", "p90")
_PERCENTILES = {f"{measure}_{rule}": (measure, rule) for measure in MEASURES for rule in _RULES}
# Total → of which orders it tells how many there are.
_COUNTS = {
    "orders_with_path": "touches > 0",
    **{f"{measure}_orders": f"{measure} IS NOT NULL" for measure in MEASURES},
}


def _formula(_: JourneysRequest, figure: Figure, _scope: Scope) -> str | None:
    is_ratio = figure.name == "assists_per_last" and figure.value("section") in CLOSED
    return "orders / last_orders" if is_ratio else None


def _build(db: duckdb.DuckDBPyConnection, request: JourneysRequest, scope: Scope) -> None:
    build_range_paths(db, _ranges(request, scope), request.query.orders)


def _ranges(request: JourneysRequest, scope: Scope) -> Ranges:
    return Ranges((request.query.span,), scope.zone)


def _list(request: JourneysRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    if figure.key is not None:
        return _of_section(figure)
    name = figure.name
    if name == "rebills":
        return _orders("1", rebills_of(_ranges(request, scope), request.query.orders))
    if name in _PERCENTILES:
        measure, rule = _PERCENTILES[name]
        return _orders(measure, "range_paths", f"{measure} IS NOT NULL", rule=rule)
    if name in _COUNTS:
        return _orders("1", "range_paths", _COUNTS[name])
    return _orders(FIGURES[name], "range_paths") if name in FIGURES else None


def _of_section(figure: Figure) -> Listing | None:
    """Return the list behind a figure of a bucket, or of what the orders have in common."""
    section, name = figure.value("section"), figure.value("name")
    is_named = f"name = {quoted(name)}"
    if figure.name == "last_orders" and section in CLOSED:
        return _orders("1", CLOSED[section], is_named)
    if figure.name not in FIGURES:
        return None
    amount = FIGURES[figure.name]
    if section in NAMED:
        return _orders(amount, NAMED[section], is_named)
    buckets = MEASURES[section]
    place = [bucket_name(buckets, at) for at in range(len(buckets))].index(name)
    where = f"{section} IS NOT NULL AND {bucket_of(section)} = {place}"
    return _orders(amount, "range_paths", where, told=f"{section} AS took, ")


def _orders(
    amount: str, relation: str, where: str = "true", *, told: str = "", rule: Rule = "sum"
) -> Listing:
    sql = _ORDERS.format(amount=amount, relation=relation, where=where, told=told)
    return Listing("orders", sql, "money" if amount.startswith("order_") else "count", rule=rule)


JOURNEYS_FOLLOWER = Follower(JOURNEYS, _formula, _build, _list)
"""The journeys report's."""
