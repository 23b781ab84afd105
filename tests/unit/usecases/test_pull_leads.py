"""The pull of leads over a CRM that is told what to say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.crm_contacts import CrmContact, LeadField
from headwater.domain.nodes import email_node
from headwater.errors import (
    HeadwaterError,
    LeaseLostError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
)
from headwater.usecases.lead_pull import LeadPorts
from headwater.usecases.ports import Source
from headwater.usecases.ports.connectors import LeadPage
from headwater.usecases.pull_leads import PulledLeads, pull_leads
from tests.fakes import FakeAccounts, FakeClock, FakeEdges, FakeJourneys, FakeLake, FakeRuns

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = "acme"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTES = timedelta(minutes=10)


def contact(number: int, **more: object) -> CrmContact:
    known: dict[str, Any] = {
        "contact_id": str(number),
        "email": f"p{number}@example.com",
        "created_at": NOON,
    }
    return CrmContact(**known | more)


@dataclass
class FakeCrm:
    """Gives its pages in turn, and notes what it is asked."""

    clock: FakeClock
    pages: list[tuple[CrmContact, ...]] = field(default_factory=list)
    asked: list[tuple[datetime | None, str]] = field(default_factory=list)
    errors: dict[str, HeadwaterError] = field(default_factory=dict)
    takes: timedelta = timedelta()

    def try_permission(self, permission: object) -> bool:  # noqa: ARG002
        return True

    def now(self) -> datetime:
        return self.clock.now()

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:  # noqa: ARG002
        self.asked.append((since, place))
        if error := self.errors.pop(place, None):
            raise error
        self.clock.advance(self.takes)
        number = int(place or 0)
        behind = str(number + 1) if number + 1 < len(self.pages) else ""
        return LeadPage(self.pages[number], (), f"page {number}".encode(), behind)


@dataclass
class Desk:
    clock: FakeClock = field(default_factory=FakeClock)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    runs: FakeRuns = field(default_factory=FakeRuns)
    journeys: FakeJourneys = field(default_factory=FakeJourneys)
    edges: FakeEdges = field(default_factory=FakeEdges)
    lake: FakeLake = field(default_factory=FakeLake)
    crms: dict[str, FakeCrm] = field(default_factory=dict)
    run: str = ""

    def open(self, source: Source) -> FakeCrm:
        return self.crms[source.source]

    def connect(self, kind: str, credentials: Mapping[str, str], api_url: str = "") -> FakeCrm:
        raise NotImplementedError

    def crm(self, name: str, *pages: tuple[CrmContact, ...], **more: object) -> FakeCrm:
        self.accounts.save_source(ACCOUNT, replace(Source(name, "klaviyo", "", "arn"), **more))  # type: ignore[arg-type]
        self.crms[name] = FakeCrm(self.clock, list(pages))
        return self.crms[name]

    def source(self, name: str) -> Source:
        [found] = [one for one in self.accounts.sources(ACCOUNT) if one.source == name]
        return found

    def begin(self) -> None:
        self.runs.release(ACCOUNT, self.run)
        self.run = f"run-{len(self.run)}-{self.clock.now():%d%H%M%S}"
        self.runs.acquire(ACCOUNT, self.run, self.clock.now(), self.clock.now() + timedelta(days=1))

    def pull(self) -> PulledLeads:
        ports = LeadPorts(
            self.clock,
            self.accounts,
            self.runs,
            self,
            self.journeys,
            self.edges,
            self.lake,
        )
        return pull_leads(ACCOUNT, self.run, self.clock.now() + MINUTES, ports=ports)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    return desk


def test_contacts_become_profiles_opt_ins_and_links(desk: Desk) -> None:
    desk.crm("klaviyo", (contact(1, lists=(("VIP", NOON),)),), (contact(2),))
    pulled = desk.pull()
    assert (pulled.contacts, pulled.more, pulled.failed_sources) == (2, False, ())
    assert {one.email for one in desk.journeys.profiles.values()} == {
        "p1@example.com",
        "p2@example.com",
    }
    assert sorted(one.kind for one in desk.journeys.opt_ins.values()) == [
        "created",
        "created",
        "list",
    ]
    assert desk.journeys.leads[ACCOUNT, "klaviyo", "1"] == email_node("p1@example.com")
    assert desk.source("klaviyo").pulled_at == desk.clock.now()


def test_a_source_is_pulled_once_a_run(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),))
    desk.pull()
    assert desk.pull() == PulledLeads()
    assert len(crm.asked) == 1


def test_a_source_is_asked_once_an_hour_where_runs_follow_each_other_closely(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),))
    desk.pull()
    desk.clock.advance(timedelta(minutes=15))
    desk.begin()
    assert desk.pull() == PulledLeads()
    desk.clock.advance(timedelta(minutes=45))
    desk.begin()
    desk.pull()
    assert len(crm.asked) == 2


def test_the_next_pull_begins_where_this_one_began_less_an_overlap(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),))
    began = desk.clock.now()
    desk.pull()
    desk.clock.advance(timedelta(days=1))
    desk.begin()
    desk.pull()
    assert [since for since, _ in crm.asked] == [None, began - MINUTES]


def test_a_pull_that_runs_out_of_time_goes_on_at_its_place(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),), (contact(2),))
    crm.takes = timedelta(minutes=11)
    assert desk.pull().more
    assert not desk.pull().more
    assert [place for _, place in crm.asked] == ["", "1"]


def test_a_pull_that_was_broken_off_in_another_run_is_finished_and_followed_by_a_new_one(
    desk: Desk,
) -> None:
    crm = desk.crm("klaviyo", (contact(1),), (contact(2),))
    crm.takes = timedelta(minutes=11)
    began = desk.clock.now()
    desk.pull()
    crm.takes = timedelta()
    desk.clock.advance(timedelta(days=2))
    desk.begin()
    desk.pull()
    assert crm.asked == [(None, ""), (None, "1"), (began - MINUTES, ""), (began - MINUTES, "1")]


def test_a_place_that_the_vendor_has_forgotten_is_given_up_once(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),), (contact(2),))
    crm.errors["1"] = RequestRejectedError("no such cursor")
    assert desk.pull().failed_sources == ()
    assert [place for _, place in crm.asked] == ["", "1", "", "1"]
    assert len(desk.journeys.profiles) == 2


def test_a_request_that_stays_refused_is_a_defect_and_no_endless_loop(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),))
    crm.errors[""] = RequestRejectedError("bad filter")
    [failed] = desk.pull().failed_sources
    assert failed.status == "defect"


def test_one_crm_that_fails_stops_no_other_and_is_named_as_a_gap(desk: Desk) -> None:
    broken = desk.crm("a", (contact(1),))
    broken.errors[""] = MissingScopeError("profiles:read")
    desk.crm("b", (contact(2),))
    pulled = desk.pull()
    assert [one.source for one in pulled.failed_sources] == ["a"]
    assert desk.source("a").status == "missing_scope"
    assert len(desk.journeys.profiles) == 1
    assert desk.runs.recorded(ACCOUNT, desk.run)["lead_gaps"] == "a: missing_scope"


def test_a_vendor_that_gets_too_busy_after_some_pages_is_gone_on_with(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),), (contact(2),))
    crm.errors["1"] = RateLimitedError("slower", 5)
    first = desk.pull()
    assert (first.more, first.failed_sources) == (True, ())
    assert not desk.pull().more
    assert len(desk.journeys.profiles) == 2


def test_a_paused_source_is_left_alone_and_a_removed_one_forgotten(desk: Desk) -> None:
    desk.crm("paused", (contact(1),), is_paused=True)
    desk.crm("gone", (contact(2),), status="removing")
    assert desk.pull() == PulledLeads()
    assert [one.source for one in desk.accounts.sources(ACCOUNT)] == ["paused"]


def test_a_contact_without_an_address_is_counted_and_its_lists_are_those_of_a_known_one(
    desk: Desk,
) -> None:
    joined = contact(1, email="", created_at=None, lists=(("VIP", NOON),))
    desk.crm("klaviyo", (contact(9, email="", phone="+1"), joined), (contact(1),), (joined,))
    pulled = desk.pull()
    assert pulled.nameless == 2
    assert [one.kind for one in desk.journeys.opt_ins.values()] == ["created", "list"]


def test_a_bad_row_is_kept_without_its_address(desk: Desk) -> None:
    desk.crm("klaviyo", (contact(1, created_at=None), contact(2, email="no address")))
    pulled = desk.pull()
    assert (pulled.contacts, pulled.rejected, pulled.nameless) == (2, 2, 0)
    [kept] = [json.loads(one) for key, one in desk.lake.objects.items() if "rejected" in key]
    assert kept == [
        {"reason": "leads: created_at: missing", "row": {"contact_id": "1"}},
        {"reason": "leads: not an email address", "row": {"contact_id": "2"}},
    ]


def test_a_contact_that_changed_its_address_and_one_that_was_merged_are_one_person(
    desk: Desk,
) -> None:
    desk.crm(
        "klaviyo",
        (contact(1), contact(2)),
        (contact(1, email="new@example.com", merged_ids=("2",)),),
    )
    desk.pull()
    nodes = {edge.other for edge in desk.edges.on_day(ACCOUNT, NOON.date())}
    emails = ("p1@example.com", "p2@example.com", "new@example.com")
    assert nodes == {email_node(email) for email in emails}


def test_custom_fields_are_taken_for_what_the_account_has_chosen(desk: Desk) -> None:
    desk.crm(
        "klaviyo",
        (contact(1, properties={"Herkunft": "podcast"}),),
        lead_fields=(LeadField("Herkunft", "first_utm_source"),),
    )
    desk.pull()
    [touch] = desk.journeys.touchpoints.values()
    assert touch.campaign.source == "podcast"


def test_without_the_lease_nothing_is_pulled(desk: Desk) -> None:
    crm = desk.crm("klaviyo", (contact(1),))
    desk.run = "another"
    with pytest.raises(LeaseLostError):
        desk.pull()
    assert crm.asked == []
