from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.dynamodb import keys
from headwater.domain.access import KeyRing
from headwater.domain.settings import AccountSettings
from headwater.errors import UnknownResourceError
from headwater.usecases.ports import ApiKey, Bookmark, Source
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from headwater.usecases.ports import Accounts
    from tests.integration.adapters.conftest import Stores, Tables

SETTINGS = AccountSettings(currency="EUR", last_click_window=timedelta(days=14))
BOOKMARK = Bookmark("orders", since=NOON, last_id=250, started_at=NOON + timedelta(hours=1))
SOURCE = Source("store", "bigcommerce", "abc123", "arn:secret", bookmark=BOOKMARK, orders_total=9)


@pytest.fixture
def accounts(stores: Stores) -> Accounts:
    return stores.accounts


def test_a_created_account_is_active_and_has_its_settings(accounts: Accounts) -> None:
    assert accounts.create("acme", SETTINGS, NOON) is True
    assert accounts.active() == ["acme"]
    assert accounts.settings("acme") == SETTINGS


def test_creating_an_account_again_changes_nothing(accounts: Accounts) -> None:
    accounts.create("acme", SETTINGS, NOON)
    assert accounts.create("acme", AccountSettings(), NOON) is False
    assert accounts.settings("acme") == SETTINGS
    assert accounts.active() == ["acme"]


def test_active_accounts_are_listed_ascending(accounts: Accounts) -> None:
    for account in ("zeta", "acme", "mid"):
        accounts.create(account, SETTINGS, NOON)
    assert accounts.active() == ["acme", "mid", "zeta"]


def test_an_unknown_account_has_no_settings(accounts: Accounts) -> None:
    with pytest.raises(UnknownResourceError):
        accounts.settings("nobody")


def test_saved_settings_replace_the_old_ones(accounts: Accounts) -> None:
    accounts.create("acme", AccountSettings(), NOON)
    accounts.save_settings("acme", SETTINGS, NOON)
    assert accounts.settings("acme") == SETTINGS


def test_settings_of_an_account_that_was_never_created_are_refused(accounts: Accounts) -> None:
    with pytest.raises(UnknownResourceError):
        accounts.save_settings("nobody", SETTINGS, NOON)
    with pytest.raises(UnknownResourceError):
        accounts.settings("nobody")


def test_a_source_comes_back_whole(accounts: Accounts) -> None:
    accounts.save_source("acme", SOURCE)
    assert accounts.sources("acme") == [SOURCE]


def test_a_source_is_added_once_and_never_over_another(accounts: Accounts) -> None:
    assert accounts.add_source("acme", SOURCE)
    assert not accounts.add_source("acme", replace(SOURCE, kind="api"))
    assert not accounts.add_source("acme", SOURCE)
    assert accounts.sources("acme") == [SOURCE]
    assert accounts.add_source("other", replace(SOURCE, kind="api"))


def test_sources_are_listed_by_name_for_their_account_only(accounts: Accounts) -> None:
    for name in ("west", "east"):
        accounts.save_source("acme", replace(SOURCE, source=name))
    accounts.save_source("other", SOURCE)
    assert [source.source for source in accounts.sources("acme")] == ["east", "west"]


def test_progress_touches_nothing_but_bookmark_and_counts(accounts: Accounts) -> None:
    accounts.save_source("acme", SOURCE)
    done = Bookmark(pulled_until=NOON)
    accounts.save_progress("acme", "store", done, done=9, is_complete=True)
    assert accounts.sources("acme") == [
        replace(SOURCE, bookmark=done, orders_done=9, is_history_complete=True)
    ]


def test_progress_of_an_unknown_source_is_refused(accounts: Accounts) -> None:
    with pytest.raises(UnknownResourceError):
        accounts.save_progress("acme", "store", BOOKMARK, done=1, is_complete=False)
    assert accounts.sources("acme") == []


def test_a_site_is_looked_up_by_its_public_key(on_aws: Stores, tables: Tables) -> None:
    on_aws.accounts.add_site("pk_1", "acme", "store")
    item = tables.accounts.get(keys.site("pk_1"))
    assert item == {"pk": "site#pk_1", "sk": "site", "account": "acme", "source": "store"}


def test_an_account_that_spells_a_look_up_key_reaches_none(on_aws: Stores) -> None:
    key = ApiKey("acme", "owner", "k1")
    on_aws.keys.change("acme", KeyRing(version=1), {"abc": key}, ())
    on_aws.accounts.create("key#abc", SETTINGS, NOON)
    assert on_aws.callers.find_key("abc") == key
    assert on_aws.accounts.active() == ["key#abc"]


def test_a_change_of_a_source_touches_nothing_but_what_it_names(accounts: Accounts) -> None:
    accounts.save_source("acme", SOURCE)
    changes: dict[str, Any] = {
        "is_paused": True,
        "status_since": NOON,
        "missing_scopes": ("Content",),
        "dst_correction": True,
    }
    accounts.change_source("acme", "store", **changes)
    assert accounts.sources("acme") == [replace(SOURCE, **changes)]
    accounts.change_source("acme", "store", dst_correction=None, missing_scopes=())
    accounts.change_source("acme", "store", status_since=None)
    assert accounts.sources("acme") == [replace(SOURCE, is_paused=True)]


def test_a_source_that_does_not_exist_is_not_made_by_a_change(accounts: Accounts) -> None:
    with pytest.raises(UnknownResourceError):
        accounts.change_source("acme", "store", is_paused=True)
    assert accounts.sources("acme") == []


def test_a_removed_source_is_gone_and_others_stay(accounts: Accounts) -> None:
    accounts.save_source("acme", SOURCE)
    accounts.save_source("acme", replace(SOURCE, source="second"))
    for _ in range(2):
        accounts.remove_source("acme", "store")
    assert [source.source for source in accounts.sources("acme")] == ["second"]


def test_a_forgotten_public_key_is_looked_up_in_vain(on_aws: Stores, tables: Tables) -> None:
    on_aws.accounts.add_site("pk_1", "acme", "store")
    for _ in range(2):
        on_aws.accounts.remove_site("pk_1")
    assert tables.accounts.get(keys.site("pk_1")) is None
