"""A pull dies after any of its calls; before one, the world is as it was after the one before."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from local.storefront.model import StoreLine, StoreRefund
from tests.integration.bigcommerce.world import (
    MUG,
    NOW,
    DeathError,
    Fuse,
    World,
    store_order,
    store_orders,
)


def small_pages(world: World) -> None:
    """Let the store give no more than ten rows at once."""
    world.shop.store.configure(max_limit=10)


def pull_with_a_death(world: World, call: int) -> bool:
    """Pull, dying after a call, then pull again; return whether there was such a call."""
    fuse = Fuse(call, after_effect=True)
    try:
        world.pull(fuse=fuse)
    except DeathError:
        assert fuse.has_blown
    world.clock.advance(timedelta(minutes=25))
    while world.pull().more:
        pass
    return fuse.has_blown


def test_a_history_survives_a_death_after_any_call(world: World) -> None:
    refund = StoreRefund(Decimal(5), NOW - timedelta(days=1))
    world.shop.store.load(store_orders(20, refunds=(refund,)))
    world.shop.store.load([store_order(is_deleted=True)])
    small_pages(world)
    undisturbed = world.copy()
    undisturbed.pull()

    call = 1
    while pull_with_a_death(dying := world.copy(), call):
        assert dying.stored() == undisturbed.stored()
        assert dying.source.orders_done == undisturbed.source.orders_done
        assert dying.source.is_history_complete
        call += 1
    assert call > 15


def test_a_day_survives_a_death_after_any_call(world: World) -> None:
    ids = world.shop.store.load(store_orders(20))
    world.pull()
    world.clock.advance(timedelta(days=1))
    for order_id in ids[:17]:
        world.shop.store.edit(order_id, lines=(MUG, StoreLine("Coffee", Decimal(12))))
    world.shop.store.archive(ids[3])
    world.shop.store.configure(refund_bumps_modified=False)
    world.shop.store.refund(ids[4], Decimal(2))
    world.shop.store.refund(ids[19], Decimal(3))
    small_pages(world)
    undisturbed = world.copy()
    undisturbed.pull()

    call = 1
    while pull_with_a_death(dying := world.copy(), call):
        assert dying.stored() == undisturbed.stored()
        call += 1
    assert call > 20
