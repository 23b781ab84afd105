from __future__ import annotations

import gzip
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from headwater.usecases.ports import Bookmark
from headwater.usecases.source_pull import PulledOrders
from local.storefront.model import StoreRefund
from tests.integration.bigcommerce.world import (
    NOW,
    World,
    store_order,
    store_orders,
    total_of,
)


def test_the_first_pull_brings_the_whole_history(world: World) -> None:
    ids = world.shop.store.load(store_orders(40))

    assert world.pull() == PulledOrders(orders_seen=40, orders_changed=40)

    stored = world.stored()
    assert {int(key[2]) for key in stored} == set(ids)
    assert total_of(stored.values()) == sum(range(18, 58))
    assert world.source.is_history_complete
    assert world.source.orders_done == 40
    assert world.source.bookmark == Bookmark(pulled_until=NOW, swept_at=NOW)


def test_a_history_of_several_pages_is_whole(world: World) -> None:
    world.shop.store.load(store_orders(600))
    assert world.pull().orders_changed == 600
    assert world.calls().count("v2/orders") == 4  # 250, 250, 100, and the archived ones


def test_a_history_that_fills_its_last_page_ends_with_an_empty_one(world: World) -> None:
    world.shop.store.load(store_orders(250))
    assert world.pull().orders_seen == 250
    assert world.source.is_history_complete


def test_an_empty_store_has_a_complete_history(world: World) -> None:
    assert world.pull() == PulledOrders()
    assert world.source.is_history_complete
    assert world.lake.objects == {}


def test_the_history_has_archived_orders_as_archived(world: World) -> None:
    world.shop.store.load([store_order(), store_order(is_deleted=True)])
    world.pull()
    assert sorted(order.is_archived for order in world.stored().values()) == [False, True]
    assert world.source.orders_done == 1


@pytest.mark.parametrize("listed", [True, False])
def test_archived_orders_are_archived_wherever_the_store_lists_them(
    world: World,
    listed: bool,
) -> None:
    world.shop.store.configure(archived_in_default_listing=listed)
    [order_id] = world.shop.store.load([store_order(is_deleted=True)])
    world.pull()
    assert world.order(order_id).is_archived


def test_the_pages_are_kept_as_the_store_sent_them(world: World) -> None:
    [order_id] = world.shop.store.load(
        [store_order(refunds=(StoreRefund(Decimal(5), NOW - timedelta(days=1)),))]
    )
    world.pull()
    [(key, content)] = world.lake.objects.items()
    assert key.startswith("raw/bigcommerce/account=acme/source=bigcommerce/")
    page = json.loads(gzip.decompress(content))
    assert page["orders"][0][0]["id"] == order_id
    assert page["orders"][0][0]["billing_address"]["country"] == "United States"
    assert page["refunds"][0]["data"][0]["order_id"] == order_id
