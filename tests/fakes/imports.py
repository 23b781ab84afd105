"""The files of imports in a dictionary, and a list of the work that was started."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec
from headwater.errors import ConflictError, StoreUnavailableError, UnknownResourceError
from headwater.usecases.ports.imports import StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator


class FakeImportFiles:
    """Files by (account, import, name); ``block`` is how many bytes come at once."""

    def __init__(self, block: int = 1_000_000) -> None:
        self.files: dict[tuple[str, str, str], bytes] = {}
        self._block = block

    def upload(self, account: str, import_id: str, content: bytes) -> None:
        """Do what whoever was given the address does."""
        self.files[account, import_id, "upload"] = content

    def upload_url(self, account: str, import_id: str, size: int) -> str:
        return f"https://lake.example.com/{account}/{import_id}/upload?size={size}"

    def find(self, account: str, import_id: str) -> StoredFile | None:
        content = self.files.get((account, import_id, "upload"))
        return StoredFile(len(content), _etag(content)) if content is not None else None

    def take(self, account: str, import_id: str) -> StoredFile | None:
        content = self.files.get((account, import_id, "upload"))
        if content is None:
            return None
        self.files[account, import_id, "file"] = content
        return StoredFile(len(content), _etag(content))

    def blocks(self, account: str, import_id: str, etag: str, start: int = 0) -> Iterator[bytes]:
        content = self.files[account, import_id, "file"]
        for place in range(start, len(content), self._block):
            if _etag(self.files[account, import_id, "file"]) != etag:
                message = "another file was taken"
                raise ConflictError(message)
            yield content[place : place + self._block]

    def put_part(self, account: str, import_id: str, name: str, content: bytes) -> None:
        self.files[account, import_id, name] = content

    def keep_once[T](self, account: str, import_id: str, name: str, value: T) -> T:
        if (account, import_id, name) in self.files:
            return self.get(account, import_id, name, type(value))
        self.put(account, import_id, name, value)
        return value

    def put(self, account: str, import_id: str, name: str, value: object) -> None:
        self.put_part(account, import_id, name, codec.to_document(value).encode())

    def get[T](self, account: str, import_id: str, name: str, cls: type[T]) -> T:
        if (account, import_id, name) not in self.files:
            message = f"there is no object {name}"
            raise UnknownResourceError(message)
        return codec.from_document(cls, self.files[account, import_id, name].decode())

    def join_rejected(self, account: str, import_id: str, header: bytes, folder: str) -> None:
        parts = [
            content
            for (owner, name, path), content in sorted(self.files.items())
            if (owner, name) == (account, import_id) and path.startswith(f"{folder}/")
        ]
        self.put_part(account, import_id, "rejected.csv", header + b"".join(parts))

    def rejected_url(self, account: str, import_id: str) -> str:
        return f"https://lake.example.com/{account}/{import_id}/rejected.csv"


@dataclass
class FakeImportWorkers:
    """Remembers whose imports were started; starts none while ``is_down``."""

    started: list[tuple[str, str]] = field(default_factory=list)
    is_down: bool = False

    def start(self, account: str, import_id: str) -> None:
        if self.is_down:
            message = "no worker answers"
            raise StoreUnavailableError(message)
        self.started.append((account, import_id))


def _etag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
