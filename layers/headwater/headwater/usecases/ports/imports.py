"""What imports of whole files need: their records, their files, and what they have written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from headwater.domain.journeys import Identification, OptIn, Profile, Touchpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.file_imports import CostHead, FileImport, Undone
    from headwater.domain.orders import Order

# An upload has to begin within it, and may last longer.
ADDRESS_SECONDS = 900

type JourneyItem = Touchpoint | Identification | OptIn | Profile


class Standing(StrEnum):
    """What writing an item would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was uploaded: its size in bytes, and what tells its content from any other."""

    size: int
    etag: str


class Imports(Protocol):
    """The imports of an account."""

    def create(self, account: str, new: FileImport) -> None:
        """Keep a new import."""
        ...

    def get(self, account: str, import_id: str) -> FileImport:
        """Return an import; raises UnknownResourceError if there is none."""
        ...

    def latest(self, account: str, most: int) -> list[FileImport]:
        """Return the last imports of an account, the latest first."""
        ...

    def save(self, account: str, changed: FileImport) -> FileImport:
        """Replace an import by a changed one; return it with its new revision.

        Raises:
            LeaseLostError: somebody else has changed it since it was read.
        """
        ...


class ImportFiles(Protocol):
    """The files of imports, and what the work on them leaves behind; all expire together."""

    def upload_url(self, account: str, import_id: str, size: int) -> str:
        """Return an address that takes one file of exactly this size, for some minutes."""
        ...

    def find(self, account: str, import_id: str) -> StoredFile | None:
        """Return the file that was uploaded, if there is one."""
        ...

    def take(self, account: str, import_id: str) -> StoredFile | None:
        """Put an uploaded file where no upload can replace it; None if there is none."""
        ...

    def blocks(self, account: str, import_id: str, etag: str, start: int = 0) -> Iterator[bytes]:
        """Yield a file that was taken, from a byte on, in blocks of a bounded size.

        Raises:
            ConflictError: another file was taken since.
        """
        ...

    def put_part(self, account: str, import_id: str, name: str, content: bytes) -> None:
        """Keep a part of what the work gives; the same name again replaces it."""
        ...

    def keep_once[T](self, account: str, import_id: str, name: str, value: T) -> T:
        """Keep a dataclass unless there is one of that name; return the one that is kept."""
        ...

    def put(self, account: str, import_id: str, name: str, value: object) -> None:
        """Keep a dataclass; the same name again replaces it."""
        ...

    def get[T](self, account: str, import_id: str, name: str, cls: type[T]) -> T:
        """Return a kept dataclass; raises UnknownResourceError if there is none."""
        ...

    def join_rejected(self, account: str, import_id: str, header: bytes, folder: str) -> None:
        """Make one file of rejected rows out of its header and the parts of a folder."""
        ...

    def rejected_url(self, account: str, import_id: str) -> str:
        """Return an address of the file of rejected rows, good for some minutes."""
        ...


class ImportedJourneys(Protocol):
    """What an import would write to the journeys, or has written there."""

    def standings(
        self, account: str, items: Sequence[JourneyItem], received_at: datetime
    ) -> list[Standing]:
        """Return what adding each item would do, or has done at this very instant.

        Nothing is kept of people who were erased.
        """
        ...

    def remove(self, account: str, items: Sequence[JourneyItem], received_at: datetime) -> Undone:
        """Remove items that were added at this very instant, and that nobody has changed since.

        A profile stays where anything else is known of its person. Marks the days first.
        """
        ...

    def leads_before(
        self, account: str, leads: Collection[tuple[str, str]], received_at: datetime
    ) -> dict[tuple[str, str], str]:
        """Return which nodes contact ids stand for, but for those linked at this very instant."""
        ...

    def remove_leads(
        self, account: str, leads: Collection[tuple[str, str]], received_at: datetime
    ) -> None:
        """Forget contact ids (source, id) that were linked last at this very instant."""
        ...


class ImportedOrders(Protocol):
    """Orders that an import has written."""

    def put_back(
        self,
        account: str,
        written: Sequence[Order],
        before: Mapping[tuple[str, str], Order],
        now: datetime,
    ) -> Undone:
        """Remove orders, or put back what was before, where they are still as they were written.

        Marks the days first.
        """
        ...


class ImportedCosts(Protocol):
    """Ad cost that an import has written."""

    def cost_heads(
        self, account: str, platform: str, ad_account: str, days: Collection[date]
    ) -> list[CostHead]:
        """Return what each of some days shows of an ad account."""
        ...

    def remove_load(
        self, account: str, platform: str, ad_account: str, load: str, before: Sequence[CostHead]
    ) -> Undone:
        """Show again what was before, on days that still show this load; then remove its rows.

        Marks the days first.
        """
        ...


class ImportWorkers(Protocol):
    """Starts the work on imports."""

    def start(self, account: str, import_id: str) -> None:
        """Have an import worked on, without waiting for it."""
        ...
