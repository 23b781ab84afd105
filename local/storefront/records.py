"""Orders to rows and back."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, replace
from decimal import Decimal
from itertools import batched, count

from local.storefront.amounts import from_units, money_text, to_units
from local.storefront.database import Row, insert, next_id, upsert
from local.storefront.dates import from_epoch, to_epoch
from local.storefront.model import StoreAddress, StoreCoupon, StoreFee, StoreLine, StoreOrder
from local.storefront.pricing import AppliedDiscount, PricedLine, PricedOrder, price_order
from local.storefront.refunding import RefundRows, fee_id

FIRST_ORDER_ID = 100
_FIRST_LINE_ID = 5_001
_BATCH = 2_000

_VERBATIM = (
    "customer_id",
    "status_id",
    "is_deleted",
    "prices_include_tax",
    "channel_id",
    "order_source",
    "external_source",
    "external_id",
    "external_merchant_id",
    "external_order_id",
    "cart_id",
    "payment_method",
    "payment_provider_id",
    "payment_status",
    "ip_address",
    "staff_notes",
    "customer_message",
    "is_email_opt_in",
)
"""Fields of an order that are columns of the same name and value."""
_FLAGS = frozenset({"is_deleted", "prices_include_tax", "is_email_opt_in"})


class OrderWriter:
    """Writes orders with their lines and refunds, handing out ids as the shop does."""

    def __init__(self, connection: sqlite3.Connection, currency: str) -> None:
        self._connection = connection
        self._currency = currency
        self._order_id = next_id(connection, "orders", FIRST_ORDER_ID)
        self._line_ids = count(next_id(connection, "order_lines", _FIRST_LINE_ID))
        self._refunds = RefundRows(connection)

    def insert(self, orders: Iterable[StoreOrder]) -> list[int]:
        """Insert orders and return their ids.

        Raises:
            sqlite3.IntegrityError: An id is already taken.
            ValueError: An amount or an instant cannot be stated by the API.
        """
        ids: list[int] = []
        for batch in batched(orders, _BATCH):
            order_rows: list[Row] = []
            line_rows: list[Row] = []
            for order in batch:
                order_row, lines = self._rows(order, self._take_id(order))
                order_rows.append(order_row)
                line_rows += lines
                self._add_refunds(order, order_row["id"], lines)
            insert(self._connection, "orders", order_rows)
            insert(self._connection, "order_lines", line_rows)
            self._refunds.flush()
            ids += [row["id"] for row in order_rows]
        return ids

    def replace(self, order_id: int, order: StoreOrder) -> None:
        """Write an existing order anew, but for its refunds; lines with an id keep it."""
        order_row, lines = self._rows(order, order_id)
        upsert(self._connection, "orders", [order_row])
        self._connection.execute(
            "DELETE FROM order_lines WHERE order_id = ?"
            " AND id NOT IN (SELECT value FROM json_each(?))",
            (order_id, json.dumps([line["id"] for line in lines])),
        )
        upsert(self._connection, "order_lines", lines)

    def _take_id(self, order: StoreOrder) -> int:
        order_id = self._order_id if order.id is None else order.id
        self._order_id = max(self._order_id, order_id + 1)
        return order_id

    def _add_refunds(self, order: StoreOrder, order_id: int, lines: list[Row]) -> None:
        for line in lines:
            line["quantity_refunded"] = 0
        for refund in order.refunds:
            _, returned = self._refunds.add(order_id, [line["id"] for line in lines], refund)
            for position, quantity in returned:
                lines[position]["quantity_refunded"] += quantity

    def _rows(self, order: StoreOrder, order_id: int) -> tuple[Row, list[Row]]:
        currency = order.currency or self._currency
        priced = price_order(order, currency)
        ids = [next(self._line_ids) if line.id is None else line.id for line in order.lines]
        lines = [
            {
                "id": ids[position],
                "order_id": order_id,
                "position": position,
                "parent_line_id": None if line.parent is None else ids[line.parent],
                **_line_columns(line, amounts),
            }
            for position, (line, amounts) in enumerate(zip(order.lines, priced.lines, strict=True))
        ]
        return _order_row(order, order_id, currency, priced), lines


def _order_row(order: StoreOrder, order_id: int, currency: str, priced: PricedOrder) -> Row:
    billing = order.billing
    if not billing.email:
        billing = replace(billing, email=order.email)
    fees = [
        {"id": fee_id(order_id, position), "name": fee.name, "ex": ex, "inc": inc}
        for position, (fee, (ex, inc)) in enumerate(zip(order.fees, priced.fees, strict=True))
    ]
    return {
        "id": order_id,
        **{name: getattr(order, name) for name in _VERBATIM},
        "email": billing.email,
        "created_at": to_epoch(order.placed_at),
        "modified_at": to_epoch(order.modified_at or order.placed_at),
        "shipped_at": None if order.shipped_at is None else to_epoch(order.shipped_at),
        "billing": json.dumps(asdict(billing)),
        "delivery": None if order.delivery is None else json.dumps(asdict(order.delivery)),
        "currency": currency,
        "rate": None if order.rate is None else f"{order.rate:.10f}",
        "tax_rate": str(order.tax_rate),
        "is_digital": all(line.kind != "physical" for line in order.lines),
        "items_total": sum(line.quantity for line in order.lines),
        "store_credit": to_units(order.store_credit),
        "gift_certificate": to_units(order.gift_certificate),
        "coupons": json.dumps([_coupon_json(coupon) for coupon in order.coupons]),
        "fees": json.dumps(fees),
        **_amount_columns(priced),
    }


def _amount_columns(priced: PricedOrder) -> Row:
    return {
        "subtotal_ex": priced.subtotal[0],
        "subtotal_inc": priced.subtotal[1],
        "subtotal_tax": priced.subtotal_tax,
        "shipping_ex": priced.shipping[0],
        "shipping_inc": priced.shipping[1],
        "handling_ex": priced.handling[0],
        "handling_inc": priced.handling[1],
        "discount": priced.discount,
        "coupon_discount": priced.coupon_discount,
        "total_inc": priced.total_inc,
        "total_tax": priced.total_tax,
    }


def _line_columns(line: StoreLine, priced: PricedLine) -> Row:
    return {
        "name": line.name,
        "sku": line.sku,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "quantity": line.quantity,
        "kind": line.kind,
        "in_consignment": line.in_consignment,
        "discountable": line.discountable,
        "cost": to_units(line.cost),
        "price_ex": priced.price[0],
        "price_inc": priced.price[1],
        "total_ex": priced.total[0],
        "total_inc": priced.total[1],
        "total_tax": priced.tax,
        "discounted_inc": priced.discounted_inc,
        "applied": json.dumps([_applied_json(discount) for discount in priced.applied]),
        "options": json.dumps(line.options),
    }


def _applied_json(discount: AppliedDiscount) -> Row:
    return {
        "id": discount.id,
        "amount": money_text(discount.amount),
        "name": discount.name,
        "code": discount.code,
        "target": discount.target,
    }


def _coupon_json(coupon: StoreCoupon) -> Row:
    return {
        "code": coupon.code,
        "amount": to_units(coupon.amount),
        "kind": coupon.kind,
        "name": coupon.name,
    }


def read_order(connection: sqlite3.Connection, order_id: int) -> StoreOrder:
    """Read an order back as it was entered, without its refunds; its lines have their ids.

    Raises:
        KeyError: There is no such order.
    """
    row = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
    if row is None:
        message = f"no order {order_id}"
        raise KeyError(message)
    family = "inc" if row["prices_include_tax"] else "ex"
    lines = connection.execute(
        "SELECT * FROM order_lines WHERE order_id = ? ORDER BY position", (order_id,)
    ).fetchall()
    line_ids = [line["id"] for line in lines]
    verbatim: Row = {name: bool(row[name]) if name in _FLAGS else row[name] for name in _VERBATIM}
    return StoreOrder(
        placed_at=from_epoch(row["created_at"]),
        lines=tuple(_read_line(line, line_ids, family) for line in lines),
        id=row["id"],
        modified_at=from_epoch(row["modified_at"]),
        shipped_at=None if row["shipped_at"] is None else from_epoch(row["shipped_at"]),
        email=row["email"],
        billing=StoreAddress(**json.loads(row["billing"])),
        delivery=None if row["delivery"] is None else StoreAddress(**json.loads(row["delivery"])),
        currency=row["currency"],
        rate=None if row["rate"] is None else Decimal(row["rate"]),
        shipping=from_units(row[f"shipping_{family}"]),
        handling=from_units(row[f"handling_{family}"]),
        discount=from_units(row["discount"]),
        coupons=tuple(
            StoreCoupon(**{**coupon, "amount": from_units(coupon["amount"])})
            for coupon in json.loads(row["coupons"])
        ),
        fees=tuple(
            StoreFee(fee["name"], from_units(fee[family])) for fee in json.loads(row["fees"])
        ),
        tax_rate=Decimal(row["tax_rate"]),
        store_credit=from_units(row["store_credit"]),
        gift_certificate=from_units(row["gift_certificate"]),
        **verbatim,
    )


def _read_line(row: sqlite3.Row, ids: list[int], family: str) -> StoreLine:
    return StoreLine(
        name=row["name"],
        price=from_units(row[f"price_{family}"]),
        quantity=row["quantity"],
        sku=row["sku"],
        product_id=row["product_id"],
        variant_id=row["variant_id"],
        options=tuple((name, value) for name, value in json.loads(row["options"])),
        cost=from_units(row["cost"]),
        kind=row["kind"],
        parent=None if row["parent_line_id"] is None else ids.index(row["parent_line_id"]),
        in_consignment=bool(row["in_consignment"]),
        discountable=bool(row["discountable"]),
        id=row["id"],
    )
