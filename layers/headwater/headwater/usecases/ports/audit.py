"""Where the audit log is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.domain.audit import AuditEntry


class AuditLog(Protocol):
    """The changes of each account."""

    def write(self, account: str, entry: AuditEntry) -> None:
        """Keep an entry for as long as ``audit.KEPT`` says; one of the same id is replaced."""
        ...

    def entries(
        self, account: str, start: datetime, end: datetime, *, after: str, limit: int
    ) -> list[AuditEntry]:
        """Return the entries of [start, end), the latest first, ``limit`` at most.

        With ``after``, an entry's id, only those that come behind it in this order.
        """
        ...
