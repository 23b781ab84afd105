"""Which opt-ins count: the first makes a lead, later ones re-engage him."""

from __future__ import annotations

from bisect import bisect_left
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
# Within this time of a sign-up that the shop's own pages told, a record is that sign-up: dated in
# whole seconds by the store's clock, it may stand before the visit that brought it about.
SAME_SIGN_UP = timedelta(minutes=10)
_OWN_KINDS = frozenset({"form", "api"})


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
        for at, kind in _told_once(sorted(events)):
            if times and at - times[-1] < SAME_ACT:
                continue
            if times and kind in RECORD_KINDS and _beside_an_order(at, orders.get(contact, ())):
                continue
            times.append(at)
        kept[contact] = times
    return kept


def _told_once(events: Sequence[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Return opt-ins in time order without the records of what the shop's own pages told."""
    own = [at for at, kind in events if kind in _OWN_KINDS]

    def is_told(at: datetime) -> bool:
        place = bisect_left(own, at - SAME_SIGN_UP)
        return place < len(own) and own[place] <= at + SAME_SIGN_UP

    return [(at, kind) for at, kind in events if kind not in RECORD_KINDS or not is_told(at)]


def _beside_an_order(at: datetime, orders: Sequence[datetime]) -> bool:
    return any(order - BEFORE_ORDER <= at <= order + AFTER_ORDER for order in orders)
