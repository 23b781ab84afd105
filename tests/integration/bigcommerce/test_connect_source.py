from __future__ import annotations

from datetime import timedelta

import pytest

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.errors import (
    CredentialsRejectedError,
    MissingScopeError,
    StoreUnavailableError,
)
from headwater.usecases.connect_source import (
    ConnectedSource,
    ConnectPorts,
    ConnectRequest,
    connect_source,
)
from local.storefront import access
from tests.integration.bigcommerce.world import ACCOUNT, World, store_orders


def connect(world: World, *, token: str | None = None, store: str = "abc123") -> ConnectedSource:
    deadline = world.clock.now() + timedelta(seconds=20)
    ports = ConnectPorts(
        clock=world.clock,
        accounts=world.accounts,
        secrets=world.secrets,
        sources=BigCommerceSources(
            world.secrets, clock=world.clock, deadline=deadline, sleep=world.sleep
        ),
        token_hex=lambda size: "7f" * size,
    )
    request = ConnectRequest(
        store=store,
        access_token=world.shop.token if token is None else token,
        source="harbor",
        api_url=world.shop.url,
    )
    return connect_source(ACCOUNT, request, ports=ports, other_api_urls=[world.shop.url])


def connected(world: World) -> list[str]:
    return [source.source for source in world.accounts.sources(ACCOUNT)]


def test_a_connected_store_can_be_pulled(world: World) -> None:
    world.shop.store.load(store_orders(7))

    connection = connect(world)

    assert connection.orders_total == connection.source.orders_total == 7
    assert world.accounts.sites == {connection.source.public_key: (ACCOUNT, "harbor")}
    assert world.pull().orders_seen == 14  # this source, and the one of the fixture


def test_connecting_costs_two_calls(world: World) -> None:
    connect(world)
    assert world.calls() == ["v2/orders/count", "v3/orders/payment_actions/refunds"]


def test_a_wrong_token_is_refused_and_nothing_kept(world: World) -> None:
    before = dict(world.secrets.tokens)
    with pytest.raises(CredentialsRejectedError):
        connect(world, token="wrong")
    assert connected(world) == ["bigcommerce"]
    assert world.secrets.tokens == before
    assert world.accounts.sites == {}


def test_a_missing_scope_is_named_at_once(world: World) -> None:
    with pytest.raises(MissingScopeError, match="store_v2_orders_read_only"):
        connect(world, token=world.shop.store.issue_token([access.CUSTOMERS]))
    assert connected(world) == ["bigcommerce"]


def test_refunds_are_tried_too(world: World) -> None:
    world.shop.store.fail("forbid-scope", "store_v2_transactions", times=None)
    with pytest.raises(MissingScopeError, match="Order Transactions"):
        connect(world)
    assert connected(world) == ["bigcommerce"]


def test_a_wrong_store_hash_is_told_with_the_scope(world: World) -> None:
    with pytest.raises(MissingScopeError, match="wrong store hash"):
        connect(world, store="zzz999")


def test_a_store_that_is_down_is_not_waited_for_beyond_the_deadline(world: World) -> None:
    world.shop.store.fail("error", 503, times=None)
    with pytest.raises(StoreUnavailableError):
        connect(world)
    assert sum(world.slept) <= 20
