"""What a shop holds: the plain values from which the storefront's data are loaded.

Every field that a shop could do without has a default, so that a test names only what it is about.
Money is ``Decimal`` in the order's own currency; instants are aware datetimes and are kept to the
second, as the API states them.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

ZERO = Decimal(0)

type Option = tuple[str, str]
"""A line's option or modifier: the name and the value that the shopper chose."""


@dataclass(frozen=True, slots=True)
class StoreLine:
    """One line of an order; ``price`` is the unit price as the merchant enters it.

    ``price`` includes tax exactly when the order's ``prices_include_tax`` is true. A line with
    ``in_consignment=False`` is listed by ``/products`` only, as lines of API-made orders are. A
    line that is not ``discountable`` takes no share of the order's discounts.
    """

    name: str
    price: Decimal
    quantity: int = 1
    sku: str = ""
    product_id: int = 0
    variant_id: int = 0
    options: tuple[Option, ...] = ()
    cost: Decimal = ZERO
    kind: str = "physical"
    """``physical``, ``digital`` or ``giftcertificate``."""
    parent: int | None = None
    """Position, within the order, of the bundle that this line is a part of."""
    in_consignment: bool = True
    discountable: bool = True
    id: int | None = None


@dataclass(frozen=True, slots=True)
class StoreCoupon:
    """A coupon code used on an order and the money it took off (tax included).

    ``kind`` is the API's number: 0 per item, 1 percentage, 2 per total, 3 shipping, 4 free
    shipping, 5 promotion. Kinds 3 and 4 leave no trace on the lines.
    """

    code: str
    amount: Decimal
    kind: int = 1
    name: str = ""


@dataclass(frozen=True, slots=True)
class StoreFee:
    """A custom fee added to an order; ``cost`` includes tax exactly when the prices do."""

    name: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class StoreRefundItem:
    """One item of a refund.

    ``kind`` is PRODUCT, SHIPPING, HANDLING, GIFT_WRAPPING, FEE or ORDER; ``line`` is the position
    of the refunded line within the order and is needed for PRODUCT only.
    """

    kind: str = "ORDER"
    line: int | None = None
    quantity: int = 1
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StorePayment:
    """One tender through which a refund was paid back, or failed to be."""

    amount: Decimal
    declined: bool = False
    offline: bool = False
    provider_id: str = "stripe"


@dataclass(frozen=True, slots=True)
class StoreRefund:
    """Money given back for an order.

    Without ``payments`` the refund has a single payment of ``amount``, declined if ``declined``.
    Without ``items`` it is one ORDER item of ``amount``.
    """

    amount: Decimal
    created_at: datetime
    items: tuple[StoreRefundItem, ...] = ()
    payments: tuple[StorePayment, ...] = ()
    declined: bool = False
    tax: Decimal = ZERO
    reason: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A person and a place, as printed on a bill or a parcel."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street_1: str = ""
    street_2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = "United States"
    country_iso2: str = "US"
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """An order as its merchant knows it; its totals follow from lines, shipping and discounts.

    ``rate`` is the API's ``store_default_to_transactional_exchange_rate``: units of the order's
    currency for one unit of the store's. ``None`` means that the shop states none. ``discount``
    is the order-level discount, tax included, besides the coupons. ``currency`` empty means the
    store's own. ``email`` fills the billing address's email if that is empty.
    """

    placed_at: datetime
    lines: tuple[StoreLine, ...]
    id: int | None = None
    modified_at: datetime | None = None
    shipped_at: datetime | None = None
    status_id: int = 11
    customer_id: int = 0
    email: str = ""
    billing: StoreAddress = field(default_factory=StoreAddress)
    delivery: StoreAddress | None = None
    """Where it is shipped to; the billing address if ``None``."""
    currency: str = ""
    rate: Decimal | None = None
    shipping: Decimal = ZERO
    handling: Decimal = ZERO
    discount: Decimal = ZERO
    coupons: tuple[StoreCoupon, ...] = ()
    fees: tuple[StoreFee, ...] = ()
    refunds: tuple[StoreRefund, ...] = ()
    tax_rate: Decimal = ZERO
    """A fraction such as ``Decimal("0.08")``, of lines, shipping, handling and fees alike."""
    prices_include_tax: bool = False
    store_credit: Decimal = ZERO
    gift_certificate: Decimal = ZERO
    channel_id: int = 1
    order_source: str = "www"
    external_source: str | None = None
    external_id: str | None = None
    external_merchant_id: str | None = None
    external_order_id: str = ""
    cart_id: str = ""
    payment_method: str = "Credit Card"
    payment_provider_id: str = ""
    payment_status: str | None = None
    """The API's word for it; follows from the status if ``None``."""
    ip_address: str = ""
    staff_notes: str = ""
    customer_message: str = ""
    is_email_opt_in: bool = False
    is_deleted: bool = False
    """Archived: the merchant put it into the bin."""


@dataclass(frozen=True, slots=True)
class StoreCustomer:
    """A registered customer."""

    id: int
    email: str
    created_at: datetime
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    modified_at: datetime | None = None
    channel_id: int = 1
    customer_group_id: int = 0
    notes: str = ""


@dataclass(frozen=True, slots=True)
class StoreSubscriber:
    """A newsletter subscriber; ``order_id`` is the order whose checkout box was ticked."""

    email: str
    created_at: datetime
    first_name: str = ""
    last_name: str = ""
    source: str = "storefront"
    order_id: int | None = None
    channel_id: int = 1
    consents: tuple[str, ...] = ("marketing_newsletter",)
    modified_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class StoreProduct:
    """A product of the catalog, in the store's currency."""

    id: int
    name: str
    price: Decimal = ZERO
    sku: str = ""
    cost: Decimal = ZERO
    kind: str = "physical"
    modified_at: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    categories: tuple[str, ...] = ()
    """The names of its categories."""


@dataclass(frozen=True, slots=True)
class StoreChannel:
    """A place where the store sells; ``url`` is that of its pages, if it has a site of its own."""

    id: int
    name: str
    kind: str = "storefront"
    platform: str = "bigcommerce"
    status: str = "active"
    url: str = ""


@dataclass(frozen=True, slots=True)
class StoreCurrency:
    """A currency the store knows; ``rate`` is units of it for one of the store's default."""

    code: str
    rate: Decimal = Decimal(1)
    decimal_places: int = 2
    is_default: bool = False
    enabled: bool = True
