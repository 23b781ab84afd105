"""Pull leads, from every CRM that an account has connected, each apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.usecases.connectors import KINDS, LEADS
from headwater.usecases.lead_pull import LeadPull
from headwater.usecases.manage_sources import REMOVING
from headwater.usecases.pull_orders import LEASE
from headwater.usecases.pulled_sources import gaps_of, gaps_until_pulled, settle_source

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.usecases.connectors import ConnectorKind
    from headwater.usecases.lead_pull import LeadPorts
    from headwater.usecases.ports import Source
    from headwater.usecases.source_pull import FailedSource

# Some CRMs give all members of their lists each time, and count our calls.
_FRESH = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class PulledLeads:
    """What one invocation has pulled. ``more``: it ran out of time, call it again.

    ``nameless`` contacts have no email, and so can meet no order.
    """

    contacts: int = 0
    changed: int = 0
    nameless: int = 0
    rejected: int = 0
    more: bool = False
    failed_sources: tuple[FailedSource, ...] = ()

    def __add__(self, other: PulledLeads) -> PulledLeads:
        """Add up two sources."""
        return PulledLeads(
            self.contacts + other.contacts,
            self.changed + other.changed,
            self.nameless + other.nameless,
            self.rejected + other.rejected,
            self.more or other.more,
            self.failed_sources + other.failed_sources,
        )


def pull_leads(account: str, run: str, deadline: datetime, *, ports: LeadPorts) -> PulledLeads:
    """Pull all CRMs of an account until they are done or the deadline has come.

    One that fails gets a status and a reason, is named in the result and in the run's record, and
    stops no other. One that is paused, or was pulled within the hour, is left alone. One that is
    being removed is forgotten: its contacts have opted in, and stay.

    Raises:
        LeaseLostError: the run no longer holds the account's lease.
    """
    ports.runs.renew(account, run, ports.clock.now() + LEASE)
    total, due = PulledLeads(), []
    for source in ports.accounts.sources(account):
        kind = KINDS.get(source.kind)
        if kind is None or kind.role != LEADS:
            continue
        if source.status == REMOVING:
            ports.accounts.remove_source(account, source.source)
        elif not source.is_paused and not _is_fresh(source, run, ports.clock.now()):
            due.append(source)
    if due:
        gaps = gaps_until_pulled(due)
        ports.runs.record(account, run, ports.clock.now(), lead_gaps=gaps)
        for source in due:
            total += _pull(account, source, KINDS[source.kind], run, deadline, ports)
        gaps = gaps_of(total.failed_sources)
        ports.runs.record(account, run, ports.clock.now(), lead_gaps=gaps)
    return total


def _is_fresh(source: Source, run: str, now: datetime) -> bool:
    """Tell whether a CRM was pulled in another run within the hour: runs may follow closely."""
    if source.status != "ok" or source.pulled_at is None or source.leads.run == run:
        return False
    return source.leads.started_at is None and timedelta(0) <= now - source.pulled_at < _FRESH


def _pull(
    account: str,
    source: Source,
    kind: ConnectorKind,
    run: str,
    deadline: datetime,
    ports: LeadPorts,
) -> PulledLeads:
    pull = LeadPull(account, source, kind, deadline, ports, run=run)
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
    return replace(
        PulledLeads(counts.contacts, counts.changed, counts.nameless, counts.rejected, counts.more),
        failed_sources=failed,
    )
