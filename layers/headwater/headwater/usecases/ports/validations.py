"""What tests of the tracking need: their records, and pages of the open web."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.domain.fetching import Allowance, Fetched
    from headwater.domain.validations import Validation, Visit


class VisitNotes(Protocol):
    """Where a worker notes the visits that belong to tests."""

    def note_visits(self, account: str, visits: Sequence[Visit], received_at: datetime) -> int:
        """Keep visits of tests that are under way, each once; return how many were new.

        A code that belongs to no such test is passed over, and so is what is more than
        ``MOST_VISITS`` of one.
        """
        ...


class Validations(VisitNotes, Protocol):
    """The tests of an account."""

    def save(self, account: str, validation: Validation) -> None:
        """Create or replace a test."""
        ...

    def get(self, account: str, validation_id: str) -> Validation | None:
        """Return a test; None for an unknown one."""
        ...

    def all(self, account: str) -> list[Validation]:
        """Return an account's tests, the latest first."""
        ...

    def visits(self, account: str, validation_id: str) -> list[Visit]:
        """Return the visits of a test, in no order."""
        ...


class Pages(Protocol):
    """Pages of the open web."""

    def fetch(self, url: str, allowance: Allowance) -> Fetched:
        """Fetch a URL, and follow its redirects as far as the allowance goes."""
        ...
