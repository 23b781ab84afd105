"""Orders as V2 states them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.storefront.amounts import money_text
from local.storefront.dates import rfc_2822
from local.storefront.render_lines import ConsignmentLinks, Json, render_consignments
from local.storefront.settings import StoreSettings
from local.storefront.statuses import STATUSES

CONSIGNMENTS, CONSIGNMENT_LINES, FEES = "consignments", "consignments.line_items", "fees"

_ONE = "1.0000000000"
_LINKED = {
    "products": "products",
    "shipping_addresses": "shippingaddresses",
    "coupons": "coupons",
}
"""What is never embedded, and where it is."""
_WITHOUT_GATEWAY = frozenset({"external", "manual", "amazon", "ebay"})

_CONSTANTS: Json = {
    "shipping_cost_tax_class_id": 2,
    "handling_cost_tax_class_id": 2,
    "base_wrapping_cost": "0.0000",
    "wrapping_cost_ex_tax": "0.0000",
    "wrapping_cost_inc_tax": "0.0000",
    "wrapping_cost_tax": "0.0000",
    "wrapping_cost_tax_class_id": 3,
    "refunded_amount": "0.0000",
    "customer_locale": "en",
    "credit_card_type": None,
    "ebay_order_id": "0",
}
"""``refunded_amount`` is always zero, also for orders that were refunded."""


@dataclass(frozen=True, slots=True)
class OrderView:
    """How orders are to be shown.

    ``include`` are the sub-resources to embed, ``as_object`` chooses the newer form of
    consignments, ``currency_ids`` are the shop's currencies by code.
    """

    settings: StoreSettings
    links: ConsignmentLinks
    currency_ids: Mapping[str, int]
    include: frozenset[str] = frozenset()
    as_object: bool = False

    @property
    def shows_consignments(self) -> bool:
        """Whether consignments are embedded."""
        return bool(self.include & {CONSIGNMENTS, CONSIGNMENT_LINES})


def payment_status(order: sqlite3.Row) -> str:
    """Return the API's word for an order's payment; empty where no gateway took it."""
    if order["payment_status"] is not None:
        return str(order["payment_status"])
    if order["order_source"] in _WITHOUT_GATEWAY:
        return ""
    return STATUSES[order["status_id"]].payment


def render_order(order: sqlite3.Row, lines: Sequence[sqlite3.Row], view: OrderView) -> Json:
    """Return an order; ``lines`` are needed only if consignments are embedded."""
    status = STATUSES[order["status_id"]].name
    links, order_id = view.links, order["id"]
    billing = json.loads(order["billing"])
    return {
        **_CONSTANTS,
        "id": order_id,
        "customer_id": order["customer_id"],
        "date_created": rfc_2822(order["created_at"]),
        "date_modified": rfc_2822(order["modified_at"]),
        "date_shipped": rfc_2822(order["shipped_at"]),
        "cart_id": order["cart_id"] or None,
        "status_id": order["status_id"],
        "status": status,
        "custom_status": status,
        "is_deleted": bool(order["is_deleted"]),
        **_amounts(order),
        "is_tax_inclusive_pricing": bool(order["prices_include_tax"]),
        "items_total": order["items_total"],
        "items_shipped": 0 if order["shipped_at"] is None else order["items_total"],
        "order_is_digital": bool(order["is_digital"]),
        "shipping_address_count": 0 if order["is_digital"] else 1,
        "payment_method": order["payment_method"],
        "payment_provider_id": order["payment_provider_id"] or None,
        "payment_status": payment_status(order),
        **_currency(order, view),
        **_visitor(order, billing),
        "is_email_opt_in": bool(order["is_email_opt_in"]),
        "staff_notes": order["staff_notes"],
        "customer_message": order["customer_message"],
        "order_source": order["order_source"],
        "channel_id": order["channel_id"],
        "external_source": order["external_source"],
        "external_id": order["external_id"],
        "external_merchant_id": order["external_merchant_id"],
        "external_order_id": order["external_order_id"],
        "tax_provider_id": "" if order["order_source"] == "external" else "BasicTaxProvider",
        "billing_address": {**billing, "form_fields": []},
        **{name: links.to(order_id, path) for name, path in _LINKED.items()},
        "fees": render_fees(order) if FEES in view.include else links.to(order_id, "fees"),
        "consignments": _consignments(order, lines, view),
    }


def render_fees(order: sqlite3.Row) -> list[Json]:
    """Return an order's fees."""
    entered = "inc" if order["prices_include_tax"] else "ex"
    return [
        {
            "id": fee["id"],
            "type": "custom_fee",
            "display_name_customer": fee["name"],
            "display_name_merchant": fee["name"],
            "source": "manual",
            "base_cost": money_text(fee[entered]),
            "cost_ex_tax": money_text(fee["ex"]),
            "cost_inc_tax": money_text(fee["inc"]),
            "cost_tax": money_text(fee["inc"] - fee["ex"]),
            "tax_class_id": None,
        }
        for fee in json.loads(order["fees"])
    ]


def shape_consignments(consignments: Json, *, as_object: bool) -> Json | list[Json]:
    """Return consignments in the form that was asked for: the legacy form is an array of one."""
    return consignments if as_object else [consignments]


def _consignments(
    order: sqlite3.Row, lines: Sequence[sqlite3.Row], view: OrderView
) -> Json | list[Json]:
    if not view.shows_consignments:
        return view.links.to(order["id"], "consignments")
    with_lines = CONSIGNMENT_LINES in view.include
    consignments = render_consignments(
        order, lines, view.links, view.settings, with_lines=with_lines
    )
    return shape_consignments(consignments, as_object=view.as_object)


def _visitor(order: sqlite3.Row, billing: Json) -> Json:
    """Return where the shopper's browser was; orders made by programs have none."""
    address = order["ip_address"]
    is_v6 = ":" in address
    return {
        "ip_address": "" if is_v6 else address,
        "ip_address_v6": address if is_v6 else "",
        "geoip_country": billing["country"] if address else "",
        "geoip_country_iso2": billing["country_iso2"] if address else "",
    }


def _amounts(order: sqlite3.Row) -> Json:
    entered = "inc" if order["prices_include_tax"] else "ex"
    shipping_ex, shipping_inc = order["shipping_ex"], order["shipping_inc"]
    handling_ex, handling_inc = order["handling_ex"], order["handling_inc"]
    return {
        "subtotal_ex_tax": money_text(order["subtotal_ex"]),
        "subtotal_inc_tax": money_text(order["subtotal_inc"]),
        "subtotal_tax": money_text(order["subtotal_tax"]),
        "base_shipping_cost": money_text(order[f"shipping_{entered}"]),
        "shipping_cost_ex_tax": money_text(shipping_ex),
        "shipping_cost_inc_tax": money_text(shipping_inc),
        "shipping_cost_tax": money_text(shipping_inc - shipping_ex),
        "base_handling_cost": money_text(order[f"handling_{entered}"]),
        "handling_cost_ex_tax": money_text(handling_ex),
        "handling_cost_inc_tax": money_text(handling_inc),
        "handling_cost_tax": money_text(handling_inc - handling_ex),
        "total_ex_tax": money_text(order["total_inc"] - order["total_tax"]),
        "total_inc_tax": money_text(order["total_inc"]),
        "total_tax": money_text(order["total_tax"]),
        "discount_amount": money_text(order["discount"]),
        "coupon_discount": money_text(order["coupon_discount"]),
        "store_credit_amount": money_text(order["store_credit"]),
        "gift_certificate_amount": money_text(order["gift_certificate"]),
    }


def _currency(order: sqlite3.Row, view: OrderView) -> Json:
    """Return the currency fields; without multi-currency the store's are empty and one."""
    code, rate = order["currency"], order["rate"]
    currency_id = view.currency_ids.get(code, 1)
    return {
        "currency_id": currency_id,
        "currency_code": code,
        "currency_exchange_rate": _ONE,
        "default_currency_id": currency_id,
        "default_currency_code": code,
        "store_default_currency_code": "" if rate is None else view.settings.currency,
        "store_default_to_transactional_exchange_rate": _ONE if rate is None else rate,
    }
