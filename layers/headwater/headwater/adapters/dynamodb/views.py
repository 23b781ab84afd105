"""Saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.domain.views import View

if TYPE_CHECKING:
    from headwater.adapters.dynamodb.table import Table


class DynamoViews:
    """The port ``Views`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, account: str, view: View) -> None:
        """Create or replace a view."""
        pk, sk = keys.view(account, view.view_id)
        self._table.put({"pk": pk, "sk": sk, "document": codec.to_document(view)})

    def get(self, account: str, view_id: str) -> View | None:
        """Return a view; None for an unknown one."""
        item = self._table.get(keys.view(account, view_id))
        return codec.from_document(View, item["document"]) if item else None

    def all(self, account: str) -> list[View]:
        """Return an account's views, the oldest first: their ids sort by time."""
        partition, _ = keys.view(account, "")
        items = self._table.query(partition)
        return [codec.from_document(View, item["document"]) for item in items]

    def remove(self, account: str, view_id: str) -> bool:
        """Forget a view; return False if there is none."""
        return self._table.delete(keys.view(account, view_id), "attribute_exists(#pk)", {})
