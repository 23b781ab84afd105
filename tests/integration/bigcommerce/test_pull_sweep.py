"""Once a week the orders of thirty days are looked at, said to have changed or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.storefront.dates import to_epoch
from tests.integration.bigcommerce.world import NOW, DeathError, Fuse, World, store_orders

if TYPE_CHECKING:
    from headwater.domain.orders import Order


def change_unsaid(world: World, order_id: int, **columns: object) -> None:
    """Change an order without a newer ``date_modified``, as no button of the shop does."""
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    with world.shop.store.database.write() as connection:
        connection.execute(
            f"UPDATE orders SET {assignments} WHERE id = :id", {"id": order_id, **columns}
        )


def theirs(world: World) -> dict[tuple[str, ...], Order]:
    fresh = world.fresh()
    fresh.pull_to_the_end()
    return fresh.stored()


@pytest.fixture
def pulled(world: World) -> World:
    """A world whose history came in six days ago: nothing has been swept since."""
    world.shop.store.load(store_orders(6, status_id=0))
    world.pull()
    for _ in range(6):
        world.pull_next_day()
    world.calls()
    return world


def test_what_the_store_does_not_say_is_found_within_a_week(pulled: World) -> None:
    back_dated = NOW - timedelta(days=15)
    change_unsaid(pulled, 100, status_id=11)
    change_unsaid(pulled, 101, created_at=to_epoch(back_dated))
    change_unsaid(pulled, 102, is_deleted=1)
    before = pulled.stored()
    pulled.pull()
    assert pulled.stored() == before
    pulled.pull_next_day()
    assert pulled.order(100).status_id == 11
    assert pulled.order(101).placed_at == back_dated
    assert pulled.order(102).is_archived
    assert pulled.stored() == theirs(pulled)


def test_both_days_of_a_back_dated_order_are_marked(pulled: World) -> None:
    marks = pulled.orders.marks
    for mark in marks.raised("acme"):
        marks.clear("acme", mark)
    left = pulled.order(101).placed_at.date()
    change_unsaid(pulled, 101, created_at=to_epoch(NOW - timedelta(days=15)))
    pulled.pull_next_day()
    days = {mark.day for mark in marks.raised("acme") if mark.table == "orders"}
    assert days == {left, (NOW - timedelta(days=15)).date()}


def test_a_sweep_costs_two_lists_and_comes_once_a_week(pulled: World) -> None:
    calls = []
    for _ in range(8):
        pulled.pull_next_day()
        calls.append(len(pulled.order_calls()))
    daily = calls[1]
    swept = [count - daily for count in calls]
    # A page with its refunds, and an empty page of the bin.
    assert swept == [3, 0, 0, 0, 0, 0, 0, 3]


def test_a_pull_that_never_swept_does_so_at_once(world: World) -> None:
    world.shop.store.load(store_orders(2, status_id=0))
    world.pull()
    bookmark = world.source.bookmark
    assert bookmark.swept_at == bookmark.pulled_until == NOW


def test_a_sweep_goes_on_from_wherever_it_died(pulled: World) -> None:
    change_unsaid(pulled, 100, status_id=11)
    change_unsaid(pulled, 102, is_deleted=1)
    pulled.clock.advance(timedelta(days=1))
    expected = theirs(pulled)
    for calls in range(1, 200):
        world = pulled.copy()
        fuse = Fuse(calls, after_effect=True)
        try:
            world.pull(fuse=fuse)
        except DeathError:
            world.pull_to_the_end()
        assert world.stored() == expected
        assert world.source.bookmark.swept_at == world.clock.now()
        if not fuse.has_blown:
            break
    else:
        pytest.fail("the fuse blew every time")
