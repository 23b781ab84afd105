from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from headwater.errors import LeaseLostError
from headwater.usecases.ports import Bookmark
from headwater.usecases.source_pull import PulledOrders
from local.storefront import access
from local.storefront.model import StoreRefund
from tests.integration.bigcommerce.world import (
    ACCOUNT,
    NOW,
    World,
    store_order,
    store_orders,
)


def test_the_history_costs_at_most_twelve_calls_per_thousand_orders(world: World) -> None:
    world.shop.store.load(store_orders(1000))
    assert world.pull().orders_changed == 1000
    assert len(world.order_calls()) <= 12


def test_a_day_costs_at_most_twelve_calls_per_thousand_orders(world: World) -> None:
    refund = StoreRefund(Decimal(5), NOW)
    orders = store_orders(980, modified_at=NOW)
    world.shop.store.load(orders + store_orders(20, modified_at=NOW, refunds=(refund,)))
    world.pulled_until(NOW - timedelta(days=1))
    assert world.pull().orders_changed == 1000
    assert len(world.order_calls()) <= 12


def test_a_token_with_five_read_only_scopes_is_enough(world: World) -> None:
    needed = (access.ORDERS, access.TRANSACTIONS, access.CUSTOMERS, access.PRODUCTS)
    scopes = [*(f"{scope}_read_only" for scope in needed), "store_v2_fulfillment_read_only"]
    world.connect(token=world.shop.store.issue_token(scopes))
    world.shop.store.load([store_order(refunds=(StoreRefund(Decimal(5), NOW),))])
    assert world.pull().orders_changed == 1
    assert world.pull_next_day().failed_sources == ()


def stop_after_one_page(world: World) -> PulledOrders:
    """Pull with a first page so slow that the deadline comes before the second one."""
    world.shop.store.fail("throttle", 90_000, path="refunds")
    return world.pull(patience=timedelta(seconds=90.1))


def test_a_pull_stops_at_its_deadline_and_goes_on_where_it_stopped(world: World) -> None:
    world.shop.store.load(store_orders(600))

    assert stop_after_one_page(world) == PulledOrders(250, 250, more=True)
    assert world.source.bookmark.phase == "orders"
    assert world.source.orders_done == 250
    assert not world.source.is_history_complete

    assert world.pull() == PulledOrders(350, 350)
    assert world.source.orders_done == 600
    assert world.source.is_history_complete


def test_an_interrupted_pull_that_is_finished_a_day_later_catches_up_at_once(
    world: World,
) -> None:
    ids = world.shop.store.load(store_orders(300))
    stop_after_one_page(world)
    world.clock.advance(timedelta(hours=5))
    world.shop.store.set_status(ids[0], 10)

    world.pull_next_day()

    assert world.order(ids[0]).status_id == 10
    pulled_until = world.clock.now().replace(microsecond=0)
    # The whole history, begun the day before, counts as a look at the last thirty days.
    assert world.source.bookmark == Bookmark(pulled_until=pulled_until, swept_at=NOW)


def test_a_run_that_lost_its_lease_pulls_nothing(world: World) -> None:
    world.shop.store.load([store_order()])
    world.runs.acquire(ACCOUNT, "another", NOW, NOW + timedelta(minutes=20))
    with pytest.raises(LeaseLostError):
        world.pull()
    assert world.stored() == {}


def test_sources_of_another_kind_are_not_pulled(world: World) -> None:
    world.connect("crm", kind="crm", api_url="http://127.0.0.1:1")
    assert world.pull().failed_sources == ()
