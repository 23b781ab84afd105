"""What stands between a store's report of a day and ours: in sums, and order by order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headwater.domain.reconciliation_causes import OPEN_CAUSES

if TYPE_CHECKING:
    from headwater.domain.reconciliation_causes import Cause

# The lines of a sheet, but for the causes between them: the store's figure, its parts, and ours.
STORE, TAX, SHIPPING, OURS = "store", "tax", "shipping", "headwater"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What an order adds to a line of a status: one of those above, or a cause.

    Tax and shipping are parts of what the store has.
    """

    line: str
    status_id: int
    order_id: str
    orders: int
    amount: int


@dataclass(slots=True)
class Difference:
    """The postings of one (status, cause): signed sums, and the sum of each order's absolute."""

    orders: int = 0
    amount: int = 0
    absolute: int = 0
    order_ids: set[str] = field(default_factory=set)


@dataclass(slots=True)
class StatusFigures:
    """A status on a day: what the store's report and ours say; amounts in minor units.

    ``tax`` and ``shipping`` are parts of ``store_total``.
    """

    store_orders: int = 0
    store_total: int = 0
    tax: int = 0
    shipping: int = 0
    our_orders: int = 0
    our_total: int = 0


@dataclass(slots=True)
class DayComparison:
    """A day of the store's report against ours, and what each order adds to every figure of it.

    ``box_orders`` are those of the time-zone edge that the panel's DST box alone puts there.
    """

    figures: defaultdict[int, StatusFigures] = field(
        default_factory=lambda: defaultdict(StatusFigures)
    )
    differences: defaultdict[tuple[int, Cause], Difference] = field(
        default_factory=lambda: defaultdict(Difference)
    )
    box_orders: set[str] = field(default_factory=set)
    lines: list[OrderLine] = field(default_factory=list)

    def open_orders(self) -> set[str]:
        """Return the orders that no rule explains."""
        return {
            order_id
            for (_, cause), difference in self.differences.items()
            if cause in OPEN_CAUSES
            for order_id in difference.order_ids
        }
