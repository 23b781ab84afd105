"""An order's totals, so that the API's identities hold to the ten-thousandth.

``total_inc = subtotal_inc + shipping_inc + handling_inc + fees_inc - discount - coupons`` and
``total_ex + total_tax = total_inc``. Discounts are amounts off the price with tax; tax is rounded
half-even to the currency's minor unit, per line. As in the API, the tax of lines and subtotal is
that *after* discounts, while their ``_ex`` and ``_inc`` sums are those before.
"""

from dataclasses import dataclass, field

from local.storefront.amounts import apportion, divide_half_even, minor_step, to_units
from local.storefront.model import StoreLine, StoreOrder

type Split = tuple[int, int]
"""An amount without and with tax."""

SHIPPING_COUPONS = frozenset({3, 4})
"""Coupon kinds that reduce shipping and so leave no trace on lines."""


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """The part of a discount that fell on one line; ``code`` is null for a manual discount."""

    id: str
    amount: int
    name: str
    code: str | None
    target: str


@dataclass(slots=True)
class PricedLine:
    """A line's amounts in ten-thousandths."""

    price: Split
    total: Split
    applied: list[AppliedDiscount] = field(default_factory=list)
    tax: int = 0

    @property
    def discounted_inc(self) -> int:
        """What the shopper paid for the line, tax included, all discounts off."""
        return self.total[1] - sum(discount.amount for discount in self.applied)


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """An order's amounts in ten-thousandths."""

    lines: tuple[PricedLine, ...]
    fees: tuple[Split, ...]
    subtotal: Split
    subtotal_tax: int
    shipping: Split
    handling: Split
    discount: int
    coupon_discount: int
    total_inc: int
    total_tax: int


class _Tax:
    """One tax rate, applied to amounts of one currency."""

    def __init__(self, order: StoreOrder, currency: str) -> None:
        self.rate, self.scale = order.tax_rate.as_integer_ratio()
        self.inclusive = order.prices_include_tax
        self.step = minor_step(currency)

    def within(self, amount_inc: int) -> int:
        """Return the tax contained in an amount."""
        if not self.rate:
            return 0
        whole = (self.scale + self.rate) * self.step
        return divide_half_even(amount_inc * self.rate, whole) * self.step

    def split(self, entered: int) -> Split:
        """Return an amount as the merchant entered it, without and with tax."""
        if not self.rate:
            return entered, entered
        if self.inclusive:
            return entered - self.within(entered), entered
        tax = divide_half_even(entered * self.rate, self.scale * self.step) * self.step
        return entered, entered + tax


def price_order(order: StoreOrder, currency: str) -> PricedOrder:
    """Compute all amounts of an order in ``currency``.

    Raises:
        ValueError: An amount has more than four decimals, or discounts exceed the lines.
    """
    tax = _Tax(order, currency)
    lines = tuple(_price_line(line, tax) for line in order.lines)
    shipping_coupons = _apply_discounts(order, lines, tax.step)
    for line, priced in zip(order.lines, lines, strict=True):
        priced.tax = 0 if line.kind == "giftcertificate" else tax.within(priced.discounted_inc)
    fees = tuple(tax.split(to_units(fee.cost)) for fee in order.fees)
    shipping, handling = tax.split(to_units(order.shipping)), tax.split(to_units(order.handling))
    subtotal = sum(p.total[0] for p in lines), sum(p.total[1] for p in lines)
    subtotal_tax = sum(priced.tax for priced in lines)
    discount = to_units(order.discount)
    coupon_discount = sum(to_units(coupon.amount) for coupon in order.coupons)
    extras = (shipping, handling, *fees)
    return PricedOrder(
        lines=lines,
        fees=fees,
        subtotal=subtotal,
        subtotal_tax=subtotal_tax,
        shipping=shipping,
        handling=handling,
        discount=discount,
        coupon_discount=coupon_discount,
        total_inc=subtotal[1] + sum(inc for _, inc in extras) - discount - coupon_discount,
        total_tax=subtotal_tax + sum(inc - ex for ex, inc in extras) - tax.within(shipping_coupons),
    )


def _price_line(line: StoreLine, tax: _Tax) -> PricedLine:
    price = to_units(line.price)
    if line.kind == "giftcertificate":
        total = price * line.quantity
        return PricedLine((price, price), (total, total))
    return PricedLine(tax.split(price), tax.split(price * line.quantity))


def _apply_discounts(order: StoreOrder, lines: tuple[PricedLine, ...], step: int) -> int:
    """Spread coupons and the order's discount over the lines; return what fell on shipping."""
    open_lines = [
        priced for line, priced in zip(order.lines, lines, strict=True) if line.discountable
    ]
    shipping = 0
    for coupon in order.coupons:
        amount = to_units(coupon.amount)
        if coupon.kind in SHIPPING_COUPONS:
            shipping += amount
        else:
            name = coupon.name or coupon.code
            _spread(
                AppliedDiscount("coupon", amount, name, coupon.code, "product"), open_lines, step
            )
    if order.discount:
        manual = AppliedDiscount(
            "manual-discount", to_units(order.discount), "Manual Discount", None, "order"
        )
        _spread(manual, open_lines, step)
    return shipping


def _spread(discount: AppliedDiscount, lines: list[PricedLine], step: int) -> None:
    shares = apportion(discount.amount, [line.discounted_inc for line in lines], step)
    for line, share in zip(lines, shares, strict=True):
        if share:
            line.applied.append(
                AppliedDiscount(discount.id, share, discount.name, discount.code, discount.target)
            )
