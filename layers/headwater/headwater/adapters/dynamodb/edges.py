"""What joins two nodes besides an order: customer records, and what people say by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.daily_items import DailyItems
from headwater.adapters.dynamodb.table import ConditionalPut
from headwater.adapters.parallel import in_parallel
from headwater.domain.journeys import Edge
from headwater.domain.reporting_days import utc_day
from headwater.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.usecases.ports import Clock, Marks
    from headwater.usecases.ports.erasure import Erasures

_OPPOSITE = {"link": "unlink", "unlink": "link"}
_HAND_PREFIXES = ("edge#", "cut#")


class DynamoEdges:
    """The port ``Edges`` on JourneysTable.

    What a person says of two nodes lies with both of them, so that either finds it; the item of
    the smaller node is the one that becomes a fact.
    """

    def __init__(self, table: Table, marks: Marks, clock: Clock, erasures: Erasures) -> None:
        self._table = table
        self._erasures = erasures
        self._items = DailyItems("edges", table, marks, clock)

    def add_records(self, account: str, edges: Sequence[Edge], received_at: datetime) -> int:
        """Add what customer records join, once by (customer, email)."""
        erased = self._erasures.of(account)
        kept = [e for e in edges if not (erased.covers(e.node) or erased.covers(e.other))]
        keyed = {keys.record_edge(account, edge.node, edge.other): edge for edge in reversed(kept)}
        stored = self._table.get_many(list(keyed), ("at",))
        new = {key: edge for key, edge in keyed.items() if key not in stored}
        self._items.mark(account, {utc_day(edge.at) for edge in new.values()})
        self._table.put_many(
            [
                self._items.build(account, key, edge.at, received_at, codec.to_attributes(edge))
                for key, edge in new.items()
            ]
        )
        return len(new)

    def put(self, account: str, edge: Edge, received_at: datetime) -> bool:
        """Keep what a person says of two nodes, in place of what was said before.

        Raises:
            ConflictError: somebody else says something of the same two nodes at this moment.
        """
        same = keys.hand_edge(account, edge.node, edge.other, edge.kind)
        before = keys.hand_edge(account, edge.node, edge.other, _OPPOSITE[edge.kind])
        stored = self._table.get_many([same, before])
        if same in stored and before not in stored:
            return False
        self._mark(account, [edge, *map(_read, stored.values())])
        items = [
            self._items.build(account, same, edge.at, received_at, codec.to_attributes(edge)),
            self._mirrored(account, edge, received_at),
        ]
        if not self._table.put_together([ConditionalPut(item) for item in items]):
            message = "the two are being linked by somebody else"
            raise ConflictError(message)
        self._forget(account, edge, _OPPOSITE[edge.kind])
        return True

    def remove(self, account: str, edge: Edge) -> None:
        """Forget what a person said, and an older word that a death has left behind."""
        kinds = [keys.hand_edge(account, edge.node, edge.other, kind) for kind in _OPPOSITE]
        self._mark(account, [edge, *map(_read, self._table.get_many(kinds).values())])
        for kind in _OPPOSITE:
            self._forget(account, edge, kind)

    def said_of(self, account: str, nodes: Collection[str]) -> list[Edge]:
        """Return what people have said of any of these nodes, each pair once, by pair."""
        partitions = [
            (keys.hand_edge(account, node, "", "link")[0], prefix)
            for node in sorted(nodes)
            for prefix in _HAND_PREFIXES
        ]
        found = in_parallel(
            lambda each: list(self._table.query(each[0], prefix=each[1])), partitions
        )
        last: dict[tuple[str, str], Edge] = {}
        for edge in sorted(map(_read, (item for items in found for item in items)), key=_said_at):
            last[edge.node, edge.other] = edge
        return [last[pair] for pair in sorted(last)]

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Edge]:
        """Return the edges of a UTC day, or up to another of its month, in order of day and key."""
        return map(_read, self._items.on_day(account, day, last))

    def _mark(self, account: str, edges: Sequence[Edge]) -> None:
        self._items.mark(account, {utc_day(edge.at) for edge in edges})

    def _mirrored(self, account: str, edge: Edge, received_at: datetime) -> Item:
        """Return the other node's item; without a day it becomes no fact."""
        pk, sk = keys.hand_edge(account, edge.other, edge.node, edge.kind)
        at = keys.instant(received_at)
        return {"pk": pk, "sk": sk, "received_at": at, **codec.to_attributes(edge)}

    def _forget(self, account: str, edge: Edge, kind: str) -> None:
        for node, other in ((edge.node, edge.other), (edge.other, edge.node)):
            self._table.delete(keys.hand_edge(account, node, other, kind), "", {})


def _said_at(edge: Edge) -> tuple[datetime, str]:
    # Of two at one instant the link counts, as in a run.
    return edge.at, _OPPOSITE[edge.kind]


def _read(item: Item) -> Edge:
    return codec.from_plain(Edge, item)
