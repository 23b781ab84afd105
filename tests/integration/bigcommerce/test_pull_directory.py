"""Customers, newsletter subscribers and products, pulled from the shop after its orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from headwater.domain.journeys import Edge, OptIn, Profile
from headwater.domain.nodes import customer_node, email_node
from headwater.domain.products import Product
from local.storefront import access
from local.storefront.model import (
    StoreCustomer,
    StoreLine,
    StoreProduct,
    StoreSubscriber,
)
from tests.integration.bigcommerce.test_pull_deaths import pull_with_a_death, small_pages
from tests.integration.bigcommerce.world import ACCOUNT, NOW, World, store_order

STORE = "bigcommerce"
JOINED = NOW - timedelta(days=100)


def customers(count: int) -> list[StoreCustomer]:
    return [
        StoreCustomer(n, f"c{n}@shop.example", JOINED + timedelta(hours=n))
        for n in range(1, count + 1)
    ]


def register(world: World, *people: StoreCustomer) -> None:
    world.shop.store.load_customers(people)


def subscribe(world: World, *people: StoreSubscriber) -> None:
    world.shop.store.load_subscribers(people)


def opt_ins(world: World) -> dict[str, OptIn]:
    return {item.opt_in_id: item for item in world.journeys.opt_ins.values()}


def edges(world: World) -> list[Edge]:
    return list(world.edges._records.values())


def test_a_customer_becomes_a_contact_with_an_opt_in(world: World) -> None:
    register(world, StoreCustomer(5, " Ann@Shop.example", JOINED))
    assert world.pull().contacts_changed == 3
    ann, five = email_node("ann@shop.example"), customer_node(STORE, 5)
    assert edges(world) == [Edge(five or "", ann, JOINED, "record")]
    assert world.journeys.profiles[ACCOUNT, ann] == Profile(ann, "ann@shop.example", JOINED)
    assert opt_ins(world) == {"customer:5": OptIn("customer:5", JOINED, ann, STORE, "customer")}
    assert world.pull_next_day().contacts_changed == 0


def test_a_subscriber_opts_in_when_he_subscribed(world: World) -> None:
    subscribe(world, StoreSubscriber("bob@shop.example", JOINED, id=9))
    world.pull()
    bob = email_node("bob@shop.example")
    expected = OptIn("subscriber:9", JOINED, bob, STORE, "subscriber")
    assert opt_ins(world) == {"subscriber:9": expected}


def test_who_agreed_to_cart_reminders_alone_has_not_opted_in(world: World) -> None:
    subscribe(
        world, StoreSubscriber("bob@shop.example", JOINED, consents=("abandoned_cart",), id=9)
    )
    world.pull()
    assert opt_ins(world) == {}
    assert (ACCOUNT, email_node("bob@shop.example")) in world.journeys.profiles


def test_a_changed_email_joins_both_addresses_and_is_no_new_lead(world: World) -> None:
    five = customer_node(STORE, 5) or ""
    register(world, StoreCustomer(5, "old@shop.example", JOINED))
    world.pull()
    changed_at = NOW + timedelta(hours=3)
    register(world, StoreCustomer(5, "new@shop.example", JOINED, modified_at=changed_at))
    world.pull_next_day()
    assert edges(world) == [
        Edge(five, email_node("old@shop.example"), JOINED, "record"),
        Edge(five, email_node("new@shop.example"), changed_at, "record"),
    ]
    assert list(opt_ins(world)) == ["customer:5"]


def test_a_customer_who_is_deleted_takes_nothing_with_him(world: World) -> None:
    register(world, StoreCustomer(5, "ann@shop.example", JOINED))
    [order_id] = world.shop.store.load([store_order(customer_id=5)])
    world.pull()
    before = edges(world), opt_ins(world), world.order(order_id)
    with world.shop.store.database.write() as connection:
        connection.execute("DELETE FROM customers")
    world.pull_next_day()
    assert (edges(world), opt_ins(world), world.order(order_id)) == before


def test_a_day_asks_only_for_what_has_changed(world: World) -> None:
    register(world, *customers(600))
    world.pull()
    assert len(edges(world)) == 600
    world.calls()
    register(world, StoreCustomer(601, "late@shop.example", NOW + timedelta(hours=1)))
    assert world.pull_next_day().contacts_changed == 3
    assert len(world.directory_calls()) == 3


def test_a_list_that_shrinks_while_it_is_paged_loses_nobody(world: World) -> None:
    register(world, *customers(600))
    deletions = iter((20, 30))
    ask = world.journeys.lead_nodes

    def delete_some(*asked: object) -> object:
        with world.shop.store.database.write() as connection:
            connection.execute(
                "DELETE FROM customers WHERE id < 200 AND id IN (SELECT id FROM customers LIMIT ?)",
                (next(deletions, 0),),
            )
        return ask(*asked)  # type: ignore[arg-type]

    world.journeys.lead_nodes = delete_some  # type: ignore[method-assign, assignment]
    world.pull()
    assert {edge.node for edge in edges(world)} >= {
        customer_node(STORE, n) for n in range(200, 601)
    }


@pytest.mark.parametrize("most", [10, 50])
def test_a_store_that_gives_few_rows_at_once_gives_them_all(world: World, most: int) -> None:
    register(world, *customers(120))
    world.shop.store.configure(max_limit=most)
    world.pull()
    assert len(edges(world)) == 120


def test_a_missing_customers_scope_is_noted_and_stops_no_order(world: World) -> None:
    scopes = [access.ORDERS, access.TRANSACTIONS, access.PRODUCTS]
    world.connect(token=world.shop.store.issue_token(scopes))
    register(world, *customers(2))
    world.shop.store.load([store_order(lines=(StoreLine("Mug", Decimal(18), product_id=7),))])
    pulled = world.pull()
    assert (pulled.orders_changed, pulled.failed_sources, pulled.products_changed) == (1, (), 1)
    assert "Customers (store_v2_customers_read_only)" in world.source.directory.customers.note
    assert world.source.directory.products.note == ""

    arn = world.secrets.put(ACCOUNT, STORE, world.shop.token)
    world.accounts.save_source(ACCOUNT, replace(world.source, secret_arn=arn))
    world.pull_next_day()
    assert world.source.directory.customers.note == ""
    assert len(edges(world)) == 2


def test_a_store_that_cannot_list_its_customers_now_is_gone_on_with_next_time(
    world: World,
) -> None:
    register(world, *customers(300))
    world.shop.store.fail("error", 503, path="customers$", times=None)
    assert world.pull().failed_sources == ()
    assert "503" in world.source.directory.customers.note
    world.shop.store.recover()
    world.pull_next_day()
    assert len(edges(world)) == 300
    assert world.source.directory.customers.note == ""


def test_a_directory_survives_a_death_after_any_other_call(world: World) -> None:
    register(world, *customers(11))
    subscribe(world, StoreSubscriber("bob@shop.example", JOINED))
    lines = tuple(StoreLine(f"Mug {n}", Decimal(18), product_id=n) for n in range(1, 4))
    world.shop.store.load([store_order(lines=lines)])
    small_pages(world)
    undisturbed = world.copy()
    undisturbed.pull()

    call = 1
    while pull_with_a_death(dying := world.copy(), call):
        assert edges(dying) == edges(undisturbed)
        assert opt_ins(dying) == opt_ins(undisturbed)
        assert known_products(dying) == known_products(undisturbed)
        call += 2
    assert call > 25


def known_products(world: World) -> dict[int, Product]:
    return {key[2]: product for key, (product, _) in world.products.stored.items()}


def test_products_are_looked_up_as_orders_name_them(world: World) -> None:
    mug = StoreProduct(7, "Blue mug", Decimal(18), "MUG", Decimal("4.5"), categories=("Kitchen",))
    world.shop.store.load_products([mug, StoreProduct(8, "Never sold", Decimal(1))])
    world.shop.store.load([store_order(lines=(StoreLine("Mug", Decimal(18), product_id=7),))])
    assert world.pull().products_changed == 1
    assert known_products(world) == {
        7: Product(STORE, 7, "Blue mug", "MUG", Decimal("4.5"), ("Kitchen",))
    }
    assert world.pull_next_day().products_changed == 0


def test_a_product_that_changes_is_pulled_again(world: World) -> None:
    world.shop.store.load([store_order(lines=(StoreLine("Mug", Decimal(18), product_id=7),))])
    world.pull()
    repainted = StoreProduct(7, "Red mug", modified_at=NOW + timedelta(hours=5))
    world.shop.store.load_products([repainted])
    assert world.pull_next_day().products_changed == 1
    assert known_products(world)[7].name == "Red mug"


def test_a_deleted_product_keeps_the_name_of_its_line(world: World) -> None:
    world.shop.store.load([store_order(lines=(StoreLine("Mug", Decimal(18), product_id=7),))])
    with world.shop.store.database.write() as connection:
        connection.execute("DELETE FROM products")
    world.pull()
    assert known_products(world) == {7: Product(STORE, 7, "Mug", is_deleted=True)}


def test_products_wait_for_the_scope_that_they_need(world: World) -> None:
    scopes = [access.ORDERS, access.TRANSACTIONS, access.CUSTOMERS]
    full = world.source.secret_arn
    token = world.shop.store.issue_token(scopes)
    world.connect(secret_arn=world.secrets.put(ACCOUNT, "narrow", token))
    world.shop.store.load([store_order(lines=(StoreLine("Mug", Decimal(18), product_id=7),))])
    world.pull()
    assert known_products(world) == {}
    assert "Products" in world.source.directory.products.note
    world.accounts.save_source(ACCOUNT, replace(world.source, secret_arn=full))
    world.secrets.tokens[full] = world.shop.token
    world.pull_next_day()
    assert list(known_products(world)) == [7]
