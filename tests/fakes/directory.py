"""Edges and products in dictionaries. Each raises its marks before it writes."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from tests.fakes.records import FakeErasures, Marking, on_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.journeys import Edge
    from headwater.domain.products import Product
    from headwater.usecases.ports import Clock, Marks
    from headwater.usecases.ports.erasure import Erasures


def _day(instant: datetime) -> date:
    return instant.astimezone(UTC).date()


class FakeEdges(Marking):
    def __init__(
        self,
        marks: Marks | None = None,
        clock: Clock | None = None,
        erasures: Erasures | None = None,
    ) -> None:
        super().__init__(marks, clock)
        self._erasures = erasures or FakeErasures()
        self._records: dict[tuple[str, str, str], Edge] = {}
        self._said: dict[tuple[str, str, str], Edge] = {}

    def add_records(self, account: str, edges: Sequence[Edge], received_at: datetime) -> int:  # noqa: ARG002
        new: dict[tuple[str, str, str], Edge] = {}
        erased = self._erasures.of(account)
        for edge in edges:
            if erased.covers(edge.node) or erased.covers(edge.other):
                continue
            key = (account, edge.node, edge.other)
            if key not in self._records:
                new.setdefault(key, edge)
        self.raise_marks(account, "edges", [_day(edge.at) for edge in new.values()])
        self._records |= new
        return len(new)

    def put(self, account: str, edge: Edge, received_at: datetime) -> bool:  # noqa: ARG002
        key = (account, edge.node, edge.other)
        before = self._said.get(key)
        if before and before.kind == edge.kind:
            return False
        self.raise_marks(account, "edges", [_day(one.at) for one in (before, edge) if one])
        self._said[key] = edge
        return True

    def remove(self, account: str, edge: Edge) -> None:
        self.raise_marks(account, "edges", [_day(edge.at)])
        self._said.pop((account, edge.node, edge.other), None)

    def forget(self, account: str, nodes: Collection[str]) -> int:
        """Remove what records and people have said of any of these nodes."""
        gone = 0
        for stored in (self._records, self._said):
            of_them = [key for key in stored if key[0] == account and {*key[1:]} & {*nodes}]
            self.raise_marks(account, "edges", [_day(stored[key].at) for key in of_them])
            for key in of_them:
                del stored[key]
            gone += len(of_them)
        return gone

    def said_of(self, account: str, nodes: Collection[str]) -> list[Edge]:
        return [
            self._said[key]
            for key in sorted(self._said)
            if key[0] == account and {*key[1:]} & {*nodes}
        ]

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Edge]:
        for stored in (self._records, self._said):
            yield from on_days(stored, account, lambda edge: edge.at, (day, last))


class FakeProducts(Marking):
    def __init__(self, marks: Marks | None = None, clock: Clock | None = None) -> None:
        super().__init__(marks, clock)
        self.stored: dict[tuple[str, str, int], tuple[Product, datetime]] = {}
        self._wanted: dict[tuple[str, str, int], str] = {}

    def want(self, account: str, source: str, names: Mapping[int, str]) -> None:
        for product_id, name in names.items():
            key = (account, source, product_id)
            if key not in self.stored:
                self._wanted.setdefault(key, name)

    def wanted(self, account: str, source: str, most: int) -> dict[int, str]:
        found = {key[2]: name for key, name in self._wanted.items() if key[:2] == (account, source)}
        return dict(sorted(found.items(), key=lambda item: str(item[0]))[:most])

    def known(self, account: str, source: str, product_ids: Collection[int]) -> set[int]:
        return {one for one in product_ids if (account, source, one) in self.stored}

    def save(self, account: str, products: Sequence[Product], now: datetime) -> int:
        keyed = {(account, one.source, one.product_id): one for one in products}
        changed = {
            key: (one, self.stored[key][1] if key in self.stored else now)
            for key, one in keyed.items()
            if key not in self.stored or self.stored[key][0] != one
        }
        self.raise_marks(account, "products", [_day(seen) for _, seen in changed.values()])
        self.stored |= changed
        for key in keyed:
            self._wanted.pop(key, None)
        return len(changed)

    def on_day(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[tuple[Product, datetime]]:
        # A key in the table is text, in whose order 10 stands before 7.
        spelled = {(*key[:2], str(key[2])): each for key, each in self.stored.items()}
        return on_days(spelled, account, lambda each: each[1], (day, last))
