"""What explaining an order reads of people as the tables hold them now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from headwater.domain.journeys import (
        Identification,
        OptIn,
        OrderClaim,
        Profile,
        Touchpoint,
    )
    from headwater.domain.orders import Order


@dataclass(frozen=True, slots=True)
class Stored[T]:
    """What the tables hold, and since when they hold it as it is."""

    item: T
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class NodeEvents:
    """What lies with some nodes; ``visitors`` are those who ever showed themselves to be one."""

    touchpoints: Sequence[Stored[Touchpoint]] = ()
    opt_ins: Sequence[Stored[OptIn]] = ()
    visitors: frozenset[str] = frozenset()
    profiles: Sequence[Profile] = ()


@dataclass(frozen=True, slots=True)
class VisitorEvents:
    """What lies with some visitors; ``claimed`` are the orders (source, id) that they claimed."""

    touchpoints: Sequence[Stored[Touchpoint]] = ()
    identifications: Sequence[Stored[Identification]] = ()
    claimed: frozenset[tuple[str, str]] = frozenset()


class LivePeople(Protocol):
    """Orders and journeys of a few people, found by their keys; nothing is scanned."""

    def orders(self, account: str, order_keys: Collection[tuple[str, str]]) -> list[Stored[Order]]:
        """Return those of the orders (source, order id) that are stored, by key."""
        ...

    def orders_of(self, account: str, nodes: Collection[str]) -> list[Stored[Order]]:
        """Return all orders of these nodes, by key, each once."""
        ...

    def claims_on(
        self, account: str, order_keys: Collection[tuple[str, str]]
    ) -> list[Stored[OrderClaim]]:
        """Return the claims on these orders, by key."""
        ...

    def of_nodes(self, account: str, nodes: Collection[str]) -> NodeEvents:
        """Return what lies with these nodes, each list by key."""
        ...

    def of_visitors(self, account: str, visitors: Collection[str]) -> VisitorEvents:
        """Return what lies with these visitors, each list by key."""
        ...
