"""What stands behind the figures of the subscriptions report: subscriptions, or their orders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headwater.domain.formulas import (
    subscription_cycle_formulas,
    subscription_formulas,
    subscription_month_formulas,
)
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named
from headwater.usecases.reports.subscription_cells import (
    BROUGHT,
    BROUGHT_BY,
    CYCLES,
    MONTHS,
    build_subscriptions,
)
from headwater.usecases.reports.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from headwater.domain.figures import Figure
    from headwater.domain.formulas import Formulas
    from headwater.usecases.following.listings import Unit
    from headwater.usecases.reports.report import Scope
    from headwater.usecases.reports.subscription_cells import Sums
    from headwater.usecases.reports.subscriptions import SubscriptionsRequest

# Columns that say how a row is to be read.
_UNFOLLOWED = {"is_complete": "it says whether the month is over"}
# A subscription with what it adds to a figure, and what it has brought to date.
_CHAINS = """
SELECT s.chain_id AS chain, s.contact, s.app, s.status, s.is_inferred, s.cadence,
    s.started_on AS began_on, s.lapsed_on, coalesce(o.orders, 0) AS orders,
    coalesce(o.gross, 0) AS gross, coalesce(o.net, 0) AS net, a.amount
FROM (
    SELECT chain_id, sum({amount})::BIGINT AS amount FROM {relation} WHERE {where} GROUP BY chain_id
) a
JOIN subscribed s USING (chain_id)
LEFT JOIN (
    SELECT chain_id, count(*) AS orders, sum(order_gross)::BIGINT AS gross,
        sum(order_net)::BIGINT AS net FROM chain_orders GROUP BY chain_id
) o USING (chain_id)
"""
_ORDERS = """
SELECT store, order_id, order_gross AS gross, order_net AS net, {amount} AS amount
FROM {relation} WHERE {where}
"""
_MONEY = ("gross", "net", "refunds")
# A total → the figure of the last month that it is.
_AT_END = {
    "active_at_end": "active",
    "monthly_gross": "monthly_gross",
    "monthly_net": "monthly_net",
}
_LAST_MONTH = "month = (SELECT max(month) FROM months)"
# What formulas name beside a cycle's columns: those of another cycle, and who had lapsed by then.
_OF_CYCLE = re.compile(r"(subscriptions|lapsed_before)_(\d{1,4})")


def _formula(request: SubscriptionsRequest, figure: Figure, _scope: Scope) -> str | None:
    return _formulas(request, figure).get(figure.name)


def _formulas(request: SubscriptionsRequest, figure: Figure) -> Formulas:
    if figure.key is None or request.part == "campaigns":
        return subscription_formulas(request.revenue)
    if request.part == "months":
        return subscription_month_formulas(request.revenue)
    return subscription_cycle_formulas(request.revenue, int(figure.value("cycle")))


def _build(db: duckdb.DuckDBPyConnection, request: SubscriptionsRequest, scope: Scope) -> None:
    build_subscriptions(db, request.query.span, scope)


def _list(request: SubscriptionsRequest, figure: Figure, _: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    name = figure.name
    if figure.key is None:
        if name in _AT_END:
            return _behind(MONTHS.values(), _AT_END[name], _LAST_MONTH)
        return _behind(BROUGHT, name, "true")
    if request.part == "campaigns":
        return _behind(BROUGHT, name, named(BROUGHT_BY, _brought_by(figure)))
    if request.part == "cycles":
        return _of_cycle(name, int(figure.value("cycle")))
    month = f"DATE '{figure.value('month')}-01'"
    if name == "active_before":
        return _behind(MONTHS.values(), "active", f"month = {month} - INTERVAL 1 MONTH")
    return _behind(MONTHS.values(), name, f"month = {month}")


def _brought_by(figure: Figure) -> Iterable[str]:
    """Return the names of a row, of which the report calls the first its kind."""
    return map(figure.value, ("kind", *BROUGHT_BY[1:]))


def _of_cycle(name: str, cycle: int) -> Listing | None:
    if other := _OF_CYCLE.fullmatch(name):
        name, cycle = other[1], int(other[2])
    if name == "lapsed_before":
        name, cycle = "lapsed", cycle - 1
    return _behind(CYCLES, name, f"cycle = {cycle}")


def _behind(cells: Iterable[Sums], name: str, wanted: str) -> Listing | None:
    """Return the rows of a figure that fit a condition, by what each adds to it."""
    for sums in cells:
        if name == "refunds" and "gross" in sums.figures:
            amount, where = "order_gross - order_net", "true"
        elif name in sums.figures:
            amount, where = sums.figures[name].amount, sums.figures[name].where
        else:
            continue
        query = _CHAINS if sums.holds == "chains" else _ORDERS
        sql = query.format(amount=amount, relation=sums.relation, where=f"{where} AND {wanted}")
        return Listing(sums.holds, sql, _unit(name))
    return None


def _unit(name: str) -> Unit:
    return "money" if name.endswith(_MONEY) else "count"


SUBSCRIPTIONS_FOLLOWER = Follower(
    SUBSCRIPTIONS, _formula, _build, _list, _UNFOLLOWED, needs_history=True
)
"""The subscriptions report's."""
