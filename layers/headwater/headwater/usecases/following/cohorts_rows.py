"""What stands behind the figures of the cohort report: its members, their orders, and the cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headwater.domain.cohort_formulas import cohort_formulas
from headwater.domain.cohorts import WINDOWS
from headwater.domain.formulas import CUSTOMERS_OF_MEASURE, CUSTOMERS_SO_FAR
from headwater.domain.journey_facts import DAY_BUCKETS, bucket_name
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named, quoted
from headwater.usecases.following.member_rows import list_bought, list_opt_ins, list_people
from headwater.usecases.following.traffic_rows import list_not_converted, spend_of
from headwater.usecases.reports.cohort_cells import (
    CLOSED,
    CLOSED_NAMES,
    COUNTED,
    LAG_QUERIES,
    PEOPLE,
    PLACE,
    cost_of,
    lag_of,
    opt_ins_of,
)
from headwater.usecases.reports.cohorts import COHORTS
from headwater.usecases.reports.members import read_first_clicks, read_members

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Rule
    from headwater.usecases.reports.cohorts import CohortsRequest
    from headwater.usecases.reports.report import Scope

_ORDERS = "member_orders"
_CUMULATIVE = "cumulative_"
# How an age is counted → the column of the age that an order has.
_UNITS = {"month": "age", "day": "days"}
# What was bought from joining to the end of an age; no column of the report.
_BY_AGE = re.compile(r"(gross|net)_(month|day)_(\d{1,4})")
# How the age is counted, and which ages are looked at.
_BREAK_EVEN = {
    "break_even_month": ("month", f"SELECT DISTINCT age AS reached FROM {_ORDERS}"),
    "break_even_day": ("day", f"SELECT unnest({list(WINDOWS)}) AS reached"),
}
_ARRIVED = "l.days IS NOT NULL"
# Part → the column of the age that an order has, named as that of the row, and which orders count.
_AGES = {"months": ("age", "="), "days": ("days", "<=")}
# A range of days → its place; who is not there yet has none.
_PLACES = {bucket_name(DAY_BUCKETS, place): place for place in range(len(DAY_BUCKETS))}
_PERCENTILES: tuple[Rule, ...] = ("median", "p75", "p90")
_UNFOLLOWED = {
    "month": "it is the calendar month of the row's age",
    "is_complete": "it follows from the calendar",
}


def _part(request: CohortsRequest, figure: Figure) -> str:
    """Return the part whose figures it is one of; totals have those of all cohorts together."""
    return "cohorts" if figure.key is None else request.part


def _formula(request: CohortsRequest, figure: Figure, _scope: Scope) -> str | None:
    return cohort_formulas(_part(request, figure), request.revenue).get(figure.name)


def _build(db: duckdb.DuckDBPyConnection, request: CohortsRequest, scope: Scope) -> None:
    read_first_clicks(db, scope.zone, request.query.names)
    read_members(db, request.query, scope.zone)


def _list(request: CohortsRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    part = _part(request, figure)
    if part == "last_clicks":
        clicked = named(CLOSED_NAMES, map(figure.value, CLOSED_NAMES))
        return list_bought(figure.name, CLOSED, f"{_cohort(figure)} AND {clicked}")
    if part == "time_to_purchase":
        return _in_bucket(request, figure, scope)
    if part in _AGES:
        return _at_age(request, figure, scope)
    if figure.key is None and (found := _total(request, figure, scope)):
        return found
    return _of_cohort(request, figure, scope)


def _cohort(figure: Figure) -> str:
    """Return the SQL of whether a row of members, orders or cost is of the figure's cohort."""
    month = f"{figure.value('cohort')}-01"
    return "true" if figure.key is None else f"month = DATE {quoted(month)}"


def _of_cohort(request: CohortsRequest, figure: Figure, scope: Scope) -> Listing | None:
    name, cohort = figure.name, _cohort(figure)
    if name in COUNTED:
        return list_people(PEOPLE, f"{cohort} AND {COUNTED[name]}")
    if name == "leads":
        return list_opt_ins(opt_ins_of(request.query, scope.zone), cohort, request.query.names)
    if name == "cost":
        return spend_of(cost_of(request.query), name, cohort)
    if name in _BREAK_EVEN:
        return _break_even(request, figure)
    if found := _BY_AGE.fullmatch(name):
        revenue, unit, age = found.groups()
        return list_bought(revenue, _ORDERS, f"{cohort} AND {_UNITS[unit]} <= {age}")
    return list_bought(name, _ORDERS, cohort)


def _break_even(request: CohortsRequest, figure: Figure) -> Listing:
    """Return the list of the ages at which net revenue has reached the cost; the first counts."""
    unit, ages = _BREAK_EVEN[figure.name]
    cohort, age = _cohort(figure), _UNITS[unit]
    return Listing(
        "ages",
        "SELECT sum(order_net)::BIGINT AS cumulative_net, any_value(cost) AS cost, "
        f"reached AS amount FROM ({ages}) JOIN {_ORDERS} ON {age} <= reached, "
        f"(SELECT sum(cost_minor)::BIGINT AS cost FROM {cost_of(request.query)} c WHERE {cohort}) "
        f"WHERE {cohort} GROUP BY reached HAVING sum(order_net) >= any_value(cost)",
        rule="least",
        onward=f"net_{unit}_",
    )


def _at_age(request: CohortsRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure of a cohort at an age."""
    name, cohort = figure.name, _cohort(figure)
    column, sign = _AGES[request.part]
    if name in {"members", "cost"} or _BY_AGE.fullmatch(name):
        return _of_cohort(request, figure, scope)
    if name.startswith(_CUMULATIVE):
        name, sign = name.removeprefix(_CUMULATIVE), "<="
    return list_bought(name, _ORDERS, f"{cohort} AND {column} {sign} {int(figure.value(column))}")


def _total(request: CohortsRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure that totals alone have."""
    if figure.name == "not_converted_orders":
        return list_bought("orders", _ORDERS, "NOT is_converted")
    if figure.name == "not_converted_costs":
        return list_not_converted(cost_of(request.query))
    for measure in LAG_QUERIES[request.query.kind]:
        lags = _lags(request, measure, scope)
        if figure.name == f"{measure}_customers":
            return _list_lags(lags, _ARRIVED)
        for rule in _PERCENTILES:
            if figure.name == f"{measure}_{rule}":
                return _list_lags(lags, _ARRIVED, rule)
    return None


def _in_bucket(request: CohortsRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure of a measure, by how long it took."""
    lags = _lags(request, figure.value("measure"), scope)
    place = _PLACES.get(figure.value("days"))
    is_all = figure.name == CUSTOMERS_OF_MEASURE
    if is_all or (figure.name == CUSTOMERS_SO_FAR and place is None):
        return _list_lags(lags, "true")
    if figure.name == "customers":
        return _list_lags(lags, f"NOT ({_ARRIVED})" if place is None else f"{PLACE} = {place}")
    return _list_lags(lags, f"{PLACE} <= {place}") if figure.name == CUSTOMERS_SO_FAR else None


def _lags(request: CohortsRequest, measure: str, scope: Scope) -> str:
    """Return the SQL of who has the beginning of a measure, with the days that he took."""
    return f"{lag_of(request.query.kind, measure, scope.zone)} l JOIN {PEOPLE} p USING (contact)"


def _list_lags(lags: str, where: str, rule: Rule = "sum") -> Listing:
    amount = "1" if rule == "sum" else "l.days"
    return Listing(
        "contacts",
        f"SELECT contact, p.day AS joined_on, l.days, p.orders, p.gross, p.net, "
        f"{amount} AS amount FROM {lags} WHERE {where}",
        rule=rule,
    )


COHORTS_FOLLOWER = Follower(COHORTS, _formula, _build, _list, _UNFOLLOWED, needs_history=True)
"""The cohort report's."""
