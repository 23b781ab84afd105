"""What is wrong with our copy of a store's orders."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headwater.domain.reconciliation import our_entry
from headwater.domain.reconciliation_causes import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal

    from headwater.domain.orders import Order
    from headwater.domain.reconciliation import ListedOrder, ReportRules

# A till or an importer stamps a sale when it has recorded it, minutes after the store did.
_SAME_MOMENT_SECONDS = 600


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
    orders: Mapping[str, Order], others: Iterable[Order], twin_sources: frozenset[str]
) -> dict[str, Order]:
    """Return the orders of other sources that are sales which these orders hold already.

    Args:
        orders: live orders of one source by id.
        others: live orders of other sources.
        twin_sources: sources that are connected to the very same store.

    Returns:
        ``source/order_id`` → the duplicate. Of another store it is the same sale if a known email
        paid the same amount within ten minutes.
    """
    sales: dict[tuple[str, str, Decimal], list[Order]] = defaultdict(list)
    for order in orders.values():
        if order.email:
            sales[order.email, order.currency, order.total].append(order)
    found = {}
    for other in others:
        is_twin = other.source in twin_sources and other.order_id in orders
        alike = sales.get((other.email, other.currency, other.total), [])
        if is_twin or any(_is_same_moment(other, order) for order in alike):
            found[f"{other.source}/{other.order_id}"] = other
    return found


def _is_same_moment(one: Order, other: Order) -> bool:
    return abs((one.placed_at - other.placed_at).total_seconds()) <= _SAME_MOMENT_SECONDS
