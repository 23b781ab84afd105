from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.demo.order_plans import OrderKind, OrderPlan
from local.storefront.control import Store
from local.storefront.pricing import price_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from local.demo.scenario import Scenario
    from local.storefront.model import StoreOrder


@pytest.fixture
def store(tmp_path: Path, scenario: Scenario) -> Iterator[Store]:
    with Store(tmp_path / "shop.sqlite") as shop:
        scenario.furnish(shop)
        yield shop


def _pairs(scenario: Scenario, *kinds: OrderKind) -> list[tuple[OrderPlan, StoreOrder]]:
    pairs = zip(scenario.plans, scenario.orders, strict=True)
    return [(plan, order) for plan, order in pairs if plan.kind in kinds]


def test_an_orders_total_is_what_was_really_paid(scenario: Scenario) -> None:
    for plan, order in zip(scenario.plans, scenario.orders, strict=True):
        total = Decimal(price_order(order, order.currency or "USD").total_inc) / 10_000
        if not order.currency:
            assert total == plan.purchase.amount
        elif order.rate:
            assert abs(total / order.rate - plan.purchase.amount) < Decimal("0.02")


def test_an_order_has_as_many_discs_as_were_bought(scenario: Scenario) -> None:
    for plan, order in zip(scenario.plans, scenario.orders, strict=True):
        assert sum(line.quantity for line in order.lines) == plan.purchase.cds


def test_the_shop_takes_all_orders_and_its_totals_are_those_of_the_purchases(
    store: Store, scenario: Scenario, yesterday: date
) -> None:
    first = min(plan.purchase.day for plan in scenario.plans)
    totals = store.totals(first, yesterday)
    sold = [
        plan.purchase.amount
        for plan, order in zip(scenario.plans, scenario.orders, strict=True)
        if order.status_id in {2, 3, 4, 8, 9, 10, 11, 14}
        and not order.is_deleted
        and plan.kind not in {OrderKind.FOREIGN, OrderKind.FOREIGN_WITHOUT_RATE}
    ]
    foreign = _pairs(scenario, OrderKind.FOREIGN)
    unconverted = _pairs(scenario, OrderKind.FOREIGN_WITHOUT_RATE)
    assert totals.orders == len(sold) + len(foreign)
    assert totals.not_converted == len(unconverted)
    assert abs(totals.gross - sum(sold) - sum(plan.purchase.amount for plan, _ in foreign)) < len(
        foreign
    ) * Decimal("0.02")


def test_order_ids_are_unique_and_rise_with_time_but_for_what_staff_typed_in_later(
    scenario: Scenario,
) -> None:
    ids = [plan.order_id for plan in scenario.plans if plan.kind is not OrderKind.MANUAL]
    every = {plan.order_id for plan in scenario.plans}
    assert ids == sorted(ids)
    assert len(every) == len(scenario.plans)
    assert max(every) - min(every) >= len(every)


def test_orders_over_the_counter_and_by_hand_have_neither_email_nor_customer(
    scenario: Scenario,
) -> None:
    for _, order in _pairs(scenario, OrderKind.POINT_OF_SALE, OrderKind.MANUAL):
        assert (order.email, order.billing.email, order.customer_id) == ("", "", 0)


def test_rebills_come_from_outside_and_name_their_subscription(scenario: Scenario) -> None:
    for plan, order in _pairs(scenario, OrderKind.REBILL, OrderKind.SUBSCRIPTION):
        assert ("Subscription ID", plan.subscription) in order.lines[0].options
        assert (order.order_source == "external") == (plan.kind is OrderKind.REBILL)


def test_a_declined_refund_leaves_the_money_and_the_status(scenario: Scenario) -> None:
    for _, order in _pairs(scenario, OrderKind.REFUND_DECLINED):
        assert [refund.declined for refund in order.refunds] == [True]
        assert order.status_id not in {4, 14}


def test_only_orders_marked_refunded_lack_the_refund(scenario: Scenario) -> None:
    for _, order in _pairs(scenario, OrderKind.REFUND_UNRECORDED):
        assert (order.status_id, order.refunds) == (4, ())
    for _, order in _pairs(scenario, OrderKind.REFUNDED, OrderKind.PARTLY_REFUNDED):
        assert order.refunds


def test_nothing_happens_to_an_order_before_it_is_placed_or_after_the_last_day(
    scenario: Scenario,
) -> None:
    end = max(order.placed_at for order in scenario.orders) + timedelta(days=1)
    for order in scenario.orders:
        moments = [order.modified_at, order.shipped_at, *(r.created_at for r in order.refunds)]
        assert all(order.placed_at <= moment <= end for moment in moments if moment)


def test_guests_and_registered_people_both_buy_and_a_few_use_two_addresses(
    scenario: Scenario,
) -> None:
    registered = [order for order in scenario.orders if order.customer_id]
    assert len(scenario.orders) / 4 < len(registered) < len(scenario.orders) * 3 / 4
    addresses: dict[int, set[str]] = {}
    for order in registered:
        addresses.setdefault(order.customer_id, set()).add(order.email)
    assert sum(len(emails) == 2 for emails in addresses.values()) > 10


def test_later_changes_fall_on_different_orders_and_change_the_shops_totals(
    store: Store, scenario: Scenario, yesterday: date
) -> None:
    first = min(plan.purchase.day for plan in scenario.plans)
    before = store.totals(first, yesterday)
    for change in scenario.changes:
        change.apply(store)
    after = store.totals(first, yesterday)
    assert len({change.order_id for change in scenario.changes}) == len(scenario.changes)
    assert len({change.kind for change in scenario.changes}) == 5
    assert after.orders == before.orders  # two are archived, two are paid at last
    assert after.refunds > before.refunds
    assert after.gross != before.gross
