"""Subscription chains: an initial order and its rebills.

An order names its chains by explicit subscription ids or gets them by inference
(``domain.inferred_chains``); this module says what that makes of each order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

type OrderKey = tuple[str, str]

INITIAL, REBILL, ONE_TIME = "initial", "rebill", "one_time"


@dataclass(frozen=True, slots=True)
class SubscriptionOrder:
    """A revenue order that belongs to chains; ``chain_ids`` are unique in the account."""

    key: OrderKey
    placed_at: datetime
    chain_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """An order's place in its chain. Cycle 0 is the initial order.

    ``root`` is the order whose shares this one inherits: its chain's initial, or, where that
    order is itself a rebill of an older chain, that chain's root. An initial is its own root.
    ``cycle`` is None where the chain began before our history: then even its first order is a
    rebill, and its own root for want of a better one.
    """

    chain_id: str
    kind: str
    cycle: int | None
    root: OrderKey


def chain_orders(
    orders: Sequence[SubscriptionOrder], begun_before: Collection[str] = ()
) -> dict[OrderKey, ChainLink]:
    """Give each order its place: one chain for ever per id, with pauses.

    The first order of a subscription is its initial. An order with lines of several
    subscriptions belongs to the chain with the oldest initial.

    Args:
        orders: the orders that belong to chains.
        begun_before: the chains whose initial order precedes our history.
    """
    by_time = sorted(orders, key=lambda order: (order.placed_at, order.key))
    firsts: dict[str, SubscriptionOrder] = {}
    for order in by_time:
        for chain_id in order.chain_ids:
            firsts.setdefault(chain_id, order)
    seen: defaultdict[str, int] = defaultdict(int)
    links: dict[OrderKey, ChainLink] = {}
    for order in by_time:
        chain_id = min(order.chain_ids, key=lambda c: (firsts[c].placed_at, firsts[c].key, c))
        first, cycle = firsts[chain_id], seen[chain_id]
        # The initial was placed earlier, so its own link stands already.
        root = order.key if first is order else links[first.key].root
        if chain_id in begun_before:
            links[order.key] = ChainLink(chain_id, REBILL, None, root)
        else:
            links[order.key] = ChainLink(chain_id, REBILL if cycle else INITIAL, cycle, root)
        for name in order.chain_ids:
            seen[name] += 1
    return links
