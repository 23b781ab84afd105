"""The changes of settings: a partition per account, in order of the settings' versions."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from headwater.adapters.dynamodb import codec, keys
from headwater.domain.audit import Actor
from headwater.domain.setting_documents import SettingChange, changed_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.domain.settings import AccountSettings


class DynamoSettingHistory:
    """The port ``SettingHistory`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def changes(self, account: str, *, setting: str, after: str, limit: int) -> list[SettingChange]:
        """Return changes of a setting, or of all, the latest first; earlier ones than ``after``."""
        pk, behind = keys.setting_change(account, after)
        found = self._table.query(
            pk, between=("0", behind or "~"), is_descending=True, page_size=limit + 1
        )
        wanted = (
            item for item in found if item["sk"] != behind and setting in {"", item["setting"]}
        )
        return [_read(item) for item in islice(wanted, limit)]


def change_items(
    account: str,
    version: int,
    was: AccountSettings,
    changed: AccountSettings,
    at: datetime,
    by: Actor | None,
) -> Iterator[Item]:
    """Yield the items of what differs between two versions of an account's settings."""
    for setting, before, after in changed_documents(was, changed):
        pk, sk = keys.setting_change(account, f"{version:08d}.{setting}")
        yield {
            "pk": pk,
            "sk": sk,
            "setting": setting,
            "at": keys.instant(at),
            # Both documents of a long list of aliases fit an item only when they are packed.
            "documents": _packed({"before": before, "after": after}),
            **({"by": codec.to_plain(by)} if by else {}),
        }


def _read(item: Item) -> SettingChange:
    documents = json.loads(zlib.decompress(base64.b64decode(item["documents"])))
    return SettingChange(
        item["sk"],
        datetime.fromisoformat(item["at"]),
        item["setting"],
        documents["before"],
        documents["after"],
        codec.from_plain(Actor, item["by"]) if "by" in item else None,
    )


def _packed(value: Any) -> str:  # noqa: ANN401 - any JSON value
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode())).decode()
