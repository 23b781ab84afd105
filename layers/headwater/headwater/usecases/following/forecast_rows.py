"""What stands behind the figures of the forecast: the orders that came of clicks, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.forecasts import LEAST_ORDERS
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named
from headwater.usecases.following.traffic_rows import click_ages
from headwater.usecases.reports.forecast import FORECAST, arrived_of_all, read_arrived

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Rule
    from headwater.usecases.reports.forecast import ForecastRequest
    from headwater.usecases.reports.report import Scope

_ORDERS = """
SELECT store, order_id, sum(gross)::BIGINT AS gross, sum(net)::BIGINT AS net, {amount} AS amount
FROM {arrived} GROUP BY store, order_id
"""
_TOUCHES = """
SELECT store, order_id, list({{'touch_id': touch_id, 'at': touched_at, 'gross': gross, 'net': net}}
    ORDER BY touched_at, touch_id) AS touches
FROM {arrived} SEMI JOIN page USING (store, order_id) GROUP BY store, order_id
"""
_ARRIVALS = """
SELECT store, order_id, placed_at, touch_id, touched_at, {names}, {revenue} AS weight,
    days AS amount
FROM {arrived}
"""
# What came under a name where that tells enough, else what came under all names: the report's own
# rule (``spell_forecast``).
_JUDGED = """(
    WITH own AS (FROM {own}), enough AS (
        SELECT count(DISTINCT (store, order_id)) >= {least} AND coalesce(sum({revenue}), 0) > 0
            AS is_own
        FROM own
    )
    SELECT own.* FROM own, enough WHERE is_own
    UNION ALL SELECT every.* FROM {every} every, enough WHERE NOT is_own
)"""
_AGES: dict[str, Rule] = {"days_50": "share_50", "days_80": "share_80", "days_90": "share_90"}
_UNFOLLOWED = {
    "basis": "it says whose days_90 evaluation_days is; follow that",
    "first_click_on": "it is a day; follow running_days to the clicks",
    "last_click_on": "it is a day; follow running_days to the clicks",
    "is_old_enough": "it says whether running_days has reached evaluation_days; follow these",
}


def _formula(_: ForecastRequest, __: Figure, _scope: Scope) -> str | None:
    return None


def _build(db: duckdb.DuckDBPyConnection, request: ForecastRequest, scope: Scope) -> None:
    read_arrived(db, request.query, scope, request.model)


def _list(request: ForecastRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    query, every = request.query, arrived_of_all(scope, request.model)
    names = named(query.by, map(figure.value, query.by))
    arrived = every if figure.key is None else f"(FROM arrived WHERE {names})"
    if figure.name == "orders":
        return _orders(arrived, "1")
    if figure.name == "revenue":
        return _orders(arrived, f"sum({query.revenue})::BIGINT")
    if figure.name in _AGES:
        return _arrivals(request, arrived, _AGES[figure.name])
    if figure.key is None:
        return None
    if figure.name == "evaluation_days":
        judged = {"own": arrived, "every": every, "revenue": query.revenue, "least": LEAST_ORDERS}
        return _arrivals(request, _JUDGED.format(**judged), _AGES["days_90"])
    return click_ages("clicks", names, scope.as_of) if figure.name == "running_days" else None


def _orders(arrived: str, amount: str) -> Listing:
    return Listing(
        "orders",
        _ORDERS.format(amount=amount, arrived=arrived),
        "count" if amount == "1" else "money",
        _TOUCHES.format(arrived=arrived),
    )


def _arrivals(request: ForecastRequest, arrived: str, rule: Rule) -> Listing:
    """Return the clicks and what came of them, by their age."""
    query = request.query
    names = ", ".join(query.by)
    sql = _ARRIVALS.format(names=names, revenue=query.revenue, arrived=arrived)
    return Listing("arrivals", sql, rule=rule)


FORECAST_FOLLOWER = Follower(FORECAST, _formula, _build, _list, _UNFOLLOWED)
"""The forecast's."""
