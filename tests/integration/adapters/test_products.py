from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from headwater.domain.products import Product
from tests.integration.adapters.samples import DAY, NOON

if TYPE_CHECKING:
    from datetime import date

    from tests.integration.adapters.conftest import Stores

MUG = Product("shop", 7, "Mug", "MUG", Decimal("4.50"), ("Kitchen", "Gifts"))


def marked(stores: Stores) -> list[tuple[str, date]]:
    return [(mark.table, mark.day) for mark in stores.marks.raised("acme")]


def test_a_wanted_product_waits_until_it_is_saved(stores: Stores) -> None:
    stores.products.want("acme", "shop", {7: "Mug", 8: "Cup"})
    stores.products.want("acme", "shop", {7: "Another name"})
    assert stores.products.wanted("acme", "shop", 10) == {7: "Mug", 8: "Cup"}
    assert len(stores.products.wanted("acme", "shop", 1)) == 1
    assert stores.products.save("acme", [MUG], NOON) == 1
    assert stores.products.wanted("acme", "shop", 10) == {8: "Cup"}
    stores.products.want("acme", "shop", {7: "Mug"})
    assert stores.products.wanted("acme", "shop", 10) == {8: "Cup"}
    assert stores.products.known("acme", "shop", [7, 8]) == {7}


def test_a_product_comes_back_on_the_day_it_was_first_stored(stores: Stores) -> None:
    stores.products.save("acme", [MUG], NOON)
    red = replace(MUG, name="Red mug", cost=None)
    assert stores.products.save("acme", [red], NOON + timedelta(days=40)) == 1
    assert list(stores.products.on_day("acme", DAY)) == [(red, NOON)]
    assert marked(stores) == [("products", DAY)]


def test_an_unchanged_product_is_not_written(stores: Stores) -> None:
    stores.products.save("acme", [MUG], NOON)
    for mark in stores.marks.raised("acme"):
        stores.marks.clear("acme", mark)
    assert stores.products.save("acme", [MUG], NOON) == 0
    assert marked(stores) == []


def test_products_of_two_stores_and_accounts_stay_apart(stores: Stores) -> None:
    stores.products.save("acme", [MUG, replace(MUG, source="outlet")], NOON)
    assert stores.products.known("acme", "outlet", [7]) == {7}
    assert stores.products.known("other", "shop", [7]) == set()
    assert list(stores.products.on_day("other", DAY)) == []
    assert len(list(stores.products.on_day("acme", DAY))) == 2


def test_products_are_no_orders(stores: Stores) -> None:
    stores.products.save("acme", [MUG], NOON)
    assert list(stores.orders.on_day("acme", DAY)) == []
    assert stores.orders.get("acme", "shop", "7") is None
