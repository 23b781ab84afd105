"""What stands behind the figures of the coverage report: its own tables, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headwater.domain.coverage_formulas import COVERAGE_TOTALS, coverage_formulas
from headwater.domain.roi import CREDITED
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import named, quoted
from headwater.usecases.following.sales_rows import list_orders, list_sales
from headwater.usecases.following.traffic_rows import clicks_of, spend_of
from headwater.usecases.reports.coverage import COVERAGE
from headwater.usecases.reports.coverage_cells import (
    LOOSE_CLICKS,
    NOT_JOINED,
    UNSEEN_COST,
    AdTraffic,
    caused_orders,
    cover_ranges,
)
from headwater.usecases.reports.range_orders import ORDER_SUMS
from headwater.usecases.reports.ranges import Ranges

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Listing
    from headwater.usecases.reports.coverage import CoverageRequest
    from headwater.usecases.reports.report import Scope

_HEALTH = "health_"
# What of all cost and clicks a total holds.
_TOTALS = {
    "cost": "true",
    "cost_joined": f"NOT ({NOT_JOINED})",
    "cost_without_clicks": NOT_JOINED,
    "clicks": "true",
    "clicks_joined": f"NOT ({NOT_JOINED})",
    "clicks_without_cost": NOT_JOINED,
}
_TOUCHES = """
SELECT store, order_id, list({{'touch_id': touch_id, 'at': touched_at, 'gross': {0}_gross,
    'net': {0}_net}} ORDER BY touched_at, touch_id) AS touches
FROM credits SEMI JOIN page USING (store, order_id)
WHERE touch_id <> '' AND {0}_gross IS NOT NULL GROUP BY ALL
"""
_TEMPLATE = "it is the text that gives every click its ad's ids"
_UNFOLLOWED = {
    "health_verdict": "it is what health_attributed_share comes to",
    "is_joined": "it says whether the method is a key at all",
    "paste_into": _TEMPLATE,
    "template": _TEMPLATE,
}


def _formula(request: CoverageRequest, figure: Figure, _scope: Scope) -> str | None:
    if figure.key is None:
        return COVERAGE_TOTALS.get(figure.name)
    formulas = coverage_formulas(request.part, request.revenue, figure.value("kind"))
    return formulas.get(figure.name)


def _build(db: duckdb.DuckDBPyConnection, request: CoverageRequest, scope: Scope) -> None:
    """Make the report's tables as views: a list is of few models, or of none."""
    asked = scope.models if request.model is None else (request.model,)
    of_models, orders = replace(scope, models=asked), request.query.orders
    cover_ranges(db, _ranges(request, scope), of_models, orders, kept="VIEW")


def _list(request: CoverageRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    ranges, name = _ranges(request, scope), figure.name
    traffic = AdTraffic.of(ranges, scope)
    if figure.key is not None:
        return (
            _unmatched(figure, traffic)
            if request.part == "unmatched"
            else _joined(figure, traffic)
            if request.part == "cost"
            else _sold(request, figure, scope)
        )
    if name.startswith(_HEALTH):
        health = name.removeprefix(_HEALTH)
        return list_sales(health, ranges, orders=request.query.orders)
    if name not in _TOTALS:
        return None
    return _of_ads(name, traffic, _TOTALS[name])


def _ranges(request: CoverageRequest, scope: Scope) -> Ranges:
    return Ranges((request.query.span,), scope.zone)


def _sold(request: CoverageRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the orders of an outcome or of a cause, or of the whole that a share is taken of."""
    model, revenue = request.model or figure.value("model"), request.revenue
    orders = {
        **{name: (name, f"outcome = {quoted(figure.value('kind'))}") for name in ORDER_SUMS},
        f"store_{revenue}": (revenue, "outcome <> 'duplicate'"),
        f"unattributed_{revenue}": (revenue, "outcome = 'unattributed'"),
    }
    relation = "covered_orders"
    if request.part == "causes":
        orders = {name: (name, f"cause = {quoted(figure.value('cause'))}") for name in ORDER_SUMS}
        relation = caused_orders(scope)
    if figure.name not in orders:
        return None
    summed, wanted = orders[figure.name]
    touches = _TOUCHES.format(model) if figure.value("kind") == CREDITED else ""
    under_model = f"model = {quoted(model)} AND {wanted}"
    return list_orders(relation, ORDER_SUMS[summed], under_model, touches)


def _joined(figure: Figure, traffic: AdTraffic) -> Listing | None:
    platform = f"platform = {quoted(figure.value('platform'))}"
    wanted = {
        **dict.fromkeys(
            ("cost", "clicks"), f"{platform} AND ad_match = {quoted(figure.value('method'))}"
        ),
        **dict.fromkeys(("platform_cost", "platform_clicks"), platform),
    }
    if figure.name not in wanted:
        return None
    return _of_ads(figure.name.removeprefix("platform_"), traffic, wanted[figure.name])


def _of_ads(figure: str, traffic: AdTraffic, wanted: str) -> Listing:
    if figure.startswith("clicks"):
        return clicks_of(traffic.clicks, wanted)
    return spend_of(traffic.spend, "cost", wanted)


def _unmatched(figure: Figure, traffic: AdTraffic) -> Listing | None:
    """Return the cost of an ad whose clicks were never seen, or the clicks of no known ad."""
    names, ids = ("platform", "source", "medium", "campaign"), ("campaign_id", "adset_id", "ad_id")
    if figure.name not in {"cost", "clicks"}:
        return None
    if figure.value("kind") == "cost":
        wanted = f"{UNSEEN_COST} AND {_same(figure, *names, *ids)}"
        return spend_of(traffic.spend, {"clicks": "ad_clicks"}.get(figure.name, "cost"), wanted)
    if figure.name == "cost":
        return spend_of(traffic.spend, "cost", "false")
    return clicks_of(traffic.clicks, f"{LOOSE_CLICKS} AND {_same(figure, *names)}")


def _same(figure: Figure, *columns: str) -> str:
    return named(columns, map(figure.value, columns))


COVERAGE_FOLLOWER = Follower(COVERAGE, _formula, _build, _list, _UNFOLLOWED)
"""The coverage report's."""
