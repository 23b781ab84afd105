from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from headwater.domain.orders import refunded_amount
from headwater.usecases.source_pull import PulledOrders
from local.storefront.model import StoreLine, StorePayment, StoreRefund
from tests.integration.bigcommerce.world import (
    MUG,
    NOW,
    World,
    store_order,
    store_orders,
)


def test_a_day_without_changes_changes_nothing(world: World) -> None:
    world.shop.store.load(store_orders(5))
    world.pull()
    before = world.stored()
    assert world.pull_next_day() == PulledOrders()
    assert world.stored() == before


def test_a_pull_looks_back_two_hours_behind_the_last_one(world: World) -> None:
    world.pull()
    world.shop.store.load([store_order(days_ago=1.9 / 24), store_order(days_ago=2.1 / 24)])
    assert world.pull_next_day().orders_seen == 1


def test_new_and_edited_orders_arrive(world: World) -> None:
    [old, other] = world.shop.store.load([store_order(), store_order()])
    world.pull()
    world.clock.advance(timedelta(hours=12))
    new = world.shop.store.create(store_order(days_ago=0))
    world.shop.store.edit(old, lines=(MUG, StoreLine("Coffee", Decimal(12))))

    assert world.pull_next_day() == PulledOrders(orders_seen=2, orders_changed=2)

    assert world.order(old).total == Decimal(30)
    assert [line.name for line in world.order(old).lines] == ["Mug", "Coffee"]
    assert world.order(new).total == Decimal(18)
    assert world.order(other).total == Decimal(18)


@pytest.mark.parametrize("bumps", [True, False], ids=["with a bump", "without a bump"])
def test_a_refund_arrives_whether_or_not_it_marks_the_order_as_changed(
    world: World,
    bumps: bool,
) -> None:
    world.shop.store.configure(refund_bumps_modified=bumps)
    [order_id, _] = world.shop.store.load([store_order(), store_order()])
    world.pull()
    world.clock.advance(timedelta(hours=12))
    world.shop.store.refund(order_id, Decimal("5.5"))

    assert world.pull_next_day() == PulledOrders(orders_seen=1, orders_changed=1)

    assert refunded_amount(world.order(order_id)) == (Decimal("5.5"), False)
    assert world.order(order_id).status_id == 14


def test_two_refunds_of_one_order_add_up(world: World) -> None:
    world.shop.store.configure(refund_bumps_modified=False)
    [order_id] = world.shop.store.load([store_order()])
    world.pull()
    for _ in range(2):
        world.clock.advance(timedelta(hours=12))
        world.shop.store.refund(order_id, Decimal(4))
        world.pull_next_day()
    assert [refund.amount for refund in world.order(order_id).refunds] == [4, 4]


def test_a_refund_of_an_order_that_we_never_saw_brings_the_order(world: World) -> None:
    world.shop.store.configure(refund_bumps_modified=False)
    world.pull()
    [order_id] = world.shop.store.load([store_order()])
    world.shop.store.refund(order_id)
    world.pull_next_day()
    assert refunded_amount(world.order(order_id)) == (Decimal(18), False)


def test_many_refunds_are_fetched_in_few_calls(world: World) -> None:
    world.shop.store.configure(refund_bumps_modified=False)
    ids = world.shop.store.load(store_orders(130))
    world.pull()
    for order_id in ids:
        world.shop.store.refund(order_id, Decimal(1))
    world.calls()
    assert world.pull_next_day().orders_changed == 130
    assert all(order.refunds for order in world.stored().values())
    # Per 50 orders one call for them and one for their refunds; two empty lists, clock, refunds.
    assert len(world.order_calls()) <= 3 * 2 + 4


def test_neighbors_of_refunded_orders_are_left_alone(world: World) -> None:
    world.shop.store.configure(refund_bumps_modified=False)
    [first, _, last] = world.shop.store.load(store_orders(3))
    world.pull()
    world.shop.store.refund(first, Decimal(1))
    world.shop.store.refund(last, Decimal(1))
    world.calls()
    assert world.pull_next_day() == PulledOrders(orders_seen=2, orders_changed=2)
    assert (
        len(world.order_calls()) == 6
    )  # the clock, two empty lists, who; then both and their refunds


def test_refunded_orders_arrive_from_a_store_that_gives_few_at_once(world: World) -> None:
    world.shop.store.configure(refund_bumps_modified=False, max_limit=20)
    ids = world.shop.store.load(store_orders(70))
    world.pull()
    for order_id in ids:
        world.shop.store.refund(order_id, Decimal(1))
    world.pull_next_day()
    assert all(order.refunds for order in world.stored().values())


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed"])
def test_a_refund_of_an_archived_order_arrives(world: World, listed: bool) -> None:
    world.shop.store.configure(refund_bumps_modified=False, archived_in_default_listing=listed)
    [archived, other] = world.shop.store.load([store_order(is_deleted=True), store_order()])
    world.pull()
    world.shop.store.refund(archived, Decimal(4))
    world.shop.store.refund(other, Decimal(5))

    assert world.pull_next_day() == PulledOrders(orders_seen=2, orders_changed=2)

    assert refunded_amount(world.order(archived)) == (Decimal(4), False)
    assert world.order(archived).is_archived


def test_declined_payments_of_a_refund_are_not_money_paid_back(world: World) -> None:
    payments = (StorePayment(Decimal(3)), StorePayment(Decimal(2), declined=True))
    refund = StoreRefund(Decimal(5), NOW - timedelta(days=1), payments=payments)
    [order_id] = world.shop.store.load([store_order(refunds=(refund,))])
    world.pull()
    assert refunded_amount(world.order(order_id)) == (Decimal(3), False)


def test_a_back_dated_order_arrives_and_keeps_its_date(world: World) -> None:
    world.pull()
    order_id = world.shop.store.create(store_order(days_ago=400))
    world.pull_next_day()
    assert world.order(order_id).placed_at == NOW - timedelta(days=400)


def test_an_order_whose_date_moves_is_moved(world: World) -> None:
    [order_id] = world.shop.store.load([store_order()])
    world.pull()
    world.shop.store.back_date(order_id, NOW - timedelta(days=33))
    world.pull_next_day()
    assert world.order(order_id).placed_at == NOW - timedelta(days=33)
    assert len(world.stored()) == 1


def test_an_order_is_archived_and_taken_out_again(world: World) -> None:
    [order_id] = world.shop.store.load([store_order()])
    world.pull()
    world.shop.store.archive(order_id)
    world.pull_next_day()
    assert world.order(order_id).is_archived
    world.shop.store.archive(order_id, archived=False)
    world.pull_next_day()
    assert not world.order(order_id).is_archived


def test_an_order_that_is_paid_days_later_becomes_a_sale(world: World) -> None:
    [early, _] = world.shop.store.load([store_order(status_id=0), store_order()])
    world.pull()
    assert world.order(early).status_id == 0
    world.shop.store.set_status(early, 11)
    world.pull_next_day()
    assert world.order(early).status_id == 11


def test_an_order_that_changes_between_two_pages_is_neither_lost_nor_pushes_one_out(
    world: World,
) -> None:
    world.shop.store.load(store_orders(520))
    world.shop.store.fail("edit-between-pages", times=None)
    world.pull()
    assert len(world.stored()) == 520
