from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.domain.settings import AccountSettings
from tests.importing import (
    ACCOUNT,
    ADS,
    CLICKS,
    COSTS,
    FILES,
    LEADS,
    ORDERS,
    SALES,
    ImportDesk,
    orders,
    shown,
)


@pytest.mark.parametrize(("kind", "text", "options"), FILES)
def test_the_same_file_again_changes_nothing(
    desk: ImportDesk, kind: str, text: str, options: dict[str, str]
) -> None:
    first = desk.load(kind, text, **options)
    before = desk.content()
    desk.clock.advance(timedelta(hours=1))
    again = desk.load(kind, text, **options)
    taken = first.imported.new + first.imported.changed
    assert (again.imported.new, again.imported.changed) == (0, 0)
    assert again.imported.unchanged == taken
    assert again.imported.days == "0"
    if kind != "costs":  # a load of its own, which shows the same
        assert desk.content() == before


@pytest.mark.parametrize(("kind", "text", "options"), FILES)
def test_undoing_removes_all_that_was_new(
    desk: ImportDesk, kind: str, text: str, options: dict[str, str]
) -> None:
    done = desk.load(kind, text, **options)
    marks = len(desk.marks.raised(ACCOUNT))
    undone = desk.undo(done.import_id)
    assert (undone.state, undone.undone.kept) == ("undone", 0)
    assert undone.undone.removed >= done.imported.new - (kind == "orders")
    assert desk.content() == [[], [], []]
    assert len(desk.marks.raised(ACCOUNT)) >= marks
    assert desk.pipeline.pulled == [ACCOUNT, ACCOUNT]


def test_undoing_keeps_what_was_there_before(desk: ImportDesk) -> None:
    desk.load("touchpoints", "\n".join(CLICKS.splitlines()[:2]))
    before = desk.content()
    desk.clock.advance(timedelta(hours=1))
    done = desk.load("touchpoints", CLICKS)
    assert (done.imported.new, done.imported.unchanged) == (1, 1)
    desk.undo(done.import_id)
    assert desk.content() == before


def test_undoing_puts_back_the_orders_that_were_replaced(desk: ImportDesk) -> None:
    desk.load("orders", ORDERS, **SALES)
    before = orders(desk)
    desk.clock.advance(timedelta(hours=1))
    done = desk.load("orders", ORDERS.replace("7,50", "8,50"), **SALES)
    assert (done.imported.changed, done.imported.unchanged) == (1, 2)
    assert done.imported.amounts == (("USD", Decimal("8.50")),)
    undone = desk.undo(done.import_id)
    assert (undone.undone.removed, undone.undone.restored) == (0, 1)
    assert orders(desk) == before


def test_undoing_leaves_an_order_that_somebody_has_changed_since(desk: ImportDesk) -> None:
    done = desk.load("orders", ORDERS, **SALES)
    desk.clock.advance(timedelta(hours=1))
    changed = replace(orders(desk)["3"], status_id=4, modified_at=desk.clock.now())
    desk.orders.upsert(ACCOUNT, [changed], desk.clock.now())
    undone = desk.undo(done.import_id).undone
    assert orders(desk) == {"3": changed}
    assert (undone.removed, undone.kept, undone.kept_orders) == (1, 1, ("3",))


def test_undoing_keeps_the_profile_of_a_person_of_whom_more_is_known(desk: ImportDesk) -> None:
    done = desk.load("touchpoints", CLICKS)
    desk.clock.advance(timedelta(hours=1))
    desk.load("leads", LEADS.rpartition("2,")[0], source="crm")
    desk.undo(done.import_id)
    kept = [item for item in desk.tables["journeys"].items() if item["sk"] == "profile"]
    assert [item["email"] for item in kept] == ["ann@example.com"]


def test_undoing_shows_again_the_cost_that_was_shown_before(desk: ImportDesk) -> None:
    desk.load("costs", COSTS, **ADS)
    before = shown(desk)
    done = desk.load("costs", COSTS.replace("5.25", "6.25"), **ADS)
    assert shown(desk) != before
    undone = desk.undo(done.import_id).undone
    assert shown(desk) == before
    assert (undone.removed, undone.restored, undone.kept) == (3, 2, 0)


def test_undoing_leaves_days_whose_cost_was_replaced_since(desk: ImportDesk) -> None:
    done = desk.load("costs", COSTS, **ADS)
    desk.load("costs", "day,campaign_id,cost\n2026-11-20,c1,9\n", **ADS)
    undone = desk.undo(done.import_id).undone
    assert [(row.day.day, str(row.cost)) for row in shown(desk)] == [(20, "9")]
    assert undone.kept == 1


def test_undoing_finds_its_orders_whatever_the_accounts_currency_is_now(desk: ImportDesk) -> None:
    text = "order_id,placed_at,total,rate\n1,2026-11-20,9,2\n"
    done = desk.load("orders", text, **SALES)
    desk.accounts.save_settings(ACCOUNT, AccountSettings(currency="EUR"), desk.clock.now())
    assert desk.undo(done.import_id).undone.removed == 1


PEOPLE = st.sampled_from(["ann@example.com", "bob@example.com", "cara@example.com"])
HOURS = st.sampled_from(["09", "10"])
ROWS = {
    "touchpoints": st.tuples(PEOPLE, HOURS, st.booleans()).map(
        lambda row: f"{row[0]},2026-11-19T{row[1]}:00Z,{'yes' if row[2] else ''}"
    ),
    "leads": st.tuples(st.integers(1, 2), PEOPLE, HOURS).map(
        lambda row: f"{row[0]},{row[1]},2026-11-19T{row[2]}:00Z"
    ),
    "orders": st.tuples(st.integers(1, 3), st.integers(1, 2)).map(
        lambda row: f"{row[0]},2026-11-19T10:00Z,{row[1]}"
    ),
    "costs": st.tuples(st.integers(19, 20), st.integers(1, 2), st.integers(1, 2)).map(
        lambda row: f"2026-11-{row[0]},c{row[1]},{row[2]}"
    ),
}
HEADS = {
    "touchpoints": ("email,at,opt_in", {}),
    "leads": ("external_id,email,created_at", {"source": "crm"}),
    "orders": ("order_id,placed_at,total", SALES),
    "costs": ("day,campaign_id,cost", ADS),
}
# What says only when an item came, or what a profile has gained.
PASSED_OVER = {"received_at", "stored_at", "fetched_at", "improved_at"}


@pytest.mark.usefixtures("small_batches")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(ROWS)), data=st.data())
def test_an_import_does_what_was_shown_and_undoing_leaves_what_was_there(
    kind: str, data: st.DataObject
) -> None:
    desk, (head, options) = ImportDesk(), HEADS[kind]
    before = None
    for _ in range(data.draw(st.integers(1, 3))):
        # The rows of an order stand together.
        lines = sorted(data.draw(st.lists(ROWS[kind], min_size=1, max_size=4)))
        before = told(desk, kind)
        done = desk.load(kind, "\n".join((head, *lines)), **options)
        seen, did = done.checked, done.imported
        assert (did.new, did.rejected, did.rows) == (seen.new, seen.rejected, seen.rows)
        # A profile that two rows improve is changed by the first of them.
        assert did == seen or kind == "leads"
        desk.clock.advance(timedelta(hours=1))
    desk.undo(done.import_id)
    assert told(desk, kind) == before


def told(desk: ImportDesk, kind: str) -> list[Any]:
    """Return all that is stored, of ad cost what is shown."""
    if kind == "costs":
        return list(shown(desk))
    hidden = PASSED_OVER | ({"created_at"} if kind == "leads" else set())
    return [
        {name: value for name, value in item.items() if name not in hidden}
        for table in desk.content()
        for item in table
    ]
