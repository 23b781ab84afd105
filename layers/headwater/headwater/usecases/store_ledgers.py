"""What reconciliation asks of a store, besides its orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from headwater.usecases.ports import OrderSource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.panel_clocks import PanelClock
    from headwater.domain.reconciliation import ListedOrder
    from headwater.usecases.ports import Source


@dataclass(frozen=True, slots=True)
class LedgerList:
    """Orders by id as the store lists them, and the ids of rows that could not be read."""

    orders: Mapping[str, ListedOrder]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerLookup:
    """Orders that were asked for by id, and the ids that the store no longer has."""

    found: LedgerList
    gone: frozenset[str]


class StoreLedger(OrderSource, Protocol):
    """A store's own books. Every method raises the errors that those of ``OrderSource`` do."""

    def count_by_status(self, start: datetime, end: datetime) -> Mapping[int, int]:
        """Return the store's own count of live orders created in [start, end), per status."""
        ...

    def list_created(self, start: datetime, end: datetime) -> LedgerList:
        """Return the orders created in [start, end), archived ones included, without lines."""
        ...

    def look_up(self, order_ids: Collection[str]) -> LedgerLookup:
        """Return these orders wherever they are now; each is found, or said to be gone."""
        ...

    def refunded_between(self, start: datetime, end: datetime) -> Sequence[str]:
        """Return the ids of the orders that have a refund created in [start, end), ascending."""
        ...

    def panel_clock(self) -> PanelClock | None:
        """Return how the store's panel reads the clock; None where the token may not ask."""
        ...


class StoreLedgers(Protocol):
    """Opens the books of connected stores."""

    def ledger(self, account: str, source: Source) -> StoreLedger:
        """Return the books of a connected source, with its secret read."""
        ...


class Reconciliations(Protocol):
    """Starts reconciliations that somebody asks for."""

    def start(self, account: str, first: date, last: date) -> None:
        """Invoke the reconciliation of a range, without waiting for it."""
        ...
