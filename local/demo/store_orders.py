"""Planned orders as the shop holds them, irregular ones included."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from local.demo.catalog import make_lines
from local.demo.chance import happens, pick, stream
from local.demo.order_plans import OrderKind, OrderPlan
from local.storefront.amounts import decimal_places
from local.storefront.model import (
    ZERO,
    StoreAddress,
    StoreChannel,
    StoreCoupon,
    StoreCurrency,
    StoreCustomer,
    StoreOrder,
    StorePayment,
    StoreRefund,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from local.demo.people import Person

MARKETPLACE_CHANNEL, COUNTER_CHANNEL = 2, 3
CHANNELS = (
    StoreChannel(MARKETPLACE_CHANNEL, "Amazon", kind="marketplace", platform="amazon"),
    StoreChannel(COUNTER_CHANNEL, "Shop counter", kind="pos", platform="square"),
)
CURRENCIES = (
    StoreCurrency("CAD", Decimal("1.37")),
    StoreCurrency("GBP", Decimal("0.79")),
    StoreCurrency("JPY", Decimal("151.3"), decimal_places=0),
)
_CURRENCY_WITHOUT_RATE = "EUR"
_EUROS_PER_DOLLAR = Decimal("0.92")
_SHIPPING = (Decimal("2.99"), Decimal("4.99"))
_LEAST_FOR_EXTRAS = Decimal(12)
_COUPONS = ("WELCOME10", "VINYL10", "FRIENDS10")
_TENTH = Decimal("0.1")

AWAITING_FULFILLMENT, AWAITING_SHIPMENT, SHIPPED, COMPLETED = 11, 9, 2, 10
_STATUS = {
    OrderKind.REFUNDED: 4,
    OrderKind.REFUND_UNRECORDED: 4,
    OrderKind.PARTLY_REFUNDED: 14,
    OrderKind.INCOMPLETE: 0,
    OrderKind.CANCELED: 5,
    OrderKind.PAYMENT_DECLINED: 6,
    OrderKind.AWAITING_PAYMENT: 7,
    OrderKind.MIGRATED: COMPLETED,
}
_WITHOUT_EMAIL = frozenset({OrderKind.POINT_OF_SALE, OrderKind.MANUAL})


@dataclass(frozen=True, slots=True)
class _Price:
    """What an order costs in its own currency, and how that comes about."""

    total: Decimal
    step: Decimal
    currency: str = ""
    rate: Decimal | None = None


def build_orders(plans: Iterable[OrderPlan], end: datetime, seed: int) -> list[StoreOrder]:
    """Return the shop's orders; nothing about them happens after ``end``.

    The total of each is the purchase's amount to the cent, in dollars or at the order's own rate.
    """
    return [_build(stream(seed, f"order {plan.order_id}"), plan, end) for plan in plans]


def build_customers(plans: Iterable[OrderPlan]) -> list[StoreCustomer]:
    """Return the registered customers, each entered with the first order under that name."""
    customers: dict[int, StoreCustomer] = {}
    for plan in plans:
        person = plan.person
        if person.customer_id and person.customer_id not in customers:
            customers[person.customer_id] = StoreCustomer(
                person.customer_id,
                person.email,
                plan.placed_at,
                person.first_name.title(),
                person.last_name.title(),
            )
    return list(customers.values())


def _build(rng: Random, plan: OrderPlan, end: datetime) -> StoreOrder:
    price = _price(rng, plan)
    order = StoreOrder(
        id=plan.order_id,
        placed_at=plan.placed_at,
        currency=price.currency,
        rate=price.rate,
        cart_id=f"cart-{plan.order_id}",
        **_goods(rng, plan, price),
        **_buyer(rng, plan),
        **_origin(rng, plan),
    )
    return _with_fate(rng, plan, order, price, end)


def _price(rng: Random, plan: OrderPlan) -> _Price:
    amount = plan.purchase.amount
    if plan.kind is OrderKind.FOREIGN_WITHOUT_RATE:
        return _converted(amount, _CURRENCY_WITHOUT_RATE, _EUROS_PER_DOLLAR, None)
    if plan.kind is OrderKind.FOREIGN:
        currency = pick(rng, dict(zip(CURRENCIES, (6, 3, 1), strict=True)))
        return _converted(amount, currency.code, currency.rate, currency.rate)
    return _Price(amount, Decimal("0.01"))


def _converted(amount: Decimal, currency: str, rate: Decimal, stated: Decimal | None) -> _Price:
    step = Decimal(1).scaleb(-decimal_places(currency))
    return _Price((amount * rate).quantize(step, ROUND_HALF_UP), step, currency, stated)


def _goods(rng: Random, plan: OrderPlan, price: _Price) -> dict[str, Any]:
    """Return lines, shipping, discount and coupons, which together make the price."""
    shipping, discount, coupon = ZERO, ZERO, ZERO
    if not price.currency and price.total >= _LEAST_FOR_EXTRAS:
        shipping = rng.choice(_SHIPPING) if happens(rng, 0.6) else ZERO
        tenth = (price.total * _TENTH).quantize(price.step, ROUND_HALF_UP)
        coupon = tenth if happens(rng, 0.1) else ZERO
        discount = tenth if not coupon and happens(rng, 0.06) else ZERO
    subtotal = price.total - shipping + discount + coupon
    option = ("Subscription ID", plan.subscription) if plan.subscription else None
    coupons = (StoreCoupon(rng.choice(_COUPONS), coupon),) if coupon else ()
    return {
        "lines": make_lines(rng, plan.purchase.cds, subtotal, price.step, option),
        "shipping": shipping,
        "discount": discount,
        "coupons": coupons,
    }


def _buyer(rng: Random, plan: OrderPlan) -> dict[str, Any]:
    """Return who the shop thinks has bought."""
    person = plan.person
    if plan.kind in _WITHOUT_EMAIL:
        return {"customer_id": 0, "email": ""}
    if plan.kind is OrderKind.MARKETPLACE:
        return {"customer_id": 0, "email": f"relay-{plan.order_id}@marketplace.example"}
    uses_second = person.second_email and happens(rng, 0.3)
    email = person.second_email if uses_second else person.email
    # Only a registered order can show that two addresses are one person's.
    registered = uses_second or not person.registered_from or happens(rng, 0.6)
    return {
        "customer_id": person.customer_id if registered else 0,
        "email": email,
        "billing": _address(person, email),
        "is_email_opt_in": happens(rng, 0.2),
    }


def _address(person: Person, email: str) -> StoreAddress:
    return StoreAddress(
        first_name=person.first_name.title(),
        last_name=person.last_name.title(),
        street_1=f"{person.number} Example Street",
        city="Springfield",
        state="New York",
        zip="10001",
        email=email,
    )


def _origin(rng: Random, plan: OrderPlan) -> dict[str, Any]:
    """Return through which door the order came."""
    match plan.kind:
        case OrderKind.MIGRATED:
            return {"order_source": "external", "external_source": "M-MIG"}
        case OrderKind.REBILL:
            return {"order_source": "external", "external_source": "Recharge"}
        case OrderKind.MARKETPLACE:
            return {
                "order_source": "amazon",
                "channel_id": MARKETPLACE_CHANNEL,
                "external_id": f"114-{plan.order_id:07d}",
            }
        case OrderKind.POINT_OF_SALE:
            return {
                "order_source": "external",
                "external_source": "POS",
                "channel_id": COUNTER_CHANNEL,
                "payment_method": "Cash",
            }
        case OrderKind.MANUAL:
            return {"order_source": "manual", "payment_method": "Manual"}
        case _:
            return {
                "order_source": pick(rng, {"www": 80, "iphone": 12, "android": 8}),
                "ip_address": f"203.0.113.{rng.randrange(1, 255)}",
            }


def _with_fate(
    rng: Random, plan: OrderPlan, order: StoreOrder, price: _Price, end: datetime
) -> StoreOrder:
    """Add what happened to an order after it was placed."""
    age = end - plan.placed_at
    status = _STATUS.get(plan.kind, _status_by_age(rng, age))
    shipped_at = plan.placed_at + timedelta(days=1, hours=rng.randrange(6))
    was_shipped = status in {SHIPPED, COMPLETED}
    touched_at = plan.placed_at + min(timedelta(hours=rng.randrange(1, 24 * 28)), age)
    fate = replace(
        order,
        status_id=status,
        shipped_at=shipped_at if was_shipped else None,
        modified_at=shipped_at if was_shipped else plan.placed_at,
        is_deleted=plan.kind is OrderKind.ARCHIVED,
        refunds=_refunds(rng, plan, price.total, touched_at, price.step),
    )
    if plan.kind is OrderKind.EDITED:
        fate = replace(fate, staff_notes="A disc was exchanged on the phone")
    if fate.refunds or plan.kind in {
        OrderKind.EDITED,
        OrderKind.ARCHIVED,
        OrderKind.REFUND_UNRECORDED,
    }:
        fate = replace(fate, modified_at=max(touched_at, fate.modified_at or touched_at))
    return fate


def _status_by_age(rng: Random, age: timedelta) -> int:
    if age < timedelta(days=1):
        return AWAITING_FULFILLMENT
    if age < timedelta(days=2):
        return AWAITING_SHIPMENT
    return pick(rng, {SHIPPED: 35, COMPLETED: 65})


def _refunds(
    rng: Random, plan: OrderPlan, total: Decimal, at: datetime, step: Decimal
) -> tuple[StoreRefund, ...]:
    part = (total * Decimal(rng.randrange(15, 60)) / 100).quantize(step, ROUND_HALF_UP)
    match plan.kind:
        case OrderKind.REFUNDED:
            return (StoreRefund(total, at, reason="Sent back"),)
        case OrderKind.PARTLY_REFUNDED if happens(rng, 0.15):
            # Paid back in two ways, of which the card refuses one.
            payments = (StorePayment(part, offline=True), StorePayment(total - part, declined=True))
            return (StoreRefund(total, at, payments=payments, reason="Scratched"),)
        case OrderKind.PARTLY_REFUNDED:
            return (StoreRefund(part, at, reason="Scratched"),)
        case OrderKind.REFUND_DECLINED:
            return (StoreRefund(total, at, declined=True, reason="Sent back"),)
        case _:
            return ()
