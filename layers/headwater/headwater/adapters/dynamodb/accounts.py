"""Accounts with their settings, sources and sites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.setting_history import change_items
from headwater.adapters.dynamodb.table import ConditionalPut
from headwater.domain.settings import AccountSettings
from headwater.errors import ConflictError, UnknownResourceError
from headwater.usecases.ports import Bookmark, DirectoryBookmark, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.domain.audit import Actor


class DynamoAccounts:
    """The port ``Accounts`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, account: str, settings: AccountSettings, now: datetime) -> bool:
        """Create an account and list it as active, both or nothing."""
        pk, sk = keys.active(account)
        active = {"pk": pk, "sk": sk, "created_at": keys.instant(now)}
        return self._table.put_together(
            [
                ConditionalPut(_settings_item(account, settings, now), "attribute_not_exists(#pk)"),
                ConditionalPut(active),
            ]
        )

    def active(self) -> list[str]:
        """Return the ids of all active accounts, ascending."""
        return [item["sk"] for item in self._table.query(keys.active("")[0])]

    def settings(self, account: str) -> AccountSettings:
        """Return an account's settings; raises UnknownResourceError without one."""
        item = self._table.get(keys.settings(account))
        if item is None:
            raise _no_account(account)
        return AccountSettings.from_document(json.loads(item["document"]))

    def save_settings(
        self,
        account: str,
        settings: AccountSettings,
        now: datetime,
        *,
        was: AccountSettings | None = None,
        by: Actor | None = None,
    ) -> None:
        """Replace an account's settings, and keep what changed and who did it, both or nothing.

        Raises:
            UnknownResourceError: there is no such account.
            ConflictError: they are not what they ``was``, or somebody changes them right now.
        """
        stored = self._table.get(keys.settings(account))
        if stored is None:
            raise _no_account(account)
        before = AccountSettings.from_document(json.loads(stored["document"]))
        # Accounts that are older than the history have no version yet.
        version = stored.get("version", 0)
        is_unchanged = "#version = :version" if version else "attribute_not_exists(#version)"
        put = ConditionalPut(
            _settings_item(account, settings, now) | {"version": version + 1},
            is_unchanged,
            {"version": version} if version else {},
        )
        kept = change_items(account, version + 1, before, settings, now, by)
        if (was is not None and was != before) or not self._table.put_together(
            [put, *map(ConditionalPut, kept)]
        ):
            message = "the settings have been changed meanwhile"
            raise ConflictError(message)

    def add_site(self, public_key: str, account: str, source: str) -> None:
        """Register the public key that a store's tracking script sends."""
        pk, sk = keys.site(public_key)
        self._table.put({"pk": pk, "sk": sk, "account": account, "source": source})

    def remove_site(self, public_key: str) -> None:
        """Forget a public key."""
        self._table.delete_many([keys.site(public_key)])

    def sources(self, account: str) -> list[Source]:
        """Return an account's sources by name, removed ones whose orders stay included."""
        items = self._table.query(keys.join(account), prefix="source#")
        return sorted(map(_read_source, items), key=lambda source: source.source)

    def add_source(self, account: str, source: Source) -> bool:
        """Create a source; return False, changing nothing, if its name is taken."""
        return self._table.put(_source_item(account, source), "attribute_not_exists(#pk)")

    def save_source(self, account: str, source: Source) -> None:
        """Create or replace a source whole (also its bookmark)."""
        self._table.put(_source_item(account, source))

    def save_progress(
        self, account: str, source: str, bookmark: Bookmark, *, done: int, is_complete: bool
    ) -> None:
        """Save a source's bookmark, orders done and completeness, nothing else.

        Raises:
            UnknownResourceError: the account has no such source.
        """
        self._change_source(
            account,
            source,
            {
                "bookmark": codec.to_document(bookmark),
                "orders_done": done,
                "is_history_complete": is_complete,
            },
        )

    def save_directory(self, account: str, source: str, directory: DirectoryBookmark) -> None:
        """Save how far a source's directory has been pulled, nothing else.

        Raises:
            UnknownResourceError: the account has no such source.
        """
        self._change_source(account, source, {"directory": codec.to_plain(directory)})

    def change_source(self, account: str, source: str, **changes: Any) -> None:  # noqa: ANN401
        """Save some fields of a source (not its bookmark), nothing else.

        Raises:
            UnknownResourceError: the account has no such source.
        """
        plain = {name: codec.to_plain(value) for name, value in changes.items()}
        self._change_source(account, source, plain)

    def remove_source(self, account: str, source: str) -> None:
        """Forget a source."""
        self._table.delete_many([keys.source(account, source)])

    def _change_source(self, account: str, source: str, changes: Mapping[str, Any]) -> None:
        kept = {name: value for name, value in changes.items() if value is not None}
        emptied = [f"#{name}" for name in changes if name not in kept]
        assignments = ", ".join(f"#{name} = :{name}" for name in kept)
        clauses = (
            f"SET {assignments}" * bool(kept),
            f"REMOVE {', '.join(emptied)}" * bool(emptied),
        )
        changed = self._table.update(
            keys.source(account, source),
            " ".join(filter(None, clauses)),
            kept,
            condition="attribute_exists(#pk)",
        )
        if changed is None:
            message = f"account {account!r} has no source {source!r}"
            raise UnknownResourceError(message)


def _settings_item(account: str, settings: AccountSettings, now: datetime) -> Item:
    pk, sk = keys.settings(account)
    document = json.dumps(settings.document(), sort_keys=True)
    return {"pk": pk, "sk": sk, "document": document, "updated_at": keys.instant(now)}


def _source_item(account: str, source: Source) -> Item:
    pk, sk = keys.source(account, source.source)
    bookmark = codec.to_document(source.bookmark)
    return {"pk": pk, "sk": sk, **codec.to_plain(source), "bookmark": bookmark}


def _read_source(item: Item) -> Source:
    return codec.from_plain(Source, {**item, "bookmark": json.loads(item["bookmark"])})


def _no_account(account: str) -> UnknownResourceError:
    return UnknownResourceError(f"there is no account {account!r}")
