from __future__ import annotations

import json
from decimal import Decimal

from headwater.usecases.source_pull import PulledOrders
from local.storefront.model import StoreCoupon, StoreLine
from tests.integration.bigcommerce.world import (
    MUG,
    World,
    store_order,
    store_orders,
)


def test_an_order_without_an_email_is_kept(world: World) -> None:
    [order_id] = world.shop.store.load([store_order(email="", order_source="manual")])
    world.pull()
    order = world.order(order_id)
    assert (order.email, order.customer_id, order.order_source) == ("", 0, "manual")


def test_free_and_negative_lines_are_kept(world: World) -> None:
    lines = (MUG, StoreLine("Sample", Decimal(0)), StoreLine("Bottle return", Decimal("-2.5")))
    [order_id] = world.shop.store.load([store_order(lines=lines)])
    world.pull()
    order = world.order(order_id)
    assert [line.total for line in order.lines] == [18, 0, Decimal("-2.5")]
    assert order.total == Decimal("15.5")


def test_an_order_of_more_lines_than_a_page_embeds_has_them_all(world: World) -> None:
    lines = tuple(StoreLine(f"Bean {n}", Decimal(1)) for n in range(300))
    [order_id] = world.shop.store.load([store_order(lines=lines)])
    world.pull()
    assert len(world.order(order_id).lines) == 300
    assert world.calls().count(f"v2/orders/{order_id}/products") == 2


def test_lines_that_belong_to_no_parcel_are_there(world: World) -> None:
    lines = (MUG, StoreLine("Service", Decimal(30), in_consignment=False))
    [order_id] = world.shop.store.load([store_order(lines=lines)])
    world.pull()
    assert [line.name for line in world.order(order_id).lines] == ["Mug", "Service"]


def test_downloads_and_gift_certificates_are_lines(world: World) -> None:
    lines = (
        StoreLine("E-book", Decimal(9), kind="digital"),
        StoreLine("Gift", Decimal(50), kind="giftcertificate"),
    )
    [order_id] = world.shop.store.load([store_order(lines=lines)])
    world.pull()
    assert {line.name for line in world.order(order_id).lines} == {"E-book", "Gift"}


def test_coupon_codes_come_with_the_lines(world: World) -> None:
    coupons = (StoreCoupon("WELCOME10", Decimal("1.8")),)
    [order_id] = world.shop.store.load([store_order(coupons=coupons)])
    world.pull()
    order = world.order(order_id)
    assert order.coupon_codes == ("WELCOME10",)
    assert order.lines[0].total == order.total == Decimal("16.2")


def test_a_foreign_order_has_its_own_currency_and_rate(world: World) -> None:
    [order_id] = world.shop.store.load([store_order(currency="EUR", rate=Decimal("0.92"))])
    world.pull()
    order = world.order(order_id)
    assert (order.currency, order.store_currency, order.rate) == ("EUR", "USD", Decimal("0.92"))


def test_a_bad_order_is_kept_aside_with_its_reason_and_the_others_stand(world: World) -> None:
    ids = world.shop.store.load(store_orders(3))
    with world.shop.store.database.write() as connection:
        connection.execute("UPDATE orders SET currency = '' WHERE id = ?", (ids[1],))

    assert world.pull() == PulledOrders(orders_seen=2, orders_changed=2, rejected=1)

    assert {int(key[2]) for key in world.stored()} == {ids[0], ids[2]}
    [key] = [key for key in world.lake.objects if "/rejected/" in key]
    [bad] = json.loads(world.lake.objects[key])
    assert "default_currency_code" in bad["reason"]
    assert bad["row"]["id"] == ids[1]
    assert world.source.orders_done == 3


def test_a_coupon_for_the_shipping_costs_one_call_and_is_there(world: World) -> None:
    free_shipping = StoreCoupon("SHIPFREE", Decimal(5), kind=4)
    [order_id, _] = world.shop.store.load(
        [store_order(shipping=Decimal(5), coupons=(free_shipping,)), store_order()]
    )
    world.pull()
    assert world.order(order_id).coupon_codes == ("SHIPFREE",)
    assert [path for path in world.calls() if path.endswith("coupons")] == [
        f"v2/orders/{order_id}/coupons"
    ]


def test_what_tells_an_apps_order_from_a_shoppers_is_kept(world: World) -> None:
    shopper = store_order(ip_address="203.0.113.9", cart_id="cart-1")
    app = store_order(order_source="external", external_source="recharge", ip_address="")
    [one, other] = world.shop.store.load([shopper, app])
    world.pull()
    assert (world.order(one).has_ip, world.order(one).cart_id) == (True, "cart-1")
    assert (world.order(other).has_ip, world.order(other).external_source) == (False, "recharge")
    assert world.order(one).country == "US"


def test_a_line_names_its_variant(world: World) -> None:
    line = StoreLine("Mug", Decimal(18), product_id=7, variant_id=71, cost=Decimal("4.5"))
    [order_id] = world.shop.store.load([store_order(lines=(line,))])
    world.pull()
    [line_read] = world.order(order_id).lines
    assert (line_read.variant_id, line_read.unit_cost) == (71, Decimal("4.5"))
