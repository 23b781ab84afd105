from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.adapters.dynamodb.marks import DynamoMarks
from tests.fakes import FakeTable
from tests.integration.adapters.samples import DAY, NEXT_DAY, NOON

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def test_marks_are_listed_by_table_and_day(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "touchpoints", [NEXT_DAY, DAY], NOON)
    stores.marks.raise_marks("acme", "orders", {DAY}, NOON)
    found = [(mark.table, mark.day) for mark in stores.marks.raised("acme")]
    assert found == [("orders", DAY), ("touchpoints", DAY), ("touchpoints", NEXT_DAY)]


def test_a_first_mark_has_version_one_and_the_instant(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    (mark,) = stores.marks.raised("acme")
    assert (mark.version, mark.raised_at) == (1, NOON)


def test_a_mark_that_was_raised_within_the_last_minute_stands(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    stores.marks.raise_marks("acme", "orders", [DAY], NOON + MINUTE - SECOND)
    (mark,) = stores.marks.raised("acme")
    assert (mark.version, mark.raised_at) == (1, NOON)


def test_a_mark_that_is_a_minute_old_is_raised_again(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    stores.marks.raise_marks("acme", "orders", [DAY], NOON + MINUTE)
    (mark,) = stores.marks.raised("acme")
    assert (mark.version, mark.raised_at) == (2, NOON + MINUTE)


class CountingTable(FakeTable):
    """A table that counts conditional writes, those that their condition stops included."""

    updates = 0

    def update(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        self.updates += 1
        return super().update(*args, **named)


def test_what_a_process_knows_to_be_raised_costs_no_write() -> None:
    table = CountingTable()
    marks, others = DynamoMarks(table), DynamoMarks(table)
    others.raise_marks("acme", "orders", [DAY], NOON)
    for second in range(60):
        marks.raise_marks("acme", "orders", [DAY], NOON + second * SECOND)
    assert table.updates == 2
    marks.raise_marks("acme", "orders", [DAY], NOON + MINUTE)
    (mark,) = marks.raised("acme")
    assert mark.raised_at == NOON + MINUTE


def test_a_mark_that_was_cleared_is_raised_again_at_once(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    stores.marks.clear("acme", stores.marks.raised("acme")[0])
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    assert len(stores.marks.raised("acme")) == 1


def test_clearing_removes_a_mark_that_is_unchanged(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY, NEXT_DAY], NOON)
    first, second = stores.marks.raised("acme")
    assert stores.marks.clear("acme", first) is True
    assert stores.marks.raised("acme") == [second]


def test_clearing_spares_a_mark_that_was_raised_again_since_it_was_read(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    (read,) = stores.marks.raised("acme")
    stores.marks.raise_marks("acme", "orders", [DAY], NOON + 2 * MINUTE)
    assert stores.marks.clear("acme", read) is False
    assert [mark.version for mark in stores.marks.raised("acme")] == [2]


def test_clearing_spares_a_new_mark_that_began_again_at_version_one(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    (read,) = stores.marks.raised("acme")
    stores.marks.clear("acme", read)
    stores.marks.raise_marks("acme", "orders", [DAY], NOON + 2 * MINUTE)
    assert stores.marks.clear("acme", read) is False
    assert stores.marks.raised("acme") == [replace(read, raised_at=NOON + 2 * MINUTE)]


def test_clearing_twice_is_told_the_second_time(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    (mark,) = stores.marks.raised("acme")
    assert [stores.marks.clear("acme", mark) for _ in range(2)] == [True, False]


def test_another_account_sees_no_marks(stores: Stores) -> None:
    stores.marks.raise_marks("acme", "orders", [DAY], NOON)
    assert stores.marks.raised("acme#mark") == []
    assert stores.marks.raised("other") == []
