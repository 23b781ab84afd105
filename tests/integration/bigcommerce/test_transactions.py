"""Payments of orders are read where a source's owner wants them, and cost nothing where not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.storefront.faults import FaultKind
from tests.integration.bigcommerce.world import ACCOUNT, World, store_order, store_orders

if TYPE_CHECKING:
    from headwater.domain.orders import Transaction


def paid(world: World, order_id: int) -> list[tuple[str, Decimal, str]]:
    def facts(one: Transaction) -> tuple[str, Decimal, str]:
        return one.event, one.amount, one.status

    return [facts(one) for one in world.order(order_id).transactions]


def payment_calls(world: World) -> int:
    return sum("/transactions" in path for path in world.calls())


@pytest.fixture
def wanting(world: World) -> World:
    """A world whose owner wants transactions."""
    world.accounts.change_source(ACCOUNT, "bigcommerce", with_transactions=True)
    return world


def test_they_cost_no_call_where_nobody_wants_them(world: World) -> None:
    world.shop.store.load(store_orders(3, status_id=11))
    world.pull()
    assert payment_calls(world) == 0
    assert paid(world, 100) == []


def test_they_come_with_their_orders_one_call_each(wanting: World) -> None:
    store = wanting.shop.store
    store.load(store_orders(3, status_id=11))
    store.refund(101, Decimal(5))
    store.refund(102, Decimal(4), declined=True)
    wanting.pull()
    assert payment_calls(wanting) == 3
    assert paid(wanting, 100) == [("purchase", Decimal(18), "ok")]
    assert paid(wanting, 101) == [("purchase", Decimal(19), "ok"), ("refund", Decimal(5), "ok")]
    assert paid(wanting, 102)[1] == ("refund", Decimal(4), "error")
    [purchase] = wanting.order(100).transactions
    assert (purchase.gateway, purchase.method) == ("stripe", "credit_card")
    assert (purchase.currency, purchase.is_test) == ("USD", False)


def test_an_order_that_no_gateway_knows_has_none(wanting: World) -> None:
    wanting.shop.store.load(store_orders(1, status_id=7))
    wanting.pull()
    assert paid(wanting, 100) == []


def test_play_money_is_told_by_the_payments(wanting: World) -> None:
    store = wanting.shop.store
    store.load([store_order(status_id=11, payment_method="Test Payment Gateway")])
    store.load([store_order(status_id=11, payment_method="Credit Card")])
    wanting.pull()
    assert [wanting.order(order_id).is_test for order_id in (100, 101)] == [True, False]


def test_orders_come_without_them_while_payments_are_down_and_the_sweep_heals_that(
    wanting: World,
) -> None:
    store = wanting.shop.store
    store.load(store_orders(3, status_id=11))
    store.fail(FaultKind.ERROR, 503, path="/transactions", times=None)
    assert wanting.pull().failed_sources == ()
    assert len(wanting.stored()) == 3
    assert paid(wanting, 100) == []
    # The first order is asked for five times, and then no other.
    assert payment_calls(wanting) == 5
    store.recover()
    for _ in range(7):
        wanting.pull_next_day()
    assert paid(wanting, 100) == [("purchase", Decimal(18), "ok")]


def test_switched_on_they_come_with_what_changes(world: World) -> None:
    world.shop.store.load(store_orders(2, status_id=11))
    world.pull()
    world.accounts.change_source(ACCOUNT, "bigcommerce", with_transactions=True)
    world.shop.store.touch(101)
    world.pull_next_day()
    assert (paid(world, 100), len(paid(world, 101))) == ([], 1)


def test_webhooks_bring_them_too(wanting: World) -> None:
    wanting.shop.store.load(store_orders(1, status_id=11))
    wanting.pull()
    wanting.switch_webhooks(on=True)
    wanting.shop.store.refund(100, Decimal(5))
    wanting.deliver_webhooks()
    assert len(paid(wanting, 100)) == 2
