"""Reconcile one day of one store: compare, repair what can be, and compare again.

Whatever differs is first read again from the table itself, since the index by day may lag behind a
pull that has just ended. Repairs go the way of the pull: whole orders, fetched by id, upserted with
their marks raised before, so that doing it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.copy_faults import duplicates_of, fault_of
from headwater.domain.reconciliation import ListedOrder, Pair, compare_day
from headwater.domain.reconciliation_causes import Cause
from headwater.domain.reporting_days import day_bounds
from headwater.usecases.day_results import (
    by_number,
    day_document,
    day_key,
    lines_document,
    lines_key,
    newly_repaired,
    repair,
    repaired_earlier,
)
from headwater.usecases.keep_orders import KeepPorts, keep_orders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from headwater.domain.day_comparisons import DayComparison
    from headwater.domain.orders import Order
    from headwater.domain.reconciliation import ReportRules
    from headwater.usecases.ports import Clock, Lake, Orders
    from headwater.usecases.ports.directory import Products
    from headwater.usecases.store_ledgers import StoreLedger

# Orders that are fetched again between two looks at the clock.
_REPAIRED_AT_ONCE = 50
_REFETCHED = frozenset({Cause.MISSING, Cause.EDITED, Cause.BACK_DATED, Cause.UNEXPLAINED})
_RETRACTED = frozenset({Cause.ARCHIVED, Cause.GONE})


@dataclass(frozen=True, slots=True)
class DayPorts:
    """What the reconciliation of a day works with."""

    clock: Clock
    orders: Orders
    lake: Lake
    products: Products


@dataclass(frozen=True, slots=True)
class ReconciledSource:
    """A store under reconciliation; ``twins`` are other sources connected to the same store."""

    account: str
    source: str
    rules: ReportRules
    is_panel_known: bool
    twins: frozenset[str] = frozenset()


def reconcile_day(
    source: ReconciledSource, day: date, *, ledger: StoreLedger, ports: DayPorts
) -> frozenset[str]:
    """Reconcile a day and keep the result; return the orders that were repaired.

    Raises:
        RetriableError, FatalError: the store fails; nothing is kept then.
    """
    work = _DayWork(source, day, ledger, ports)
    work.read()
    before, elsewhere = work.compare(), work.faults_elsewhere()
    work.repair({*before.open_orders(), *elsewhere})
    after = work.compare()
    now = ports.clock.now()
    repaired = [*newly_repaired(before, after, now), *work.repaired_elsewhere(elsewhere, now)]
    document = day_document(source, day, after, now) | {
        "uncounted": {str(status): n for status, n in sorted(work.uncounted.items())},
        "unreadable": list(work.unreadable),
        "repaired": [*repaired_earlier(ports.lake, source, day), *repaired],
    }
    lines = lines_document(day, after, now)
    ports.lake.put_json(lines_key(source.account, source.source, day), lines)
    ports.lake.put_json(day_key(source.account, source.source, day), document)
    return frozenset(order_id for mended in repaired for order_id in mended["order_ids"])


class _DayWork:
    """Both sides of a day, and what is done about them."""

    def __init__(
        self, source: ReconciledSource, day: date, ledger: StoreLedger, ports: DayPorts
    ) -> None:
        self.unreadable: tuple[str, ...] = ()
        self.uncounted: dict[int, int] = {}
        self._source = source
        self._day = day
        self._ledger = ledger
        self._ports = ports
        self._theirs: dict[str, ListedOrder] = {}
        self._ours: dict[str, Order] = {}
        self._duplicates: dict[str, Order] = {}
        self._gone: set[str] = set()
        self._elsewhere: set[str] = set()

    def read(self) -> None:
        """Read both sides: the store's list, our orders, and whatever only one of them has."""
        panel_day = self._source.rules.panel.bounds(self._day)
        our_day = day_bounds(self._day, self._day, self._source.rules.time_zone)
        start, end = min(panel_day[0], our_day[0]), max(panel_day[1], our_day[1])
        listed = self._ledger.list_created(start, end)
        self._theirs, self.unreadable = dict(listed.orders), listed.unreadable
        self.uncounted = self._compare_counts(panel_day)
        others = self._read_ours(start, end)
        refunded = self._ledger.refunded_between(*panel_day)
        only_ours = {id_ for id_, order in self._ours.items() if not order.is_archived}
        known = {*self._theirs, *self.unreadable}
        self._elsewhere = {*refunded} - known - only_ours
        self._look_up(({*refunded} | only_ours) - known)
        self._read_again(self._faults())
        sales = {id_: listed.order for id_, listed in self._theirs.items()} | self._ours
        live = {id_: order for id_, order in sales.items() if not order.is_archived}
        self._duplicates = duplicates_of(live, others, self._source.twins)

    def compare(self) -> DayComparison:
        """Compare what is known of both sides now."""
        return compare_day(self._day, self._pairs(), self._source.rules)

    def faults_elsewhere(self) -> dict[str, Cause]:
        """Return the faults of orders of other days that were refunded on this one."""
        return {id_: cause for id_, cause in self._faults().items() if id_ in self._elsewhere}

    def repaired_elsewhere(self, faults: Mapping[str, Cause], now: datetime) -> list[Any]:
        """Return which of those faults are no more."""
        still = self._faults()
        return [
            repair(cause, [order_id], now)
            for order_id, cause in sorted(faults.items())
            if order_id not in still
        ]

    def repair(self, order_ids: Collection[str]) -> None:
        """Fetch these orders again, or retract them, as their faults want it."""
        faults = self._faults()
        at_fault = {order_id: faults[order_id] for order_id in order_ids if order_id in faults}
        self._retract([id_ for id_, cause in at_fault.items() if cause in _RETRACTED])
        again = sorted(
            (id_ for id_, cause in at_fault.items() if cause in _REFETCHED and id_.isdecimal()),
            key=by_number,
        )
        for start in range(0, len(again), _REPAIRED_AT_ONCE):
            self._fetch_again(again[start : start + _REPAIRED_AT_ONCE])
        self._read_again(at_fault)

    def _pairs(self) -> Iterator[Pair]:
        for order_id in sorted({*self._theirs, *self._ours}, key=by_number):
            theirs, ours = self._theirs.get(order_id), self._ours.get(order_id)
            live = theirs if theirs and not theirs.order.is_archived else None
            yield Pair(order_id, live, ours, self._fault(order_id))
        for name, order in self._duplicates.items():
            yield Pair(name, None, order, Cause.DUPLICATE)

    def _faults(self) -> dict[str, Cause]:
        found = {order_id: self._fault(order_id) for order_id in {*self._theirs, *self._ours}}
        return {order_id: cause for order_id, cause in found.items() if cause}

    def _fault(self, order_id: str) -> Cause | None:
        return fault_of(
            self._theirs.get(order_id),
            self._ours.get(order_id),
            self._source.rules,
            is_gone=order_id in self._gone,
        )

    def _compare_counts(self, panel_day: tuple[datetime, datetime]) -> dict[int, int]:
        """Return status → how many orders more the store counts on the day than it lists.

        A store that does not know the filter ``is_deleted`` counts archived orders as well.
        """
        counted = self._ledger.count_by_status(*panel_day)
        live: dict[int, int] = {}
        archived: dict[int, int] = {}
        for listed in self._theirs.values():
            order = listed.order
            if panel_day[0] <= order.placed_at < panel_day[1]:
                side = archived if order.is_archived else live
                side[order.status_id] = side.get(order.status_id, 0) + 1
        off = {}
        for status_id in {*counted, *live}:
            excess = counted.get(status_id, 0) - live.get(status_id, 0)
            if excess not in {0, archived.get(status_id, 0)}:
                off[status_id] = excess
        return off

    def _read_ours(self, start: datetime, end: datetime) -> list[Order]:
        """Read our orders of the window; return those of other sources."""
        account, others = self._source.account, []
        for day in _utc_days(start, end):
            for order in self._ports.orders.on_day(account, day):
                if not start <= order.placed_at < end:
                    continue
                if order.source == self._source.source:
                    self._ours[order.order_id] = order
                elif not order.is_archived:
                    others.append(order)
        return others

    def _look_up(self, order_ids: Collection[str]) -> None:
        if order_ids:
            looked_up = self._ledger.look_up(order_ids)
            self._theirs |= looked_up.found.orders
            self._gone |= looked_up.gone

    def _read_again(self, order_ids: Iterable[str]) -> None:
        for order_id in list(order_ids):
            order = self._ports.orders.get(self._source.account, self._source.source, order_id)
            if order:
                self._ours[order_id] = order

    def _retract(self, order_ids: Collection[str]) -> None:
        retracted = []
        for order_id in sorted(order_ids, key=by_number):
            ours, theirs = self._ours[order_id], self._theirs.get(order_id)
            changed_at = theirs.order.modified_at if theirs else ours.modified_at
            changed_at = max(ours.modified_at, changed_at)
            retracted.append(replace(ours, is_archived=True, modified_at=changed_at))
        self._ports.orders.upsert(self._source.account, retracted, self._ports.clock.now())

    def _fetch_again(self, order_ids: Collection[str]) -> None:
        page = self._ledger.orders([int(order_id) for order_id in order_ids])
        ports = KeepPorts(self._ports.orders, self._ports.lake, self._ports.products)
        keep_orders(self._source.account, self._source.source, page, ports=ports)
        for order in page.orders:
            listed = self._theirs.get(order.order_id) or ListedOrder(order)
            self._theirs[order.order_id] = replace(listed, order=order)


def _utc_days(start: datetime, end: datetime) -> Iterator[date]:
    day = start.astimezone(UTC).date()
    while day <= (end - timedelta(microseconds=1)).astimezone(UTC).date():
        yield day
        day += timedelta(days=1)
