"""The shapes of BigCommerce's JSON, read leniently.

An unset value comes as ``null``, ``""``, ``{}``, ``[]`` or ``"0"``, depending on the field; an
amount as a string, an integer or a fraction; an instant as RFC 2822 (V2) or ISO 8601 (V3); new
fields appear without notice. Only what an order cannot be counted without is required: its id,
dates, status, currency and total.
"""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - pydantic reads annotations at run time
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from headwater.domain.money import parse_amount
from headwater.errors import InvalidRowError

# Far beyond any order, and still a 64-bit integer when counted in thousandths.
_LARGEST = 10**15


def _is_blank(value: object) -> bool:
    return value is None or value in ("", {}, [])


def read_amount(value: object) -> Decimal:
    """Read a required amount; raises ValueError."""
    if isinstance(value, bool):
        message = "not an amount"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueErrors
    try:
        amount = parse_amount(value)
    except InvalidRowError as error:
        raise ValueError(str(error)) from None
    if abs(amount) >= _LARGEST:
        message = "an amount out of all bounds"
        raise ValueError(message)
    return amount


def read_whole(value: object) -> int:
    """Read a required whole number; raises ValueError."""
    number = read_amount(value)
    if number != int(number):
        message = f"not a whole number: {number}"
        raise ValueError(message)
    return int(number)


def read_instant(value: object) -> datetime:
    """Read an instant in RFC 2822 or ISO 8601, without an offset as UTC; raises ValueError."""
    text = str(value).strip()
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            instant = parse(text)
            aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    message = "not an instant"
    raise ValueError(message)


def _amount_or_none(value: object) -> Decimal | None:
    return None if _is_blank(value) else read_amount(value)


def _instant_or_none(value: object) -> datetime | None:
    return None if _is_blank(value) else read_instant(value)


def _whole_or_none(value: object) -> int | None:
    return None if _is_blank(value) else read_whole(value)


def _whole_or_zero(value: object) -> int:
    return 0 if _is_blank(value) else read_whole(value)


def _flag(value: object) -> bool:
    return str(value).lower() in {"true", "1"}


def _text(value: object) -> str:
    if _is_blank(value):
        return ""
    if isinstance(value, dict | list):
        message = "not a text"
        raise ValueError(message)  # noqa: TRY004
    # Half of a surrogate pair is legal in JSON and in no UTF-8 that we could store.
    return str(value).encode("utf-8", "replace").decode()


def as_list(value: object) -> list[Any]:
    """Return a list where one object stands for a list of one, and a blank for none."""
    if _is_blank(value) or value == "0":
        return []
    return value if isinstance(value, list) else [value]


type Amount = Annotated[Decimal, BeforeValidator(read_amount)]
type MaybeAmount = Annotated[Decimal | None, BeforeValidator(_amount_or_none)]
type Id = Annotated[int, BeforeValidator(read_whole), Field(gt=0)]
type StatusId = Annotated[int, BeforeValidator(read_whole)]
type Count = Annotated[int, BeforeValidator(_whole_or_zero)]
type MaybeCount = Annotated[int | None, BeforeValidator(_whole_or_none)]
type Instant = Annotated[datetime, BeforeValidator(read_instant)]
type MaybeInstant = Annotated[datetime | None, BeforeValidator(_instant_or_none)]
type Text = Annotated[str, BeforeValidator(_text)]
type RequiredText = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
type Flag = Annotated[bool, BeforeValidator(_flag)]
type Many[T] = Annotated[list[T], BeforeValidator(as_list)]


class Wire(BaseModel):
    """What all shapes have in common: fields that we do not name are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class WireDiscount(Wire):
    """A discount on a line; ``code`` is blank for one that needed no code."""

    code: Text = ""
    amount: MaybeAmount = None


class WireOption(Wire):
    """An option or modifier that the shopper chose."""

    display_name: Text = ""
    display_value: Text = ""
    value: Text = ""


class WireLine(Wire):
    """An order-product, as embedded in a consignment and as listed by ``/products``."""

    id: Id
    product_id: Count = 0
    variant_id: Count = 0
    sku: Text = ""
    name: Text = ""
    quantity: Count = 0
    total_inc_tax: MaybeAmount = None
    discounted_total_inc_tax: MaybeAmount = None
    cost_price_inc_tax: MaybeAmount = None
    base_cost_price: MaybeAmount = None
    applied_discounts: Many[WireDiscount] = []
    product_options: Many[WireOption] = []


class WireAddress(Wire):
    """The part of a billing address that identifies its person, and the country."""

    email: Text = ""
    country_iso2: Text = ""


def _address(value: object) -> object:
    return {} if _is_blank(value) else value


class WireOrder(Wire):
    """An order's header."""

    id: Id
    date_created: Instant
    date_modified: MaybeInstant = None
    status_id: StatusId
    is_deleted: Flag = False
    total_inc_tax: Amount
    items_total: MaybeCount = None
    # The currency that the shopper paid in, despite the name.
    default_currency_code: RequiredText
    store_default_currency_code: Text = ""
    store_default_to_transactional_exchange_rate: MaybeAmount = None
    customer_id: Count = 0
    billing_address: Annotated[WireAddress, BeforeValidator(_address)] = WireAddress()
    order_source: Text = ""
    channel_id: MaybeCount = None
    external_source: Text = ""
    external_id: Text = ""
    external_order_id: Text = ""
    payment_method: Text = ""
    payment_status: Text = ""
    staff_notes: Text = ""
    cart_id: Text = ""
    ip_address: Text = ""
    ip_address_v6: Text = ""
    customer_message: Text = ""


class WireTotals(Wire):
    """The parts of an order's total that a merchant's report may leave out."""

    total_tax: MaybeAmount = None
    shipping_cost_ex_tax: MaybeAmount = None
    handling_cost_ex_tax: MaybeAmount = None


class WireStatusCount(Wire):
    """How many orders have a status."""

    id: StatusId
    count: Count = 0


class WireTimeZone(Wire):
    """How the control panel reads the clock; offsets in seconds."""

    name: Text = ""
    raw_offset: Annotated[int, BeforeValidator(read_whole)]
    dst_offset: MaybeCount = None
    dst_correction: Flag = False


class WireCoupon(Wire):
    """A coupon used on an order."""

    code: Text = ""


class WireRefundItem(Wire):
    """What a refund gives back for."""

    item_type: Text = ""
    item_id: Count = 0
    quantity: Count = 0
    requested_amount: MaybeAmount = None


class WirePayment(Wire):
    """One tender through which a refund was paid back, or failed to be."""

    amount: Amount
    is_declined: Flag = False


class WireRefund(Wire):
    """A refund (V3)."""

    id: Id
    created: Instant
    total_amount: Amount
    items: Many[WireRefundItem] = []
    payments: Many[WirePayment] = []


class WireTransaction(Wire):
    """A payment record of an order (V3)."""

    id: Id
    event: Text = ""
    method: Text = ""
    gateway: Text = ""
    amount: Amount
    currency: Text = ""
    status: Text = ""
    test: Flag = False
    date_created: MaybeInstant = None


def embedded_lines(consignments: object) -> list[Any] | None:
    """Return all lines inside an order's consignments; None if the store left some out.

    Both shapes are read: the object by kind, and the older one-element list of it. A consignment
    holds 50 lines at most and says with ``__warning__`` that more were cut off.
    """
    lines: list[Any] = []
    for consignment in _consignments(consignments):
        within = as_list(consignment.get("line_items"))
        if "__warning__" in consignment or any(_is_link(line) for line in within):
            return None
        lines.extend(within)
    return None if any(_is_link(group) for group in as_list(consignments)) else lines


def _is_link(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"url", "resource"}


def _consignments(groups: object) -> Iterator[dict[str, Any]]:
    for group in as_list(groups):
        if not isinstance(group, dict):
            continue
        email = group.get("email")
        gifts = email.get("gift_certificates") if isinstance(email, dict) else None
        for kind in (group.get("pickups"), group.get("shipping"), group.get("downloads"), gifts):
            yield from (one for one in as_list(kind) if isinstance(one, dict))
