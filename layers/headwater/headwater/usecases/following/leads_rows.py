"""What stands behind the figures of the leads report: its own opt-ins, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.formulas import leads_formulas
from headwater.domain.roi import CREDITED
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named
from headwater.usecases.following.traffic_rows import list_spend
from headwater.usecases.reports.leads import LEADS, orders_of_leads, read_opt_ins
from headwater.usecases.reports.range_tables import LEAD_NAMES
from headwater.usecases.reports.ranges import Ranges

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Rule
    from headwater.usecases.reports.leads import LeadsQuery, LeadsRequest
    from headwater.usecases.reports.report import Scope

# Figure → what an order adds to it.
_OF_ORDERS = {
    "orders": "1",
    "gross": "order_gross",
    "refunds": "order_gross - order_net",
    "net": "order_net",
}
# Figure → what a lead who has bought since adds to it, and how it is made of that.
_OF_CUSTOMERS: dict[str, tuple[str, Rule]] = {
    "customers": ("1", "sum"),
    "days_to_purchase_median": ("days", "median"),
    "days_to_purchase_p75": ("days", "p75"),
    "days_to_purchase_p90": ("days", "p90"),
}
_CUSTOMERS = """
SELECT contact, orders, gross, net, opted_in_at, first_at AS purchased_at, {amount} AS amount
FROM range_opt_ins WHERE orders IS NOT NULL AND {wanted}
"""
# Figure → which opt-ins count. Who opts in again several times counts once.
_OF_LEADS = {"leads": "is_new", "reengaged": "NOT is_new"}
_LEADS = """
SELECT contact, role, state, opted_in_at, touched_at, {names}, 1 AS amount FROM range_opt_ins
WHERE {which} AND {wanted} QUALIFY row_number() OVER (PARTITION BY contact ORDER BY opted_in_at) = 1
"""


def _formula(request: LeadsRequest, figure: Figure, _scope: Scope) -> str | None:
    return leads_formulas(request.revenue).get(figure.name)


def _build(db: duckdb.DuckDBPyConnection, request: LeadsRequest, scope: Scope) -> None:
    query = request.query
    ranges = Ranges((query.span,), scope.zone)
    read_opt_ins(db, _told(query), ranges, request.model, query.orders)


def _told(query: LeadsQuery) -> tuple[str, ...]:
    """Return the names that a list tells of each lead, whatever the rows are named by."""
    return tuple(dict.fromkeys((*LEAD_NAMES, *query.by)))


def _list(request: LeadsRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    query, wanted = request.query, _wanted(request.query, figure)
    ranges = Ranges((query.span,), scope.zone)
    if figure.name in _OF_ORDERS:
        amount = _OF_ORDERS[figure.name]
        return Listing(
            "orders",
            f"SELECT store, order_id, order_gross AS gross, order_net AS net, {amount} AS amount "
            f"FROM {orders_of_leads(ranges, query.orders)} WHERE {wanted}",
            "count" if amount == "1" else "money",
        )
    if figure.name in _OF_CUSTOMERS:
        amount, rule = _OF_CUSTOMERS[figure.name]
        return Listing("contacts", _CUSTOMERS.format(amount=amount, wanted=wanted), rule=rule)
    if figure.name in _OF_LEADS:
        which, names = _OF_LEADS[figure.name], ", ".join(_told(query))
        return Listing("leads", _LEADS.format(names=names, which=which, wanted=wanted))
    return _cost(query, figure, ranges) if figure.name == "cost" else None


def _wanted(query: LeadsQuery, figure: Figure) -> str:
    """Return the SQL of whether an opt-in belongs to the figure's row; all do to the totals."""
    if figure.key is None:
        return "true"
    return named(("state", *query.by), map(figure.value, ("kind", *query.by)))


def _cost(query: LeadsQuery, figure: Figure, ranges: Ranges) -> Listing:
    """Return the cost of a name; rows of leads whom no known click brought have none."""
    if figure.key is None:
        return list_spend(ranges, figure.name, "true")
    is_credited = figure.value("kind") == CREDITED
    wanted = named(query.by, map(figure.value, query.by)) if is_credited else "false"
    return list_spend(ranges, figure.name, wanted)


LEADS_FOLLOWER = Follower(LEADS, _formula, _build, _list)
"""The leads report's."""
