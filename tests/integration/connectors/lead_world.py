"""A CRM in the suite: records are contacts, and a pull is one of leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, overload

from headwater.usecases.connectors import LEADS
from headwater.usecases.lead_pull import LeadPorts
from headwater.usecases.pull_leads import pull_leads
from local.storefront.premises import utc_now
from local.vendors.contact_book import BookClick, BookContact, ContactBook
from local.vendors.crm_application import CrmApplication
from tests.fakes import FakeEdges, FakeJourneys
from tests.integration.connectors.world import ACCOUNT, SLICE, Case, Memory, World

if TYPE_CHECKING:
    from headwater.domain.crm_contacts import LeadField
    from headwater.domain.journeys import Profile, Touchpoint

# Above 2^53, so that a float would lose its last digits.
FIRST_CONTACT = 9_007_199_254_740_993
_UTM = ("source", "medium", "campaign", "content", "term")


@dataclass(frozen=True)
class LeadCase(Case):
    """A CRM in the suite.

    ``tells`` is what it knows besides email and created date: ``phone``, ``lists`` (with the times
    of joining), ``first`` and ``last`` click, ``first_at`` where that has a time of its own.
    ``days_unseen`` is how long a change of an old contact stays unseen, ``list_name`` how it calls
    the one list, ``fields`` what our owner takes custom fields for.
    """

    tells: frozenset[str] = frozenset()
    days_unseen: int = 0
    list_name: str = "Newsletter"
    fields: tuple[LeadField, ...] = ()


def contact(number: int, now: datetime) -> BookContact:
    """Return the n-th contact, who signs up a minute before now."""
    created = (now - timedelta(seconds=60 - number % 50)).replace(microsecond=0)
    marks = {name: f"{name}-{number % 7}" for name in _UTM}
    return BookContact(
        number=FIRST_CONTACT + number,
        email=f"person.{number}@example.com",
        created=created,
        updated=created + timedelta(seconds=number % 5),
        phone=f"+1212555{number % 10_000:04d}",
        lists=(("L1", created + timedelta(seconds=1)),) if number % 2 else (),
        first=BookClick(created - timedelta(hours=2), marks, f"gc-{number}"),
        last=BookClick(created - timedelta(minutes=3), {**marks, "campaign": "last"}),
    )


class EndlessContacts(Sequence[BookContact]):
    """So many contacts, made when they are looked at."""

    def __init__(self, count: int, now: datetime) -> None:
        self._count = count
        self._now = now

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> BookContact: ...

    @overload
    def __getitem__(self, index: slice) -> list[BookContact]: ...

    def __getitem__(self, index: int | slice) -> BookContact | list[BookContact]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(self._count))]
        if not 0 <= index < self._count:
            raise IndexError(index)
        one = contact(index, self._now)
        # Later numbers have changed later.
        moment = self._now - timedelta(seconds=(self._count - index) // 100)
        return replace(one, created=moment, updated=moment, lists=())


@dataclass
class EndlessBook(ContactBook):
    """A CRM with very many contacts, none of whom is on a list."""

    count: int = 0
    now: datetime = field(default_factory=utc_now)

    def by_number(self) -> Sequence[BookContact]:
        return EndlessContacts(self.count, self.now)

    def by_change(self) -> Sequence[BookContact]:
        return EndlessContacts(self.count, self.now)

    def by_creation(self) -> Sequence[BookContact]:
        return EndlessContacts(self.count, self.now)


class CountingJourneys(FakeJourneys):
    """Counts contacts and keeps none: what is held in memory is the pull's own."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.count = 0
        self._memory = memory

    def add_touchpoints(
        self,
        account: str,  # noqa: ARG002
        touchpoints: Sequence[Touchpoint],
        received_at: datetime,  # noqa: ARG002
    ) -> int:
        return len(touchpoints)

    def add_opt_ins(self, account: str, items: Sequence[object], received_at: datetime) -> int:  # noqa: ARG002
        return len(items)

    def add_profiles(self, account: str, items: Sequence[Profile], received_at: datetime) -> int:  # noqa: ARG002
        self.count += len(items)
        if self.count % 10_000 < len(items):
            self._memory.look()
        return len(items)

    def link_leads(self, account: str, nodes: object, received_at: datetime) -> None:
        """Keep nothing."""


@dataclass
class LeadWorld(World):
    """A CRM with one list."""

    case: LeadCase
    journeys: FakeJourneys = field(init=False)
    edges: FakeEdges = field(init=False)
    told: set[tuple[str, str]] = field(default_factory=set)

    role = LEADS

    def __post_init__(self) -> None:
        super().__post_init__()
        self.journeys = FakeJourneys(self.marks, self.clock)
        self.edges = FakeEdges(self.marks, self.clock)
        self.book.lists["L1"] = self.case.list_name

    @property
    def crm(self) -> CrmApplication:
        assert isinstance(self.application, CrmApplication)
        return self.application

    @property
    def book(self) -> ContactBook:
        return self.crm.book

    def connect(self, **changed: str) -> None:
        super().connect(**changed)
        self.accounts.change_source(ACCOUNT, self.kind, lead_fields=self.case.fields)

    def enter(self, count: int) -> None:
        known = self.book.contacts
        self.take(
            [contact(n, self.server.now) for n in range(count) if FIRST_CONTACT + n not in known]
        )

    def take(self, contacts: list[BookContact]) -> None:
        """Let the CRM have contacts, and note what has to be known of them once they are pulled."""
        self.book.enter(contacts)
        for one in contacts:
            self.told |= self._lines_of_theirs(one)

    def enter_endless(self, count: int) -> None:
        self.crm.book = EndlessBook(
            self.book.lists, count=count, now=self.server.now.replace(microsecond=0)
        )
        self.journeys = CountingJourneys(self.memory)
        self.lake.forgets = True

    def restate(self) -> None:
        """Let a contact change its address, one vanish and a new one come."""
        self.clock.advance(timedelta(days=self.case.days_unseen))
        now = self.server.now.replace(microsecond=0)
        first, second, *_ = sorted(self.book.contacts)
        moved = replace(self.book.contacts[first], email="moved@example.com", updated=now)
        self.book.forget(second)
        self.take([moved, contact(len(self.book.contacts) + 50, now)])

    def begin(self) -> None:
        """Let another run hold the lease, long enough after the last one to ask again."""
        super().begin()
        for source in self.accounts.sources(ACCOUNT):
            self.accounts.change_source(ACCOUNT, source.source, pulled_at=None)

    def pull(self) -> bool:
        deadline = self.clock.now() + SLICE
        return pull_leads(ACCOUNT, self.run, deadline, ports=self.ports()).more

    def ports(self) -> LeadPorts:
        return LeadPorts(
            clock=self.clock,
            accounts=self.accounts,
            runs=self.runs,
            connectors=self.connectors(),
            journeys=self.journeys,
            edges=self.edges,
            lake=self.lake,
        )

    def kept(self) -> list[str]:
        """Return a line for each contact."""
        known = {node: one for (_, node), one in self.journeys.profiles.items()}
        lines = {(one.email, f"since {one.created_at} {one.phone}") for one in known.values()}
        for one in self.journeys.opt_ins.values():
            name = one.opt_in_id.split(":")[1] if one.kind == "list" else ""
            lines.add((known[one.node].email, f"{one.kind} {name} {one.at}"))
        for touch in self.journeys.touchpoints.values():
            marks = [getattr(touch.campaign, name) for name in _UTM]
            line = _click_line(touch.at, marks, touch.campaign.click_id)
            lines.add((known[touch.node].email, line))
        return _joined(lines)

    def at_vendor(self) -> list[str]:
        return _joined(self.told)

    def count_kept(self) -> int:
        assert isinstance(self.journeys, CountingJourneys)
        assert self.crm.refused == 0, "asked faster than the vendor allows"
        return self.journeys.count

    def _lines_of_theirs(self, one: BookContact) -> set[tuple[str, str]]:
        tells = self.case.tells
        lines = {
            f"since {one.created} {one.phone if 'phone' in tells else ''}",
            f"created  {one.created}",
        }
        if "lists" in tells:
            lines |= {f"list {self.book.lists[name]} {joined}" for name, joined in one.lists}
        if one.first and "first" in tells:
            at = one.first.at if "first_at" in tells else one.created
            gclid = one.first.gclid if "gclid" in tells else ""
            lines.add(_click_line(at, list(one.first.marks.values()), gclid))
        if one.last and "last" in tells:
            lines.add(_click_line(one.last.at, list(one.last.marks.values()), ""))
        return {(one.email, line) for line in lines}


def _click_line(at: datetime, marks: Sequence[str], click_id: str) -> str:
    return f"click {at} {'/'.join(marks)} {click_id}"


def _joined(lines: set[tuple[str, str]]) -> list[str]:
    """Return a line for each contact."""
    return [
        " | ".join((email, *(line for _, line in group)))
        for email, group in groupby(sorted(lines), key=lambda pair: pair[0])
    ]
