"""Orders in V2: bare arrays, 204 when empty, money as strings, RFC 2822 dates."""

import json
import zlib

from local.storefront.amounts import money_text
from local.storefront.call import Call
from local.storefront.dates import rfc_2822
from local.storefront.exchange import Response, json_response, listing
from local.storefront.filters import order_condition, order_sorting
from local.storefront.refunding import address_id
from local.storefront.render_lines import (
    ConsignmentLinks,
    Json,
    render_address,
    render_consignments,
    render_line,
)
from local.storefront.render_order import (
    CONSIGNMENT_LINES,
    OrderView,
    render_fees,
    render_order,
    shape_consignments,
)
from local.storefront.statuses import STATUSES


def orders(call: Call) -> Response:
    """Return a page of orders."""
    condition = order_condition(call.query, call.settings)
    sorting, window = order_sorting(call.query), call.window()
    rows = call.connection.execute(
        f"SELECT * FROM orders WHERE {condition.sql} ORDER BY {sorting} LIMIT ? OFFSET ?",
        [*condition.parameters, window.limit, window.offset],
    ).fetchall()
    view = _view(call)
    ids = [row["id"] for row in rows]
    lines = call.lines(ids) if view.shows_consignments else {}
    return listing(
        [render_order(row, lines.get(row["id"], ()), view) for row in rows], shown=tuple(ids)
    )


def order(call: Call) -> Response:
    """Return one order; an archived one too."""
    row = call.order()
    view = _view(call)
    lines = call.lines([row["id"]])[row["id"]] if view.shows_consignments else []
    return json_response(render_order(row, lines, view))


def order_count(call: Call) -> Response:
    """Return the number of orders, in all and per status."""
    condition = order_condition(call.query, call.settings)
    counts = {
        row["status_id"]: row["orders"]
        for row in call.connection.execute(
            f"SELECT status_id, COUNT(*) AS orders FROM orders WHERE {condition.sql}"
            " GROUP BY status_id",
            condition.parameters,
        )
    }
    statuses = [
        {**_status(status_id), "count": counts.get(status_id, 0), "sort_order": status_id}
        for status_id in STATUSES
    ]
    return json_response({"statuses": statuses, "count": sum(counts.values())})


def order_statuses(_: Call) -> Response:
    """Return all order statuses."""
    return listing([{**_status(status_id), "order": status_id} for status_id in STATUSES])


def order_products(call: Call) -> Response:
    """Return the lines of an order, those outside any consignment included."""
    row = call.order()
    lines = call.lines([row["id"]])[row["id"]]
    return call.slice([render_line(line, row) for line in lines])


def order_coupons(call: Call) -> Response:
    """Return the coupons used on an order."""
    row = call.order()
    return call.slice(
        [
            {
                "id": row["id"] * 10 + position,
                "coupon_id": zlib.crc32(coupon["code"].encode()) % 100_000,
                "order_id": row["id"],
                "code": coupon["code"],
                "amount": money_text(coupon["amount"]),
                "type": coupon["kind"],
                "discount": money_text(coupon["amount"]),
            }
            for position, coupon in enumerate(json.loads(row["coupons"]))
        ],
    )


def order_taxes(call: Call) -> Response:
    """Return an order's tax, per line and for shipping with ``details=true``."""
    row = call.order()
    if row["tax_rate"] == "0":
        return listing([])
    lines = call.lines([row["id"]])[row["id"]]
    parts = [(line["id"], "item", line["total_tax"], line["position"]) for line in lines]
    shipping_tax = row["shipping_inc"] - row["shipping_ex"]
    parts.append((None, "shipping", shipping_tax, len(lines)))
    parts.append((None, "handling", row["handling_inc"] - row["handling_ex"], len(lines) + 1))
    is_detailed = call.query.get("details") == "true"
    taxes = [
        {
            "id": row["id"] * 1_000 + position,
            "order_id": row["id"],
            "order_address_id": address_id(row["id"]),
            "tax_rate_id": 1,
            "tax_class_id": 0 if kind == "item" else 2,
            "name": "Sales Tax",
            "class": "Default Tax Class",
            "rate": row["tax_rate"],
            "priority": 1,
            "priority_amount": money_text(amount),
            "line_amount": money_text(amount),
            **({"order_product_id": line_id, "line_item_type": kind} if is_detailed else {}),
        }
        for line_id, kind, amount, position in parts
        if amount
    ]
    return call.slice(taxes)


def order_shipping_addresses(call: Call) -> Response:
    """Return where an order is shipped to."""
    row = call.order()
    if row["is_digital"]:
        return listing([])
    address = {
        "id": address_id(row["id"]),
        "order_id": row["id"],
        **render_address(row),
        "items_total": row["items_total"],
        "items_shipped": 0 if row["shipped_at"] is None else row["items_total"],
        "shipping_method": "Flat Rate",
        "cost_ex_tax": money_text(row["shipping_ex"]),
        "cost_inc_tax": money_text(row["shipping_inc"]),
        "cost_tax": money_text(row["shipping_inc"] - row["shipping_ex"]),
        "shipping_zone_id": 1,
    }
    return call.slice([address])


def order_shipments(call: Call) -> Response:
    """Return an order's shipment; there is one if it was shipped."""
    row = call.order()
    if row["shipped_at"] is None:
        return listing([])
    lines = call.lines([row["id"]])[row["id"]]
    shipment = {
        "id": address_id(row["id"]),
        "order_id": row["id"],
        "customer_id": row["customer_id"],
        "order_address_id": address_id(row["id"]),
        "date_created": rfc_2822(row["shipped_at"]),
        "tracking_number": "",
        "shipping_method": "Flat Rate",
        "comments": "",
        "billing_address": json.loads(row["billing"]),
        "shipping_address": render_address(row),
        "items": [
            {"order_product_id": line["id"], "product_id": line["product_id"], "quantity": n}
            for line in lines
            if (n := line["quantity"]) and line["kind"] == "physical"
        ],
    }
    return call.slice([shipment])


def order_fees(call: Call) -> Response:
    """Return an order's fees."""
    return call.slice(render_fees(call.order()))


def order_messages(call: Call) -> Response:
    """Return what the merchant wrote to the shopper about an order."""
    row = call.order()
    messages = call.connection.execute(
        "SELECT * FROM messages WHERE order_id = ? ORDER BY id", (row["id"],)
    )
    return call.slice(
        [
            {
                "id": message["id"],
                "order_id": row["id"],
                "staff_id": 1,
                "customer_id": 0,
                "type": "message",
                "subject": message["subject"],
                "message": message["message"],
                "status": "read",
                "is_flagged": False,
                "date_created": rfc_2822(message["created_at"]),
            }
            for message in messages
        ],
    )


def order_consignments(call: Call) -> Response:
    """Return an order's consignments, with lines if they are included."""
    row = call.order()
    view = _view(call)
    consignments = render_consignments(
        row,
        call.lines([row["id"]])[row["id"]],
        view.links,
        call.settings,
        with_lines=CONSIGNMENT_LINES in view.include,
    )
    return json_response(shape_consignments(consignments, as_object=view.as_object))


def _view(call: Call) -> OrderView:
    include = frozenset(filter(None, call.query.get("include", "").split(",")))
    rows = call.connection.execute("SELECT code, id FROM currencies")
    return OrderView(
        settings=call.settings,
        links=ConsignmentLinks(f"{call.request.base_url}/stores/{call.settings.store_hash}/v2"),
        currency_ids={row["code"]: row["id"] for row in rows},
        include=include,
        as_object=call.query.get("consignment_structure") == "object",
    )


def _status(status_id: int) -> Json:
    status = STATUSES[status_id]
    return {
        "id": status_id,
        "name": status.name,
        "system_label": status.name,
        "custom_label": status.name,
        "system_description": status.description,
    }
