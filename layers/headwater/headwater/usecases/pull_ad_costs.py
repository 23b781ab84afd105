"""Pull what ads cost, from every ad platform that an account has connected, each apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from headwater.usecases.connectors import AD_COST, KINDS
from headwater.usecases.cost_pull import CostCounts, CostPorts, CostPull
from headwater.usecases.manage_sources import REMOVING
from headwater.usecases.pull_orders import LEASE
from headwater.usecases.pulled_sources import gaps_of, gaps_until_pulled, settle_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from headwater.usecases.connectors import ConnectorKind
    from headwater.usecases.ports import CostBookmark, Source
    from headwater.usecases.source_pull import FailedSource


# Platforms restate their days a few times a day at most, and count our calls.
_FRESH = timedelta(minutes=50)
# Days of a removed source that are emptied together.
_DAYS_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class PulledCosts:
    """What one invocation has pulled. ``more``: it ran out of time, call it again."""

    rows: int = 0
    days_changed: int = 0
    rejected: int = 0
    more: bool = False
    failed_sources: tuple[FailedSource, ...] = ()

    def __add__(self, other: PulledCosts) -> PulledCosts:
        """Add up two sources."""
        return PulledCosts(
            self.rows + other.rows,
            self.days_changed + other.days_changed,
            self.rejected + other.rejected,
            self.more or other.more,
            self.failed_sources + other.failed_sources,
        )


def pull_ad_costs(account: str, run: str, deadline: datetime, *, ports: CostPorts) -> PulledCosts:
    """Pull all ad platforms of an account until they are done or the deadline has come.

    One that fails gets a status and a reason, is named in the result and in the run's record, and
    stops no other. One that is paused, or was pulled within the hour, is left alone, and the cost
    of one that is being removed is taken out of its days.

    Raises:
        LeaseLostError: the run no longer holds the account's lease.
    """
    ports.runs.renew(account, run, ports.clock.now() + LEASE)
    total, due = PulledCosts(), []
    for source in ports.accounts.sources(account):
        kind = KINDS.get(source.kind)
        if kind is None or kind.role != AD_COST:
            continue
        if source.status == REMOVING:
            total += _remove(account, source, kind, deadline, ports)
        elif not source.is_paused and not _is_fresh(source, ports.clock.now()):
            due.append(source)
    if due:
        gaps = gaps_until_pulled(due)
        ports.runs.record(account, run, ports.clock.now(), ad_cost_gaps=gaps)
        for source in due:
            total += _pull(account, source, KINDS[source.kind], run, deadline, ports)
        gaps = gaps_of(total.failed_sources)
        ports.runs.record(account, run, ports.clock.now(), ad_cost_gaps=gaps)
    return total


def _is_fresh(source: Source, now: datetime) -> bool:
    """Tell whether a source was pulled whole within the hour: runs may follow each other closely.

    An ad account that was chosen since, and a history that is not in, make it stale.
    """
    if source.status != "ok" or source.pulled_at is None:
        return False
    done = {one.ad_account for one in source.cost_bookmarks if one.is_history_complete}
    is_whole = all(one.id in done for one in source.ad_accounts)
    return is_whole and timedelta(0) <= now - source.pulled_at < _FRESH


def _pull(
    account: str,
    source: Source,
    kind: ConnectorKind,
    run: str,
    deadline: datetime,
    ports: CostPorts,
) -> PulledCosts:
    pull = CostPull(account, source, kind, deadline, ports, run=run)
    pull.go_on()
    counts = pull.pulled
    failed = settle_source(
        account,
        source,
        pull.failure,
        is_whole=not counts.more,
        accounts=ports.accounts,
        now=ports.clock.now(),
    )
    return replace(_as_pulled(counts), failed_sources=failed)


def _as_pulled(counts: CostCounts) -> PulledCosts:
    return PulledCosts(counts.rows, counts.days_changed, counts.rejected, counts.more)


def _remove(
    account: str, source: Source, kind: ConnectorKind, deadline: datetime, ports: CostPorts
) -> PulledCosts:
    """Take a removed source's cost out of its days, and forget the source once that is done."""
    changed = 0
    for mark in source.cost_bookmarks:
        for days in batched(_days_of(mark), _DAYS_AT_ONCE):
            if ports.clock.now() >= deadline:
                return PulledCosts(days_changed=changed, more=True)
            load, empty = f"removed-{ports.token_hex(4)}", dict.fromkeys(days, ())
            changed += ports.costs.replace(account, kind.platform, mark.ad_account, load, empty)
    ports.accounts.remove_source(account, source.source)
    return PulledCosts(days_changed=changed)


def _days_of(mark: CostBookmark) -> Iterator[date]:
    """Yield all days that may hold an ad account's cost, a pull that broke off included."""
    known = (mark.history_from, mark.run_from, mark.pulled_through, mark.run_through)
    days = [day for day in known if day]
    if days:
        for n in range((max(days) - min(days)).days + 1):
            yield min(days) + timedelta(days=n)
