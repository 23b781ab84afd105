"""What the sweep needs of the lake, and of where it has come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the lake. ``put_at`` is when it was put last, by the store's own clock."""

    key: str
    put_at: datetime


@dataclass(frozen=True, slots=True)
class Sweep:
    """How far the sweep of an account is.

    Attributes:
        begun_at: when the sweep under way began; None while none is.
        place: the key up to which it is done.
        removed: how many objects it has removed.
        swept_at: when the last whole sweep ended.
    """

    begun_at: datetime | None = None
    place: str = ""
    removed: int = 0
    swept_at: datetime | None = None


class Sweeps(Protocol):
    """How far the sweep of each account is."""

    def get(self, account: str) -> Sweep:
        """Return how far an account's sweep is."""
        ...

    def save(self, account: str, sweep: Sweep) -> None:
        """Write down how far an account's sweep is."""
        ...


class SweptObjects(Protocol):
    """An account's objects of facts, reports and manifests, which runs write and none removes."""

    def after(self, account: str, place: str) -> Iterator[Sequence[StoredObject]]:
        """Yield the objects whose keys come after a place, in order of key, some at a time.

        Those that were yielded may be removed meanwhile.
        """
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Remove objects; one that is gone stays so.

        Raises StoreUnavailableError where some of them are still there.
        """
        ...
