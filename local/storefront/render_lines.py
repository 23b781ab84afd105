"""Order lines and consignments as V2 states them."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from local.storefront.amounts import money_number, money_text
from local.storefront.refunding import address_id
from local.storefront.settings import StoreSettings

type Json = dict[str, Any]

LINES_PER_CONSIGNMENT = 50
_WARNING = (
    "Not all line items of this consignment are returned: only 50 are included. "
    "Ask for the products of the order to get all of them."
)

_LINE_CONSTANTS: Json = {
    "order_pickup_method_id": 0,
    "upc": "",
    "weight": "0.2500",
    "width": "0.0000",
    "height": "0.0000",
    "depth": "0.0000",
    "cost_price_tax": "0.0000",
    "refund_amount": "0.0000",
    "return_id": 0,
    "wrapping_id": 0,
    "wrapping_name": "",
    "base_wrapping_cost": "0.0000",
    "wrapping_cost_ex_tax": "0.0000",
    "wrapping_cost_inc_tax": "0.0000",
    "wrapping_cost_tax": "0.0000",
    "wrapping_message": "",
    "event_name": None,
    "event_date": None,
    "fixed_shipping_cost": "0.0000",
    "ebay_item_id": "",
    "ebay_transaction_id": "",
    "option_set_id": None,
    "bin_picking_number": "",
    "external_id": None,
    "brand": "",
    "configurable_fields": [],
}


def render_line(line: sqlite3.Row, order: sqlite3.Row) -> Json:
    """Return a line; the deprecated ``refund_amount`` is always zero."""
    entered = "inc" if order["prices_include_tax"] else "ex"
    cost = money_text(line["cost"])
    name = line["name"]
    return {
        **_LINE_CONSTANTS,
        "id": line["id"],
        "order_id": line["order_id"],
        "product_id": line["product_id"],
        "variant_id": line["variant_id"] or None,
        "order_address_id": address_id(line["order_id"]) if line["kind"] == "physical" else 0,
        "name": name,
        "name_customer": name,
        "name_merchant": name,
        "sku": line["sku"],
        "type": line["kind"],
        "base_price": money_text(line[f"price_{entered}"]),
        "price_ex_tax": money_text(line["price_ex"]),
        "price_inc_tax": money_text(line["price_inc"]),
        "price_tax": money_text(line["price_inc"] - line["price_ex"]),
        "base_total": money_text(line[f"total_{entered}"]),
        "total_ex_tax": money_text(line["total_ex"]),
        "total_inc_tax": money_text(line["total_inc"]),
        "total_tax": money_text(line["total_tax"]),
        "quantity": line["quantity"],
        "base_cost_price": cost,
        "cost_price_inc_tax": cost,
        "cost_price_ex_tax": cost,
        "is_refunded": line["quantity_refunded"] >= line["quantity"],
        "quantity_refunded": line["quantity_refunded"],
        "quantity_shipped": 0 if order["shipped_at"] is None else line["quantity"],
        "parent_order_product_id": line["parent_line_id"],
        "is_bundled_product": line["parent_line_id"] is not None,
        "gift_certificate_id": line["id"] if line["kind"] == "giftcertificate" else None,
        "discounted_total_inc_tax": money_text(line["discounted_inc"]),
        "applied_discounts": [] if line["applied"] == "[]" else json.loads(line["applied"]),
        "product_options": _options(line),
    }


def _options(line: sqlite3.Row) -> list[Json]:
    if line["options"] == "[]":
        return []
    return [
        {
            "id": line["id"] * 10 + position,
            "option_id": position + 1,
            "order_product_id": line["id"],
            "product_option_id": line["product_id"] * 10 + position,
            "display_name": name,
            "display_name_customer": name,
            "display_name_merchant": name,
            "display_value": value,
            "display_value_customer": value,
            "display_value_merchant": value,
            "value": value,
            "type": "Text field",
            "name": name,
            "display_style": "",
        }
        for position, (name, value) in enumerate(json.loads(line["options"]))
    ]


def render_address(order: sqlite3.Row) -> Json:
    """Return where an order is shipped to."""
    address: Json = json.loads(order["delivery"] or order["billing"])
    return {**address, "form_fields": []}


def render_consignments(
    order: sqlite3.Row,
    lines: Sequence[sqlite3.Row],
    links: "ConsignmentLinks",
    settings: StoreSettings,
    *,
    with_lines: bool,
) -> Json:
    """Return the consignments of an order in the object form.

    A consignment shows 50 lines at most and then carries ``__warning__``; lines that belong to no
    consignment are missing.
    """
    by_kind: dict[str, list[Json]] = {"physical": [], "digital": [], "giftcertificate": []}
    for line in lines:
        if line["in_consignment"]:
            by_kind[line["kind"]].append(render_line(line, order))
    physical, digital, certificates = by_kind.values()

    def items(rendered: list[Json], *, alone_as_object: bool = False) -> Json:
        if not with_lines:
            return {"line_items": links.to(order["id"], "products")}
        if alone_as_object and len(rendered) == 1:
            return {"line_items": rendered[0]}
        if len(rendered) <= LINES_PER_CONSIGNMENT:
            return {"line_items": rendered}
        cut = rendered[:LINES_PER_CONSIGNMENT]
        return {"line_items": cut, "__warning__": {"message": _WARNING}}

    lone = settings.lone_digital_line_as_object
    return {
        "pickups": [],
        "shipping": [_shipping(order, links) | items(physical)] if physical else [],
        "downloads": [items(digital, alone_as_object=lone)] if digital else [],
        "email": {
            "gift_certificates": [
                {**items([certificate], alone_as_object=lone)} for certificate in certificates
            ]
        },
    }


class ConsignmentLinks:
    """Links to an order's sub-resources.

    Args:
        api_url: The V2 base, such as ``https://api.bigcommerce.com/stores/abc123/v2``.
    """

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url

    def to(self, order_id: int, name: str) -> Json:
        """Return the object that stands where a sub-resource is not included."""
        resource = f"/orders/{order_id}/{name}"
        return {"url": self._api_url + resource, "resource": resource}


def _shipping(order: sqlite3.Row, links: ConsignmentLinks) -> Json:
    order_id, consignment_id = order["id"], address_id(order["id"])
    entered = "inc" if order["prices_include_tax"] else "ex"
    shipping_ex, shipping_inc = order["shipping_ex"], order["shipping_inc"]
    handling_ex, handling_inc = order["handling_ex"], order["handling_inc"]
    address = render_address(order)
    quotes = f"consignments/shipping/{consignment_id}/shipping_quotes"
    return {
        "id": consignment_id,
        **address,
        "items_total": order["items_total"],
        "items_shipped": 0 if order["shipped_at"] is None else order["items_total"],
        "shipping_method": "Flat Rate",
        "base_cost": money_number(order[f"shipping_{entered}"]),
        "cost_ex_tax": money_number(shipping_ex),
        "cost_inc_tax": money_number(shipping_inc),
        "cost_tax": money_number(shipping_inc - shipping_ex),
        "cost_tax_class_id": 2,
        "base_handling_cost": money_number(order[f"handling_{entered}"]),
        "handling_cost_ex_tax": money_number(handling_ex),
        "handling_cost_inc_tax": money_number(handling_inc),
        "handling_cost_tax": money_number(handling_inc - handling_ex),
        "handling_cost_tax_class_id": 2,
        "shipping_zone_id": 1,
        "shipping_zone_name": address["country"],
        "shipping_quotes": links.to(order_id, quotes),
    }
