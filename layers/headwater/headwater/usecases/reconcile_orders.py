"""Reconcile orders: hold our copy of each store's orders against the store itself, day by day.

Each run reconciles the account's last days before it exports, so that what is repaired is in the
reports of the same run. Any other range is a job of its own. Both go on from the day at which an
invocation ran out of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.panel_clocks import PanelClock
from headwater.domain.reconciliation import ReportRules
from headwater.domain.reconciliation_causes import OPEN_CAUSES, Cause
from headwater.domain.reporting_days import reporting_day
from headwater.errors import (
    FatalError,
    InvalidParameterError,
    LeaseLostError,
    RateLimitedError,
    RetriableError,
    UnknownResourceError,
)
from headwater.usecases.connect_source import BIGCOMMERCE
from headwater.usecases.reconcile_day import DayPorts, ReconciledSource, day_key, reconcile_day
from headwater.usecases.run_files import LEASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Accounts, Clock, Lake, Runs, Source
    from headwater.usecases.store_ledgers import Reconciliations, StoreLedger, StoreLedgers

LONGEST_RANGE = 366
# A job that has said nothing for this long has died: an invocation lasts 15 minutes at most.
_SILENCE = timedelta(minutes=20)
_PER_MILLION = 1_000_000


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


def request_reconciliation(
    account: str,
    first: date,
    last: date,
    *,
    accounts: Accounts,
    lake: Lake,
    clock: Clock,
    reconciliations: Reconciliations,
) -> Mapping[str, Any]:
    """Start the reconciliation of a range, unless it is under way; return the job's state.

    Raises:
        InvalidParameterError: the range is impossible, or the account has no store.
    """
    settings, now = accounts.settings(account), clock.now()
    _check_range(first, last, reporting_day(now, settings.time_zone))
    if not any(source.kind == BIGCOMMERCE for source in accounts.sources(account)):
        message = "the account has no connected store"
        raise InvalidParameterError(message)
    known = read_job(lake, account, first, last)
    if known and known["status"] in {"queued", "running"}:
        if now - datetime.fromisoformat(known["updated_at"]) < _SILENCE:
            return known
    else:
        known = None
    job = known or _new_job(first, last, now)
    job |= {"status": "queued", "updated_at": now.isoformat()}
    lake.put_json(_job_key(account, first, last), job)
    reconciliations.start(account, first, last)
    return job


def read_job(lake: Lake, account: str, first: date, last: date) -> dict[str, Any] | None:
    """Return the state of a range's job, or None if nobody has asked for it."""
    try:
        job: dict[str, Any] = lake.get_json(_job_key(account, first, last))
    except UnknownResourceError:
        return None
    return job


def read_days(
    lake: Lake, account: str, sources: Sequence[Source], first: date, last: date
) -> list[dict[str, Any]]:
    """Return the latest results of a range, by day and source; days without one are left out."""
    found = []
    for day in _days(first, last):
        for source in sources:
            try:
                found.append(lake.get_json(day_key(account, source.source, day)))
            except UnknownResourceError:
                continue
    return found


def open_ppm(days: Sequence[Mapping[str, Any]]) -> int:
    """Return the open differences in parts per million of the store's figure.

    By amounts or by numbers of orders, whichever is worse; opposite differences do not cancel out.
    Where the store has nothing at all, any open difference is all of it.
    """
    amount = orders = total = listed = 0
    for day in days:
        for difference in day["differences"]:
            if Cause(difference["cause"]) in OPEN_CAUSES:
                amount += difference["absolute"]
                orders += len(difference["order_ids"])
        orders += sum(abs(n) for n in day["uncounted"].values()) + len(day["unreadable"])
        total += sum(abs(figures["store_total"]) for figures in day["figures"])
        listed += sum(figures["store_orders"] for figures in day["figures"])
    return max(_share(amount, total), _share(orders, listed))


def _share(part: int, whole: int) -> int:
    if not part:
        return 0
    return round(part * _PER_MILLION / whole) if whole else _PER_MILLION


def _check_range(first: date, last: date, today: date) -> None:
    if first > last:
        message = f"from: {first} is after to: {last}"
        raise InvalidParameterError(message)
    if last > today:
        message = f"to: {last} is not over yet"
        raise InvalidParameterError(message)
    if (last - first).days >= LONGEST_RANGE:
        message = f"to: at most {LONGEST_RANGE} days at once"
        raise InvalidParameterError(message)


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
        self._is_resumed = bool(known and known["status"] in {"queued", "running"})
        self._job = known if known and self._is_resumed else _new_job(first, last, self._now())

    def work(self) -> ReconciledOrders:
        """Reconcile store by store, until all is done or the deadline has come."""
        settings = self._ports.accounts.settings(self._account)
        sources = self._ports.accounts.sources(self._account)
        days = repaired = 0
        more = False
        self._hold()
        for source, twins in _stores(sources):
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
        try:
            ledger = self._ports.ledgers.ledger(self._account, source)
            reconciled = _reconciled(self._account, source, twins, settings, ledger)
            for day in _days(self._bookmark(source), self._last):
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
        results = read_days(self._ports.lake, self._account, sources, self._first, self._last)
        return ReconciledOrders(days, repaired, open_ppm(results), more, has_repairs, failed)

    def _save(self, status: str) -> None:
        self._job |= {"status": status, "updated_at": self._now().isoformat()}
        self._ports.lake.put_json(_job_key(self._account, self._first, self._last), self._job)

    def _now(self) -> datetime:
        return self._ports.clock.now()


def _new_job(first: date, last: date, now: datetime) -> dict[str, Any]:
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "status": "running",
        "requested_at": now.isoformat(),
        "updated_at": now.isoformat(),
        "next": {},
        "repaired": 0,
        "failures": {},
    }


def _job_key(account: str, first: date, last: date) -> str:
    return f"reconciliations/account={account}/jobs/{first.isoformat()}_{last.isoformat()}.json"


def _stores(sources: Sequence[Source]) -> Iterator[tuple[Source, frozenset[str]]]:
    """Yield each store once, by the first of its sources, with the others that are connected."""
    seen: dict[tuple[str, str], list[Source]] = {}
    for source in sources:
        if source.kind == BIGCOMMERCE:
            seen.setdefault((source.api_url, source.store_hash), []).append(source)
    for first, *others in seen.values():
        yield first, frozenset(other.source for other in others)


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


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
