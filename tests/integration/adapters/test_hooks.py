from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.domain.webhooks import HookAddress
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores, Tables

ADDRESS = HookAddress("acme", "shop", "5f0c9ae1")


def test_a_secret_is_found_until_it_is_removed(stores: Stores) -> None:
    stores.hooks.add("a" * 64, ADDRESS)
    stores.hooks.add("b" * 64, ADDRESS)
    assert stores.hooks.find("a" * 64) == ADDRESS
    stores.hooks.remove("a" * 64)
    stores.hooks.remove("a" * 64)
    assert stores.hooks.find("a" * 64) is None
    assert stores.hooks.find("b" * 64) == ADDRESS


def test_an_unknown_secret_is_nobodys(stores: Stores) -> None:
    assert stores.hooks.find("c" * 64) is None


def test_an_event_is_known_to_its_own_source_only(stores: Stores) -> None:
    until = NOON + timedelta(days=3)
    stores.hooks.remember("acme", "shop", {"e1", "e2"}, until)
    stores.hooks.remember("acme", "shop", {"e2"}, until)
    assert stores.hooks.known("acme", "shop", ["e1", "e2", "e3"]) == {"e1", "e2"}
    assert stores.hooks.known("acme", "west", ["e1"]) == set()
    assert stores.hooks.known("rival", "shop", ["e1"]) == set()
    assert stores.hooks.known("acme", "shop", []) == set()


def test_remembering_nothing_is_nothing(stores: Stores) -> None:
    stores.hooks.remember("acme", "shop", [], NOON)
    assert stores.hooks.known("acme", "shop", ["e1"]) == set()


def test_the_table_forgets_events_by_itself(on_aws: Stores, tables: Tables) -> None:
    on_aws.hooks.remember("acme", "shop", {"e1"}, NOON)
    item = tables.accounts.get(keys.hook_event("acme", "shop", "e1"))
    assert item is not None
    assert item["expires_at"] == int(NOON.timestamp())
