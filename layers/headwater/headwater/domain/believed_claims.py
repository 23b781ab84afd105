"""Which of an order's claims is believed, by the rule of the runs (``usecases.journey_tables``)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headwater.domain.journeys import OrderClaim
    from headwater.domain.orders import Order

_BEFORE, _AFTER = timedelta(minutes=5), timedelta(minutes=60)


def believed_claim(order: Order, claims: Iterable[OrderClaim]) -> OrderClaim | None:
    """Return the claim that links its visitor to an order, if any does.

    It has to arrive between five minutes before and an hour after the order and to name no other
    email; of several the first one after the order counts. That a visitor claims more orders than
    one person places, which makes runs believe him in none, is not looked at.
    """
    node, placed_at = order.email_node, order.placed_at
    timely = [
        claim
        for claim in claims
        if placed_at - _BEFORE <= claim.received_at <= placed_at + _AFTER
        and (not claim.node or not node or claim.node == node)
    ]
    return min(
        timely,
        key=lambda c: (c.received_at < placed_at, c.received_at, c.event_id, c.visitor),
        default=None,
    )
