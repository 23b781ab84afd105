"""A source's webhooks are registered, looked after, and gone when they are not wanted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.webhooks import HOOK_SCOPES, HookAddress
from headwater.errors import MissingScopeError, StoreUnavailableError
from headwater.usecases.describe_source import describe_source
from headwater.usecases.keep_webhooks import HookPorts, are_due, drop_webhooks, keep_webhooks
from headwater.usecases.ports import Source, Webhooks
from headwater.usecases.receive_webhook import hash_of_secret
from tests.fakes import FakeAccounts, FakeClock, FakeHooks
from tests.lambda_side import FakeStore, FakeStores

if TYPE_CHECKING:
    from headwater.usecases.ports.hooks import Hook

URL = "https://collector.example"
DESTINATION = f"{URL}/v1/webhooks/5f0c9ae1"


class Desk:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.accounts = FakeAccounts()
        self.hooks = FakeHooks()
        self.stores = FakeStores(FakeStore(self.clock))
        self.url = URL
        self._secrets = itertools.count(1)
        source = Source("shop", "bigcommerce", "abc123", "arn", public_key="5f0c9ae1")
        self.accounts.save_source("acme", source)

    @property
    def source(self) -> Source:
        [source] = self.accounts.sources("acme")
        return source

    def ports(self) -> HookPorts:
        return HookPorts(
            self.clock,
            self.accounts,
            self.hooks,
            self.stores,
            lambda size: f"{next(self._secrets):0{size}}",
            self.url,
        )

    def keep(self) -> Webhooks:
        state = keep_webhooks("acme", self.source, ports=self.ports())
        assert state == self.source.webhooks
        return state

    def drop(self) -> Webhooks:
        return drop_webhooks("acme", self.source, ports=self.ports())

    def in_store(self) -> list[Hook]:
        return list(self.stores.hooks.by_id.values())

    def let_in(self) -> set[str]:
        """Return the scopes whose calls carry a secret that is let in."""
        store = self.stores.hooks
        return {
            hook.scope
            for hook in self.in_store()
            if hook.is_active and self.hooks.find(hash_of_secret(store.secrets[hook.hook_id]))
        }


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_every_scope_is_registered_under_a_secret_that_is_let_in(desk: Desk) -> None:
    state = desk.keep()
    assert [(hook.scope, hook.destination) for hook in desk.in_store()] == [
        (scope, DESTINATION) for scope in HOOK_SCOPES
    ]
    assert desk.let_in() == set(HOOK_SCOPES)
    assert set(desk.hooks.addresses.values()) == {HookAddress("acme", "shop", "5f0c9ae1")}
    assert (state.is_on, state.note, state.looked_at) == (True, "", desk.clock.now())


def test_a_secret_is_kept_as_its_hash_alone(desk: Desk) -> None:
    state = desk.keep()
    [secret] = set(desk.stores.hooks.secrets.values())
    assert secret not in repr(state)
    assert secret not in repr(desk.hooks.addresses)


def test_doing_it_twice_changes_nothing(desk: Desk) -> None:
    first = desk.keep()
    hooks, secrets = desk.in_store(), dict(desk.stores.hooks.secrets)
    assert desk.keep() == first
    assert (desk.in_store(), desk.stores.hooks.secrets) == (hooks, secrets)


def test_what_the_store_has_switched_off_is_switched_on(desk: Desk) -> None:
    state = desk.keep()
    store = desk.stores.hooks
    store.by_id = {number: replace(hook, is_active=False) for number, hook in store.by_id.items()}
    assert desk.keep() == state
    assert desk.let_in() == set(HOOK_SCOPES)


def test_one_that_is_gone_comes_back_and_all_get_a_new_secret(desk: Desk) -> None:
    before = desk.keep()
    del desk.stores.hooks.by_id[1]
    after = desk.keep()
    assert desk.let_in() == set(HOOK_SCOPES)
    assert len(desk.in_store()) == len(HOOK_SCOPES)
    # Calls under way carry the secret before.
    assert after.secrets[1:] == before.secrets
    assert all(desk.hooks.find(secret) for secret in after.secrets)
    del desk.stores.hooks.by_id[2]
    desk.keep()
    assert desk.hooks.find(before.secrets[0]) is None


def test_a_double_is_deleted_and_a_strangers_is_left_alone(desk: Desk) -> None:
    desk.keep()
    store = desk.stores.hooks
    store.create(HOOK_SCOPES[0], DESTINATION, "double")
    store.create(HOOK_SCOPES[0], "https://elsewhere.example/hook", "strange")
    desk.keep()
    strange = [hook for hook in desk.in_store() if hook.destination != DESTINATION]
    assert len(desk.in_store()) == len(HOOK_SCOPES) + 1
    assert len(strange) == 1


def test_webhooks_follow_this_deployment_to_another_address(desk: Desk) -> None:
    desk.keep()
    desk.url = "https://t.shop.example"
    desk.keep()
    assert {hook.destination for hook in desk.in_store()} == {
        "https://t.shop.example/v1/webhooks/5f0c9ae1"
    }
    assert desk.let_in() == set(HOOK_SCOPES)


@pytest.mark.parametrize("calls", range(7))
def test_a_store_that_fails_on_the_way_is_noted_and_asked_again(desk: Desk, calls: int) -> None:
    store = desk.stores.hooks
    store.failure, store.calls_left = StoreUnavailableError("503"), calls
    state = desk.keep()
    is_through = calls > len(HOOK_SCOPES)
    assert (state.is_on, state.note) == (True, "" if is_through else "503")
    assert are_due(desk.source, desk.clock) == (not is_through)
    store.failure = None
    assert desk.keep().note == ""
    assert desk.let_in() == set(HOOK_SCOPES)
    assert len(desk.in_store()) == len(HOOK_SCOPES)


def test_what_is_off_is_told_with_the_reason(desk: Desk) -> None:
    desk.stores.hooks.failure = MissingScopeError("the plan has no webhooks")
    desk.keep()
    [off] = describe_source(desk.source, desk.clock.now()).off
    assert off.title == "Webhooks"
    assert "the plan has no webhooks" in off.off


def test_they_are_looked_at_once_a_day_and_only_if_they_are_wanted(desk: Desk) -> None:
    assert not are_due(desk.source, desk.clock)
    desk.keep()
    assert not are_due(desk.source, desk.clock)
    desk.clock.advance(timedelta(hours=23))
    assert are_due(desk.source, desk.clock)


def test_dropped_webhooks_are_gone_on_both_sides(desk: Desk) -> None:
    desk.keep()
    desk.stores.hooks.create(HOOK_SCOPES[0], "https://elsewhere.example/hook", "strange")
    assert desk.drop() == Webhooks()
    assert [hook.destination for hook in desk.in_store()] == ["https://elsewhere.example/hook"]
    assert desk.hooks.addresses == {}
    assert desk.drop() == Webhooks()


def test_webhooks_that_the_store_does_not_delete_are_refused_all_the_same(desk: Desk) -> None:
    desk.keep()
    desk.stores.hooks.failure = StoreUnavailableError("503")
    state = desk.drop()
    assert not state.is_on
    assert "503" in state.note
    assert desk.hooks.addresses == {}
    assert not are_due(desk.source, desk.clock)
