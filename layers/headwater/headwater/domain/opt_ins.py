"""Which opt-ins count: the first makes a lead, later ones re-engage him."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

# Within this time of the last kept opt-in another one is the same act, reported twice.
SAME_ACT = timedelta(hours=24)
# A store makes a customer or subscriber record while it takes an order; that is no opt-in of its
# own between these times around the order.
BEFORE_ORDER, AFTER_ORDER = timedelta(minutes=5), timedelta(hours=1)
RECORD_KINDS = frozenset({"customer", "subscriber"})


def keep_opt_ins(
    opt_ins: Iterable[tuple[str, datetime, str]],
    orders: Mapping[str, Sequence[datetime]],
) -> dict[str, list[datetime]]:
    """Return each contact's kept opt-ins, ascending: the first is the opt-in, others re-opt-ins.

    Args:
        opt_ins: (contact, instant, kind), in any order.
        orders: contact → the instants of his orders.
    """
    by_contact: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for contact, at, kind in opt_ins:
        by_contact[contact].append((at, kind))
    kept: dict[str, list[datetime]] = {}
    for contact, events in by_contact.items():
        times: list[datetime] = []
        for at, kind in sorted(events):
            if times and at - times[-1] < SAME_ACT:
                continue
            if times and kind in RECORD_KINDS and _beside_an_order(at, orders.get(contact, ())):
                continue
            times.append(at)
        kept[contact] = times
    return kept


def _beside_an_order(at: datetime, orders: Sequence[datetime]) -> bool:
    return any(order - BEFORE_ORDER <= at <= order + AFTER_ORDER for order in orders)
