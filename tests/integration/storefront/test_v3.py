"""The V3 resources: refunds, transactions, customers, subscribers, products, channels."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from local.storefront.model import (
    StoreChannel,
    StorePayment,
    StoreProduct,
    StoreRefund,
    StoreSubscriber,
)
from local.storefront.server import Storefront

from .conftest import Api, PlaceOrder, ShopClock

BULK = "/v3/orders/payment_actions/refunds"
MARCH_14 = datetime(2026, 3, 14, 12, tzinfo=UTC)


def test_refunds_come_by_id_with_an_empty_meta(api: Api, place: PlaceOrder) -> None:
    refund = StoreRefund(Decimal("5.50"), MARCH_14)
    order_id = place(refunds=(refund, refund), status_id=14)
    answer = api.get(BULK).json()
    assert answer["meta"] == {}
    first, second = answer["data"]
    assert first["id"] < second["id"]
    assert (first["order_id"], first["total_amount"], first["created"]) == (
        order_id,
        5.5,
        "2026-03-14T12:00:00+00:00",
    )


def test_an_empty_page_of_refunds_is_an_empty_array(api: Api) -> None:
    response = api.get(BULK)
    assert (response.status_code, response.json()) == (200, {"data": [], "meta": {}})


@pytest.mark.parametrize("parameter", ["sort", "min_date_created", "status_id"])
def test_a_parameter_that_refunds_do_not_know_is_a_422(api: Api, parameter: str) -> None:
    response = api.get(BULK, **{parameter: "id"})
    assert response.status_code == 422
    assert parameter in response.json()["errors"]


def test_a_malformed_date_is_a_422_in_v3(api: Api) -> None:
    assert api.get(BULK, created__min="yesterday").status_code == 422


def test_refunds_are_filtered_by_order_id_and_by_their_own_time(
    api: Api, place: PlaceOrder
) -> None:
    ids = [
        place(refunds=(StoreRefund(Decimal(1), MARCH_14 + timedelta(days=day)),))
        for day in range(3)
    ]

    def orders(**query: object) -> list[int]:
        return [refund["order_id"] for refund in api.get(BULK, **query).json()["data"]]

    assert orders(order_id__in=f"{ids[0]},{ids[2]}") == [ids[0], ids[2]]
    bounds = {"created__min": "2026-03-15T12:00:00Z", "created__max": "2026-03-16T12:00:00Z"}
    assert orders(**bounds) == ids[1:]
    assert orders(limit=2, page=2) == ids[2:]


def test_a_refund_of_a_line_names_it_and_marks_it(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place(shipping=Decimal(6))
    [line] = shop.store.order(order_id).lines
    refund_id = shop.store.refund(order_id, lines={line.id or 0: 1}, reason="Broken")
    [refund] = api.get(f"/v3/orders/{order_id}/payment_actions/refunds").json()["data"]
    assert refund == api.get(f"{BULK}/{refund_id}").json()["data"]
    [item] = refund["items"]
    assert (item["item_type"], item["item_id"], item["quantity"]) == ("PRODUCT", line.id, 1)
    assert (refund["total_amount"], refund["reason"]) == (20.0, "Broken")
    [rendered] = api.get(f"/v2/orders/{order_id}/products").json()
    assert (rendered["is_refunded"], rendered["quantity_refunded"]) == (True, 1)
    assert rendered["refund_amount"] == "0.0000"


def test_refunding_everything_makes_status_4_and_leaves_the_total(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place(shipping=Decimal(6), tax_rate=Decimal("0.08"))
    shop.store.refund(order_id, Decimal(10))
    order = api.get(f"/v2/orders/{order_id}").json()
    assert (order["status_id"], order["payment_status"]) == (14, "partially refunded")
    shop.store.refund(order_id)
    order = api.get(f"/v2/orders/{order_id}").json()
    assert (order["status_id"], order["payment_status"]) == (4, "refunded")
    assert (order["total_inc_tax"], order["refunded_amount"]) == ("28.0800", "0.0000")
    amounts = [refund["total_amount"] for refund in api.get(BULK).json()["data"]]
    assert amounts == [10.0, 18.08]


def test_a_declined_refund_is_listed_and_changes_nothing(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place()
    shop.store.refund(order_id, declined=True)
    [refund] = api.get(BULK).json()["data"]
    [payment] = refund["payments"]
    assert payment["is_declined"] is True
    assert payment["declined_message"]
    order = api.get(f"/v2/orders/{order_id}").json()
    assert order["status_id"] == 11
    shop.store.refund(order_id, Decimal(20))


def test_more_than_what_is_left_cannot_be_refunded(shop: Storefront, place: PlaceOrder) -> None:
    order_id = place()
    shop.store.refund(order_id, Decimal(15))
    with pytest.raises(ValueError, match="left to refund"):
        shop.store.refund(order_id, Decimal("5.01"))


@pytest.mark.parametrize("bumps", [True, False])
def test_whether_a_refund_modifies_its_order_is_a_switch(
    api: Api, shop: Storefront, place: PlaceOrder, bumps: bool
) -> None:
    shop.store.configure(refund_bumps_modified=bumps)
    order_id = place()
    shop.store.refund(order_id, Decimal(5))
    found = api.ids(min_date_modified="2026-03-20T00:00:00Z")
    assert found == ([order_id] if bumps else [])


def test_a_refund_may_be_paid_in_two_ways(api: Api, place: PlaceOrder) -> None:
    payments = (StorePayment(Decimal(4)), StorePayment(Decimal(6), declined=True))
    place(refunds=(StoreRefund(Decimal(10), MARCH_14, payments=payments),), status_id=14)
    [refund] = api.get(BULK).json()["data"]
    assert refund["total_amount"] == 10.0
    assert [(p["amount"], p["is_declined"]) for p in refund["payments"]] == [
        (4.0, False),
        (6.0, True),
    ]


def test_transactions_state_the_purchase_and_what_came_back(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place()
    shop.store.refund(order_id, Decimal(5), declined=True)
    shop.store.refund(order_id, Decimal(5))
    purchase, declined, refund = api.get(f"/v3/orders/{order_id}/transactions").json()["data"]
    assert (purchase["event"], purchase["amount"], purchase["order_id"]) == (
        "purchase",
        20.0,
        str(order_id),
    )
    assert (declined["status"], refund["status"]) == ("error", "ok")
    assert refund["reference_transaction_id"] == purchase["id"]


def test_an_order_without_a_gateway_has_no_transactions(api: Api, place: PlaceOrder) -> None:
    order_id = place(order_source="external")
    assert api.get(f"/v3/orders/{order_id}/transactions").status_code == 204
    assert api.get(f"/v2/orders/{order_id}").json()["payment_status"] == ""


def test_customers_come_in_pages_with_a_total(api: Api, place: PlaceOrder) -> None:
    for number in (3, 1, 2):
        place(customer_id=number, email=f"c{number}@x.example")
    answer = api.get("/v3/customers", limit=2).json()
    assert [customer["id"] for customer in answer["data"]] == [1, 2]
    page = answer["meta"]["pagination"]
    assert (page["total"], page["count"], page["total_pages"]) == (3, 2, 2)
    assert page["links"]["next"] == "?page=2&limit=2"
    found = api.get("/v3/customers", email__in="C3@x.example", sort="date_modified:asc").json()
    assert [customer["id"] for customer in found["data"]] == [3]


def test_subscribers_name_the_order_that_they_came_by(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place()
    shop.store.load_subscribers(
        [
            StoreSubscriber("a@x.example", MARCH_14, order_id=order_id),
            StoreSubscriber("b@x.example", MARCH_14 + timedelta(days=1)),
        ]
    )
    path = "/v3/customers/subscribers"
    [subscriber] = api.get(path, order_id=order_id).json()["data"]
    assert (subscriber["email"], subscriber["consents"]) == (
        "a@x.example",
        ["marketing_newsletter"],
    )
    later = api.get(path, date_created__min="2026-03-15T00:00:00Z").json()["data"]
    assert [subscriber["email"] for subscriber in later] == ["b@x.example"]


def test_products_can_be_asked_for_by_id_and_in_part(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    place()
    shop.store.load_products([StoreProduct(118, "Coffee", Decimal("24.50"), "COF")])
    query = {"id__in": "118,77,999", "include_fields": "name,price"}
    products = api.get("/v3/catalog/products", **query).json()["data"]
    assert products == [
        {"id": 77, "name": "Mug", "price": 20.0},
        {"id": 118, "name": "Coffee", "price": 24.5},
    ]


def test_a_product_names_its_categories_by_id(api: Api, shop: Storefront) -> None:
    mugs = ("Kitchen", "Gifts")
    shop.store.load_products([StoreProduct(118, "Mug", categories=mugs), StoreProduct(119, "Cup")])
    mug, cup = api.get("/v3/catalog/products").json()["data"]
    wanted = ",".join(map(str, mug["categories"]))
    tree = api.get("/v3/catalog/trees/categories", category_id__in=wanted).json()["data"]
    assert {one["name"] for one in tree} == {*mugs}
    assert cup["categories"] == []


def test_a_bare_date_in_a_product_filter_gets_the_present_time_of_day(
    api: Api, shop: Storefront, clock: ShopClock
) -> None:
    day = datetime(2026, 3, 14, tzinfo=UTC)
    shop.store.load_products(
        [
            StoreProduct(1, "Before noon", modified_at=day + timedelta(hours=9)),
            StoreProduct(2, "After noon", modified_at=day + timedelta(hours=15)),
        ]
    )
    assert clock.now.hour == 12
    answer = api.get("/v3/catalog/products", date_modified__min="2026-03-14").json()
    assert [product["name"] for product in answer["data"]] == ["After noon"]


def test_channels_are_filtered_by_type(api: Api, shop: Storefront) -> None:
    shop.store.load_channels([StoreChannel(2, "Till", kind="pos", platform="square")])
    names = [row["name"] for row in api.get("/v3/channels", type__in="pos").json()["data"]]
    assert names == ["Till"]
    assert len(api.get("/v3/channels", available="true").json()["data"]) == 2
