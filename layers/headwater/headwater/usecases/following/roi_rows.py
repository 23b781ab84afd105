"""What stands behind the figures of the ROI report: its own tables, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headwater.domain.formulas import roi_formulas, roi_total_formulas
from headwater.domain.models import lead_role
from headwater.domain.roi import CREDITED
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named, quoted
from headwater.usecases.following.model_orders import (
    build_order_parts,
    earned_orders,
    rest_orders,
)
from headwater.usecases.following.roi_totals_rows import list_total
from headwater.usecases.following.traffic_rows import list_clicks, list_spend
from headwater.usecases.reports.line_touches import read_line_touches
from headwater.usecases.reports.range_tables import (
    LEAD_NAMES,
    LIFETIMES,
    SPENT,
    Wanted,
    read_ranges,
)
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.roi import ROI
from headwater.usecases.reports.roi_cells import Cells, spread

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.reports.report import Scope
    from headwater.usecases.reports.roi import RoiQuery, RoiRequest

# Figure → what an order adds to it, and of which orders it is the sum.
_OF_ORDERS = {
    "orders": ("1", "true"),
    "gross": ("gross", "true"),
    "refunds": ("gross - net", "true"),
    "net": ("net", "true"),
    "future_orders": ("1", "is_future"),
    "future_gross": ("gross", "is_future"),
    "future_net": ("net", "is_future"),
}
_BUYERS = """
SELECT contact, count(*) AS orders, sum(gross)::BIGINT AS gross, sum(net)::BIGINT AS net,
    1 AS amount
FROM {sold} GROUP BY contact HAVING {having}
"""
_CUSTOMERS = {"customers": "true", "new_customers": "bool_or(is_new)"}
_LIFETIMES = """
SELECT contact, count(*) AS orders, sum(gross)::BIGINT AS gross, sum(net)::BIGINT AS net,
    coalesce(any_value({lifetime}), 0) AS amount
FROM {sold} JOIN buyers USING (contact) GROUP BY contact HAVING bool_or(is_new)
"""


def roi_formula(request: RoiRequest, figure: Figure, _scope: Scope) -> str | None:
    """Return the formula of a figure that is no sum of rows."""
    formulas = (
        roi_total_formulas(request.revenue, request.query.basis)
        if figure.key is None
        else roi_formulas(request.revenue)
    )
    return formulas.get(figure.name)


def build_roi(db: duckdb.DuckDBPyConnection, request: RoiRequest, scope: Scope) -> None:
    """Make the report's tables of one range and model, with what a list tells of their rows."""
    build_roi_tables(db, request.query, replace(scope, models=(request.model,)))


def build_roi_tables(db: duckdb.DuckDBPyConnection, query: RoiQuery, scope: Scope) -> None:
    """Make the tables of one range and some models, with what a list tells of their rows."""
    dimensions = frozenset(query.by)
    wanted = Wanted(
        scope.models, scope.whole, dimensions, query.basis, query.orders, is_listed=True
    )
    read_ranges(db, _ranges(query, scope), wanted)
    build_order_parts(db, scope)
    if Cells(query.by).is_of_lines:
        read_line_touches(db, query.by, scope.models)


def list_roi(request: RoiRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    ranges = _ranges(request.query, scope)
    if figure.key is None:
        return list_total(request, figure, ranges)
    return (
        _sales(request, figure, scope)
        or _leads(request, figure)
        or _traffic(request, figure, ranges)
    )


def _ranges(query: RoiQuery, scope: Scope) -> Ranges:
    return Ranges((query.span,), scope.zone)


def _sales(request: RoiRequest, figure: Figure, scope: Scope) -> Listing | None:
    sold = _sold(request, figure, scope)
    if figure.name in _CUSTOMERS:
        return Listing("contacts", _BUYERS.format(sold=sold, having=_CUSTOMERS[figure.name]))
    if figure.name in LIFETIMES:
        return Listing("contacts", _LIFETIMES.format(sold=sold, lifetime=figure.name), "money")
    if figure.name not in _OF_ORDERS:
        return None
    amount, where = _OF_ORDERS[figure.name]
    return Listing(
        "orders",
        f"SELECT store, order_id, gross, net, {amount} AS amount FROM {sold} WHERE {where}",
        "count" if amount == "1" else "money",
        _touches(request, figure) if figure.value("kind") == CREDITED else "",
    )


def _sold(request: RoiRequest, figure: Figure, scope: Scope) -> str:
    """Return the SQL of the orders under a name, with what it got of them."""
    cells, model, kind = Cells(request.query.by), request.model, figure.value("kind")
    if kind == CREDITED:
        return (
            f"(SELECT o.store, o.order_id, o.contact, p.is_new, p.is_future, "
            f"p.{model}_gross AS gross, p.{model}_net AS net "
            f"FROM {earned_orders(cells, _source(cells), model, scope)} p "
            f"JOIN sold_orders o USING (n) WHERE p.{model}_gross IS NOT NULL "
            f"AND {_names(request, figure)})"
        )
    return (
        "(SELECT store, order_id, contact, is_new, is_future, gross, net "
        f"FROM {rest_orders(cells, model)} "
        f"WHERE kind = {quoted(kind)} AND {_names(request, figure)})"
    )


def _source(cells: Cells) -> str:
    return "line_touches" if cells.is_of_lines else "earned_touches"


def _names(request: RoiRequest, figure: Figure) -> str:
    by = request.query.by
    return named((f"name_{place}" for place in range(len(by))), map(figure.value, by))


def _touches(request: RoiRequest, figure: Figure) -> str:
    """Return the SQL of the touches of a name, by order, with what each got."""
    cells, model = Cells(request.query.by), request.model
    return f"""
        SELECT o.store, o.order_id, list({{'touch_id': e.touch_id, 'at': e.touched_at,
            'gross': s.{model}_gross, 'net': s.{model}_net}} ORDER BY e.touched_at, e.touch_id)
            AS touches
        FROM {spread([cells], _source(cells))} s
        JOIN (SELECT touch, touch_id, touched_at FROM earned_touches) e USING (touch)
        JOIN sold_orders o ON o.n = s.n
        JOIN page ON page.store = o.store AND page.order_id = o.order_id
        WHERE s.{model}_gross IS NOT NULL AND {_names(request, figure)} GROUP BY ALL
    """


def _leads(request: RoiRequest, figure: Figure) -> Listing | None:
    if figure.name != "leads":
        return None
    names = ", ".join(dict.fromkeys((*LEAD_NAMES, *request.query.by)))
    wanted = named(request.query.by, map(figure.value, request.query.by))
    return Listing(
        "leads",
        f"SELECT contact, role, state, opted_in_at, touched_at, {names}, 1 AS amount "
        f"FROM range_leads WHERE role = {quoted(lead_role(request.model))} "
        f"AND state = {quoted(figure.value('kind'))} AND {wanted}",
    )


def _traffic(request: RoiRequest, figure: Figure, ranges: Ranges) -> Listing | None:
    """Return the clicks or the cost of a name; rows of what no click gets have none."""
    by, is_credited = request.query.by, figure.value("kind") == CREDITED
    wanted = named(by, map(figure.value, by)) if is_credited else "false"
    if figure.name == "clicks":
        return list_clicks(ranges, wanted)
    return list_spend(ranges, figure.name, wanted) if figure.name in SPENT else None


ROI_FOLLOWER = Follower(ROI, roi_formula, build_roi, list_roi)
"""The ROI report's."""
