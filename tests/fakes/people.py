"""Orders and journeys of a few people, out of the fakes that hold everybody's."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from headwater.usecases.ports.people import NodeEvents, Stored, VisitorEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from headwater.domain.journeys import Identification, OrderClaim, Touchpoint
    from headwater.domain.orders import Order
    from tests.fakes.directory import FakeEdges
    from tests.fakes.records import FakeJourneys, FakeOrders


class FakeLivePeople:
    def __init__(self, orders: FakeOrders, journeys: FakeJourneys) -> None:
        self._orders = orders
        self._journeys = journeys

    def orders(self, account: str, order_keys: Collection[tuple[str, str]]) -> list[Stored[Order]]:
        found = self._orders.get_many(account, order_keys)
        return [
            Stored(order, self._orders.stored_at[account, *key])
            for key, order in sorted(found.items())
        ]

    def orders_of(self, account: str, nodes: Collection[str]) -> list[Stored[Order]]:
        return self.orders(account, self._orders.keys_of(account, nodes))

    def claims_on(
        self, account: str, order_keys: Collection[tuple[str, str]]
    ) -> list[Stored[OrderClaim]]:
        return self._of(
            self._journeys.claims, lambda key: key[0] == account and key[1:3] in {*order_keys}
        )

    def of_nodes(self, account: str, nodes: Collection[str]) -> NodeEvents:
        journeys = self._journeys
        return NodeEvents(
            self._of(journeys.touchpoints, lambda key: _is_of(key, account, "c", nodes)),
            self._of(journeys.opt_ins, lambda key: key[0] == account and key[1] in nodes),
            frozenset(
                item.visitor
                for key, item in journeys.identifications.items()
                if key[0] == account and item.node in nodes
            ),
            [
                journeys.profiles[account, n]
                for n in sorted(nodes)
                if (account, n) in journeys.profiles
            ],
        )

    def of_visitors(self, account: str, visitors: Collection[str]) -> VisitorEvents:
        journeys = self._journeys
        return VisitorEvents(
            self._of(journeys.touchpoints, lambda key: _is_of(key, account, "v", visitors)),
            self._of(
                journeys.identifications, lambda key: key[0] == account and key[1] in visitors
            ),
            frozenset(
                (claim.source, claim.order_id)
                for key, claim in journeys.claims.items()
                if key[0] == account and claim.visitor in visitors
            ),
        )

    def _of[Item](
        self,
        items: Mapping[tuple[str, ...], Item],
        is_wanted: Callable[[tuple[str, ...]], bool],
    ) -> list[Stored[Item]]:
        return [
            Stored(items[key], self._journeys.stored_at[key])
            for key in sorted(items)
            if is_wanted(key)
        ]


class FakeForgetting:
    def __init__(self, journeys: FakeJourneys, edges: FakeEdges) -> None:
        self._journeys = journeys
        self._edges = edges

    def visits(
        self,
        account: str,
        touchpoints: Sequence[Touchpoint],
        identifications: Sequence[Identification],
    ) -> None:
        journeys = self._journeys
        touched = {(account, "v", touch.visitor, touch.touch_id) for touch in touchpoints}
        shown = {(account, each.visitor, each.event_id) for each in identifications}
        self._remove(account, "touchpoints", journeys.touchpoints, touched.__contains__)
        self._remove(account, "links", journeys.identifications, shown.__contains__)

    def claims(self, account: str, order_keys: Collection[tuple[str, str]]) -> None:
        wanted = {(account, *key) for key in order_keys}
        self._remove(account, "claims", self._journeys.claims, lambda key: key[:3] in wanted)

    def nodes(self, account: str, nodes: Collection[str]) -> int:
        journeys = self._journeys
        profiles = [key for key in journeys.profiles if key[0] == account and key[1] in nodes]
        for key in profiles:
            del journeys.profiles[key]
        touched = self._remove(
            account, "touchpoints", journeys.touchpoints, lambda k: _is_of(k, account, "c", nodes)
        )
        opted_in = self._remove(
            account, "optins", journeys.opt_ins, lambda k: k[0] == account and k[1] in nodes
        )
        return len(profiles) + touched + opted_in + self._edges.forget(account, nodes)

    def _remove(
        self,
        account: str,
        table: str,
        stored: dict[tuple[str, ...], Any],
        is_gone: Callable[[tuple[str, ...]], bool],
    ) -> int:
        gone = {key: stored[key] for key in stored if is_gone(key)}
        days = [item.at.astimezone(UTC).date() for item in gone.values()]
        self._journeys.raise_marks(account, table, days)
        for key in gone:
            del stored[key]
        return len(gone)


def _is_of(key: tuple[str, ...], account: str, kind: str, owners: Collection[str]) -> bool:
    return key[:2] == (account, kind) and key[2] in owners
