"""Subscription chains: an initial order and its rebills."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

type OrderKey = tuple[str, str]

INITIAL, REBILL, ONE_TIME = "initial", "rebill", "one_time"


@dataclass(frozen=True, slots=True)
class SubscriptionOrder:
    """A revenue order that carries subscription ids; ``chain_ids`` are unique in the account."""

    key: OrderKey
    placed_at: datetime
    chain_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """An order's place in its chain. Cycle 0 is the initial order.

    ``root`` is the order whose shares this one inherits: its chain's initial, or, where that
    order is itself a rebill of an older chain, that chain's root. An initial is its own root.
    """

    chain_id: str
    kind: str
    cycle: int
    root: OrderKey


def chain_orders(orders: Sequence[SubscriptionOrder]) -> dict[OrderKey, ChainLink]:
    """Chain orders by explicit subscription id: one chain for ever, with pauses.

    The first order of a subscription is its initial. An order with lines of several
    subscriptions belongs to the chain with the oldest initial.
    """
    by_time = sorted(orders, key=lambda order: (order.placed_at, order.key))
    members: defaultdict[str, list[SubscriptionOrder]] = defaultdict(list)
    for order in by_time:
        for chain_id in order.chain_ids:
            members[chain_id].append(order)
    links: dict[OrderKey, ChainLink] = {}
    for order in by_time:
        chain_id = min(order.chain_ids, key=lambda c: (members[c][0].placed_at, c))
        initial, cycle = members[chain_id][0], members[chain_id].index(order)
        if cycle == 0:
            links[order.key] = ChainLink(chain_id, INITIAL, 0, order.key)
        else:
            # The initial was placed earlier, so its own link stands already.
            links[order.key] = ChainLink(chain_id, REBILL, cycle, links[initial.key].root)
    return links
