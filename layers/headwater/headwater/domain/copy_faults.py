"""What is wrong with our copy of a store's orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.duplicates import find_duplicates, sale_of
from headwater.domain.reconciliation import our_entry
from headwater.domain.reconciliation_causes import Cause

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from decimal import Decimal

    from headwater.domain.orders import Order
    from headwater.domain.reconciliation import ListedOrder, ReportRules


def fault_of(
    theirs: ListedOrder | None, ours: Order | None, rules: ReportRules, *, is_gone: bool = False
) -> Cause | None:
    """Return what is wrong with our copy of an order, or None.

    Args:
        theirs: the store's order, archived or not; None if the store does not show it.
        ours: our copy, archived or not.
        rules: how both are reported.
        is_gone: the store has said that there is no such order.
    """
    is_listed = theirs is not None and not theirs.order.is_archived
    if theirs is None or not is_listed:
        if ours is None or ours.is_archived:
            return None
        if theirs:
            return Cause.ARCHIVED
        return Cause.GONE if is_gone else Cause.UNEXPLAINED
    if ours is None:
        return Cause.MISSING
    return _fault_of_live(theirs.order, ours, rules)


def _fault_of_live(theirs: Order, ours: Order, rules: ReportRules) -> Cause | None:
    if ours.placed_at != theirs.placed_at:
        return Cause.BACK_DATED
    if ours.modified_at < theirs.modified_at or _refunds(theirs) - _refunds(ours):
        return Cause.EDITED
    is_same = (
        our_entry(ours, rules) == our_entry(theirs, rules)
        and ours.status_id == theirs.status_id
        and not ours.is_archived
    )
    return None if is_same else Cause.UNEXPLAINED


def _refunds(order: Order) -> set[tuple[int | str, datetime, Decimal]]:
    return {(refund.refund_id, refund.created_at, refund.amount) for refund in order.refunds}


def duplicates_of(
    orders: Mapping[str, Order], others: Collection[Order], twin_sources: frozenset[str]
) -> dict[str, Order]:
    """Return the orders of other sources that are sales which these orders hold already.

    Args:
        orders: live orders of one source by id.
        others: live orders of other sources.
        twin_sources: sources that are connected to the very same store.

    Returns:
        ``source/order_id`` → the duplicate. Of another store it is the same sale where the
        guard of ``domain.duplicates`` suspects it.
    """
    twins = [o for o in others if o.source in twin_sources and o.order_id in orders]
    by_key = {other.key: other for other in others if other.source not in twin_sources}
    held = {order.key for order in orders.values()}
    sales = [sale_of(order) for order in (*orders.values(), *by_key.values())]
    ends = [(pair.first.key, pair.second.key) for pair in find_duplicates(sales)]
    suspected = {key for pair in ends if held & set(pair) for key in pair if key in by_key}
    found = [*twins, *(by_key[key] for key in sorted(suspected))]
    return {f"{other.source}/{other.order_id}": other for other in found}
