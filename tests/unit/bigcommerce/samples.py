"""Rows as the store sends them, with every quirk of their fields, and how we read them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce.orders import to_order

if TYPE_CHECKING:
    from headwater.domain.orders import Order

type Json = dict[str, Any]

_LINE: Json = {
    "id": 5501,
    "order_id": 3482,
    "product_id": 118,
    "variant_id": 93,
    "order_address_id": 91,
    "name": "House Coffee",
    "sku": "COF-250",
    "type": "physical",
    "price_inc_tax": "24.0000",
    "total_ex_tax": "40.0000",
    "total_inc_tax": "48.0000",
    "total_tax": "7.2000",
    "quantity": 2,
    "base_cost_price": "9.0000",
    "cost_price_inc_tax": "10.8000",
    "cost_price_ex_tax": "9.0000",
    "quantity_refunded": 0,
    "refund_amount": "0.0000",
    "event_name": None,
    "parent_order_product_id": None,
    "is_bundled_product": False,
    "external_id": None,
    "gift_certificate_id": None,
    "discounted_total_inc_tax": "43.2000",
    "applied_discounts": [
        {
            "id": "coupon",
            "amount": "4.8000",
            "name": "Welcome 10%",
            "code": "WELCOME10",
            "target": "product",
        }
    ],
    "product_options": [
        {
            "id": 45,
            "display_name": "Subscription",
            "display_value": "Every 30 days",
            "value": "Every 30 days",
            "type": "Text field",
        }
    ],
    "configurable_fields": [],
}

_ORDER: Json = {
    "id": 3482,
    "customer_id": 0,
    "date_created": "Sat, 14 Mar 2026 23:41:07 +0000",
    "date_modified": "Wed, 18 Mar 2026 09:05:32 +0000",
    "date_shipped": "",
    "status_id": 14,
    "status": "Partially Refunded",
    "is_deleted": False,
    "total_ex_tax": "41.0000",
    "total_inc_tax": "49.2000",
    "coupon_discount": "4.8000",
    "refunded_amount": "0.0000",
    "items_total": 2,
    "payment_method": "Credit Card",
    "payment_status": "partially refunded",
    "currency_code": "EUR",
    "default_currency_code": "GBP",
    "store_default_currency_code": "GBP",
    "store_default_to_transactional_exchange_rate": "1.0000000000",
    "credit_card_type": None,
    "staff_notes": "",
    "order_source": "www",
    "channel_id": 1,
    "external_source": None,
    "external_id": None,
    "external_order_id": "",
    "ebay_order_id": "0",
    "billing_address": {
        "first_name": "Ann",
        "last_name": "Example",
        "email": " Ann@Example.com",
        "form_fields": [],
    },
    "products": {"url": "https://api.example/products", "resource": "/orders/3482/products"},
    "fees": [],
    "consignments": {
        "pickups": [],
        "downloads": [],
        "email": {"gift_certificates": []},
        "shipping": [{"id": 91, "cost_inc_tax": 6.0, "line_items": [_LINE]}],
    },
}

_REFUND: Json = {
    "id": 61,
    "order_id": 3482,
    "created": "2026-03-18T09:05:31+00:00",
    "reason": "Arrived broken",
    "total_amount": 16.2,
    "total_tax": 2.7,
    "items": [
        {
            "item_type": "PRODUCT",
            "item_id": 5501,
            "quantity": 1,
            "requested_amount": None,
            "adjustments": [],
        }
    ],
    "payments": [
        {"id": 72, "provider_id": "stripe", "amount": 16.2, "offline": False, "is_declined": False}
    ],
}


def order_row(**changes: object) -> Json:
    """Return an order of one line, shipped to one address."""
    return copy.deepcopy(_ORDER) | changes


def line_row(**changes: object) -> Json:
    """Return an order line."""
    return copy.deepcopy(_LINE) | changes


def refund_row(**changes: object) -> Json:
    """Return a refund of half of that line."""
    return copy.deepcopy(_REFUND) | changes


def consigned(*lines: Json, kind: str = "shipping", **marks: object) -> Json:
    """Return consignments in which all lines go to one place."""
    empty: Json = {"pickups": [], "shipping": [], "downloads": []}
    return {**empty, "email": {"gift_certificates": []}} | {
        kind: [{"line_items": [*lines]} | marks]
    }


def read(row: Json, refunds: tuple[Json, ...] = ()) -> Order:
    """Return the order of a row, with the lines inside it."""
    return to_order("bigcommerce", row, None, refunds)
