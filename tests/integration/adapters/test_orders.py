from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.dynamodb import keys
from headwater.adapters.dynamodb.orders import DynamoOrders
from headwater.domain.nodes import customer_node, email_node
from headwater.domain.orders import OrderLine, Refund, RefundItem
from headwater.domain.readings import CLEARLY
from headwater.errors import ConflictError
from tests.fakes import FakeClock, FakeErasures, FakeMarks, FakeTable
from tests.integration.adapters.samples import DAY, NEXT_DAY, NOON, an_order

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from headwater.adapters.dynamodb.table import ConditionalDelete, ConditionalPut
    from headwater.usecases.ports import Marks
    from tests.integration.adapters.conftest import Stores, Tables

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FETCHED = NOON + HOUR


def marked_days(marks: Marks) -> list[date]:
    return [mark.day for mark in marks.raised("acme") if mark.table == "orders"]


def test_an_order_comes_back_as_it_was(stores: Stores) -> None:
    order = an_order(
        rate=Decimal("1.10"),
        coupon_codes=("WELCOME", "TEN"),
        staff_notes='subscription #42, "monthly"',
        lines=(OrderLine(1, 7, "L-1", "Lämp", 2, Decimal("40"), None, (("Color", "Red"),)),),
        refunds=(Refund(3, NOON, Decimal("5.00"), (RefundItem("SHIPPING", 0, 1, None),)),),
    )
    stores.orders.upsert("acme", [order], FETCHED)
    assert stores.orders.get("acme", "store", "101") == order


def test_an_order_that_nobody_stored_is_none(stores: Stores) -> None:
    assert stores.orders.get("acme", "store", "101") is None


def test_many_orders_come_back_by_their_keys_as_far_as_they_are_stored(stores: Stores) -> None:
    orders = [an_order(str(number)) for number in range(120)]
    orders.append(
        an_order("7", source="till", customer_key="cus_1", email="", email_sha256="0" * 64)
    )
    stores.orders.upsert("acme", orders, FETCHED)
    wanted = {*(order.key for order in orders), ("till", "8")}
    assert stores.orders.get_many("acme", wanted) == {order.key: order for order in orders}
    assert stores.orders.get_many("other", wanted) == {}
    assert stores.orders.get_many("acme", set()) == {}


def test_another_account_sees_no_order(stores: Stores) -> None:
    stores.orders.upsert("acme", [an_order()], FETCHED)
    assert stores.orders.get("other", "store", "101") is None
    assert list(stores.orders.on_day("other", DAY)) == []
    assert stores.orders.get("acme#store", "101", "order") is None


def test_a_page_of_orders_is_written_and_counted(stores: Stores) -> None:
    page = [an_order(str(number)) for number in range(250)]
    assert stores.orders.upsert("acme", page, FETCHED) == 250
    assert len(list(stores.orders.on_day("acme", DAY))) == 250


def test_no_orders_are_no_work(stores: Stores) -> None:
    assert stores.orders.upsert("acme", [], FETCHED) == 0
    assert stores.marks.raised("acme") == []


def test_the_same_order_fetched_again_writes_and_marks_nothing(stores: Stores) -> None:
    stores.orders.upsert("acme", [an_order()], FETCHED)
    (mark,) = stores.marks.raised("acme")
    stores.marks.clear("acme", mark)
    assert stores.orders.upsert("acme", [an_order()], FETCHED + HOUR) == 0
    assert stores.marks.raised("acme") == []


def test_a_later_modification_replaces_the_order(stores: Stores) -> None:
    newer = an_order(modified_at=NOON + HOUR, status_id=4)
    stores.orders.upsert("acme", [an_order()], FETCHED)
    assert stores.orders.upsert("acme", [newer], FETCHED) == 1
    assert stores.orders.get("acme", "store", "101") == newer


@pytest.mark.parametrize("later", [-CLEARLY, -SECOND, SECOND, CLEARLY])
def test_of_two_readings_that_may_have_crossed_the_newer_stamp_stays(
    stores: Stores, later: timedelta
) -> None:
    newer = an_order(modified_at=NOON + HOUR, status_id=4)
    stores.orders.upsert("acme", [newer], FETCHED)
    assert stores.orders.upsert("acme", [an_order()], FETCHED + later) == 0
    assert stores.orders.get("acme", "store", "101") == newer


def test_what_is_read_clearly_later_holds_though_the_store_has_set_its_clock_back(
    stores: Stores,
) -> None:
    stores.orders.upsert("acme", [an_order(modified_at=NOON + HOUR)], FETCHED)
    edited = an_order(modified_at=NOON + HOUR - SECOND, status_id=4)
    assert stores.orders.upsert("acme", [edited], FETCHED + CLEARLY + SECOND) == 1
    assert stores.orders.get("acme", "store", "101") == edited


def test_a_slow_writer_never_replaces_what_was_read_clearly_later(stores: Stores) -> None:
    stamped_ahead = an_order(modified_at=NOON + HOUR)
    edited = an_order(modified_at=NOON, status_id=4)
    stores.orders.upsert("acme", [edited], FETCHED + CLEARLY + SECOND)
    assert stores.orders.upsert("acme", [stamped_ahead], FETCHED) == 0
    assert stores.orders.get("acme", "store", "101") == edited


def test_a_refund_that_moves_no_modification_date_counts_by_its_later_fetch(
    stores: Stores,
) -> None:
    refunded = an_order(refunds=(Refund(1, NOON, Decimal("9.90")),))
    stores.orders.upsert("acme", [an_order()], FETCHED)
    assert stores.orders.upsert("acme", [refunded], FETCHED + SECOND) == 1
    assert stores.orders.upsert("acme", [an_order()], FETCHED) == 0
    assert stores.orders.get("acme", "store", "101") == refunded


def test_an_order_that_comes_twice_in_a_page_is_written_once(stores: Stores) -> None:
    newer = an_order(modified_at=NOON + SECOND, status_id=10)
    assert stores.orders.upsert("acme", [an_order(), newer, an_order()], FETCHED) == 1
    assert stores.orders.get("acme", "store", "101") == newer


def test_the_day_that_an_order_enters_is_marked(stores: Stores) -> None:
    stores.orders.upsert("acme", [an_order()], FETCHED)
    assert marked_days(stores.marks) == [DAY]


def test_both_days_are_marked_when_an_order_moves(stores: Stores) -> None:
    stores.orders.upsert("acme", [an_order()], FETCHED)
    for mark in stores.marks.raised("acme"):
        stores.marks.clear("acme", mark)
    moved = an_order(placed_at=NOON + timedelta(days=1), modified_at=NOON + HOUR)
    stores.orders.upsert("acme", [moved], FETCHED + HOUR)
    assert marked_days(stores.marks) == [DAY, NEXT_DAY]
    assert list(stores.orders.on_day("acme", DAY)) == []
    assert list(stores.orders.on_day("acme", NEXT_DAY)) == [moved]


def test_days_are_marked_before_their_orders_are_written() -> None:
    class DyingTable(FakeTable):
        def put_together(
            self, puts: Sequence[ConditionalPut], deletes: Sequence[ConditionalDelete] = ()
        ) -> bool:
            super().put_together(puts, deletes)
            raise KeyboardInterrupt

    marks = FakeMarks()
    with pytest.raises(KeyboardInterrupt):
        DynamoOrders(DyingTable(), marks, FakeClock(), FakeErasures()).upsert(
            "acme", [an_order()], FETCHED
        )
    assert marked_days(marks) == [DAY]


def test_a_mark_bears_the_time_of_the_write_and_not_of_the_fetch(stores: Stores) -> None:
    stores.clock.instant = FETCHED + 3 * HOUR
    stores.orders.upsert("acme", [an_order()], FETCHED)
    assert [mark.raised_at for mark in stores.marks.raised("acme")] == [FETCHED + 3 * HOUR]


def test_a_day_is_a_day_in_utc(stores: Stores) -> None:
    east = datetime.fromisoformat("2026-11-21T03:30:00+05:00")
    stores.orders.upsert("acme", [an_order(placed_at=east)], FETCHED)
    (found,) = stores.orders.on_day("acme", DAY)
    assert found.placed_at == datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def test_a_day_is_listed_in_order_of_key_over_all_shards(stores: Stores) -> None:
    ids = ["17", "9", "1002", "101", "88", "3", "x-12", "24"]
    stores.orders.upsert("acme", [an_order(order_id) for order_id in ids], FETCHED)
    stores.orders.upsert("acme", [an_order("5", source="east")], FETCHED)
    found = [order.key for order in stores.orders.on_day("acme", DAY)]
    assert found == [("east", "5"), *(("store", order_id) for order_id in sorted(ids))]


class InterruptedMarks(FakeMarks):
    """Marks whose raising lets somebody else act: between an upsert's decision and its write."""

    def __init__(self, acts: list[Callable[[], object]]) -> None:
        super().__init__()
        self._acts = acts

    def raise_marks(self, account: str, table: str, days: Collection[date], now: datetime) -> None:
        super().raise_marks(account, table, days, now)
        if self._acts:
            self._acts.pop(0)()


def test_a_newer_order_that_is_written_meanwhile_survives(on_aws: Stores, tables: Tables) -> None:
    newer = an_order(modified_at=NOON + HOUR, status_id=4)
    marks = InterruptedMarks([lambda: on_aws.orders.upsert("acme", [newer], FETCHED)])
    late = DynamoOrders(tables.orders, marks, FakeClock(), FakeErasures())
    assert late.upsert("acme", [an_order()], FETCHED) == 0
    assert on_aws.orders.get("acme", "store", "101") == newer


def test_an_older_order_that_is_written_meanwhile_is_replaced(
    on_aws: Stores, tables: Tables
) -> None:
    base = an_order(placed_at=NOON - timedelta(days=2))
    moved = an_order(modified_at=NOON + SECOND, placed_at=NOON - timedelta(days=1))
    newest = an_order(modified_at=NOON + HOUR, status_id=4)
    on_aws.orders.upsert("acme", [base], FETCHED)
    marks = InterruptedMarks([lambda: on_aws.orders.upsert("acme", [moved], FETCHED)])
    late = DynamoOrders(tables.orders, marks, FakeClock(), FakeErasures())
    assert late.upsert("acme", [newest], FETCHED) == 1
    assert on_aws.orders.get("acme", "store", "101") == newest
    # The day that the other writer moved the order to is marked too: the order leaves it.
    assert marked_days(marks) == [base.placed_at.date(), moved.placed_at.date(), DAY]


def test_an_order_that_never_stops_changing_is_a_conflict(on_aws: Stores, tables: Tables) -> None:
    versions = [an_order(modified_at=NOON + n * SECOND) for n in range(1, 20)]
    marks = InterruptedMarks(
        [
            lambda version=version: on_aws.orders.upsert("acme", [version], FETCHED)  # type: ignore[misc]
            for version in versions
        ]
    )
    late = DynamoOrders(tables.orders, marks, FakeClock(), FakeErasures())
    with pytest.raises(ConflictError):
        late.upsert("acme", [an_order(modified_at=NOON + HOUR)], FETCHED)


def test_an_order_is_indexed_by_day_email_and_customer(on_aws: Stores, tables: Tables) -> None:
    on_aws.orders.upsert("acme", [an_order("101", customer_id=55)], FETCHED)
    item = tables.orders.get(keys.order("acme", "store", "101")) or {}
    assert (item["month_key"], item["day_key"]) == (
        "acme#2026-11#5",
        "2026-11-20|acme#store#101|order",
    )
    assert item["email_key"] == f"acme#{email_node('ann@example.com')}"
    assert item["customer_key"] == f"acme#{customer_node('store', 55)}"


@pytest.mark.parametrize("email", ["", "no address"])
def test_a_guest_without_an_email_stands_in_no_person_index(
    on_aws: Stores, tables: Tables, email: str
) -> None:
    on_aws.orders.upsert("acme", [replace(an_order(), email=email)], FETCHED)
    item = tables.orders.get(keys.order("acme", "store", "101")) or {}
    assert not {"email_key", "customer_key"} & item.keys()


def test_deleting_a_sources_day_spares_other_days_sources_and_accounts(stores: Stores) -> None:
    mine = [an_order(str(number)) for number in range(30)]
    other_day = an_order("200", placed_at=NOON + timedelta(days=1))
    other_source = [an_order("1", source="store-2"), an_order("2", source="st")]
    stores.orders.upsert("acme", [*mine, other_day, *other_source], FETCHED)
    stores.orders.upsert("acme-2", [an_order()], FETCHED)

    assert stores.orders.delete_on("acme", "store", DAY) == 30

    assert [order.key for order in stores.orders.on_day("acme", DAY)] == [
        ("st", "2"),
        ("store-2", "1"),
    ]
    assert [order.order_id for order in stores.orders.on_day("acme", NEXT_DAY)] == ["200"]
    assert len(list(stores.orders.on_day("acme-2", DAY))) == 1
    assert stores.orders.delete_on("acme", "store", DAY) == 0


def test_a_day_is_marked_when_its_orders_are_deleted(in_memory: Stores, on_aws: Stores) -> None:
    for stores in (in_memory, on_aws):
        stores.orders.upsert("acme", [an_order()], FETCHED)
        for mark in stores.marks.raised("acme"):
            stores.marks.clear("acme", mark)
        stores.orders.delete_on("acme", "store", NEXT_DAY)
        assert marked_days(stores.marks) == []
        stores.orders.delete_on("acme", "store", DAY)
        assert marked_days(stores.marks) == [DAY]
