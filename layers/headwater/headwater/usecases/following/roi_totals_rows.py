"""What stands behind the totals of the ROI report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.models import lead_role
from headwater.usecases.following.listings import Listing, quoted
from headwater.usecases.following.model_orders import shared_orders
from headwater.usecases.following.traffic_rows import list_clicks, list_not_converted, list_spend
from headwater.usecases.reports.range_tables import LEAD_NAMES, SPENT
from headwater.usecases.reports.roi_totals import SHARES, STORE_ORDERS, STORE_TOTALS
from headwater.usecases.reports.summed import Summed

if TYPE_CHECKING:
    from headwater.domain.figures import Figure
    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.roi import RoiRequest

_PAIRS = (
    "SELECT source, order_id, placed_at, other_source, other_order_id, other_placed_at, reason, "
    "1 AS amount FROM {} WHERE is_open"
)
# A lead stands under both roles; it counts by the model's own.
_LEADS = """
SELECT contact, role, state, opted_in_at, touched_at, {names}, 1 AS amount FROM range_leads
WHERE role = {role}
"""


def list_total(request: RoiRequest, figure: Figure, ranges: Ranges) -> Listing | None:
    """Return the list behind a total, or None if there is no such figure."""
    name = figure.name
    if name == "clicks":
        return list_clicks(ranges, "true")
    if name == "leads":
        names, role = ", ".join(LEAD_NAMES), quoted(lead_role(request.model))
        return Listing("leads", _LEADS.format(names=names, role=role))
    if name in SPENT:
        return list_spend(ranges, name, "true")
    if name == "not_converted_costs":
        return list_not_converted(ranges.by_day("spend"))
    if name == "suspected_duplicates":
        return Listing("pairs", _PAIRS.format(ranges.by_instant("duplicates", "other_placed_at")))
    return _of_orders(request, name)


def _of_orders(request: RoiRequest, name: str) -> Listing | None:
    if name == "refunds":
        refunded = Summed("order_gross - order_net", "is_counted")
        return _list(STORE_ORDERS, refunded, ("order_gross", "order_net"))
    if name in STORE_TOTALS and not name.startswith("creditable"):
        return _list(STORE_ORDERS, STORE_TOTALS[name], ("order_gross", "order_net"))
    shared = shared_orders(request.model)
    if name in SHARES:
        return _list(shared, SHARES[name], ("part_gross", "part_net"))
    revenue = request.revenue
    if name in {"attributed", "pre_tracking"}:
        of = "part_" if name == "attributed" else ""
        return _list(shared, SHARES[f"{name}_{revenue}"], (f"{of}gross", f"{of}net"))
    return _list(shared, _unattributed(revenue), ()) if name == "unattributed" else None


def _unattributed(revenue: str) -> Summed:
    """Return what of the store's own orders is neither attributed nor pre-tracking."""
    earlier = SHARES[f"pre_tracking_{revenue}"]
    left = (
        f"CASE WHEN is_rest THEN order_{revenue} ELSE 0 END - coalesce(part_{revenue}, 0) "
        f"- CASE WHEN {earlier.where} THEN {earlier.amount} ELSE 0 END"
    )
    return Summed(left, f"{left} <> 0 OR (is_rest AND NOT pre_tracking AND NOT has)")


def _list(orders: str, figure: Summed, monies: tuple[str, ...]) -> Listing:
    """Return the list of the orders that a figure is summed over, or of their buyers."""
    gross, net = monies or ("order_gross", "order_net")
    if figure.of_buyers:
        return Listing(
            "contacts",
            f"SELECT contact, count(*) AS orders, sum({gross})::BIGINT AS gross, "
            f"sum({net})::BIGINT AS net, 1 AS amount FROM {orders} WHERE {figure.where} "
            "GROUP BY contact",
        )
    return Listing(
        "orders",
        f"SELECT store, order_id, {gross} AS gross, {net} AS net, {figure.amount} AS amount "
        f"FROM {orders} WHERE {figure.where}",
        "count" if figure.amount in {"1", "orders"} else "money",
    )
