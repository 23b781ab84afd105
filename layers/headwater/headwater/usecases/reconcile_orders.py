"""Reconcile orders: hold our copy of each store's orders against the store itself, day by day.

Each run reconciles the account's last days before it exports, so that what is repaired is in the
reports of the same run. Any other range is a job of its own. Both go on from the day at which an
invocation ran out of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from headwater.domain.panel_clocks import PanelClock
from headwater.domain.reconciliation import ReportRules
from headwater.domain.reporting_days import reporting_day
from headwater.errors import FatalError, LeaseLostError, RateLimitedError, RetriableError
from headwater.usecases.day_results import days_of, open_ppm, read_days
from headwater.usecases.reconcile_day import DayPorts, ReconciledSource, reconcile_day
from headwater.usecases.reconciliation_jobs import distinct_stores, job_key, new_job, read_job
from headwater.usecases.run_files import LEASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Accounts, Clock, Lake, Runs, Source
    from headwater.usecases.store_ledgers import StoreLedger, StoreLedgers


@dataclass(frozen=True, slots=True)
class ReconcilePorts:
    """What reconciliation needs from the outside world."""

    accounts: Accounts
    runs: Runs
    ledgers: StoreLedgers
    day: DayPorts

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.day.clock

    @property
    def lake(self) -> Lake:
        """Where results are kept."""
        return self.day.lake


@dataclass(frozen=True, slots=True)
class ReconciledOrders:
    """What one invocation did.

    ``open_ppm`` is the share, in parts per million of the store's figure, of the differences that
    no rule explains and no repair removed; of the whole range, or None while ``more`` is to come.
    ``has_repairs``: this invocation, or one before it of the same job, has repaired something.
    """

    days: int = 0
    repaired: int = 0
    open_ppm: int | None = None
    more: bool = False
    has_repairs: bool = False
    failed_sources: tuple[str, ...] = ()


def reconcile_run(
    account: str, run: str, deadline: datetime, *, ports: ReconcilePorts
) -> ReconciledOrders:
    """Reconcile the last days up to yesterday, as a step of a run.

    Raises:
        LeaseLostError: the run no longer holds the account's lease.
    """
    ports.runs.renew(account, run, ports.clock.now() + LEASE)
    settings = ports.accounts.settings(account)
    if not settings.reconcile_days:
        return ReconciledOrders()
    last = reporting_day(ports.clock.now(), settings.time_zone) - timedelta(days=1)
    first = last - timedelta(days=settings.reconcile_days - 1)
    return _Job(account, first, last, deadline, ports, run=run).work()


def reconcile_range(
    account: str, first: date, last: date, deadline: datetime, *, ports: ReconcilePorts
) -> ReconciledOrders:
    """Reconcile a range that somebody has asked for, from the day at which it was left."""
    return _Job(account, first, last, deadline, ports).work()


class _Job:
    """The reconciliation of a range, from its bookmark onward."""

    def __init__(
        self,
        account: str,
        first: date,
        last: date,
        deadline: datetime,
        ports: ReconcilePorts,
        run: str = "",
    ) -> None:
        self._account = account
        self._first, self._last = first, last
        self._deadline = deadline
        self._ports = ports
        self._run = run
        known = read_job(ports.lake, account, first, last)
        is_unfinished = known is not None and known["status"] in {"queued", "running"}
        self._job = known if known and is_unfinished else new_job(first, last, self._now())

    def work(self) -> ReconciledOrders:
        """Reconcile store by store, until all is done or the deadline has come."""
        settings = self._ports.accounts.settings(self._account)
        sources = self._ports.accounts.sources(self._account)
        days = repaired = 0
        more = False
        self._hold()
        for source, twins in distinct_stores(sources):
            for done in self._reconcile(source, twins, settings):
                if done is None:
                    more = True
                    break
                days += 1
                repaired += len(done)
        return self._end(days, repaired, sources, more=more)

    def _reconcile(
        self, source: Source, twins: frozenset[str], settings: AccountSettings
    ) -> Iterator[frozenset[str] | None]:
        """Yield what each day repaired; None in place of a day for which time ran out."""
        if not source.is_history_complete:
            message = "the history of this store is not complete yet"
            self._fail(source, message)
            return
        advanced = False
        self._job["failures"].pop(source.source, None)
        try:
            ledger = self._ports.ledgers.ledger(self._account, source)
            reconciled = _reconciled(self._account, source, twins, settings, ledger)
            for day in days_of(self._bookmark(source), self._last):
                if self._now() >= self._deadline:
                    yield None
                    return
                self._hold()
                repaired = reconcile_day(reconciled, day, ledger=ledger, ports=self._ports.day)
                advanced = True
                self._job["repaired"] += len(repaired)
                self._advance(source, day + timedelta(days=1))
                yield repaired
        except LeaseLostError:
            raise
        except RateLimitedError as error:
            if advanced:
                yield None
            else:
                self._fail(source, str(error))
        except (RetriableError, FatalError) as error:
            self._fail(source, str(error))

    def _hold(self) -> None:
        if self._run:
            self._ports.runs.renew(self._account, self._run, self._now() + LEASE)

    def _bookmark(self, source: Source) -> date:
        reached = self._job["next"].get(source.source)
        return date.fromisoformat(reached) if reached else self._first

    def _advance(self, source: Source, following: date) -> None:
        self._job["next"][source.source] = following.isoformat()
        self._save("running")

    def _fail(self, source: Source, reason: str) -> None:
        self._job["failures"][source.source] = reason

    def _end(
        self, days: int, repaired: int, sources: Sequence[Source], *, more: bool
    ) -> ReconciledOrders:
        failed = tuple(sorted(self._job["failures"]))
        has_repairs = self._job["repaired"] > 0
        if more:
            self._save("running")
            return ReconciledOrders(days, repaired, None, more, has_repairs, failed)
        self._save("failed" if failed else "done")
        stores = [source for source, _ in distinct_stores(sources)]
        results = read_days(self._ports.lake, self._account, stores, self._first, self._last)
        return ReconciledOrders(days, repaired, open_ppm(results), more, has_repairs, failed)

    def _save(self, status: str) -> None:
        self._job |= {"status": status, "updated_at": self._now().isoformat()}
        self._ports.lake.put_json(job_key(self._account, self._first, self._last), self._job)

    def _now(self) -> datetime:
        return self._ports.clock.now()


def _reconciled(
    account: str,
    source: Source,
    twins: frozenset[str],
    settings: AccountSettings,
    ledger: StoreLedger,
) -> ReconciledSource:
    panel = ledger.panel_clock()
    rules = ReportRules(
        settings.currency,
        settings.time_zone,
        settings.revenue_statuses,
        panel or PanelClock(settings.time_zone),
    )
    return ReconciledSource(account, source.source, rules, panel is not None, twins)
