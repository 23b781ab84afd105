from __future__ import annotations

from datetime import timedelta

import pytest

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.errors import (
    CredentialsRejectedError,
    MissingScopeError,
    StoreNotFoundError,
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


def test_connecting_makes_each_call_that_a_scope_needs_once(world: World) -> None:
    [order_id] = world.shop.store.load(store_orders(1))
    connect(world)
    calls = world.calls()
    assert len(calls) == len(set(calls))
    assert set(calls) == {
        "v2/coupons",
        "v2/orders",
        "v2/orders/count",
        f"v2/orders/{order_id}/shipments",
        "v2/store",
        "v3/catalog/products",
        "v3/channels",
        "v3/content/scripts",
        "v3/customers",
        f"v3/orders/{order_id}/transactions",
        "v3/orders/payment_actions/refunds",
    }


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


def test_a_wrong_store_hash_is_told_from_a_missing_scope(world: World) -> None:
    with pytest.raises(StoreNotFoundError, match="the store hash is wrong"):
        connect(world, store="zzz999")


def test_a_store_that_is_down_is_not_waited_for_beyond_the_deadline(world: World) -> None:
    world.shop.store.fail("error", 503, times=None)
    with pytest.raises(StoreUnavailableError):
        connect(world)
    assert sum(world.slept) <= 20
