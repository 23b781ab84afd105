"""Orders of other systems than BigCommerce, as they are posted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.orders import REFUNDED, Order, OrderLine, Refund
from headwater.domain.rows import (
    LONGEST_TEXT,
    amount,
    as_row,
    count,
    email_of,
    flag,
    instant,
    key_text,
    refuse_unknown,
    required_instant,
    text,
)
from headwater.errors import InvalidParameterError, InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from headwater.domain.rows import Row

POST_FIELDS = frozenset({"source", "currency", "rows"})
# What a cell of a CSV file can hold as well: all but the lists.
PLAIN_FIELDS = (
    "order_id",
    "placed_at",
    "updated_at",
    "total",
    "currency",
    "rate",
    "status",
    "email",
    "email_sha256",
    "customer_id",
    "subscription_id",
    "channel",
    "payment_method",
    "external_source",
    "external_id",
    "external_order_id",
    "coupon_codes",
    "test",
)
ORDER_FIELDS = frozenset({*PLAIN_FIELDS, "lines", "refunds"})
LINE_FIELDS = ("product_id", "sku", "name", "quantity", "price", "total", "unit_cost")
REFUND_FIELDS = ("id", "amount", "at")
# Statuses by name → BigCommerce's ids, in which the account's revenue set is written.
STATUSES = {
    "pending": 1,
    "shipped": 2,
    "partially_shipped": 3,
    "refunded": REFUNDED,
    "cancelled": 5,
    "declined": 6,
    "awaiting_payment": 7,
    "awaiting_pickup": 8,
    "awaiting_shipment": 9,
    "completed": 10,
    "awaiting_fulfillment": 11,
    "manual_verification": 12,
    "disputed": 13,
    "partially_refunded": 14,
}
_OTHER_NAMES = {
    "paid": "completed",
    "fulfilled": "completed",
    "canceled": "cancelled",
    "voided": "cancelled",
    "failed": "declined",
    "chargeback": "disputed",
}
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
# A subscription id stands in an option of a line, whose value rules read up to its first blank.
SUBSCRIPTION_OPTION = "subscription_id"
_SUBSCRIPTION_ID = re.compile(r"[^\s@]{1,64}")
_CHANNEL = re.compile(r"[a-z0-9_-]{1,32}", re.ASCII)
# The id stands in addresses of the API.
_LONGEST_ORDER_ID = 64
_MOST_LINES, _MOST_REFUNDS, _MOST_COUPONS = 250, 100, 50
# DynamoDB takes items of 400 kB; beside the document there are keys.
_LARGEST_ROW = 300_000
_WEB = "www"


@dataclass(frozen=True, slots=True)
class OrderPost:
    """What all rows of a post share.

    ``currency`` is that of rows which name none; empty where the post names none either.
    ``account_currency`` is what the rows' rates lead to.
    """

    source: str
    currency: str
    account_currency: str


@dataclass(frozen=True, slots=True)
class PostedOrder:
    """An order as it was posted. ``is_dated``: the row says when it was changed last.

    The ``modified_at`` of an undated order is when it was received.
    """

    order: Order
    is_dated: bool


def read_order_post(body: Mapping[str, Any], account_currency: str) -> OrderPost:
    """Read the head of an order import.

    Raises:
        InvalidParameterError: naming the field and the reason; nothing of the post is taken.
    """
    try:
        currency = _currency(body) if body.get("currency") else ""
        return OrderPost(key_text(body, "source"), currency, account_currency)
    except InvalidRowError as error:
        raise InvalidParameterError(str(error)) from None


def read_order(value: object, post: OrderPost, now: datetime) -> PostedOrder:
    """Read a row of an order import.

    Raises:
        InvalidRowError: with the reason.
    """
    row = as_row(value)
    refuse_unknown(row, ORDER_FIELDS)
    if len(json.dumps(row, default=str)) > _LARGEST_ROW:
        message = f"larger than {_LARGEST_ROW:,} bytes"
        raise InvalidRowError(message)
    updated_at = instant(row, "updated_at", now)
    _, email = email_of(row)
    total = _required_amount(row, "total")
    rate = _rate(row)
    customer_id = text(row, "customer_id")
    is_number = customer_id.isascii() and customer_id.isdecimal()
    order = Order(
        source=post.source,
        order_id=_order_id(row),
        placed_at=required_instant(row, "placed_at", now),
        modified_at=updated_at or now,
        status_id=_status_id(row),
        is_archived=False,
        currency=_currency(row) if row.get("currency") else post.currency or _currency(row),
        total=total,
        store_currency=post.account_currency if rate else "",
        rate=rate,
        customer_id=count(row, "customer_id") if is_number else 0,
        customer_key="" if is_number else customer_id,
        email=email,
        email_sha256=text(row, "email_sha256").lower(),
        order_source=_channel(row),
        channel_id=0,
        external_source=text(row, "external_source"),
        external_id=text(row, "external_id"),
        external_order_id=text(row, "external_order_id"),
        payment_method=text(row, "payment_method"),
        is_test=flag(row, "test"),
        coupon_codes=_coupon_codes(row),
        lines=_lines(row, total),
        refunds=tuple(_refunds(row, now)),
    )
    return PostedOrder(order, is_dated=updated_at is not None)


def _order_id(row: Row) -> str:
    order_id = key_text(row, "order_id")
    if len(order_id) > _LONGEST_ORDER_ID:
        message = f"order_id: longer than {_LONGEST_ORDER_ID} characters"
        raise InvalidRowError(message)
    return order_id


def _status_id(row: Row) -> int:
    given = text(row, "status") or "paid"
    name = re.sub(r"[\s-]+", "_", given.lower())
    status_id = STATUSES.get(_OTHER_NAMES.get(name, name))
    if status_id is None:
        message = f"status: not one of {', '.join(sorted({*STATUSES, *_OTHER_NAMES}))}"
        raise InvalidRowError(message)
    return status_id


def _currency(row: Row) -> str:
    currency = text(row, "currency").upper()
    if not _CURRENCY.fullmatch(currency):
        message = "currency: not three letters of ISO 4217"
        raise InvalidRowError(message)
    return currency


def _rate(row: Row) -> Decimal | None:
    rate = amount(row, "rate")
    if rate is not None and rate <= 0:
        message = "rate: not above zero"
        raise InvalidRowError(message)
    return rate


def _channel(row: Row) -> str:
    channel = text(row, "channel").lower() or _WEB
    if not _CHANNEL.fullmatch(channel):
        message = "channel: not 1 to 32 of the characters a-z, 0-9, _ and -"
        raise InvalidRowError(message)
    return channel


def _coupon_codes(row: Row) -> tuple[str, ...]:
    codes: Any = row.get("coupon_codes") or []
    if (
        not isinstance(codes, list)
        or len(codes) > _MOST_COUPONS
        or not all(isinstance(code, str) and len(code) <= LONGEST_TEXT for code in codes)
    ):
        message = f"coupon_codes: not a list of at most {_MOST_COUPONS} texts"
        raise InvalidRowError(message)
    return tuple(dict.fromkeys(code.strip() for code in codes if code.strip()))


def _lines(row: Row, total: Decimal) -> tuple[OrderLine, ...]:
    """Return an order's lines, numbered as they come; the first one bears the subscription."""
    subscription = text(row, "subscription_id")
    if subscription and not _SUBSCRIPTION_ID.fullmatch(subscription):
        message = "subscription_id: not 1 to 64 characters without blanks and @"
        raise InvalidRowError(message)
    options = ((SUBSCRIPTION_OPTION, subscription),) if subscription else ()
    items = _list_of(row, "lines", _MOST_LINES)
    lines = tuple(
        _nested("lines", number, _line, item, number, options if number == 1 else ())
        for number, item in enumerate(items, 1)
    )
    if subscription and not lines:
        return (OrderLine(1, 0, "", "", 1, total, options=options),)
    return lines


def _line(item: object, number: int, options: tuple[tuple[str, str], ...]) -> OrderLine:
    line = as_row(item)
    refuse_unknown(line, LINE_FIELDS)
    quantity = count(line, "quantity") if line.get("quantity") not in (None, "") else 1
    total, price = amount(line, "total"), amount(line, "price")
    if total is None and price is None:
        message = "total: give it or price"
        raise InvalidRowError(message)
    return OrderLine(
        line_id=number,
        product_id=count(line, "product_id"),
        sku=text(line, "sku"),
        name=text(line, "name"),
        quantity=quantity,
        total=total if total is not None else (price or Decimal(0)) * quantity,
        unit_cost=amount(line, "unit_cost"),
        options=options,
    )


def _refunds(row: Row, now: datetime) -> list[Refund]:
    refunds = [
        _nested("refunds", number, _refund, item, now)
        for number, item in enumerate(_list_of(row, "refunds", _MOST_REFUNDS), 1)
    ]
    if len({refund.refund_id for refund in refunds}) < len(refunds):
        message = "refunds: two with the same id"
        raise InvalidRowError(message)
    return sorted(refunds, key=lambda refund: (refund.created_at, str(refund.refund_id)))


def _refund(item: object, now: datetime) -> Refund:
    refund = as_row(item)
    refuse_unknown(refund, REFUND_FIELDS)
    refund_id, created_at = key_text(refund, "id"), required_instant(refund, "at", now)
    return Refund(refund_id, created_at, _required_amount(refund, "amount"))


def _required_amount(row: Row, name: str) -> Decimal:
    value = amount(row, name)
    if value is None:
        message = f"{name}: missing"
        raise InvalidRowError(message)
    if value < 0:
        message = f"{name}: negative"
        raise InvalidRowError(message)
    return value


def _list_of(row: Row, name: str, most: int) -> list[Any]:
    items: Any = row.get(name) or []
    if not isinstance(items, list) or len(items) > most:
        message = f"{name}: not a list of at most {most}"
        raise InvalidRowError(message)
    return items


def _nested[**Given, Read](
    name: str, number: int, read: Callable[Given, Read], *args: Given.args, **more: Given.kwargs
) -> Read:
    """Read an item of a list; a fault names the list and the item's number, from 1."""
    try:
        return read(*args, **more)
    except InvalidRowError as error:
        message = f"{name} {number}: {error}"
        raise InvalidRowError(message) from None
