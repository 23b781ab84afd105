"""Whose webhooks carry which secret, and which of them have been dealt with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.domain.webhooks import HookAddress

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from headwater.adapters.dynamodb.table import Table


class DynamoHooks:
    """The port ``Hooks`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, secret_sha256: str, address: HookAddress) -> None:
        """Let webhooks in that carry this secret."""
        pk, sk = keys.hook(secret_sha256)
        self._table.put({"pk": pk, "sk": sk, **codec.to_plain(address)})

    def find(self, secret_sha256: str) -> HookAddress | None:
        """Return whose webhooks carry this secret; None for an unknown one."""
        item = self._table.get(keys.hook(secret_sha256))
        return codec.from_plain(HookAddress, item) if item else None

    def remove(self, secret_sha256: str) -> None:
        """Let no webhook in any more that carries this secret."""
        self._table.delete_many([keys.hook(secret_sha256)])

    def known(self, account: str, source: str, events: Collection[str]) -> set[str]:
        """Return those of a source's events that have been dealt with."""
        by_key = {keys.hook_event(account, source, event): event for event in events}
        return {by_key[key] for key in self._table.get_many(list(by_key), ("expires_at",))}

    def remember(self, account: str, source: str, events: Collection[str], until: datetime) -> None:
        """Write down events that have been dealt with; the table forgets them after ``until``."""
        expires_at = int(until.timestamp())
        items = []
        for event in sorted(set(events)):
            pk, sk = keys.hook_event(account, source, event)
            items.append({"pk": pk, "sk": sk, "expires_at": expires_at})
        self._table.put_many(items)
