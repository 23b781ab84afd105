"""Refunds and transactions of orders in V3: ISO dates, amounts as numbers."""

import json
import sqlite3
from collections import defaultdict
from functools import partial

from local.storefront.amounts import money_number
from local.storefront.call import Call
from local.storefront.dates import iso_8601
from local.storefront.exchange import Refusal, Response, json_response
from local.storefront.render_lines import Json
from local.storefront.render_order import payment_status
from local.storefront.selection_v3 import Selection, instant, one_of, pagination

_FIRST_PURCHASE_ID = 964_000_000
_FIRST_REFUND_TRANSACTION_ID = 965_000_000
_PAID = frozenset({"captured", "paid", "refunded", "partially refunded"})

_REFUNDS = Selection(
    table="refunds",
    readers={
        "order_id:in": one_of("order_id"),
        "id:in": one_of("id"),
        "created:min": instant("created_at", ">="),
        "created:max": instant("created_at", "<="),
    },
    has_meta=False,
)


def refunds(call: Call) -> Response:
    """Return a page of all orders' refunds, ascending by id; ``meta`` is empty."""
    return _REFUNDS.answer(call, partial(_render_refunds, call.connection))


def order_refunds(call: Call) -> Response:
    """Return the refunds of one order."""
    order_id = call.order()["id"]
    rows = call.connection.execute(
        "SELECT * FROM refunds WHERE order_id = ? ORDER BY id", (order_id,)
    )
    items = _render_refunds(call.connection, [dict(row) for row in rows])
    return json_response({"data": items, "meta": {}})


def refund(call: Call) -> Response:
    """Return one refund."""
    row = call.connection.execute("SELECT * FROM refunds WHERE id = ?", call.ids).fetchone()
    if row is None:
        message = "The requested resource was not found."
        raise Refusal(404, message)
    [item] = _render_refunds(call.connection, [dict(row)])
    return json_response({"data": item, "meta": {}})


def order_transactions(call: Call) -> Response:
    """Return the payments of one order; an order that no gateway knows of has none (204)."""
    row = call.order()
    items = _transactions(call.connection, row)
    window = call.window()
    page = items[window.offset : window.offset + window.limit]
    if not page:
        return Response(204)
    number = window.offset // window.limit + 1
    meta = pagination(len(items), len(page), window.limit, number)
    return json_response({"data": page, "meta": meta})


def _render_refunds(connection: sqlite3.Connection, rows: list[Json]) -> list[Json]:
    payments: dict[int, list[sqlite3.Row]] = defaultdict(list)
    marks = ", ".join("?" * len(rows))
    for payment in connection.execute(
        f"SELECT * FROM refund_payments WHERE refund_id IN ({marks}) ORDER BY id",
        [row["id"] for row in rows],
    ):
        payments[payment["refund_id"]].append(payment)
    return [_render_refund(row, payments[row["id"]]) for row in rows]


def _render_refund(row: Json, payments: list[sqlite3.Row]) -> Json:
    return {
        "id": row["id"],
        "order_id": row["order_id"],
        "user_id": 0,
        "created": iso_8601(row["created_at"]),
        "reason": row["reason"],
        "total_amount": money_number(row["total_amount"]),
        "total_tax": money_number(row["total_tax"]),
        "uses_merchant_override_values": False,
        "items": [
            {
                "item_type": item["item_type"],
                "item_id": item["item_id"],
                "quantity": item["quantity"],
                "requested_amount": None
                if item["requested_amount"] is None
                else money_number(item["requested_amount"]),
                "reason": row["reason"],
                "adjustments": [],
            }
            for item in json.loads(row["items"])
        ],
        "payments": [
            {
                "id": payment["id"],
                "provider_id": payment["provider_id"],
                "amount": money_number(payment["amount"]),
                "offline": bool(payment["offline"]),
                "is_declined": bool(payment["is_declined"]),
                "declined_message": "Do not honor" if payment["is_declined"] else "",
                "transaction_id": str(_FIRST_REFUND_TRANSACTION_ID + payment["id"]),
            }
            for payment in payments
        ],
    }


def _transactions(connection: sqlite3.Connection, order: sqlite3.Row) -> list[Json]:
    if payment_status(order) not in _PAID:
        return []
    purchase_id = _FIRST_PURCHASE_ID + order["id"]
    purchase = {
        **_transaction(order, purchase_id, "purchase", order["total_inc"], order["created_at"]),
        "credit_card": {
            "card_type": "visa",
            "card_iin": "424242",
            "card_last4": "4242",
            "card_expiry_month": 12,
            "card_expiry_year": 2030,
        },
    }
    payments = connection.execute(
        "SELECT refund_payments.*, refunds.created_at FROM refund_payments"
        " JOIN refunds ON refunds.id = refund_payments.refund_id"
        " WHERE refunds.order_id = ? AND NOT offline ORDER BY refund_payments.id",
        (order["id"],),
    )
    return [
        purchase,
        *(
            {
                **_transaction(
                    order,
                    _FIRST_REFUND_TRANSACTION_ID + payment["id"],
                    "refund",
                    payment["amount"],
                    payment["created_at"],
                ),
                "status": "error" if payment["is_declined"] else "ok",
                "reference_transaction_id": purchase_id,
            }
            for payment in payments
        ),
    ]


def _transaction(
    order: sqlite3.Row, transaction_id: int, event: str, amount: int, created_at: int
) -> Json:
    return {
        "id": transaction_id,
        "order_id": str(order["id"]),
        "event": event,
        "method": "credit_card",
        "amount": money_number(amount),
        "currency": order["currency"],
        "gateway": "stripe",
        "gateway_transaction_id": order["payment_provider_id"],
        "payment_method_id": "stripe.credit_card",
        "date_created": iso_8601(created_at),
        "test": order["payment_method"].lower().startswith("test"),
        "status": "ok",
        "fraud_review": False,
        "reference_transaction_id": None,
        "offline": None,
        "custom": None,
        "payment_instrument_token": None,
        "avs_result": {},
        "cvv_result": {},
        "credit_card": {},
        "gift_certificate": None,
        "store_credit": None,
        "custom_provider_field_result": None,
    }
