"""Orders as the store has them now, and the revenue that they stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from headwater.domain.money import to_minor
from headwater.domain.nodes import customer_node, email_node, hashed_email_node
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from datetime import datetime

# BigCommerce's status id of an order that was refunded whole.
REFUNDED = 4
# `external_source` of an order that a migration brought along.
MIGRATED_SOURCE = "M-MIG"
TRACKED_ORDER_SOURCES = frozenset({"www", "iphone", "ipad", "android", "mobile", "buybutton"})


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order, in the order's currency, tax included.

    ``total`` is what the shopper paid for the line, its discounts off.
    """

    line_id: int
    product_id: int
    sku: str
    name: str
    quantity: int
    total: Decimal
    unit_cost: Decimal | None = None
    options: tuple[tuple[str, str], ...] = ()
    discount_codes: tuple[str, ...] = ()
    variant_id: int = 0


@dataclass(frozen=True, slots=True)
class RefundItem:
    """What a refund gives back for: an order line, or something else of the order."""

    item_type: str
    item_id: int
    quantity: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund of an order, in the order's currency.

    ``amount`` is what was really paid back: payments that were declined are not in it. The id is
    a number in BigCommerce, and a text in some other systems.
    """

    refund_id: int | str
    created_at: datetime
    amount: Decimal
    items: tuple[RefundItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Transaction:
    """A movement of money that a payment gateway knows of, in its own currency.

    ``event`` is purchase, authorization, capture, refund, void, pending or settled; ``status`` ok
    or error. ``amount`` is positive, also of a refund.
    """

    transaction_id: int
    event: str
    method: str
    gateway: str
    amount: Decimal
    currency: str
    status: str
    is_test: bool
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its lines and refunds; amounts in its own currency, tax included.

    ``rate`` is what one unit of the store's default currency was worth in ``currency`` when the
    order was placed; None where the store did not say. ``store_currency`` is that default
    currency, empty where the store did not say. ``country`` is the billing address's, two letters.
    ``has_ip``: a browser was there; orders that an app or a person enters come without.
    ``transactions`` are there only where the source's owner wants them.
    ``email_sha256`` stands in for an email that the
    source does not tell, ``customer_key`` for a customer id that is no number.
    """

    source: str
    order_id: str
    placed_at: datetime
    modified_at: datetime
    status_id: int
    is_archived: bool
    currency: str
    total: Decimal
    store_currency: str = ""
    rate: Decimal | None = None
    customer_id: int = 0
    email: str = ""
    order_source: str = "www"
    channel_id: int = 1
    external_source: str = ""
    external_id: str = ""
    external_order_id: str = ""
    payment_method: str = ""
    payment_status: str = ""
    is_test: bool = False
    staff_notes: str = ""
    customer_message: str = ""
    coupon_codes: tuple[str, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    refunds: tuple[Refund, ...] = field(default=())
    cart_id: str = ""
    country: str = ""
    has_ip: bool = False
    email_sha256: str = ""
    customer_key: str = ""
    transactions: tuple[Transaction, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """The order's name within its account: (source, order id)."""
        return self.source, self.order_id

    @property
    def email_node(self) -> str:
        """The node of the buyer's email; empty where a till's note stands in its place."""
        if not self.email and self.email_sha256:
            return hashed_email_node(self.email_sha256)
        try:
            return email_node(self.email)
        except InvalidRowError:
            return ""

    @property
    def customer_node(self) -> str:
        """The node of the buyer's customer id in the source; empty for a guest."""
        return customer_node(self.source, self.customer_key or self.customer_id) or ""


@dataclass(frozen=True, slots=True)
class Revenue:
    """What an order brought, in minor units of the account's currency.

    ``gross`` and ``refund`` are None together, where the order's currency has no rate.
    ``refund_assumed``: the order is marked refunded and the store keeps no refund for it, so it
    counts as refunded whole.
    """

    gross: int | None
    refund: int | None
    refund_assumed: bool

    @property
    def net(self) -> int | None:
        """Gross less refunds; None where it could not be converted."""
        return None if self.gross is None or self.refund is None else self.gross - self.refund


def refunded_amount(order: Order) -> tuple[Decimal, bool]:
    """Return what an order gave back in its own currency, and whether that is assumed.

    An order marked refunded without any refund that was really paid is taken as refunded whole.
    """
    paid_back = sum((refund.amount for refund in order.refunds), Decimal(0))
    if order.status_id == REFUNDED and not paid_back:
        return order.total, True
    return paid_back, False


def conversion_rate(order: Order, account_currency: str) -> Decimal | None:
    """Return how many units of the order's currency one unit of the account's is worth.

    The order's own rate serves where the store's default currency is the account's.
    """
    if order.currency == account_currency:
        return Decimal(1)
    if order.store_currency == account_currency and order.rate:
        return order.rate
    return None


def revenue_of(order: Order, account_currency: str) -> Revenue:
    """Return an order's gross and refunds in the account's currency."""
    refunded, assumed = refunded_amount(order)
    rate = conversion_rate(order, account_currency)
    if rate is None:
        return Revenue(None, None, assumed)
    return Revenue(
        to_minor(order.total / rate, account_currency),
        to_minor(refunded / rate, account_currency),
        assumed,
    )
