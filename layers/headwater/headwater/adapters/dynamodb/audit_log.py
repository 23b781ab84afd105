"""The audit log: a partition per account, its range key the entry's id, which sorts by time."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.domain.audit import KEPT, AuditEntry

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.adapters.dynamodb.table import Table


class DynamoAuditLog:
    """The port ``AuditLog`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write(self, account: str, entry: AuditEntry) -> None:
        """Keep an entry; the table forgets it after ``audit.KEPT``."""
        pk, sk = keys.audit_entry(account, entry.entry_id)
        expires_at = int((entry.at + KEPT).timestamp())
        self._table.put({"pk": pk, "sk": sk, **codec.to_plain(entry), "expires_at": expires_at})

    def entries(
        self, account: str, start: datetime, end: datetime, *, after: str, limit: int
    ) -> list[AuditEntry]:
        """Return the entries of [start, end), the latest first."""
        pk, behind = keys.audit_entry(account, after)
        # An entry of the very end has its name after the instant, so it lies beyond.
        latest = min(behind or keys.instant(end), keys.instant(end))
        if latest < keys.instant(start):
            return []
        found = self._table.query(
            pk,
            between=(keys.instant(start), latest),
            is_descending=True,
            page_size=limit + 1,
        )
        others = (item for item in found if item["sk"] != behind)
        return [codec.from_plain(AuditEntry, item) for item in islice(others, limit)]
