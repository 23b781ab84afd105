from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.dynamodb import keys
from headwater.adapters.dynamodb.journeys import MAX_CLAIMS, DynamoJourneys
from headwater.domain.journeys import Campaign, Profile, Touchpoint
from headwater.errors import ConflictError
from tests.fakes import FakeClock, FakeErasures, FakeMarks
from tests.integration.adapters.samples import (
    DAY,
    NEXT_DAY,
    NOON,
    a_claim,
    a_touchpoint,
    an_identification,
    an_opt_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from headwater.usecases.ports import Journeys, Marks
    from tests.integration.adapters.conftest import Stores, Tables

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
RECEIVED = NOON + HOUR


@pytest.fixture
def journeys(stores: Stores) -> Journeys:
    return stores.journeys


def marked(marks: Marks) -> list[tuple[str, date]]:
    return [(mark.table, mark.day) for mark in marks.raised("acme")]


def clear_all(marks: Marks) -> None:
    for mark in marks.raised("acme"):
        marks.clear("acme", mark)


# --- touchpoints ---------------------------------------------------------------------------------


def test_a_touchpoint_comes_back_as_it_was(journeys: Journeys) -> None:
    touch = a_touchpoint(
        campaign=Campaign("google", "cpc", "brand", "c", "t", "1", "2", "3", "gclid", "EAI"),
        referrer="www.google.com",
        device="mobile",
        is_bot=True,
    )
    assert journeys.add_touchpoints("acme", [touch], RECEIVED) == 1
    assert list(journeys.touchpoints_on("acme", DAY)) == [touch]


def test_a_direct_touchpoint_of_a_node_comes_back_as_it_was(journeys: Journeys) -> None:
    touch = Touchpoint("hash-1", NOON, node="node-1", is_imported=True)
    journeys.add_touchpoints("acme", [touch], RECEIVED)
    assert list(journeys.touchpoints_on("acme", DAY)) == [touch]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_hits_of_a_session_make_one_touchpoint_in_any_order(
    journeys: Journeys, order: tuple[int, ...]
) -> None:
    hits = [
        a_touchpoint(at=NOON + n * SECOND, landing_page=f"/{n}", is_bot=n == 2) for n in range(3)
    ]
    for n in order:
        journeys.add_touchpoints("acme", [hits[n]], RECEIVED)
    assert list(journeys.touchpoints_on("acme", DAY)) == [replace(hits[0], is_bot=True)]


def test_hits_of_a_session_merge_within_one_batch(journeys: Journeys) -> None:
    first, second = a_touchpoint(), a_touchpoint(at=NOON + SECOND, landing_page="/later")
    assert journeys.add_touchpoints("acme", [second, first], RECEIVED) == 1
    assert list(journeys.touchpoints_on("acme", DAY)) == [first]


def test_a_later_hit_of_a_session_changes_and_marks_nothing(stores: Stores) -> None:
    stores.journeys.add_touchpoints("acme", [a_touchpoint()], RECEIVED)
    clear_all(stores.marks)
    later = a_touchpoint(at=NOON + HOUR)
    assert stores.journeys.add_touchpoints("acme", [later], RECEIVED) == 0
    assert stores.marks.raised("acme") == []


def test_both_days_are_marked_when_a_session_turns_out_to_begin_before_midnight(
    stores: Stores,
) -> None:
    after = a_touchpoint(at=datetime.fromisoformat("2026-11-21T00:00:05+00:00"))
    before = a_touchpoint(at=datetime.fromisoformat("2026-11-20T23:59:58+00:00"))
    stores.journeys.add_touchpoints("acme", [after], RECEIVED)
    clear_all(stores.marks)
    assert stores.journeys.add_touchpoints("acme", [before], RECEIVED) == 1
    assert marked(stores.marks) == [("touchpoints", DAY), ("touchpoints", NEXT_DAY)]
    assert list(stores.journeys.touchpoints_on("acme", DAY)) == [before]
    assert list(stores.journeys.touchpoints_on("acme", NEXT_DAY)) == []


def test_one_session_id_of_two_visitors_is_two_touchpoints(journeys: Journeys) -> None:
    twins = [a_touchpoint(visitor="a"), a_touchpoint(visitor="b")]
    assert journeys.add_touchpoints("acme", twins, RECEIVED) == 2
    assert list(journeys.touchpoints_on("acme", DAY)) == twins


def test_imported_touchpoints_beyond_one_batch_are_written_once(journeys: Journeys) -> None:
    rows = [a_touchpoint(f"hash-{n:03}", is_imported=True) for n in range(130)]
    assert journeys.add_touchpoints("acme", rows, RECEIVED) == 130
    assert journeys.add_touchpoints("acme", rows, RECEIVED) == 0
    assert list(journeys.touchpoints_on("acme", DAY)) == rows


def test_touchpoints_of_a_day_come_in_order_of_key(journeys: Journeys) -> None:
    touches = [
        a_touchpoint("s2", visitor="v1"),
        a_touchpoint("s1", visitor="v2"),
        a_touchpoint("s1", visitor="v1"),
        a_touchpoint("h1", visitor="", node="n9", is_imported=True),
    ]
    journeys.add_touchpoints("acme", touches, RECEIVED)
    found = [(touch.visitor, touch.touch_id) for touch in journeys.touchpoints_on("acme", DAY)]
    assert found == [("", "h1"), ("v1", "s1"), ("v1", "s2"), ("v2", "s1")]


def test_a_mark_bears_the_time_of_the_write_and_not_of_the_hit(stores: Stores) -> None:
    stores.clock.instant = RECEIVED + 5 * HOUR
    stores.journeys.add_touchpoints("acme", [a_touchpoint()], RECEIVED)
    assert [mark.raised_at for mark in stores.marks.raised("acme")] == [RECEIVED + 5 * HOUR]


# --- identifications, opt-ins, claims ------------------------------------------------------------


def test_an_identification_is_added_once(stores: Stores) -> None:
    first, again = an_identification(), an_identification(at=NOON + SECOND)
    assert stores.journeys.add_identifications("acme", [first, again], RECEIVED) == 1
    clear_all(stores.marks)
    assert stores.journeys.add_identifications("acme", [again], RECEIVED) == 0
    assert stores.marks.raised("acme") == []
    assert list(stores.journeys.identifications_on("acme", DAY)) == [first]


def test_an_identification_outside_of_a_session_comes_back_as_it_was(journeys: Journeys) -> None:
    imported = an_identification(session="", kind="import")
    journeys.add_identifications("acme", [imported], RECEIVED)
    assert list(journeys.identifications_on("acme", DAY)) == [imported]


def test_one_event_id_of_two_visitors_is_two_identifications(journeys: Journeys) -> None:
    twins = [an_identification(visitor="a"), an_identification(visitor="b")]
    assert journeys.add_identifications("acme", twins, RECEIVED) == 2
    assert list(journeys.identifications_on("acme", DAY)) == twins


def test_an_opt_in_is_added_once_by_node_source_and_id(journeys: Journeys) -> None:
    items = [an_opt_in(), an_opt_in(source="klaviyo"), an_opt_in(node="node-2"), an_opt_in()]
    assert journeys.add_opt_ins("acme", items, RECEIVED) == 3
    assert journeys.add_opt_ins("acme", items, RECEIVED) == 0
    assert list(journeys.opt_ins_on("acme", DAY)) == [items[1], items[0], items[2]]


def test_a_claim_is_added_once_and_comes_back_as_it_was(journeys: Journeys) -> None:
    claim = a_claim(node="node-1", received_at=NOON + SECOND)
    assert journeys.add_claims("acme", [claim, claim], RECEIVED) == 1
    assert journeys.add_claims("acme", [claim], RECEIVED) == 0
    assert list(journeys.claims_on("acme", DAY)) == [claim]


def test_an_order_takes_twenty_claims_an_hour_and_refuses_the_next(journeys: Journeys) -> None:
    claims = [a_claim(f"event-{n:02}") for n in range(MAX_CLAIMS + 5)]
    assert journeys.add_claims("acme", claims[:15], RECEIVED) == 15
    assert journeys.add_claims("acme", claims[10:], RECEIVED) == 5
    assert journeys.add_claims("acme", [a_claim("late")], RECEIVED) == 0
    assert journeys.add_claims("acme", [a_claim("late", order_id="102")], RECEIVED) == 1
    hour_later = a_claim("shopper", order_id="103", received_at=NOON + 3600 * SECOND)
    flood = [a_claim(f"flood-{n:02}", order_id="103") for n in range(MAX_CLAIMS)]
    assert journeys.add_claims("acme", [*flood, hour_later], RECEIVED) == MAX_CLAIMS + 1
    kept = [c.event_id for c in journeys.claims_on("acme", DAY) if c.order_id != "103"]
    assert kept == [f"event-{n:02}" for n in range(MAX_CLAIMS)] + ["late"]


def test_each_kind_of_event_marks_the_days_of_its_own_table(stores: Stores) -> None:
    tomorrow = NOON + timedelta(days=1)
    stores.journeys.add_touchpoints("acme", [a_touchpoint()], RECEIVED)
    stores.journeys.add_identifications("acme", [an_identification()], RECEIVED)
    stores.journeys.add_opt_ins("acme", [an_opt_in(), an_opt_in("two", at=tomorrow)], RECEIVED)
    stores.journeys.add_claims("acme", [a_claim()], RECEIVED)
    assert marked(stores.marks) == [
        ("claims", DAY),
        ("links", DAY),
        ("optins", DAY),
        ("optins", NEXT_DAY),
        ("touchpoints", DAY),
    ]


def test_nothing_to_add_is_no_work(stores: Stores) -> None:
    journeys = stores.journeys
    added = [
        journeys.add_touchpoints("acme", [], RECEIVED),
        journeys.add_identifications("acme", [], RECEIVED),
        journeys.add_opt_ins("acme", [], RECEIVED),
        journeys.add_claims("acme", [], RECEIVED),
        journeys.add_profiles("acme", [], RECEIVED),
    ]
    assert added == [0] * 5
    assert stores.marks.raised("acme") == []


def test_another_account_sees_no_journey(journeys: Journeys) -> None:
    journeys.add_touchpoints("acme", [a_touchpoint(visitor="x#v#y")], RECEIVED)
    journeys.add_identifications("acme", [an_identification()], RECEIVED)
    journeys.add_opt_ins("acme", [an_opt_in()], RECEIVED)
    journeys.add_claims("acme", [a_claim()], RECEIVED)
    for account in ("other", "acme#v#x"):
        assert list(journeys.touchpoints_on(account, DAY)) == []
        assert list(journeys.identifications_on(account, DAY)) == []
        assert list(journeys.opt_ins_on(account, DAY)) == []
        assert list(journeys.claims_on(account, DAY)) == []


# --- profiles and leads --------------------------------------------------------------------------


def test_a_profile_only_gains_or_improves_its_creation(journeys: Journeys) -> None:
    def add(created_at: datetime | None) -> int:
        profile = Profile("node-1", "ann@example.com", created_at)
        return journeys.add_profiles("acme", [profile], RECEIVED)

    assert [add(None), add(None)] == [1, 0]
    assert [add(NOON), add(NOON + SECOND), add(None)] == [1, 0, 0]
    assert [add(NOON - SECOND), add(NOON)] == [1, 0]


def test_a_profile_gains_a_phone_once(journeys: Journeys) -> None:
    def add(phone: str, created_at: datetime | None = NOON) -> int:
        profile = Profile("node-1", "ann@example.com", created_at, phone)
        return journeys.add_profiles("acme", [profile], RECEIVED)

    assert [add(""), add("+1212"), add("+1212"), add("+1999"), add("")] == [1, 1, 0, 0, 0]
    assert add("+1999", NOON - SECOND) == 1


def test_of_two_profiles_in_a_batch_the_earlier_creation_counts(journeys: Journeys) -> None:
    profiles = [Profile("node-1", "ann@example.com", at) for at in (None, NOON, NOON - SECOND)]
    assert journeys.add_profiles("acme", profiles, RECEIVED) == 1
    assert journeys.add_profiles("acme", profiles[2:], RECEIVED) == 0


def test_profiles_and_leads_raise_no_mark(stores: Stores) -> None:
    stores.journeys.add_profiles("acme", [Profile("node-1", "ann@example.com", NOON)], RECEIVED)
    stores.journeys.link_leads("acme", {("klaviyo", "01H#1"): "node-1"}, RECEIVED)
    assert stores.marks.raised("acme") == []


def test_a_profile_is_stored_under_its_node(on_aws: Stores, tables: Tables) -> None:
    for at in (NOON + HOUR, NOON):
        on_aws.journeys.add_profiles("acme", [Profile("node-1", "ann@example.com", at)], at)
    assert tables.journeys.get(keys.profile("acme", "node-1")) == {
        "pk": "acme#c#node-1",
        "sk": "profile",
        "node": "node-1",
        "email": "ann@example.com",
        "created_at": keys.instant(NOON),
        "received_at": keys.instant(NOON + HOUR),
        "improved_at": keys.instant(NOON),
    }


def test_a_lead_names_the_node_that_it_was_last_linked_to(on_aws: Stores, tables: Tables) -> None:
    for node in ("node-1", "node-2"):
        on_aws.journeys.link_leads("acme", {("klaviyo", "01H#1"): node}, RECEIVED)
    item = tables.journeys.get(("acme#l#klaviyo#01H%231", "lead"))
    assert item
    assert item["node"] == "node-2"


# --- on AWS alone --------------------------------------------------------------------------------


def test_received_at_stays_when_an_earlier_hit_rewrites_the_touchpoint(
    on_aws: Stores, tables: Tables
) -> None:
    on_aws.journeys.add_touchpoints("acme", [a_touchpoint()], RECEIVED)
    earlier = a_touchpoint(at=NOON - SECOND)
    on_aws.journeys.add_touchpoints("acme", [earlier], RECEIVED + HOUR)
    item = tables.journeys.get(("acme#v#visitor-1", "touch#session-1"))
    assert item
    assert (item["at"], item["received_at"]) == (
        keys.instant(NOON - SECOND),
        keys.instant(RECEIVED),
    )


class InterruptedMarks(FakeMarks):
    """Marks whose raising lets another worker act: between a merge's read and its write."""

    def __init__(self, act: Callable[[], object], times: int = 1) -> None:
        super().__init__()
        self._act = act
        self._times = times

    def raise_marks(self, account: str, table: str, days: Collection[date], now: datetime) -> None:
        super().raise_marks(account, table, days, now)
        if self._times:
            self._times -= 1
            self._act()


@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("other_is_earlier", [False, True])
def test_two_workers_cannot_lose_the_earlier_of_two_hits(
    on_aws: Stores, tables: Tables, *, is_stored: bool, other_is_earlier: bool
) -> None:
    early, late = a_touchpoint(at=NOON - HOUR), a_touchpoint(at=NOON - SECOND)
    other, ours = (early, late) if other_is_earlier else (late, early)
    if is_stored:
        on_aws.journeys.add_touchpoints("acme", [a_touchpoint()], RECEIVED)
    marks = InterruptedMarks(lambda: on_aws.journeys.add_touchpoints("acme", [other], RECEIVED))
    journeys = DynamoJourneys(tables.journeys, marks, FakeClock(), FakeErasures())
    assert journeys.add_touchpoints("acme", [ours], RECEIVED) == (not other_is_earlier)
    assert list(journeys.touchpoints_on("acme", DAY)) == [early]


def test_a_session_that_never_stops_changing_is_a_conflict(on_aws: Stores, tables: Tables) -> None:
    steps = iter(range(1, 20))

    def act() -> None:
        touch = a_touchpoint(at=NOON - next(steps) * SECOND)
        on_aws.journeys.add_touchpoints("acme", [touch], RECEIVED)

    journeys = DynamoJourneys(
        tables.journeys, InterruptedMarks(act, times=19), FakeClock(), FakeErasures()
    )
    with pytest.raises(ConflictError):
        journeys.add_touchpoints("acme", [a_touchpoint(at=NOON - HOUR)], RECEIVED)
