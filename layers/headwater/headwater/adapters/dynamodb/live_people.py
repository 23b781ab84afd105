"""The orders and journeys of a few people as they are now, read by key."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.table import BY_CUSTOMER, BY_EMAIL
from headwater.adapters.dynamodb.touchpoints import read_touchpoint
from headwater.adapters.parallel import in_parallel
from headwater.domain.journeys import Identification, OptIn, OrderClaim, Profile
from headwater.domain.orders import Order
from headwater.usecases.ports.people import NodeEvents, Stored, VisitorEvents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Index, Table
    from headwater.domain.journeys import Touchpoint

_ORDER = ("document", "received_at")


class DynamoLivePeople:
    """The port ``LivePeople`` on OrdersTable and JourneysTable."""

    def __init__(self, orders: Table, journeys: Table) -> None:
        self._orders = orders
        self._journeys = journeys

    def orders(self, account: str, order_keys: Collection[tuple[str, str]]) -> list[Stored[Order]]:
        """Return those of the orders (source, order id) that are stored, by key."""
        wanted = [keys.order(account, *key) for key in order_keys]
        return _orders(self._orders.get_many(wanted, _ORDER).values())

    def orders_of(self, account: str, nodes: Collection[str]) -> list[Stored[Order]]:
        """Return all orders of these nodes, by key, each once."""

        def read(asked: tuple[str, Index]) -> list[Item]:
            partition = keys.order_node(account, asked[0])
            return list(self._orders.query(partition, index=asked[1], attributes=("pk", *_ORDER)))

        indexes = BY_EMAIL, BY_CUSTOMER
        found = in_parallel(read, [(node, index) for node in sorted(nodes) for index in indexes])
        return _orders(chain.from_iterable(found))

    def claims_on(
        self, account: str, order_keys: Collection[tuple[str, str]]
    ) -> list[Stored[OrderClaim]]:
        """Return the claims on these orders, by key."""
        partitions = [keys.claimed_order(account, *key) for key in sorted(order_keys)]
        return [_event(OrderClaim, item) for item in self._journey_items(partitions)]

    def of_nodes(self, account: str, nodes: Collection[str]) -> NodeEvents:
        """Return what lies with these nodes, each list by key."""
        items = self._journey_items([keys.node(account, node) for node in sorted(nodes)])
        return NodeEvents(
            [_touchpoint(item) for item in _named("touch", items)],
            [_event(OptIn, item) for item in _named("optin", items)],
            frozenset(item["visitor"] for item in _named("visitor", items)),
            [codec.from_plain(Profile, item) for item in items if item["sk"] == "profile"],
        )

    def of_visitors(self, account: str, visitors: Collection[str]) -> VisitorEvents:
        """Return what lies with these visitors, each list by key."""
        items = self._journey_items([keys.visitor(account, each) for each in sorted(visitors)])
        return VisitorEvents(
            [_touchpoint(item) for item in _named("touch", items)],
            [_event(Identification, item) for item in _named("ident", items)],
            frozenset((item["source"], item["order_id"]) for item in _named("claimed", items)),
        )

    def _journey_items(self, partitions: Sequence[str]) -> list[Item]:
        found = in_parallel(lambda each: list(self._journeys.query(each)), partitions)
        return list(chain.from_iterable(found))


def _named(prefix: str, items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item["sk"].startswith(f"{prefix}#")]


def _orders(items: Iterable[Item]) -> list[Stored[Order]]:
    by_key = {item["pk"]: item for item in items}
    return [
        Stored(codec.from_document(Order, item["document"]), _stored_at(item))
        for _, item in sorted(by_key.items())
    ]


def _touchpoint(item: Item) -> Stored[Touchpoint]:
    return Stored(read_touchpoint(item), _stored_at(item))


def _event[T](kind: type[T], item: Item) -> Stored[T]:
    return Stored(codec.from_plain(kind, item), _stored_at(item))


def _stored_at(item: Item) -> datetime:
    """Return since when an item is as it is; older ones say when they were received."""
    return datetime.fromisoformat(item.get("stored_at") or item["received_at"])
