"""Refunds: their rows, and which part of an order they gave back."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from local.storefront.amounts import divide_half_even, from_units, minor_step, to_units
from local.storefront.database import Row, insert, next_id
from local.storefront.dates import to_epoch
from local.storefront.model import StorePayment, StoreRefund, StoreRefundItem
from local.storefront.statuses import PARTIALLY_REFUNDED, REFUNDED

ACCEPTED_REFUNDS = """
    SELECT refunds.order_id AS order_id, SUM(refund_payments.amount) AS amount
    FROM refunds JOIN refund_payments ON refund_payments.refund_id = refunds.id
    WHERE NOT refund_payments.is_declined
    GROUP BY refunds.order_id
"""
"""Per order, the money that really went back: declined payments do not count."""

_FIRST_REFUND_ID = 61
_FIRST_ADDRESS_ID = 700_000


def address_id(order_id: int) -> int:
    """Return the id of an order's shipping address, which is no order id."""
    return _FIRST_ADDRESS_ID + order_id


def fee_id(order_id: int, position: int) -> int:
    """Return the id of an order's fee."""
    return order_id * 10 + position


class RefundRows:
    """Collects the rows of refunds and writes them in one go."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._id = next_id(connection, "refunds", _FIRST_REFUND_ID)
        self._refunds: list[Row] = []
        self._payments: list[Row] = []

    def add(
        self, order_id: int, line_ids: list[int], refund: StoreRefund
    ) -> tuple[int, list[tuple[int, int]]]:
        """Add a refund of an order with these lines.

        Returns:
            The refund's id, and (line position, quantity) of the refunded products; none if every
            payment was declined.
        """
        refund_id = self._id if refund.id is None else refund.id
        self._id = max(self._id, refund_id + 1)
        items = refund.items or (StoreRefundItem(amount=refund.amount),)
        payments = refund.payments or (StorePayment(refund.amount, declined=refund.declined),)
        self._refunds.append(
            {
                "id": refund_id,
                "order_id": order_id,
                "created_at": to_epoch(refund.created_at),
                "total_amount": to_units(refund.amount),
                "total_tax": to_units(refund.tax),
                "reason": refund.reason,
                "items": json.dumps([_item_row(item, order_id, line_ids) for item in items]),
            }
        )
        self._payments += [
            {
                "refund_id": refund_id,
                "amount": to_units(payment.amount),
                "is_declined": payment.declined,
                "offline": payment.offline,
                "provider_id": payment.provider_id,
            }
            for payment in payments
        ]
        if all(payment.declined for payment in payments):
            return refund_id, []
        returned = [(item.line, item.quantity) for item in items if item.kind == "PRODUCT"]
        return refund_id, [(line, quantity) for line, quantity in returned if line is not None]

    def flush(self) -> None:
        """Write what was added."""
        insert(self._connection, "refunds", self._refunds)
        insert(self._connection, "refund_payments", self._payments)
        self._refunds, self._payments = [], []


def _item_row(item: StoreRefundItem, order_id: int, line_ids: list[int]) -> Row:
    if item.kind == "PRODUCT":
        if item.line is None:
            message = "a PRODUCT item needs the position of its line"
            raise ValueError(message)
        target = line_ids[item.line]
    elif item.kind == "ORDER":
        target = order_id
    elif item.kind == "FEE":
        target = fee_id(order_id, 0)
    else:
        target = address_id(order_id)
    return {
        "item_type": item.kind,
        "item_id": target,
        "quantity": item.quantity,
        "requested_amount": None if item.amount is None else to_units(item.amount),
    }


class RefundDesk:
    """Refunds orders that stand in the file, as the merchant's control panel would."""

    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def remaining(self, order_id: int) -> int:
        """Return what can still be refunded, in ten-thousandths.

        Raises:
            KeyError: There is no such order.
        """
        row = self._connection.execute(
            f"SELECT total_inc - COALESCE((SELECT amount FROM ({ACCEPTED_REFUNDS})"
            " WHERE order_id = orders.id), 0) AS remaining FROM orders WHERE id = ?",
            (order_id,),
        ).fetchone()
        if row is None:
            message = f"no order {order_id}"
            raise KeyError(message)
        return int(row["remaining"])

    def of_lines(self, order_id: int, quantities: Mapping[int, int]) -> StoreRefund:
        """Return a refund of some quantity of some lines (by line id) at what was paid for them.

        Raises:
            ValueError: The order has no such line, or not as many of it left.
        """
        lines = self._lines(order_id)
        units, tax = 0, 0
        items = []
        for line_id, quantity in quantities.items():
            position = next((i for i, line in enumerate(lines) if line["id"] == line_id), None)
            if position is None:
                message = f"order {order_id} has no line {line_id}"
                raise ValueError(message)
            line = lines[position]
            if not 0 < quantity <= line["quantity"] - line["quantity_refunded"]:
                message = f"{quantity} of line {line_id} cannot be refunded"
                raise ValueError(message)
            step = minor_step(line["currency"])
            whole = line["quantity"] * step
            units += divide_half_even(line["discounted_inc"] * quantity, whole) * step
            tax += divide_half_even(line["total_tax"] * quantity, whole) * step
            items.append(StoreRefundItem("PRODUCT", position, quantity))
        return StoreRefund(from_units(units), self._now, tuple(items), tax=from_units(tax))

    def of_the_rest(self, order_id: int) -> StoreRefund:
        """Return a refund of everything that is left: lines, shipping and tax."""
        items = [
            StoreRefundItem("PRODUCT", position, line["quantity"] - line["quantity_refunded"])
            for position, line in enumerate(self._lines(order_id))
            if line["quantity"] > line["quantity_refunded"]
        ]
        row = self._connection.execute(
            "SELECT total_tax - (SELECT COALESCE(SUM(total_tax), 0) FROM refunds"
            " WHERE order_id = orders.id) AS tax, shipping_inc FROM orders WHERE id = ?",
            (order_id,),
        ).fetchone()
        if row["shipping_inc"]:
            items.append(StoreRefundItem("SHIPPING"))
        amount, tax = from_units(self.remaining(order_id)), from_units(max(0, row["tax"]))
        return StoreRefund(amount, self._now, tuple(items), tax=tax)

    def pay(self, order_id: int, refund: StoreRefund) -> int:
        """Book a refund, set the order's status if money went back, and return the refund's id.

        Raises:
            ValueError: It is not positive, or more than what is left.
        """
        if not 0 < to_units(refund.amount) <= self.remaining(order_id):
            message = f"order {order_id} has no {refund.amount} left to refund"
            raise ValueError(message)
        rows = RefundRows(self._connection)
        line_ids = [line["id"] for line in self._lines(order_id)]
        refund_id, returned = rows.add(order_id, line_ids, refund)
        rows.flush()
        self._connection.executemany(
            "UPDATE order_lines SET quantity_refunded = quantity_refunded + ? WHERE id = ?",
            [(quantity, line_ids[position]) for position, quantity in returned],
        )
        if not _is_declined(refund):
            status = PARTIALLY_REFUNDED if self.remaining(order_id) else REFUNDED
            self._connection.execute(
                "UPDATE orders SET status_id = ? WHERE id = ?", (status, order_id)
            )
        return refund_id

    def _lines(self, order_id: int) -> list[sqlite3.Row]:
        return self._connection.execute(
            "SELECT order_lines.*, orders.currency FROM order_lines"
            " JOIN orders ON orders.id = order_lines.order_id"
            " WHERE order_id = ? ORDER BY position",
            (order_id,),
        ).fetchall()


def _is_declined(refund: StoreRefund) -> bool:
    if refund.payments:
        return all(payment.declined for payment in refund.payments)
    return refund.declined
