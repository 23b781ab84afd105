"""What an order says: money, currencies, lines, consignments, sub-resources."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.storefront.amounts import apportion
from local.storefront.model import StoreAddress, StoreCoupon, StoreFee, StoreLine, StoreOrder
from local.storefront.server import Storefront

from .conftest import Api, PlaceOrder

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
EMBEDDED = {"include": "consignments.line_items,fees", "consignment_structure": "object"}
CENTS = st.integers(0, 50_000).map(lambda cents: Decimal(cents).scaleb(-2))


def money(order: dict[str, Any], name: str) -> Decimal:
    """Return an amount, having checked that it is a string with four decimals."""
    text = order[name]
    assert isinstance(text, str)
    assert len(text.partition(".")[2]) == 4
    return Decimal(text)


def test_money_is_a_string_with_four_decimals(api: Api, place: PlaceOrder) -> None:
    order = api.get(f"/v2/orders/{place(shipping=Decimal('4.95'))}").json()
    assert order["total_inc_tax"] == "24.9500"
    assert order["refunded_amount"] == "0.0000"


def test_a_tax_inclusive_order_with_a_coupon_states_the_tax_after_the_discount(
    api: Api, place: PlaceOrder
) -> None:
    order_id = place(
        lines=(StoreLine("Coffee", Decimal(24), 2), StoreLine("Mug", Decimal(18))),
        shipping=Decimal(6),
        coupons=(StoreCoupon("WELCOME10", Decimal("6.60"), name="Welcome 10%"),),
        tax_rate=Decimal("0.2"),
        prices_include_tax=True,
        currency="GBP",
    )
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    amounts = {name: order[name] for name in ("subtotal_ex_tax", "subtotal_tax", "total_ex_tax")}
    assert amounts == {
        "subtotal_ex_tax": "55.0000",
        "subtotal_tax": "9.9000",
        "total_ex_tax": "54.5000",
    }
    lines = order["consignments"]["shipping"][0]["line_items"]
    assert [line["discounted_total_inc_tax"] for line in lines] == ["43.2000", "16.2000"]
    assert lines[0]["applied_discounts"] == [
        {
            "id": "coupon",
            "amount": "4.8000",
            "name": "Welcome 10%",
            "code": "WELCOME10",
            "target": "product",
        }
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    lines=st.lists(st.tuples(CENTS, st.integers(1, 9)), min_size=1, max_size=5),
    extras=st.tuples(CENTS, CENTS, CENTS),
    discounts=st.tuples(st.integers(0, 50), st.integers(0, 50)),
    tax_rate=st.sampled_from(["0", "0.0825", "0.2"]),
    prices_include_tax=st.booleans(),
)
def test_totals_obey_the_identities_of_the_api(
    api: Api,
    place: PlaceOrder,
    lines: list[tuple[Decimal, int]],
    extras: tuple[Decimal, Decimal, Decimal],
    discounts: tuple[int, int],
    tax_rate: str,
    prices_include_tax: bool,
) -> None:
    value = sum((price * quantity for price, quantity in lines), Decimal(0))
    manual, coupon = ((value * part / 100).quantize(Decimal("0.01")) for part in discounts)
    if manual + coupon > value:
        manual = coupon = Decimal(0)
    order_id = place(
        lines=tuple(StoreLine("Thing", price, quantity) for price, quantity in lines),
        shipping=extras[0],
        handling=extras[1],
        fees=(StoreFee("Gift box", extras[2]),),
        discount=manual,
        coupons=(StoreCoupon("CODE", coupon),),
        tax_rate=Decimal(tax_rate),
        prices_include_tax=prices_include_tax,
    )
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    fees = sum(money(fee, "cost_inc_tax") for fee in order["fees"])
    assert money(order, "total_inc_tax") == (
        money(order, "subtotal_inc_tax")
        + money(order, "shipping_cost_inc_tax")
        + money(order, "handling_cost_inc_tax")
        + money(order, "wrapping_cost_inc_tax")
        + fees
        - money(order, "discount_amount")
        - money(order, "coupon_discount")
    )
    assert money(order, "total_ex_tax") + money(order, "total_tax") == money(order, "total_inc_tax")
    rendered = order["consignments"]["shipping"][0]["line_items"]
    assert sum(money(line, "total_inc_tax") for line in rendered) == money(
        order, "subtotal_inc_tax"
    )
    taken_off = money(order, "discount_amount") + money(order, "coupon_discount")
    paid = sum(money(line, "discounted_total_inc_tax") for line in rendered)
    assert paid == money(order, "subtotal_inc_tax") - taken_off
    assert sum(line["quantity"] for line in rendered) == order["items_total"]


@given(
    weights=st.lists(st.integers(0, 999).map(lambda cents: cents * 100), min_size=1, max_size=9),
    part=st.fractions(0, 1),
)
def test_apportioned_shares_sum_to_the_amount_and_never_exceed_their_weight(
    weights: list[int], part: Fraction
) -> None:
    amount = int(sum(weights) * part)
    shares = apportion(amount, weights, 100)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


def test_discounts_above_the_value_of_the_lines_are_refused(place: PlaceOrder) -> None:
    with pytest.raises(ValueError, match="discounts exceed"):
        place(discount=Decimal("20.01"))


def test_a_manual_discount_has_no_code(api: Api, place: PlaceOrder) -> None:
    order = api.get(f"/v2/orders/{place(discount=Decimal(5))}", **EMBEDDED).json()
    [line] = order["consignments"]["shipping"][0]["line_items"]
    [discount] = line["applied_discounts"]
    assert (discount["id"], discount["code"]) == ("manual-discount", None)


def test_a_free_shipping_coupon_leaves_no_trace_on_lines(api: Api, place: PlaceOrder) -> None:
    coupon = StoreCoupon("FREESHIP", Decimal(6), kind=4)
    order_id = place(shipping=Decimal(6), coupons=(coupon,))
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    assert (order["coupon_discount"], order["total_inc_tax"]) == ("6.0000", "20.0000")
    [line] = order["consignments"]["shipping"][0]["line_items"]
    assert line["applied_discounts"] == []
    [used] = api.get(f"/v2/orders/{order_id}/coupons").json()
    assert (used["code"], used["type"], used["discount"]) == ("FREESHIP", 4, "6.0000")


def test_without_multi_currency_the_stores_currency_is_empty_and_its_rate_one(
    api: Api, place: PlaceOrder
) -> None:
    order = api.get(f"/v2/orders/{place()}").json()
    assert order["default_currency_code"] == "USD"
    assert order["store_default_currency_code"] == ""
    assert order["store_default_to_transactional_exchange_rate"] == "1.0000000000"


def test_an_order_in_another_currency_states_its_own_rate(api: Api, place: PlaceOrder) -> None:
    order = api.get(f"/v2/orders/{place(currency='EUR', rate=Decimal('0.9'))}").json()
    assert (order["default_currency_code"], order["store_default_currency_code"]) == ("EUR", "USD")
    assert order["store_default_to_transactional_exchange_rate"] == "0.9000000000"


def test_unset_values_have_the_form_that_each_field_has(api: Api, place: PlaceOrder) -> None:
    order = api.get(f"/v2/orders/{place()}").json()
    names = ("external_source", "external_id", "external_order_id", "ebay_order_id", "ip_address")
    assert [order[name] for name in names] == [None, None, "", "0", ""]
    assert order["credit_card_type"] is None


def test_what_is_not_included_is_a_link(api: Api, shop: Storefront, place: PlaceOrder) -> None:
    order_id = place()
    order = api.get(f"/v2/orders/{order_id}").json()
    for name in ("products", "shipping_addresses", "coupons", "fees", "consignments"):
        link = order[name]
        assert link["url"] == f"{shop.api_url}/v2{link['resource']}"
        assert link["resource"].startswith(f"/orders/{order_id}/")
    assert order["shipping_addresses"]["resource"].endswith("/shippingaddresses")


def test_consignments_come_in_an_array_of_one_unless_the_object_is_asked_for(
    api: Api, place: PlaceOrder
) -> None:
    order_id = place()
    include = "consignments.line_items"
    legacy = api.get(f"/v2/orders/{order_id}", include=include).json()["consignments"]
    modern = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()["consignments"]
    assert legacy == [modern]
    assert set(modern) == {"pickups", "shipping", "downloads", "email"}
    assert modern["shipping"][0]["line_items"][0]["sku"] == "MUG"


def test_consignments_without_their_lines_link_to_them(api: Api, place: PlaceOrder) -> None:
    query = {"include": "consignments", "consignment_structure": "object"}
    order = api.get(f"/v2/orders/{place()}", **query).json()
    assert "url" in order["consignments"]["shipping"][0]["line_items"]


def test_a_consignment_shows_fifty_lines_and_warns(api: Api, place: PlaceOrder) -> None:
    order_id = place(lines=tuple(StoreLine(f"Mug {n}", Decimal(1)) for n in range(51)))
    [listed] = api.get("/v2/orders", **EMBEDDED).json()
    [consignment] = listed["consignments"]["shipping"]
    assert len(consignment["line_items"]) == 50
    assert "only 50 are included" in consignment["__warning__"]["message"]
    assert listed["items_total"] == 51
    assert len(api.get(f"/v2/orders/{order_id}/products").json()) == 50
    assert len(api.get(f"/v2/orders/{order_id}/products", limit=250).json()) == 51


def test_fifty_lines_are_shown_without_a_warning(api: Api, place: PlaceOrder) -> None:
    place(lines=tuple(StoreLine(f"Mug {n}", Decimal(1)) for n in range(50)))
    [order] = api.get("/v2/orders", **EMBEDDED).json()
    assert "__warning__" not in order["consignments"]["shipping"][0]


def test_lines_outside_any_consignment_are_listed_as_products_only(
    api: Api, place: PlaceOrder
) -> None:
    order_id = place(
        lines=(StoreLine("Box", Decimal(30), in_consignment=False),), order_source="external"
    )
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    assert order["consignments"]["shipping"] == []
    assert order["items_total"] == 1
    [line] = api.get(f"/v2/orders/{order_id}/products").json()
    assert line["name"] == "Box"


def test_a_lone_digital_line_comes_as_an_object(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place(lines=(StoreLine("Guide", Decimal(5), kind="digital"),))
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    assert order["consignments"]["downloads"][0]["line_items"]["name"] == "Guide"
    assert (order["order_is_digital"], order["shipping_address_count"]) == (True, 0)
    shop.store.configure(lone_digital_line_as_object=False)
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    assert order["consignments"]["downloads"][0]["line_items"][0]["name"] == "Guide"


def test_a_gift_certificate_is_sold_without_tax_in_the_email_consignment(
    api: Api, place: PlaceOrder
) -> None:
    certificate = StoreLine("$50 certificate", Decimal(50), kind="giftcertificate")
    order_id = place(lines=(certificate,), tax_rate=Decimal("0.08"))
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    [gift] = order["consignments"]["email"]["gift_certificates"]
    assert gift["line_items"]["type"] == "giftcertificate"
    assert (order["total_inc_tax"], order["total_tax"]) == ("50.0000", "0.0000")


def test_options_say_what_the_shopper_chose(api: Api, place: PlaceOrder) -> None:
    order_id = place(
        lines=(StoreLine("Coffee", Decimal(9), options=(("Subscription ID", "sub-12"),)),)
    )
    [line] = api.get(f"/v2/orders/{order_id}/products").json()
    [option] = line["product_options"]
    assert (option["display_name"], option["display_value"]) == ("Subscription ID", "sub-12")


def test_a_part_of_a_bundle_names_the_bundle(api: Api, place: PlaceOrder) -> None:
    order_id = place(
        lines=(StoreLine("Bundle", Decimal(9)), StoreLine("Part", Decimal(0), parent=0))
    )
    bundle, part = api.get(f"/v2/orders/{order_id}/products").json()
    assert part["parent_order_product_id"] == bundle["id"]
    assert (bundle["is_bundled_product"], part["is_bundled_product"]) == (False, True)


def test_a_shipped_order_has_a_shipment_and_others_have_none(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place()
    assert api.get(f"/v2/orders/{order_id}/shipments").status_code == 204
    shop.store.ship(order_id, NOON)
    [shipment] = api.get(f"/v2/orders/{order_id}/shipments").json()
    assert shipment["date_created"] == "Sat, 14 Mar 2026 12:00:00 +0000"
    order = api.get(f"/v2/orders/{order_id}").json()
    assert (order["items_shipped"], order["status"]) == (1, "Shipped")


def test_tax_details_name_the_line(api: Api, place: PlaceOrder) -> None:
    order_id = place(tax_rate=Decimal("0.08"), shipping=Decimal(5))
    plain = api.get(f"/v2/orders/{order_id}/taxes").json()
    detailed = api.get(f"/v2/orders/{order_id}/taxes", details="true").json()
    assert "line_item_type" not in plain[0]
    assert [(tax["line_item_type"], tax["line_amount"]) for tax in detailed] == [
        ("item", "1.6000"),
        ("shipping", "0.4000"),
    ]


@pytest.mark.parametrize("name", ["shipping_addresses", "shippingaddresses"])
def test_shipping_addresses_answer_under_both_names(api: Api, place: PlaceOrder, name: str) -> None:
    order_id = place(delivery=StoreAddress(city="Leeds"))
    assert api.get(f"/v2/orders/{order_id}/{name}").json()[0]["city"] == "Leeds"


def test_messages_and_fees_are_204_until_there_are_some(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place()
    assert api.get(f"/v2/orders/{order_id}/messages").status_code == 204
    assert api.get(f"/v2/orders/{order_id}/fees").status_code == 204
    shop.store.message(order_id, "Hello", "It is on its way.")
    shop.store.edit(order_id, fees=(StoreFee("Gift box", Decimal(2)),))
    assert api.get(f"/v2/orders/{order_id}/messages").json()[0]["subject"] == "Hello"
    assert api.get(f"/v2/orders/{order_id}/fees").json()[0]["cost_inc_tax"] == "2.0000"


def test_editing_a_line_drops_its_discount_and_keeps_the_others(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place(
        lines=(StoreLine("A", Decimal(10)), StoreLine("B", Decimal(30))),
        coupons=(StoreCoupon("TEN", Decimal(4)),),
    )
    first, second = shop.store.order(order_id).lines
    shop.store.edit(order_id, lines=(first, replace(second, quantity=2)))
    order = api.get(f"/v2/orders/{order_id}", **EMBEDDED).json()
    assert (order["coupon_discount"], order["total_inc_tax"]) == ("1.0000", "69.0000")
    lines = order["consignments"]["shipping"][0]["line_items"]
    assert [line["id"] for line in lines] == [first.id, second.id]
    assert [line["discounted_total_inc_tax"] for line in lines] == ["9.0000", "60.0000"]


@pytest.mark.parametrize("total", ["7.31", "20.01", "33.33", "100"])
@pytest.mark.parametrize("prices_include_tax", [True, False])
def test_a_total_can_be_edited_to_the_cent(
    api: Api, shop: Storefront, place: PlaceOrder, total: str, prices_include_tax: bool
) -> None:
    order_id = place(tax_rate=Decimal("0.0875"), prices_include_tax=prices_include_tax)
    shop.store.edit_total(order_id, Decimal(total))
    order = api.get(f"/v2/orders/{order_id}").json()
    assert money(order, "total_inc_tax") == Decimal(total)


def test_an_order_read_back_is_the_order_that_was_entered(shop: Storefront) -> None:
    entered = StoreOrder(
        id=7,
        placed_at=NOON,
        modified_at=NOON,
        email="ann@x.example",
        lines=(
            StoreLine("A", Decimal("9.99"), options=(("Size", "L"),), product_id=3, id=8001),
            StoreLine("B", Decimal(1), cost=Decimal("0.4"), parent=0, id=8002),
        ),
        billing=StoreAddress(first_name="Ann", email="ann@x.example"),
        delivery=StoreAddress(city="Leeds"),
        coupons=(StoreCoupon("C", Decimal(1)),),
        fees=(StoreFee("Gift box", Decimal(2)),),
        shipping=Decimal(6),
        tax_rate=Decimal("0.08"),
        rate=Decimal("1.25"),
        currency="CAD",
        is_email_opt_in=True,
    )
    shop.store.load([entered])
    assert shop.store.order(7) == entered
