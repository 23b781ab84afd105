from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from headwater.domain.audit import BEGUN, DONE, REFUSED, Actor
from headwater.domain.nodes import email_node
from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError
from headwater.usecases.keep_audit import (
    AuditPage,
    AuditRange,
    Change,
    begin_entry,
    end_entry,
    read_audit,
    record_change,
)
from tests.fakes import FakeAccounts, FakeAuditLog, FakeClock

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
ACTOR = Actor("key", "9f2c41d0", "office", "owner")
CHANGE = Change("r1", NOW, ACTOR, "POST /v1/sources/{source}/pause", {"source": "shop"})
TODAY = AuditRange(date(2026, 11, 21), date(2026, 11, 21))


@pytest.fixture
def log() -> FakeAuditLog:
    return FakeAuditLog()


def read(log: FakeAuditLog, asked: AuditRange = TODAY, zone: str = "UTC") -> AuditPage:
    accounts = FakeAccounts()
    accounts.create("acme", AccountSettings(time_zone=zone), NOW)
    return read_audit("acme", asked, accounts=accounts, log=log, clock=FakeClock(NOW))


def test_a_change_that_never_ended_shows_as_begun(log: FakeAuditLog) -> None:
    begin_entry("acme", CHANGE, log=log)
    (entry,) = read(log).entries
    assert (entry.outcome, entry.actor, entry.subject) == (BEGUN, ACTOR, "source=shop")


def test_a_change_that_ends_is_one_entry_with_its_outcome(log: FakeAuditLog) -> None:
    entry = begin_entry("acme", CHANGE, log=log)
    end_entry("acme", entry, REFUSED, {"rows": 3, "left": ""}, log=log)
    assert read(log).entries == (replace(entry, outcome=REFUSED, note="rows=3"),)


def test_a_change_that_is_told_twice_is_one_entry(log: FakeAuditLog) -> None:
    delivery = Change("d1", NOW, Actor("schedule", "daily"), "deliver report", {"delivery": "7"})
    for _ in range(2):
        record_change("acme", delivery, log=log)
    (entry,) = read(log).entries
    assert (entry.outcome, entry.actor.kind, entry.subject) == (DONE, "schedule", "delivery=7")


def test_no_email_stands_in_an_entry(log: FakeAuditLog) -> None:
    named = {"contact": " Ann@Example.com", "other": "z6qx"}
    change = replace(CHANGE, named=named, note={"label": "for ann@example.com"})
    record_change("acme", change, log=log)
    (entry,) = read(log).entries
    assert entry.subject == f"contact={email_node('ann@example.com')} other=z6qx"
    assert entry.note == "label=for a…@e….com"


def test_a_note_has_an_end(log: FakeAuditLog) -> None:
    record_change("acme", replace(CHANGE, note={"x": "y" * 5_000}), log=log)
    assert len(read(log).entries[0].note) == 300


def test_days_are_those_of_the_account(log: FakeAuditLog) -> None:
    for hour in (4, 6):
        at = datetime(2026, 11, 21, hour, tzinfo=UTC)
        record_change("acme", replace(CHANGE, change_id=f"h{hour}", at=at), log=log)
    assert len(read(log).entries) == 2
    (entry,) = read(log, zone="America/New_York").entries
    assert entry.at.hour == 6


def test_the_latest_comes_first_page_by_page(log: FakeAuditLog) -> None:
    for minute in range(5):
        at = NOW + timedelta(minutes=minute)
        record_change("acme", replace(CHANGE, change_id=f"m{minute}", at=at), log=log)
    seen: list[int] = []
    asked = replace(TODAY, limit=2)
    while True:
        page = read(log, asked)
        seen += [entry.at.minute for entry in page.entries]
        if not page.next_after:
            break
        asked = replace(asked, after=page.next_after)
    assert seen == [4, 3, 2, 1, 0]


def test_without_days_the_last_thirty_are_shown(log: FakeAuditLog) -> None:
    for days in (29, 30):
        record_change(
            "acme",
            replace(CHANGE, change_id=f"d{days}", at=NOW - timedelta(days=days)),
            log=log,
        )
    page = read(log, AuditRange())
    assert (page.first, page.last) == (date(2026, 10, 23), date(2026, 11, 21))
    assert len(page.entries) == 1


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (date(2026, 11, 22), date(2026, 11, 21), "from"),
        (None, date(9999, 12, 31), "to"),
        (date(1, 1, 1), None, "from"),
        (None, date(1, 1, 1), "to"),
    ],
)
def test_days_that_make_no_range_are_refused(
    log: FakeAuditLog, first: date | None, last: date | None, name: str
) -> None:
    with pytest.raises(InvalidParameterError, match=f"^{name}:"):
        read(log, AuditRange(first, last))
