"""Settings and their history are written together, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.audit import Actor
from headwater.domain.cleaning_documents import cleaning_from_document
from headwater.domain.settings import AccountSettings
from headwater.errors import ConflictError
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from headwater.domain.setting_documents import SettingChange
    from tests.integration.adapters.conftest import Stores

DEFAULT = AccountSettings()
BY = Actor("session", "s1", "Ann's laptop", "owner")


def changes(
    stores: Stores, *, setting: str = "", after: str = "", limit: int = 100
) -> list[SettingChange]:
    return stores.setting_history.changes("acme", setting=setting, after=after, limit=limit)


def test_a_change_is_kept_with_its_instant_its_author_and_both_documents(stores: Stores) -> None:
    stores.accounts.create("acme", DEFAULT, NOON)
    changed = replace(DEFAULT, refresh="hourly", time_zone="Europe/Berlin")
    later = NOON + timedelta(hours=1)
    stores.accounts.save_settings("acme", changed, later, was=DEFAULT, by=BY)
    rows = changes(stores)
    assert [(row.setting, row.before, row.after) for row in rows] == [
        ("time-zone", {"time_zone": "America/New_York"}, {"time_zone": "Europe/Berlin"}),
        ("refresh", {"refresh": "daily"}, {"refresh": "hourly"}),
    ]
    assert {(row.at, row.by) for row in rows} == {(later, BY)}


def test_pages_go_back_in_time_and_each_account_has_its_own(stores: Stores) -> None:
    for account in ("acme", "other"):
        stores.accounts.create(account, DEFAULT, NOON)
    for days in (1, 2, 3):
        changed = replace(DEFAULT, reconcile_days=days)
        stores.accounts.save_settings("acme", changed, NOON)
    first = changes(stores, limit=2)
    assert [row.after["days"] for row in first] == [3, 2]
    assert first[0].by is None
    [last] = changes(stores, after=first[-1].change_id)
    assert last.after == {"days": 1}
    assert len(changes(stores, setting="reconciliation")) == 3
    assert changes(stores, setting="refresh") == []
    found = stores.setting_history.changes("other", setting="", after="", limit=9)
    assert found == []


def test_who_saw_other_settings_changes_nothing(stores: Stores) -> None:
    stores.accounts.create("acme", DEFAULT, NOON)
    hourly = replace(DEFAULT, refresh="hourly")
    stores.accounts.save_settings("acme", hourly, NOON, was=DEFAULT)
    with pytest.raises(ConflictError):
        stores.accounts.save_settings("acme", replace(DEFAULT, reconcile_days=1), NOON, was=DEFAULT)
    assert stores.accounts.settings("acme") == hourly
    assert len(changes(stores)) == 1


def test_long_documents_fit(stores: Stores) -> None:
    stores.accounts.create("acme", DEFAULT, NOON)
    aliases = [{"equals": f"campaign-{n:04}-{'x' * 100}", "name": f"c{n}"} for n in range(500)]
    fields = ("source", "medium", "campaign")
    cleaning = cleaning_from_document({"aliases": dict.fromkeys(fields, aliases)})
    long = replace(DEFAULT, cleaning=cleaning)
    stores.accounts.save_settings("acme", long, NOON, was=DEFAULT)
    stores.accounts.save_settings("acme", replace(long, refresh="hourly"), NOON, was=long)
    stores.accounts.save_settings("acme", DEFAULT, NOON)
    assert len(changes(stores, setting="cleaning")) == 2
    assert len(changes(stores)[-1].after["aliases"]["source"]) == 500
