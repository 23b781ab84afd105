"""What the steps need of a store's directory, and of the tables of contacts and products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.journeys import Edge
    from headwater.domain.products import Product
    from headwater.domain.store_contacts import StoreCustomer, StoreSubscriber
    from headwater.usecases.ports import RejectedRow, Source


@dataclass(frozen=True, slots=True)
class DirectoryPage[Row]:
    """A page of one of a store's lists.

    ``passed`` is how many rows lie behind now, from the list's beginning; ``total`` how many it
    has, -1 where the store does not say. ``raw`` is the page as the store sent it.
    """

    rows: tuple[Row, ...]
    rejected: tuple[RejectedRow, ...]
    passed: int
    total: int
    raw: bytes
    is_last: bool


class Directory(Protocol):
    """A store's customers, newsletter subscribers and products, read over its API.

    Every method raises the errors that ``ports.OrderSource`` raises.
    """

    def customers(
        self, *, modified_since: datetime | None, passed: int
    ) -> DirectoryPage[StoreCustomer]:
        """Return the next customers modified since an instant, ``passed`` rows into the list."""
        ...

    def subscribers(
        self, *, modified_since: datetime | None, passed: int
    ) -> DirectoryPage[StoreSubscriber]:
        """Return the next subscribers modified since an instant."""
        ...

    def changed_products(
        self, *, modified_since: datetime | None, passed: int
    ) -> DirectoryPage[Product]:
        """Return the next products modified since an instant."""
        ...

    def products(self, product_ids: Collection[int]) -> DirectoryPage[Product]:
        """Return these products (250 at most); those that were deleted are left out."""
        ...


class Directories(Protocol):
    """Opens the directories of connected stores."""

    def open_directory(self, account: str, source: Source) -> Directory:
        """Return the client of a connected source, with its secret read."""
        ...


class Edges(Protocol):
    """What joins two nodes besides an order, or keeps them apart."""

    def add_records(self, account: str, edges: Sequence[Edge], received_at: datetime) -> int:
        """Add what customer records join, once by (customer, email); return how many were new."""
        ...

    def put(self, account: str, edge: Edge, received_at: datetime) -> bool:
        """Keep what a person says of two nodes, in place of what was said before.

        Returns False, changing nothing, where it was said already.
        """
        ...

    def remove(self, account: str, edge: Edge) -> None:
        """Forget what a person said."""
        ...

    def said_of(self, account: str, nodes: Collection[str]) -> list[Edge]:
        """Return what people have said of any of these nodes, each pair once, by pair."""
        ...

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Edge]:
        """Return the edges of a UTC day, or up to another of its month, in order."""
        ...


class Products(Protocol):
    """The products that orders name."""

    def want(self, account: str, source: str, names: Mapping[int, str]) -> None:
        """Note products (id → the line's name) that are to be looked up, but for those known."""
        ...

    def wanted(self, account: str, source: str, most: int) -> dict[int, str]:
        """Return some products that are to be looked up, by id."""
        ...

    def known(self, account: str, source: str, product_ids: Collection[int]) -> set[int]:
        """Return which of these have been looked up."""
        ...

    def save(self, account: str, products: Sequence[Product], now: datetime) -> int:
        """Write the products that are new or different, which are then no longer wanted.

        Marks the day on which each was first stored. Returns how many were written.
        """
        ...

    def on_day(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[tuple[Product, datetime]]:
        """Return the products first stored on a UTC day, or up to another of its month, in order.

        Each comes with that instant.
        """
        ...
