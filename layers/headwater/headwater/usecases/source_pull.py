"""The pull of one store: orders, archived orders, and orders refunded without being changed.

The first pull brings the whole history and needs no phase of refunds, since every order comes with
its own. After each page the bookmark is saved, after the page's orders: whatever dies in between,
the page is only pulled again.

Orders are paged by id under a lower bound on their time of change, never by "the last id seen": an
order gets its id when the shopper reaches the payment page and may be paid days later. The next
pull starts at the store's time at the start of this one, less an overlap.

Once a week a pull ends with a sweep: all orders created in the last thirty days, changed or not. So
what a store changes without saying so (a payment that came late, a date that was set back, an order
that was archived) is not wrong for longer than that.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from headwater.errors import FatalError, HeadwaterError, RetriableError
from headwater.usecases.keep_orders import KeepPorts, keep_orders
from headwater.usecases.ports import Bookmark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from headwater.usecases.directory_pull import DirectoryPorts
    from headwater.usecases.keep_webhooks import HookPorts
    from headwater.usecases.ports import (
        Accounts,
        Clock,
        Lake,
        Marks,
        OrderPage,
        Orders,
        OrderSources,
        Runs,
        Source,
    )
    from headwater.usecases.script_keeper import ScriptPorts

# Filters are one second fine, and a store's clock and its lists need not agree to the second.
OVERLAP = timedelta(hours=2)
# Orders that are fetched again for a refund, between two savings of the bookmark.
_REFUNDED_AT_ONCE = 50

# How often the orders of how many days are looked at, changed or not.
_SWEEP_EVERY, _SWEPT = timedelta(days=7), timedelta(days=30)

_IDLE, _ORDERS, _ARCHIVED, _REFUNDS = "idle", "orders", "archived", "refunds"
_SWEEP, _SWEEP_ARCHIVED = "sweep", "sweep_archived"


@dataclass(frozen=True, slots=True)
class PullPorts:
    """What a pull needs from the outside world."""

    clock: Clock
    accounts: Accounts
    runs: Runs
    sources: OrderSources
    orders: Orders
    lake: Lake
    marks: Marks
    directory: DirectoryPorts
    hooks: HookPorts
    script: ScriptPorts

    @property
    def keep(self) -> KeepPorts:
        """Where pulled orders go."""
        return KeepPorts(self.orders, self.lake, self.directory.products)


@dataclass(frozen=True, slots=True)
class FailedSource:
    """A store that could not be pulled: its new status, and why."""

    source: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class PulledOrders:
    """What one invocation has pulled. ``more``: it ran out of time, call it again."""

    orders_seen: int = 0
    orders_changed: int = 0
    rejected: int = 0
    more: bool = False
    failed_sources: tuple[FailedSource, ...] = ()
    contacts_changed: int = 0
    products_changed: int = 0

    def __add__(self, other: PulledOrders) -> PulledOrders:
        """Add up two stores."""
        return PulledOrders(
            self.orders_seen + other.orders_seen,
            self.orders_changed + other.orders_changed,
            self.rejected + other.rejected,
            self.more or other.more,
            self.failed_sources + other.failed_sources,
            self.contacts_changed + other.contacts_changed,
            self.products_changed + other.products_changed,
        )


class StoreFailedError(Exception):
    """The store failed us, by ``error``; an error of our own tables is never one of these."""

    def __init__(self, error: HeadwaterError) -> None:
        super().__init__(str(error))
        self.error = error


@contextmanager
def asking_the_store() -> Iterator[None]:
    """Turn what goes wrong inside into a failure of the store."""
    try:
        yield
    except (RetriableError, FatalError) as error:
        raise StoreFailedError(error) from error


def is_stopped(account: str, source: str, accounts: Accounts) -> bool:
    """Tell whether a person has paused or removed a source meanwhile."""
    return any(one.is_paused for one in accounts.sources(account) if one.source == source)


class SourcePull:
    """The pull of one store, from its bookmark onward."""

    def __init__(self, account: str, source: Source, deadline: datetime, ports: PullPorts) -> None:
        self.pulled = PulledOrders()
        self.has_advanced = False
        self._account = account
        self._source = source
        self._deadline = deadline
        self._ports = ports
        self._bookmark = source.bookmark
        self._done = source.orders_done
        self._is_complete = source.is_history_complete
        self._paced_from, self._paced_done = ports.clock.now(), source.orders_done
        self._refunded: Sequence[int] | None = None
        self._named: set[int] = set()

    @property
    def is_done(self) -> bool:
        """Tell whether a pull has ended: nothing is left of it."""
        return self._bookmark.phase == _IDLE

    def run(self) -> None:
        """Do a new pull; or finish the one under way, and catch up if that one is old."""
        with asking_the_store():
            self._store = self._ports.sources.open(self._account, self._source)
        is_resumed = self._bookmark.phase != _IDLE
        if not is_resumed:
            self._begin(self._store_time())
        self._go_on()
        if is_resumed and self.is_done:
            now, until = self._store_time(), self._bookmark.pulled_until
            if until is None or now - until > OVERLAP:
                self._begin(now)
                self._go_on()

    @property
    def pulled_until(self) -> datetime | None:
        """The store's clock when the last pull that is done began."""
        return self._bookmark.pulled_until

    def _store_time(self) -> datetime:
        """Return the store's time, or ours if that is earlier.

        A clock that is ahead and then set right would stamp changes that no later pull asks for.
        """
        with asking_the_store():
            return min(self._store.server_time(), self._ports.clock.now())

    def _begin(self, now: datetime) -> None:
        until = self._bookmark.pulled_until
        since = until - OVERLAP if until and self._is_complete else None
        self._refunded = None
        self._save(replace(self._bookmark, phase=_ORDERS, since=since, last_id=0, started_at=now))

    def _go_on(self) -> None:
        while self._bookmark.phase != _IDLE:
            if self._ports.clock.now() >= self._deadline:
                self.pulled = replace(self.pulled, more=True)
                return
            if is_stopped(self._account, self._source.source, self._ports.accounts):
                return
            self._save(self._pull_refunded() if self._phase_is(_REFUNDS) else self._pull_page())
            self.has_advanced = True

    def _phase_is(self, phase: str) -> bool:
        return self._bookmark.phase == phase

    def _pull_page(self) -> Bookmark:
        """Pull the next page of orders; return the bookmark behind it."""
        mark = self._bookmark
        is_sweep = mark.phase in {_SWEEP, _SWEEP_ARCHIVED}
        with asking_the_store():
            page = self._store.page(
                modified_since=None if is_sweep else mark.since,
                after_id=mark.last_id,
                archived=mark.phase in {_ARCHIVED, _SWEEP_ARCHIVED},
                created_since=mark.started_at - _SWEPT if is_sweep and mark.started_at else None,
            )
        self._keep(page)
        if self._phase_is(_ORDERS) and not self._is_complete:
            self._done += len(page.orders) + len(page.rejected)
        if page.is_last:
            return self._next_phase()
        return replace(self._bookmark, last_id=page.last_id)

    def _pull_refunded(self) -> Bookmark:
        """Pull orders that were refunded without being marked as changed."""
        some = list(islice(self._refunded_unseen(), _REFUNDED_AT_ONCE))
        if some:
            with asking_the_store():
                page = self._store.orders(some)
            self._keep(page)
        if len(some) < _REFUNDED_AT_ONCE:
            return self._next_phase()
        return replace(self._bookmark, last_id=some[-1])

    def _refunded_unseen(self) -> Iterator[int]:
        """Yield the orders refunded since the pull's lower bound that it has not seen.

        An order that was changed after that bound has come with the pages, refunds and all; what
        was refunded since then is for the next pull.
        """
        since = self._bookmark.since
        if since is None:
            return
        if self._refunded is None:
            with asking_the_store():
                self._refunded = self._store.refunded_since(since)
        for order_id in self._refunded:
            if order_id <= self._bookmark.last_id:
                continue
            stored = self._ports.orders.get(self._account, self._source.source, str(order_id))
            if stored is None or stored.modified_at < since:
                yield order_id

    def _next_phase(self) -> Bookmark:
        mark = self._bookmark
        following = {_ORDERS: _ARCHIVED, _SWEEP: _SWEEP_ARCHIVED}.get(mark.phase)
        if mark.since and self._phase_is(_ARCHIVED):
            following = _REFUNDS
        if self._phase_is(_REFUNDS) and self._is_sweep_due():
            following = _SWEEP
        if following:
            return replace(mark, phase=following, last_id=0)
        self._is_complete = True
        # The whole history has been looked at, too.
        is_swept = self._phase_is(_SWEEP_ARCHIVED) or mark.since is None
        swept_at = mark.started_at if is_swept else mark.swept_at
        return Bookmark(pulled_until=mark.started_at, swept_at=swept_at)

    def _is_sweep_due(self) -> bool:
        mark = self._bookmark
        if mark.started_at is None or mark.swept_at is None:
            return True
        return mark.started_at - mark.swept_at >= _SWEEP_EVERY

    def _keep(self, page: OrderPage) -> None:
        changed = keep_orders(
            self._account,
            self._source.source,
            page,
            ports=self._ports.keep,
            named=self._named,
        )
        self.pulled += PulledOrders(len(page.orders), changed, len(page.rejected))

    def _save(self, bookmark: Bookmark) -> None:
        if not self._is_complete:
            bookmark = replace(
                bookmark,
                paced_from=self._paced_from,
                paced_done=self._paced_done,
                saved_at=self._ports.clock.now(),
            )
        self._ports.accounts.save_progress(
            self._account,
            self._source.source,
            bookmark,
            done=self._done,
            is_complete=self._is_complete,
        )
        self._bookmark = bookmark
