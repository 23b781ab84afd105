"""Accounts, leases, marks and secrets in dictionaries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.setting_documents import SettingChange, changed_documents
from headwater.errors import ConflictError, LeaseLostError, UnknownResourceError
from headwater.usecases.ports import Mark, RunHead

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from headwater.domain.audit import Actor
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Bookmark, DirectoryBookmark, Source


class FakeAccounts:
    def __init__(self) -> None:
        self.sites: dict[str, tuple[str, str]] = {}
        self._settings: dict[str, AccountSettings] = {}
        self._sources: dict[tuple[str, str], Source] = {}
        self._versions: dict[str, int] = {}
        self.changes: dict[str, list[SettingChange]] = {}

    def create(self, account: str, settings: AccountSettings, now: datetime) -> bool:  # noqa: ARG002
        if account in self._settings:
            return False
        self._settings[account] = settings
        return True

    def active(self) -> list[str]:
        return sorted(self._settings)

    def settings(self, account: str) -> AccountSettings:
        if account not in self._settings:
            message = f"there is no account {account!r}"
            raise UnknownResourceError(message)
        return self._settings[account]

    def save_settings(
        self,
        account: str,
        settings: AccountSettings,
        now: datetime,
        *,
        was: AccountSettings | None = None,
        by: Actor | None = None,
    ) -> None:
        stored = self.settings(account)
        if was is not None and was != stored:
            message = "the settings have been changed meanwhile"
            raise ConflictError(message)
        self._versions[account] = version = self._versions.get(account, 0) + 1
        self._settings[account] = settings
        self.changes.setdefault(account, []).extend(
            SettingChange(f"{version:08d}.{name}", now, name, before, after, by)
            for name, before, after in changed_documents(stored, settings)
        )

    def add_site(self, public_key: str, account: str, source: str) -> None:
        self.sites[public_key] = (account, source)

    def remove_site(self, public_key: str) -> None:
        self.sites.pop(public_key, None)

    def sources(self, account: str) -> list[Source]:
        return [self._sources[key] for key in sorted(self._sources) if key[0] == account]

    def add_source(self, account: str, source: Source) -> bool:
        if (account, source.source) in self._sources:
            return False
        self.save_source(account, source)
        return True

    def save_source(self, account: str, source: Source) -> None:
        self._sources[account, source.source] = source

    def save_progress(
        self, account: str, source: str, bookmark: Bookmark, *, done: int, is_complete: bool
    ) -> None:
        self._sources[account, source] = replace(
            self._source(account, source),
            bookmark=bookmark,
            orders_done=done,
            is_history_complete=is_complete,
        )

    def save_directory(self, account: str, source: str, directory: DirectoryBookmark) -> None:
        stored = self._source(account, source)
        self._sources[account, source] = replace(stored, directory=directory)

    def change_source(self, account: str, source: str, **changes: Any) -> None:  # noqa: ANN401
        self._sources[account, source] = replace(self._source(account, source), **changes)

    def remove_source(self, account: str, source: str) -> None:
        self._sources.pop((account, source), None)

    def _source(self, account: str, source: str) -> Source:
        if (account, source) not in self._sources:
            message = f"account {account!r} has no source {source!r}"
            raise UnknownResourceError(message)
        return self._sources[account, source]


@dataclass
class _Head:
    run: RunHead = field(default_factory=RunHead)
    previous: dict[str, datetime] = field(default_factory=dict)
    released: tuple[str, bool] = ("", False)


class FakeRuns:
    def __init__(self) -> None:
        self._heads: dict[str, _Head] = defaultdict(_Head)
        self._records: dict[tuple[str, str], dict[str, str | int]] = defaultdict(dict)

    def acquire(self, account: str, run: str, now: datetime, until: datetime) -> bool:
        head = self._heads[account]
        lease = head.run
        if lease.lease_run not in {"", run} and lease.lease_until and lease.lease_until > now:
            head.run = replace(lease, again=True)
            return False
        head.run = replace(lease, lease_run=run, lease_until=until)
        return True

    def renew(self, account: str, run: str, until: datetime) -> None:
        head = self._held(account, run)
        head.run = replace(head.run, lease_until=until)

    def head(self, account: str) -> RunHead:
        return self._heads[account].run

    def superseded(self, account: str) -> Mapping[str, datetime]:
        return dict(self._heads[account].previous)

    def publish(
        self,
        account: str,
        run: str,
        manifest: str,
        version: str,
        now: datetime,
        *,
        as_of: datetime,
    ) -> None:
        head = self._held(account, run)
        head.run = replace(head.run, as_of=as_of)
        if head.run.manifest == manifest:
            return
        kept = {m: at for m, at in head.previous.items() if now - at < timedelta(days=8)}
        if head.run.manifest:
            kept[head.run.manifest] = now
        kept.pop(manifest, None)
        head.previous = kept
        generated_at = head.run.generated_at if version == head.run.data_version else now
        head.run = replace(
            head.run, manifest=manifest, data_version=version, generated_at=generated_at
        )

    def release(self, account: str, run: str) -> bool:
        head = self._heads[account]
        if head.run.lease_run != run:
            released_by, again = head.released
            return again and released_by == run
        head.released = (run, head.run.again)
        head.run = replace(head.run, lease_run="", lease_until=None, again=False, released_run=run)
        return head.released[1]

    def hand_back(self, account: str, holder: str) -> bool:
        head = self._heads[account]
        if head.run.lease_run != holder:
            return False
        head.run = replace(head.run, lease_run="", lease_until=None)
        return head.run.again

    def record(self, account: str, run: str, now: datetime, **facts: str | int) -> None:
        record = self._records[account, run]
        record.setdefault("started_at", _iso(now))
        record.update(facts, updated_at=_iso(now))

    def recorded(self, account: str, run: str) -> Mapping[str, str | int]:
        return dict(self._records.get((account, run), {}))

    def _held(self, account: str, run: str) -> _Head:
        head = self._heads[account]
        if head.run.lease_run != run:
            message = f"run {run} does not hold the lease"
            raise LeaseLostError(message)
        return head


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class FakeMarks:
    def __init__(self) -> None:
        self._marks: dict[tuple[str, str, date], Mark] = {}

    def raise_marks(self, account: str, table: str, days: Collection[date], now: datetime) -> None:
        for day in days:
            key = (account, table, day)
            standing = self._marks.get(key)
            if standing and standing.raised_at > now - timedelta(minutes=1):
                continue
            version = standing.version + 1 if standing else 1
            self._marks[key] = Mark(table, day, version, now)

    def raised(self, account: str) -> list[Mark]:
        return [self._marks[key] for key in sorted(self._marks) if key[0] == account]

    def clear(self, account: str, mark: Mark) -> bool:
        key = (account, mark.table, mark.day)
        if self._marks.get(key) != mark:
            return False
        del self._marks[key]
        return True


class FakeSecrets:
    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self._replaced: dict[tuple[str, str], str] = {}

    def put(self, account: str, source: str, token: str) -> str:
        arn = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{account}/{source}"
        self.tokens[arn] = token
        return arn

    def get(self, secret_arn: str) -> str:
        if secret_arn not in self.tokens:
            message = "there is no such secret"
            raise UnknownResourceError(message)
        return self.tokens[secret_arn]

    def replace(self, secret_arn: str, token: str, *, was: str) -> None:
        self.get(secret_arn)
        if self._replaced.get((secret_arn, was), token) != token:
            message = "the token has been replaced meanwhile"
            raise ConflictError(message)
        self._replaced[secret_arn, was] = self.tokens[secret_arn] = token

    def delete(self, secret_arn: str) -> None:
        self.tokens.pop(secret_arn, None)


class FakeSettingHistory:
    def __init__(self, accounts: FakeAccounts) -> None:
        self._accounts = accounts

    def changes(self, account: str, *, setting: str, after: str, limit: int) -> list[SettingChange]:
        found = sorted(self._accounts.changes.get(account, []), key=lambda one: one.change_id)
        wanted = [
            change
            for change in reversed(found)
            if setting in {"", change.setting} and change.change_id < (after or "~")
        ]
        return wanted[:limit]
