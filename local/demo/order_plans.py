"""Which purchase becomes which kind of order: the instants, the ids and the irregular tenth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from local.demo.chance import happens, sample, stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from local.demo.people import Person
    from local.demo.purchases import Purchase

ZONE = ZoneInfo("America/New_York")

_FIRST_ORDER_ID = 1_001
_SAMPLE_SIZE = 6_919
_MIGRATED = 40
_SUBSCRIBERS = 36
_LEAST_ORDERS_OF_A_SUBSCRIBER = 5
_SETTLING = timedelta(days=5)
# How busy the shop is from 7:00 to 22:59, by hour.
_BUSYNESS = (2, 3, 4, 5, 6, 6, 7, 6, 5, 5, 5, 5, 6, 7, 6, 4)
_FIRST_HOUR = 7


class OrderKind(StrEnum):
    """What is special about an order."""

    REGULAR = "regular"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly_refunded"
    REFUND_DECLINED = "refund_declined"
    REFUND_UNRECORDED = "refund_unrecorded"
    """Marked as refunded, with no refund to show for it."""
    EDITED = "edited"
    ARCHIVED = "archived"
    INCOMPLETE = "incomplete"
    CANCELED = "canceled"
    PAYMENT_DECLINED = "payment_declined"
    AWAITING_PAYMENT = "awaiting_payment"
    FOREIGN = "foreign"
    """In another currency, at a rate that the shop states."""
    FOREIGN_WITHOUT_RATE = "foreign_without_rate"
    POINT_OF_SALE = "point_of_sale"
    """Over the counter, without an email."""
    MANUAL = "manual"
    """Typed in by staff, without an email."""
    MARKETPLACE = "marketplace"
    MIGRATED = "migrated"
    SUBSCRIPTION = "subscription"
    """The order that begins a subscription."""
    REBILL = "rebill"


# How many of the sample's orders are irregular in which way: 12 % together.
QUOTAS = {
    OrderKind.REFUNDED: 110,
    OrderKind.PARTLY_REFUNDED: 150,
    OrderKind.REFUND_DECLINED: 25,
    OrderKind.REFUND_UNRECORDED: 30,
    OrderKind.EDITED: 60,
    OrderKind.ARCHIVED: 60,
    OrderKind.INCOMPLETE: 60,
    OrderKind.CANCELED: 50,
    OrderKind.PAYMENT_DECLINED: 15,
    OrderKind.AWAITING_PAYMENT: 40,
    OrderKind.FOREIGN: 100,
    OrderKind.FOREIGN_WITHOUT_RATE: 20,
    OrderKind.POINT_OF_SALE: 70,
    OrderKind.MANUAL: 40,
}
_MARKETPLACE_QUOTA = 80
_WITHOUT_SESSION = frozenset(
    {
        OrderKind.POINT_OF_SALE,
        OrderKind.MANUAL,
        OrderKind.MARKETPLACE,
        OrderKind.MIGRATED,
        OrderKind.REBILL,
    }
)


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """One purchase with everything decided that others have to agree with."""

    order_id: int
    person: Person
    placed_at: datetime
    purchase: Purchase
    kind: OrderKind = OrderKind.REGULAR
    subscription: str = ""

    @property
    def has_session(self) -> bool:
        """Whether somebody sat before a browser to place it."""
        return self.kind not in _WITHOUT_SESSION


def plan_orders(
    purchases: Sequence[Purchase], people: dict[int, Person], seed: int
) -> list[OrderPlan]:
    """Turn purchases into planned orders, by instant; ids ascend in the order of entry."""
    rng = stream(seed, "orders")
    plans = [
        OrderPlan(0, people[purchase.customer], _instant(rng, purchase.day), purchase)
        for purchase in purchases
    ]
    plans.sort(key=lambda plan: (plan.placed_at, plan.person.number))
    plans = [replace(plan, kind=OrderKind.MIGRATED) for plan in plans[:_MIGRATED]] + plans[
        _MIGRATED:
    ]
    _subscribe(rng, plans)
    _make_irregular(rng, plans)
    return _numbered(rng, plans)


def end_of(day: date) -> datetime:
    """Return the last second of a reporting day."""
    next_midnight = datetime.combine(day + timedelta(days=1), time(), ZONE)
    return next_midnight.astimezone(UTC) - timedelta(seconds=1)


def _instant(rng: Random, day: date) -> datetime:
    hour = _FIRST_HOUR + rng.choices(range(len(_BUSYNESS)), _BUSYNESS)[0]
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)
    return local.astimezone(UTC)


def _subscribe(rng: Random, plans: list[OrderPlan]) -> None:
    """Let a few dozen customers subscribe with one order, most later ones being its rebills."""
    by_person: dict[int, list[int]] = {}
    for position, plan in enumerate(plans):
        if plan.kind is OrderKind.REGULAR and plan.purchase.amount:
            by_person.setdefault(plan.person.number, []).append(position)
    loyal = [own for own in by_person.values() if len(own) >= _LEAST_ORDERS_OF_A_SUBSCRIBER]
    for number, own in enumerate(sample(rng, loyal, _SUBSCRIBERS)):
        start = rng.choice((0, 0, 1))
        name = f"SUB-{2_001 + 7 * number}"
        initial = plans[own[start]]
        plans[own[start]] = replace(initial, kind=OrderKind.SUBSCRIPTION, subscription=name)
        for position in own[start + 1 :]:
            plan = plans[position]
            if plan.purchase.day > initial.purchase.day and happens(rng, 0.85):
                plans[position] = replace(plan, kind=OrderKind.REBILL, subscription=name)


def _make_irregular(rng: Random, plans: list[OrderPlan]) -> None:
    """Hand out the irregular kinds; the last days stay regular, for their fate is still open."""
    settled = plans[-1].placed_at - _SETTLING
    open_positions = [
        position
        for position, plan in enumerate(plans)
        if plan.kind is OrderKind.REGULAR and plan.purchase.amount and plan.placed_at < settled
    ]
    rng.shuffle(open_positions)
    for kind, quota in {**QUOTAS, OrderKind.MARKETPLACE: _MARKETPLACE_QUOTA}.items():
        for _ in range(-(-quota * len(plans) // _SAMPLE_SIZE)):
            position = open_positions.pop()
            plans[position] = replace(plans[position], kind=kind)


def _numbered(rng: Random, plans: list[OrderPlan]) -> list[OrderPlan]:
    """Give out ids by the time of entry: staff type an order in hours after it was placed."""
    delays = [
        timedelta(hours=rng.randrange(2, 30)) if plan.kind is OrderKind.MANUAL else timedelta()
        for plan in plans
    ]
    entered = sorted(range(len(plans)), key=lambda i: (plans[i].placed_at + delays[i], i))
    numbered = list(plans)
    order_id = _FIRST_ORDER_ID
    for position in entered:
        numbered[position] = replace(plans[position], order_id=order_id)
        order_id += 1 if happens(rng, 0.85) else rng.randrange(2, 7)
    return numbered
