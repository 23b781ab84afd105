"""Lists of the orders and visits that the health of sales is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases.following.listings import Listing
from headwater.usecases.reports.range_orders import OWN_ORDERS
from headwater.usecases.reports.sales_health import (
    NEW_SALES,
    OF_EVIDENCE,
    OF_VISITS,
    evidence_of,
)

if TYPE_CHECKING:
    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.summed import Summed
    from headwater.usecases.reports.which_orders import WhichOrders

_VISIT = ", ".join(
    (
        *("touch_id", "occurred_at", "source", "medium", "campaign", "content", "term"),
        *("campaign_id", "adset_id", "ad_id", "click_id_kind", "landing_page", "device"),
        *("is_bot", "is_imported"),
    )
)


def list_sales(
    figure: str, ranges: Ranges, span: int = 0, orders: WhichOrders = "all"
) -> Listing | None:
    """Return the list behind a figure of ``sales_health`` of one of some ranges, if it is one.

    Args:
        figure: its name.
        ranges: those that ``range_orders`` holds.
        span: the number of the range.
        orders: which of its orders are meant.
    """
    of_span = f"span = {span}"
    if figure in NEW_SALES:
        return list_orders(OWN_ORDERS, NEW_SALES[figure], of_span)
    if figure in OF_EVIDENCE:
        sold = (
            f"(SELECT e.*, o.gross, o.net FROM {evidence_of(ranges, orders)} e "
            "LEFT JOIN range_orders o USING (span, store, order_id))"
        )
        return list_orders(sold, OF_EVIDENCE[figure], of_span)
    if figure in OF_VISITS:
        visits = ranges.by_instant("touchpoints", "occurred_at")
        return list_visits(visits, f"{OF_VISITS[figure].where} AND {of_span}")
    return None


def list_orders(relation: str, figure: Summed, wanted: str, touches: str = "") -> Listing:
    """Return the orders of a relation that fit a condition and that a figure is summed over."""
    return Listing(
        "orders",
        f"SELECT store, order_id, gross, net, {figure.amount} AS amount FROM {relation} "
        f"WHERE {figure.where} AND {wanted}",
        "count" if figure.amount == "1" else "money",
        touches,
    )


def list_visits(relation: str, wanted: str = "true") -> Listing:
    """Return the visits of a relation that fit a condition."""
    return Listing("visits", f"SELECT {_VISIT}, 1 AS amount FROM {relation} WHERE {wanted}")
