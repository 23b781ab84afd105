"""Imports of files, as they stand."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.domain.file_imports import FileImport
from headwater.errors import LeaseLostError, UnknownResourceError

if TYPE_CHECKING:
    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table


class DynamoImports:
    """The port ``Imports`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, account: str, new: FileImport) -> None:
        """Keep a new import."""
        self._table.put(_item(account, new), "attribute_not_exists(#pk)")

    def get(self, account: str, import_id: str) -> FileImport:
        """Return an import; raises UnknownResourceError if there is none."""
        item = self._table.get(keys.file_import(account, import_id))
        if item is None:
            message = "import: there is none of this id"
            raise UnknownResourceError(message)
        return codec.from_document(FileImport, item["document"])

    def latest(self, account: str, most: int) -> list[FileImport]:
        """Return the last imports of an account, the latest first: their ids sort by time."""
        items = self._table.query(
            keys.join(account), prefix="import#", is_descending=True, page_size=most
        )
        return [codec.from_document(FileImport, item["document"]) for item in islice(items, most)]

    def save(self, account: str, changed: FileImport) -> FileImport:
        """Replace an import by a changed one; return it with its new revision.

        Raises:
            LeaseLostError: somebody else has changed it since it was read.
        """
        saved = replace(changed, revision=changed.revision + 1)
        seen = {"seen": changed.revision}
        if not self._table.put(_item(account, saved), "#revision = :seen", seen):
            message = f"somebody else works on import {changed.import_id}"
            raise LeaseLostError(message)
        return saved


def _item(account: str, one: FileImport) -> Item:
    pk, sk = keys.file_import(account, one.import_id)
    return {"pk": pk, "sk": sk, "revision": one.revision, "document": codec.to_document(one)}
