"""The state of an account at one moment, and other accounts in the same state.

Whatever of an account outlasts a process is in its items and in the files of its run; all other
objects are named by their content and never change.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.integration.pipeline.installation import Installation

# As DynamoDB spells it: attribute → {type: value}.
type RawItem = dict[str, dict[str, Any]]

# What BatchWriteItem takes.
_BATCH = 25
_ACCOUNT_IN_FILES = re.compile(r'(account=|"account":")[\w-]+')


@dataclass(frozen=True)
class Snapshot:
    """All items of one account by table, and the files of one of its runs by name."""

    account: str
    run: str
    items: Mapping[str, list[RawItem]]
    files: Mapping[str, bytes]

    @property
    def pointer(self) -> str:
        """The key of the published manifest."""
        [head] = [
            item for items in self.items.values() for item in items if item["sk"]["S"] == "run#head"
        ]
        return str(head["manifest"]["S"])

    @property
    def text(self) -> str:
        """The state as a text that is the same for accounts in the same state."""
        files = {name: self._unsigned(body.decode()) for name, body in sorted(self.files.items())}
        return self.text_of_items + json.dumps(files)

    @property
    def text_of_items(self) -> str:
        """The state of the tables alone."""
        items = {table: sorted(items, key=_key_of) for table, items in self.renamed("@").items()}
        return self._unsigned(json.dumps(items, sort_keys=True))

    def renamed(self, account: str) -> dict[str, list[RawItem]]:
        """Return the items as those of another account.

        Manifests and files still name the objects of this one.
        """
        return {
            table: [
                {
                    attribute: {"S": account + value["S"].removeprefix(self.account)}
                    if _is_of(self.account, value.get("S", ""))
                    else value
                    for attribute, value in item.items()
                }
                for item in items
            ]
            for table, items in self.items.items()
        }

    def _unsigned(self, text: str) -> str:
        """Take out the account's name, and the version of its manifest, which is a hash of it."""
        owner, version = self.pointer.removesuffix(".json").split("/")[1:]
        if owner == f"account={self.account}":
            text = text.replace(version, "@")
        return _ACCOUNT_IN_FILES.sub(r"\1@", text)


class Archive:
    """Takes the states of an installation's accounts, and makes other accounts of them."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._dynamodb, self._s3 = (installation.client(name) for name in ("dynamodb", "s3"))
        self._bodies: dict[str, bytes] = {}

    def take(self, account: str, run: str = "") -> Snapshot:
        """Read an account's state; without a run there are no files."""
        items = {name: self._items(name, account) for name in self._installation.tables.values()}
        return Snapshot(account, run, items, self._files(_folder(account, run)) if run else {})

    def restore(self, snapshot: Snapshot, account: str) -> None:
        """Make another account that is in the same state."""
        self._write(
            (table, {"PutRequest": {"Item": item}})
            for table, items in snapshot.renamed(account).items()
            for item in items
        )
        for name, body in snapshot.files.items():
            key = _folder(account, snapshot.run) + name
            self._s3.put_object(Bucket=self._installation.bucket, Key=key, Body=body)

    def erase(self, snapshot: Snapshot) -> None:
        """Delete an account's items, so that those of others are found faster."""
        self._write(
            (table, {"DeleteRequest": {"Key": {name: item[name] for name in ("pk", "sk")}}})
            for table, items in snapshot.items.items()
            for item in items
        )

    def _items(self, table: str, account: str) -> list[RawItem]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=table,
            ConsistentRead=True,
            FilterExpression="begins_with(pk, :account)",
            ExpressionAttributeValues={":account": {"S": account}},
        )
        found = [item for page in pages for item in page["Items"]]
        return [item for item in found if _is_of(account, item["pk"]["S"])]

    def _files(self, folder: str) -> dict[str, bytes]:
        bucket = self._installation.bucket
        listed = self._s3.list_objects_v2(Bucket=bucket, Prefix=folder).get("Contents", [])
        return {
            item["Key"].removeprefix(folder): self._body(item["Key"], item["ETag"])
            for item in listed
        }

    def _body(self, key: str, etag: str) -> bytes:
        if etag not in self._bodies:
            answer = self._s3.get_object(Bucket=self._installation.bucket, Key=key)
            self._bodies[etag] = answer["Body"].read()
        return self._bodies[etag]

    def _write(self, requests: Iterable[tuple[str, dict[str, Any]]]) -> None:
        for batch in batched(requests, _BATCH):
            by_table: dict[str, list[dict[str, Any]]] = {}
            for table, request in batch:
                by_table.setdefault(table, []).append(request)
            assert not self._dynamodb.batch_write_item(RequestItems=by_table)["UnprocessedItems"]


def _is_of(account: str, key: str) -> bool:
    return key == account or key.startswith(f"{account}#")


def _key_of(item: RawItem) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _folder(account: str, run: str) -> str:
    return f"runs/account={account}/run={run}/"
