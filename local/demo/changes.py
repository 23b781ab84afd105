"""What happens to old orders after they were pulled once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from local.demo.chance import sample, stream
from local.demo.order_plans import OrderKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from local.demo.order_plans import OrderPlan
    from local.storefront.control import Store

_CENT = Decimal("0.01")
_LEAST_AMOUNT = Decimal(20)
_SETTLED = timedelta(days=30)
_PAID = 11


class ChangeKind(StrEnum):
    """What a merchant does to an order."""

    EDIT = "edit"
    REFUND = "refund"
    BACK_DATE = "back_date"
    ARCHIVE = "archive"
    PAY = "pay"
    """A payment arrives that the order waited for."""


@dataclass(frozen=True, slots=True)
class StoreChange:
    """One change of one order; ``amount`` is the new total or the refund, in dollars."""

    kind: ChangeKind
    order_id: int
    amount: Decimal | None = None
    placed_at: datetime | None = None

    def apply(self, store: Store) -> None:
        """Make the change in the shop, as its control panel would."""
        match self.kind:
            case ChangeKind.EDIT if self.amount is not None:
                store.edit_total(self.order_id, self.amount)
            case ChangeKind.REFUND:
                store.refund(self.order_id, self.amount, reason="Changed her mind")
            case ChangeKind.BACK_DATE if self.placed_at is not None:
                store.back_date(self.order_id, self.placed_at)
            case ChangeKind.ARCHIVE:
                store.archive(self.order_id)
            case ChangeKind.PAY:
                store.set_status(self.order_id, _PAID)
            case _:
                message = f"{self.kind} of order {self.order_id} does not say what to"
                raise ValueError(message)


def later_changes(plans: Sequence[OrderPlan], end: datetime, seed: int) -> list[StoreChange]:
    """Return two changes of each kind, each of another order."""
    rng = stream(seed, "changes")
    settled = [
        plan
        for plan in plans
        if plan.kind is OrderKind.REGULAR
        and plan.purchase.amount >= _LEAST_AMOUNT
        and plan.placed_at < end - _SETTLED
    ]
    unpaid = [plan for plan in plans if plan.kind is OrderKind.AWAITING_PAYMENT]
    chosen = iter(sample(rng, settled, 8))
    return [
        *_edits(chosen),
        *_refunds(chosen),
        *(_back_date(next(chosen), distance) for distance in (timedelta(hours=30), timedelta(40))),
        *(StoreChange(ChangeKind.ARCHIVE, next(chosen).order_id) for _ in range(2)),
        *(StoreChange(ChangeKind.PAY, plan.order_id) for plan in sample(rng, unpaid, 2)),
    ]


def _edits(chosen: Iterator[OrderPlan]) -> Iterator[StoreChange]:
    """Yield an order that becomes a fifth cheaper, and one that costs five dollars more."""
    cheaper, dearer = next(chosen), next(chosen)
    reduced = (cheaper.purchase.amount * 4 / 5).quantize(_CENT, ROUND_HALF_UP)
    yield StoreChange(ChangeKind.EDIT, cheaper.order_id, reduced)
    yield StoreChange(ChangeKind.EDIT, dearer.order_id, dearer.purchase.amount + 5)


def _refunds(chosen: Iterator[OrderPlan]) -> Iterator[StoreChange]:
    """Yield a refund of everything, and one of a third."""
    yield StoreChange(ChangeKind.REFUND, next(chosen).order_id)
    part = next(chosen)
    third = (part.purchase.amount / 3).quantize(_CENT, ROUND_HALF_UP)
    yield StoreChange(ChangeKind.REFUND, part.order_id, third)


def _back_date(plan: OrderPlan, distance: timedelta) -> StoreChange:
    return StoreChange(ChangeKind.BACK_DATE, plan.order_id, placed_at=plan.placed_at - distance)
