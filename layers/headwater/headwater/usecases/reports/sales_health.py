"""What the share of new sales with a click is made of, and what hinders it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases.reports.range_orders import OWN_ORDERS
from headwater.usecases.reports.summed import Summed, sums_of

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.which_orders import WhichOrders

# New sales are the store's own orders but rebills and what tracking could not see.
NEW_SALES = {
    "new_sales": Summed("1", "NOT is_earlier"),
    "attributed_new_sales": Summed("1", "is_credited"),
}
OF_EVIDENCE = {
    "orders_with_conflicting_claims": Summed("1", "conflicting_claims > 0"),
    "orders_without_identity": Summed("1", "NOT is_identified"),
}
OF_VISITS = {"bot_touches": Summed("1", "is_bot"), "touches": Summed("1", "NOT is_bot")}


def sales_health(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, orders: WhichOrders = "all"
) -> list[dict[str, int]]:
    """Return these figures of each range; visits are those of all, whichever orders are meant.

    Reads ``range_orders`` of the same ranges and orders under all models, and the views
    ``evidence`` and ``touchpoints``.
    """
    figures = (
        (NEW_SALES, OWN_ORDERS),
        (OF_EVIDENCE, evidence_of(ranges, orders)),
        (OF_VISITS, ranges.by_instant("touchpoints", "occurred_at")),
    )
    queries = {
        tuple(sums): f"SELECT span, {sums_of(sums)} FROM {relation} GROUP BY span"
        for sums, relation in figures
    }
    return ranges.named_figures(db, queries)


def evidence_of(ranges: Ranges, orders: WhichOrders) -> str:
    """Return the SQL of what is known around the orders of some ranges; see ``sales_health``."""
    evidence = ranges.by_instant("evidence", "placed_at")
    if orders == "all":
        return evidence
    return f"(FROM {evidence} SEMI JOIN range_orders USING (span, store, order_id))"
