"""From the store's JSON to the domain's orders."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headwater.adapters.bigcommerce.wire import (
    WireCoupon,
    WireLine,
    WireOrder,
    WireRefund,
    WireTransaction,
    embedded_lines,
    read_amount,
    read_whole,
)
from headwater.domain.nodes import normalize_email
from headwater.domain.orders import Order, OrderLine, Refund, RefundItem, Transaction
from headwater.errors import InvalidRowError
from headwater.usecases.ports import RejectedRow

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the store calls the payment method of its built-in trial gateway.
_TEST_PAYMENT = "test payment"
# The events of money that comes in, as far as it did.
_PAID_BY = frozenset({"purchase", "authorization", "capture", "settled"})
_DEFAULT_SOURCE, _DEFAULT_CHANNEL = "www", 1


def order_id_of(row: object) -> int | None:
    """Return the order id of a row of the listing, or None if it has none."""
    try:
        return read_whole(row["id"])  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        return None


def lacks_lines(row: dict[str, Any]) -> bool:
    """Tell whether the listing left out some of an order's lines.

    It does so beyond 50 lines in a consignment, and for lines that belong to none.
    """
    lines = embedded_lines(row.get("consignments"))
    if lines is None:
        return True
    try:
        expected = read_whole(row["items_total"])
        return expected != sum(read_whole(line["quantity"]) for line in lines)
    except (KeyError, TypeError, ValueError):
        return False


def lacks_codes(row: dict[str, Any], lines: Sequence[Any] | None) -> bool:
    """Tell whether coupons took money off an order whose lines name none of their codes.

    A coupon for the shipping leaves no trace on the lines.
    """
    found = embedded_lines(row.get("consignments")) or [] if lines is None else lines
    try:
        if read_amount(row["coupon_discount"]) <= 0:
            return False
        return not any(
            discount.code
            for line in found
            for discount in WireLine.model_validate(line).applied_discounts
        )
    except (KeyError, ValueError):
        return False


def to_order(
    source: str,
    row: dict[str, Any],
    lines: Sequence[Any] | None,
    refunds: Sequence[Any],
    coupons: Sequence[Any] = (),
    transactions: Sequence[Any] = (),
) -> Order:
    """Read one order.

    Args:
        source: the name of the connected store.
        row: the order as listed.
        lines: its order-products; None to take those inside its consignments.
        refunds: its V3 refunds.
        coupons: its coupons, where its lines name none.
        transactions: its V3 transactions, where they are wanted.

    Raises:
        InvalidRowError: naming the field that cannot be read; never quoting a personal one.
    """
    found = embedded_lines(row.get("consignments")) or [] if lines is None else lines
    try:
        header = WireOrder.model_validate(row)
        wire_lines = [WireLine.model_validate(line) for line in found]
        wire_refunds = [WireRefund.model_validate(refund) for refund in refunds]
        wire_coupons = [WireCoupon.model_validate(coupon) for coupon in coupons]
        wire_payments = [WireTransaction.model_validate(one) for one in transactions]
    except ValidationError as error:
        raise InvalidRowError(reason_of(error)) from None
    payments = tuple(_transaction(one) for one in sorted(wire_payments, key=lambda one: one.id))
    order = _order(source, header, wire_lines, wire_refunds, wire_coupons)
    return replace(order, transactions=payments, is_test=_is_test(order, payments))


def rejected(reason: str, row: object) -> RejectedRow:
    """Return a bad row with its reason, as plain JSON values."""
    return RejectedRow(reason, json.loads(json.dumps(row, default=str)))


def _order(
    source: str,
    header: WireOrder,
    lines: list[WireLine],
    refunds: list[WireRefund],
    coupons: list[WireCoupon],
) -> Order:
    codes = [discount.code for line in lines for discount in line.applied_discounts]
    codes += [coupon.code for coupon in coupons]
    return Order(
        source=source,
        order_id=str(header.id),
        placed_at=header.date_created,
        modified_at=header.date_modified or header.date_created,
        status_id=header.status_id,
        is_archived=header.is_deleted,
        currency=header.default_currency_code,
        total=header.total_inc_tax,
        store_currency=header.store_default_currency_code,
        rate=_rate(header),
        customer_id=header.customer_id,
        email=_email(header),
        order_source=header.order_source or _DEFAULT_SOURCE,
        channel_id=_DEFAULT_CHANNEL if header.channel_id is None else header.channel_id,
        external_source=header.external_source,
        external_id=header.external_id,
        external_order_id=header.external_order_id,
        payment_method=header.payment_method,
        payment_status=header.payment_status,
        is_test=header.payment_method.lower().startswith(_TEST_PAYMENT),
        staff_notes=header.staff_notes,
        customer_message=header.customer_message,
        coupon_codes=tuple(dict.fromkeys(code for code in codes if code)),
        lines=tuple(_line(line) for line in sorted(lines, key=lambda line: line.id)),
        refunds=tuple(_refund(refund) for refund in sorted(refunds, key=lambda one: one.id)),
        cart_id=header.cart_id,
        country=header.billing_address.country_iso2.upper(),
        has_ip=bool(header.ip_address or header.ip_address_v6),
    )


def _transaction(wire: WireTransaction) -> Transaction:
    return Transaction(
        transaction_id=wire.id,
        event=wire.event,
        method=wire.method,
        gateway=wire.gateway,
        amount=wire.amount,
        currency=wire.currency,
        status=wire.status,
        is_test=wire.test,
        created_at=wire.date_created,
    )


def _is_test(order: Order, transactions: Sequence[Transaction]) -> bool:
    """Tell whether an order was paid with play money: as its payments say, if it has any."""
    paid = [one.is_test for one in transactions if one.event in _PAID_BY and one.status == "ok"]
    return all(paid) if paid else order.is_test


def _rate(header: WireOrder) -> Decimal | None:
    """Return the order's rate; a store with one currency names none and states a rate of 1."""
    if not header.store_default_currency_code:
        return None
    return header.store_default_to_transactional_exchange_rate or None


def _email(header: WireOrder) -> str:
    """Return the buyer's address, or nothing: orders made by API or at a till may have none."""
    try:
        return normalize_email(header.billing_address.email)
    except InvalidRowError:
        return ""


def _line(line: WireLine) -> OrderLine:
    codes = (discount.code for discount in line.applied_discounts)
    return OrderLine(
        line_id=line.id,
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        total=_line_total(line),
        # A cost of zero means that the merchant has entered none.
        unit_cost=line.cost_price_inc_tax or line.base_cost_price or None,
        options=tuple(
            (option.display_name, option.display_value or option.value)
            for option in line.product_options
        ),
        discount_codes=tuple(dict.fromkeys(code for code in codes if code)),
        variant_id=line.variant_id,
    )


def _line_total(line: WireLine) -> Decimal:
    if line.discounted_total_inc_tax is not None:
        return line.discounted_total_inc_tax
    discounts = sum((d.amount or Decimal(0) for d in line.applied_discounts), Decimal(0))
    return (line.total_inc_tax or Decimal(0)) - discounts


def _refund(refund: WireRefund) -> Refund:
    paid = [payment.amount for payment in refund.payments if not payment.is_declined]
    return Refund(
        refund_id=refund.id,
        created_at=refund.created,
        amount=sum(paid, Decimal(0)) if refund.payments else refund.total_amount,
        items=tuple(
            RefundItem(item.item_type, item.item_id, item.quantity, item.requested_amount)
            for item in refund.items
        ),
    )


def reason_of(error: ValidationError) -> str:
    """Say what is wrong and where, without the value: it may be a person's."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{error.title} {where}: {first['msg']}".strip()
