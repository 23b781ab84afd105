"""What the steps need of runs: the account's lease, its pointer, and the marks of changed days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class RunHead:
    """An account's pointer and lease. ``manifest`` is None before the first finished run.

    ``as_of`` is the instant at which the run that published it looked at the world.
    ``released_run`` is the last run that gave the lease back, finished or failed.
    """

    manifest: str | None = None
    data_version: str = ""
    generated_at: datetime | None = None
    lease_run: str = ""
    lease_until: datetime | None = None
    again: bool = False
    released_run: str = ""
    as_of: datetime | None = None


class Runs(Protocol):
    """The account's lease, its pointer, and the record of its runs."""

    def acquire(self, account: str, run: str, now: datetime, until: datetime) -> bool:
        """Take the lease if it is free, expired or ours; else set ``again`` and return False."""
        ...

    def renew(self, account: str, run: str, until: datetime) -> None:
        """Prolong our lease; raises LeaseLostError if it is no longer ours."""
        ...

    def head(self, account: str) -> RunHead:
        """Return the pointer and the lease as they are now (strongly consistent)."""
        ...

    def publish(
        self,
        account: str,
        run: str,
        manifest: str,
        version: str,
        now: datetime,
        *,
        as_of: datetime,
    ) -> None:
        """Move the pointer while holding the lease, in one conditional update.

        ``generated_at`` moves only if the version differs, ``as_of`` also where the manifest is the
        same, and the manifest left behind is kept in the list of superseded ones with the time.
        Raises LeaseLostError.
        """
        ...

    def superseded(self, account: str) -> Mapping[str, datetime]:
        """Return the manifests that the pointer has left of late, with the time (consistent)."""
        ...

    def release(self, account: str, run: str) -> bool:
        """Give the lease back; return whether ``again`` was set, and clear it."""
        ...

    def hand_back(self, account: str, holder: str) -> bool:
        """Give back the lease of somebody who is no run; return whether ``again`` is set.

        Nothing else changes: ``again`` stays for the run that follows, and the last run that gave
        the lease back is still the last one. Who does not hold the lease is told False.
        """
        ...

    def record(self, account: str, run: str, now: datetime, **facts: str | int) -> None:
        """Write down what is known of a run (status, counts, failure); later calls add."""
        ...

    def recorded(self, account: str, run: str) -> Mapping[str, str | int]:
        """Return what is written of a run."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A (table, day) that has changed since it was last exported."""

    table: str
    day: date
    version: int
    raised_at: datetime


class Marks(Protocol):
    """The days on which DynamoDB differs from the facts."""

    def raise_marks(self, account: str, table: str, days: Collection[date], now: datetime) -> None:
        """Raise marks BEFORE the items of these days change; one raised a minute ago stands."""
        ...

    def raised(self, account: str) -> list[Mark]:
        """Return all marks, by table and day (strongly consistent)."""
        ...

    def clear(self, account: str, mark: Mark) -> bool:
        """Delete a mark unless it has been raised again since it was read."""
        ...
