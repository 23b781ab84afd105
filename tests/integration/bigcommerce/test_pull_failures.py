from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from headwater.usecases.source_pull import FailedSource, PulledOrders
from local.storefront import access
from local.storefront.model import StoreRefund
from tests.integration.bigcommerce.world import (
    NOW,
    AfterFirstPage,
    World,
    store_order,
    store_orders,
)


def failure_of(pulled: PulledOrders) -> FailedSource:
    [failure] = pulled.failed_sources
    return failure


def test_a_revoked_token_asks_for_a_new_connection(world: World) -> None:
    world.shop.store.revoke_token(world.shop.token)
    failure = failure_of(world.pull())
    assert (failure.source, failure.status) == ("bigcommerce", "reauthorize")
    assert (world.source.status, world.source.reason) == ("reauthorize", failure.reason)
    assert world.shop.token not in failure.reason


def test_a_token_that_is_no_longer_kept_asks_for_a_new_connection(world: World) -> None:
    world.secrets.tokens.clear()
    assert failure_of(world.pull()).status == "reauthorize"


def test_a_missing_orders_scope_is_named(world: World) -> None:
    world.connect(token=world.shop.store.issue_token([access.CUSTOMERS]))
    failure = failure_of(world.pull())
    assert failure.status == "missing_scope"
    assert "Orders (store_v2_orders_read_only)" in failure.reason


def test_orders_are_not_taken_without_their_refunds(world: World) -> None:
    world.shop.store.load([store_order()])
    world.shop.store.fail("forbid-scope", "store_v2_transactions", times=None)
    failure = failure_of(world.pull())
    assert failure.status == "missing_scope"
    assert "Order Transactions" in failure.reason
    assert world.stored() == {}


def test_a_wrong_store_hash_looks_like_a_missing_scope_and_says_so(world: World) -> None:
    world.connect(store_hash="zzz999")
    failure = failure_of(world.pull())
    assert failure.status == "missing_scope"
    assert "wrong store hash" in failure.reason


def test_a_good_pull_clears_the_bad_status(world: World) -> None:
    world.connect(status="reauthorize", reason="the token was wrong")
    world.pull()
    assert (world.source.status, world.source.reason) == ("ok", "")


def test_a_source_that_fails_stops_no_other(world: World) -> None:
    world.shop.store.load([store_order()])
    world.connect("a-broken-one", token="wrong")
    pulled = world.pull()
    assert failure_of(pulled).source == "a-broken-one"
    assert pulled.orders_changed == 1


@pytest.mark.parametrize("path", ["orders$", "refunds", "count"])
@pytest.mark.parametrize(
    ("fault", "argument"),
    [
        ("throttle", 4000),
        ("throttle-bare", None),
        ("error", 500),
        ("error", 503),
        ("html", 502),
        ("html", 200),
        ("empty", 200),
        ("truncate", None),
        ("reset", None),
    ],
)
def test_a_passing_failure_leaves_no_trace(
    world: World, fault: str, argument: int | None, path: str
) -> None:
    refund = StoreRefund(Decimal(5), NOW - timedelta(days=1))
    world.shop.store.load(store_orders(3, refunds=(refund,)))
    world.shop.store.fail(fault, argument, path=path, times=2)

    assert world.pull() == PulledOrders(3, 3)
    assert [len(order.refunds) for order in world.stored().values()] == [1, 1, 1]
    assert len(world.slept) == 2


def test_a_store_that_gives_fewer_orders_at_once_gives_them_all_the_same(world: World) -> None:
    world.shop.store.load(store_orders(130))
    world.shop.store.configure(max_limit=40)
    assert world.pull() == PulledOrders(130, 130)
    assert world.source.is_history_complete


def test_a_small_quota_is_shared_with_patience(world: World) -> None:
    world.shop.store.load(store_orders(600))
    world.shop.store.configure(quota=8, window_ms=40)
    assert world.pull().orders_changed == 600
    assert not [request for request in world.shop.requests if request.status == 429]


def test_a_storm_keeps_what_was_pulled_and_the_next_run_brings_the_rest(world: World) -> None:
    world.shop.store.load(store_orders(600))
    world.lake = AfterFirstPage(lambda: world.shop.store.fail("error", 503, times=None))

    assert failure_of(world.pull()).status == "unavailable"
    assert len(world.stored()) == 250

    world.shop.store.recover()
    world.pull_next_day()
    assert len(world.stored()) == 600
    assert world.source.status == "ok"


def test_a_pull_that_is_throttled_after_a_page_goes_on_in_the_next_invocation(
    world: World,
) -> None:
    an_hour = 3_600_000
    world.shop.store.load(store_orders(600))
    world.lake = AfterFirstPage(lambda: world.shop.store.fail("throttle", an_hour, times=None))

    assert world.pull() == PulledOrders(250, 250, more=True)
    assert world.source.status == "ok"

    again = world.pull()
    assert (failure_of(again).status, again.more) == ("throttled", False)
    assert world.source.status == "throttled"

    world.shop.store.recover()
    assert world.pull() == PulledOrders(350, 350)
    assert world.source.status == "ok"
