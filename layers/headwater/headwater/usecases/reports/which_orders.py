"""Which orders a report is about: all, the first ones of customers, or the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from headwater.usecases.published_runs import PublishedRun

type WhichOrders = Literal["all", "new", "repeat"]
# The SQL of whether an order is among them.
WHICH: dict[WhichOrders, str] = {"all": "true", "new": "is_new", "repeat": "NOT is_new"}


def refuse_unknown_orders(orders: WhichOrders, published: PublishedRun) -> None:
    """Refuse to tell first orders from others before the whole order history is in.

    Raises:
        InvalidParameterError: the history is incomplete.
    """
    if orders != "all" and not published.is_history_complete:
        message = f"orders: {orders} cannot be told before all older orders are in"
        raise InvalidParameterError(message)
