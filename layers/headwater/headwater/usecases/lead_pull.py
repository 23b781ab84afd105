"""The pull of one CRM: its contacts that have changed since the last pull, page by page.

The bookmark is saved behind each page, after the page's contacts: whatever dies in between, the
page is only pulled again. The next pull begins at the vendor's clock at the start of this one, less
an overlap. A place in a list that the vendor no longer knows is given up once, and the pull begins
anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.crm_contacts import contact_edges, lead_row
from headwater.domain.imported_leads import ImportedLead, list_opt_ins, read_lead
from headwater.errors import GoneError, InvalidRowError, RateLimitedError, RequestRejectedError
from headwater.usecases.keep_leads import keep_leads
from headwater.usecases.ports import LeadBookmark, RejectedRow
from headwater.usecases.source_pull import StoreFailedError, asking_the_store, is_stopped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.domain.crm_contacts import CrmContact, LeadField
    from headwater.domain.journeys import Edge
    from headwater.errors import HeadwaterError
    from headwater.usecases.connectors import ConnectorKind
    from headwater.usecases.ports import Accounts, Clock, Journeys, Lake, Runs, Source
    from headwater.usecases.ports.connectors import Connectors, LeadPage, LeadSource
    from headwater.usecases.ports.directory import Edges


@dataclass(frozen=True, slots=True)
class LeadPorts:
    """What a pull of leads needs from the outside world."""

    clock: Clock
    accounts: Accounts
    runs: Runs
    connectors: Connectors
    journeys: Journeys
    edges: Edges
    lake: Lake


@dataclass(frozen=True, slots=True)
class LeadCounts:
    """What was pulled. ``more``: it ran out of time, call it again.

    ``nameless`` contacts have no email, and so can meet no order.
    """

    contacts: int = 0
    changed: int = 0
    nameless: int = 0
    rejected: int = 0
    more: bool = False


class LeadPull:
    """The pull of one CRM, from its bookmark onward."""

    def __init__(
        self,
        account: str,
        source: Source,
        kind: ConnectorKind,
        deadline: datetime,
        ports: LeadPorts,
        *,
        run: str,
    ) -> None:
        self.pulled = LeadCounts()
        self.failure: HeadwaterError | None = None
        self._account = account
        self._source = source
        self._kind = kind
        self._deadline = deadline
        self._ports = ports
        self._run = run
        self._fields = _fingerprint(source.lead_fields)
        is_read_so = source.leads.fields == self._fields
        self._mark = source.leads if is_read_so else LeadBookmark()

    def go_on(self) -> None:
        """Do a pull, once the one under way is finished; ``failure`` is what has ended it."""
        if self._mark.started_at is None and self._mark.run == self._run:
            return
        try:
            with asking_the_store():
                self._crm: LeadSource = self._ports.connectors.open(self._source)
            self._pull()
            if self._mark.started_at is None and self._mark.run != self._run:
                self._begin()
                self._pull()
        except StoreFailedError as failure:
            self.failure = failure.error
            if isinstance(failure.error, RateLimitedError) and self.pulled.contacts:
                # The vendor is busy after some pages: the rest is for the next invocation.
                self.failure, self.pulled = None, replace(self.pulled, more=True)

    def _begin(self) -> None:
        """Begin a pull at the vendor's own clock, which its first call tells."""
        with asking_the_store():
            self._crm.try_permission(self._kind.permissions[0])
            now = self._crm.now()
        until, whole_at = self._mark.pulled_until, self._mark.whole_at
        again = timedelta(days=self._kind.whole_every)
        is_whole = not until or not whole_at or (bool(again) and now - whole_at >= again)
        since = None if is_whole or not until else until - self._kind.overlap
        whole_at = now if is_whole else whole_at
        begun = LeadBookmark(until, now, since, whole_at=whole_at, run=self._run)
        self._save(replace(begun, fields=self._fields))

    def _pull(self) -> None:
        has_begun_anew = False
        while self._mark.started_at and not self._is_over():
            try:
                page = self._ask(self._mark.started_at)
            except StoreFailedError as failure:
                is_lost = isinstance(failure.error, RequestRejectedError | GoneError)
                if has_begun_anew or not self._mark.place or not is_lost:
                    raise
                has_begun_anew = True
                self._save(replace(self._mark, place="", done=0))
                continue
            self._keep(page)
            done = self._mark.done + len(page.rows)
            if page.behind:
                self._save(replace(self._mark, place=page.behind, done=done))
            else:
                ended = replace(self._mark, pulled_until=self._mark.started_at, started_at=None)
                self._save(replace(ended, since=None, place="", done=done))

    def _is_over(self) -> bool:
        """Tell whether the time is up, or somebody has paused the source."""
        if self._ports.clock.now() >= self._deadline:
            self.pulled = replace(self.pulled, more=True)
            return True
        return is_stopped(self._account, self._source.source, self._ports.accounts)

    def _ask(self, until: datetime) -> LeadPage:
        with asking_the_store():
            return self._crm.page(since=self._mark.since, until=until, place=self._mark.place)

    def _keep(self, page: LeadPage) -> None:
        """Keep a page's contacts; what joins their addresses comes first, their ids last."""
        source, ports, now = self._source, self._ports, self._ports.clock.now()
        if page.raw:
            ports.lake.keep_raw_page(self._account, source.source, page.raw, source.kind)
        known = self._known(page.rows)
        leads, rejected = self._read(page.rows, known, now)
        edges = [edge for contact in page.rows for edge in self._edges(contact, known)]
        changed = ports.edges.add_records(self._account, edges, now) if edges else 0
        changed += keep_leads(self._account, leads, journeys=ports.journeys, now=now)
        rejected = [*page.rejected, *rejected]
        if rejected:
            ports.lake.keep_rejected(self._account, now.date(), rejected)
        named = len(leads) + len(rejected) - len(page.rejected)
        self.pulled = replace(
            self.pulled,
            contacts=self.pulled.contacts + len(page.rows),
            changed=self.pulled.changed + changed,
            nameless=self.pulled.nameless + len(page.rows) - named,
            rejected=self.pulled.rejected + len(rejected),
        )

    def _known(self, rows: Sequence[CrmContact]) -> dict[str, str]:
        """Return which nodes the contacts, and those merged into them, have stood for so far."""
        source = self._source.source
        names = {(source, one) for row in rows for one in (row.contact_id, *row.merged_ids)}
        found = self._ports.journeys.lead_nodes(self._account, names)
        return {contact_id: node for (_, contact_id), node in found.items()}

    def _read(
        self, rows: Sequence[CrmContact], known: dict[str, str], now: datetime
    ) -> tuple[list[ImportedLead], list[RejectedRow]]:
        """Return the contacts that have an email, or are known by one, and the bad rows."""
        name, fields = self._source.source, self._source.lead_fields
        leads: list[ImportedLead] = []
        rejected: list[RejectedRow] = []
        for row in rows:
            node = known.get(row.contact_id, "")
            try:
                if row.email:
                    leads.append(read_lead(lead_row(name, row, fields), now))
                elif node and row.lists:
                    opt_ins = tuple(list_opt_ins(name, node, row.lists))
                    leads.append(ImportedLead(name, row.contact_id, node, None, opt_ins, ()))
            except InvalidRowError as error:
                # Not the row itself: bad rows are shown to people who may see no address.
                rejected.append(RejectedRow(f"leads: {error}", {"contact_id": row.contact_id}))
        return leads, rejected

    def _edges(self, contact: CrmContact, known: dict[str, str]) -> list[Edge]:
        merged = [known[one] for one in contact.merged_ids if one in known]
        known_as = known.get(contact.contact_id, "")
        try:
            return contact_edges(self._source.source, contact, known_as, merged)
        except InvalidRowError:
            return []

    def _save(self, mark: LeadBookmark) -> None:
        self._mark = mark
        self._ports.accounts.change_source(self._account, self._source.source, leads=mark)


def _fingerprint(fields: Sequence[LeadField]) -> str:
    """Return a name of what custom fields stand for; empty where the account has said nothing."""
    if not fields:
        return ""
    document = json.dumps([asdict(one) for one in fields], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()[:16]
