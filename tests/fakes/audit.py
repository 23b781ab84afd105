"""The audit log in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.errors import StoreUnavailableError

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.domain.audit import AuditEntry


class FakeAuditLog:
    """Keeps entries; refuses those of the outcomes in ``refused``."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self._entries: dict[tuple[str, str], AuditEntry] = {}

    def write(self, account: str, entry: AuditEntry) -> None:
        if entry.outcome in self.refused:
            message = "the log is down"
            raise StoreUnavailableError(message)
        self._entries[account, entry.entry_id] = entry

    def entries(
        self, account: str, start: datetime, end: datetime, *, after: str, limit: int
    ) -> list[AuditEntry]:
        found = [
            entry
            for (owner, name), entry in sorted(self._entries.items(), reverse=True)
            if owner == account and start <= entry.at < end and (not after or name < after)
        ]
        return found[:limit]
