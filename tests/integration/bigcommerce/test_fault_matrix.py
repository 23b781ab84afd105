"""Whatever a store does to us: after it, every order is here once, and as the store has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.storefront import access
from local.storefront.model import StoreRefund
from local.storefront.quota import QuotaMeter
from local.storefront.server import Storefront
from tests.integration.bigcommerce.world import (
    ACCOUNT,
    NOW,
    AfterFirstPage,
    World,
    store_order,
    store_orders,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.fakes import FakeClock

AN_HOUR = 3_600_000
PER_PAGE = 10
ORDERS = 25


def assert_equals_the_store(world: World) -> None:
    """Compare with an account that reads the same store undisturbed, and with its own books."""
    world.shop.store.recover()
    world.shop.store.configure(quota=100_000, neighbor_per_second=0)
    undisturbed = world.fresh()
    undisturbed.pull_to_the_end()
    assert world.stored() == undisturbed.stored()
    with world.shop.store.database.read() as connection:
        listed = connection.execute("SELECT id, status_id, is_deleted FROM orders").fetchall()
    ours = {
        (int(order.order_id), order.status_id, int(order.is_archived))
        for order in world.stored().values()
    }
    assert ours == {tuple(row) for row in listed}


def shop_with_history(world: World) -> list[int]:
    """Fill the shop with small pages of orders, a refunded and an archived one among them."""
    refund = StoreRefund(Decimal(5), NOW - timedelta(days=1))
    ids = world.shop.store.load(store_orders(ORDERS))
    world.shop.store.load([store_order(refunds=(refund,)), store_order(is_deleted=True)])
    world.shop.store.configure(max_limit=PER_PAGE)
    return ids


def strike_after_the_first_page(world: World, happening: Callable[[], object]) -> None:
    world.lake = AfterFirstPage(happening)


FAULTS = [
    pytest.param("throttle", 4_000, 3, id="429 with headers"),
    pytest.param("throttle", 1, 12, id="429 whose window ends at once, again and again"),
    pytest.param("throttle", AN_HOUR, None, id="429 for an hour"),
    pytest.param("throttle-bare", None, 4, id="429 without headers"),
    pytest.param("throttle-bare", None, None, id="429 without headers and without end"),
    pytest.param("unauthorized", None, 2, id="401 that heals"),
    pytest.param("unauthorized", None, None, id="401 that stays"),
    pytest.param("forbid-scope", access.ORDERS, None, id="403 of one scope"),
    pytest.param("forbid-scope", access.TRANSACTIONS, None, id="403 of refunds"),
    pytest.param("error", 500, 3, id="500 storm"),
    pytest.param("error", 502, 3, id="502 storm"),
    pytest.param("error", 504, None, id="504 without end"),
    pytest.param("error", 503, None, id="503 for hours"),
    pytest.param("html", 200, 2, id="HTML with 200"),
    pytest.param("html", 200, None, id="HTML with 200 without end"),
    pytest.param("empty", 200, 2, id="empty with 200"),
    pytest.param("empty", 200, None, id="empty with 200 without end"),
    pytest.param("truncate", None, 3, id="JSON cut in the middle"),
    pytest.param("truncate", None, None, id="JSON cut without end"),
    pytest.param("reset", None, 3, id="reset in the middle of a page"),
    pytest.param("lower-limit", 4, None, id="a limit that is lowered"),
    pytest.param("edit-between-pages", None, None, id="pages that change while paging"),
]


@pytest.mark.parametrize(("fault", "argument", "times"), FAULTS)
def test_a_history_outlasts(
    world: World, fault: str, argument: str | int | None, times: int | None
) -> None:
    shop_with_history(world)
    strike_after_the_first_page(world, lambda: world.shop.store.fail(fault, argument, times=times))
    world.pull_to_the_end()
    world.shop.store.recover()
    world.clock.advance(timedelta(days=1))
    world.pull_to_the_end()
    assert world.source.status == "ok"
    assert world.source.is_history_complete
    # An order that changed meanwhile is no further one.
    assert world.source.orders_done == ORDERS + 1
    assert_equals_the_store(world)


@pytest.mark.parametrize(("fault", "argument", "times"), FAULTS)
def test_a_days_changes_outlast(
    world: World, fault: str, argument: str | int | None, times: int | None
) -> None:
    ids = shop_with_history(world)
    world.pull_to_the_end()
    world.clock.advance(timedelta(days=1))
    for order_id in ids[:12]:
        world.shop.store.set_status(order_id, 10)
    world.shop.store.refund(ids[3], Decimal(2))
    world.shop.store.archive(ids[4])
    world.shop.store.create(store_order(days_ago=300))
    world.shop.store.fail(fault, argument, times=times)
    world.pull_to_the_end()
    world.shop.store.recover()
    world.clock.advance(timedelta(hours=1))
    world.pull_to_the_end()
    assert world.source.status == "ok"
    assert_equals_the_store(world)


def test_a_limit_that_is_lowered_to_fifty_is_kept_without_a_failure(world: World) -> None:
    world.shop.store.load(store_orders(60))
    world.shop.store.fail("lower-limit", 50, times=None)
    pulled = world.pull()
    assert (pulled.failed_sources, pulled.more, len(world.stored())) == ((), False, 60)
    answered = [one for one in world.shop.requests if one.status == 200 and "limit" in one.query]
    assert max(int(one.query["limit"]) for one in answered) <= 50
    assert world.slept == []


def test_an_answer_that_takes_a_minute_is_asked_for_again_and_smaller(world: World) -> None:
    shop_with_history(world)
    world.timeouts = (5.0, 0.05)
    slow_ms = 400
    strike_after_the_first_page(
        world, lambda: world.shop.store.fail("slow", slow_ms, path="orders$", times=1)
    )
    world.pull_to_the_end()
    assert 2 in world.slept
    assert_equals_the_store(world)


def test_a_store_that_is_down_for_hours_says_since_when_and_goes_on(world: World) -> None:
    shop_with_history(world)
    strike_after_the_first_page(world, lambda: world.shop.store.fail("error", 503, times=None))
    world.pull()
    began = world.source.status_since
    assert began is not None
    for _ in range(5):
        world.clock.advance(timedelta(hours=1))
        world.pull()
    assert (world.source.status, world.source.status_since) == ("unavailable", began)
    assert len(world.stored()) == PER_PAGE
    world.shop.store.recover()
    world.pull_to_the_end()
    assert world.source.status == "ok"
    assert_equals_the_store(world)


def test_a_401_that_heals_is_waited_out_and_leaves_no_trace(world: World) -> None:
    shop_with_history(world)
    world.shop.store.fail("unauthorized", times=2)
    [pulled] = world.pull_to_the_end()
    assert pulled.failed_sources == ()
    assert world.slept[:2] == [10, 60]
    assert world.source.status == "ok"
    assert_equals_the_store(world)


def test_a_401_that_stays_asks_for_a_new_token_and_a_later_run_still_tries(world: World) -> None:
    shop_with_history(world)
    world.shop.store.fail("unauthorized", times=None)
    assert world.pull().failed_sources[0].status == "reauthorize"
    world.shop.store.recover()
    assert world.pull_next_day().failed_sources == ()
    assert_equals_the_store(world)


def test_a_token_that_is_rotated_in_the_middle_of_a_pull_is_taken_up(world: World) -> None:
    shop_with_history(world)

    def rotate() -> None:
        new = world.shop.store.issue_token()
        world.shop.store.revoke_token(world.shop.token)
        world.secrets.put(ACCOUNT, "bigcommerce", new)

    strike_after_the_first_page(world, rotate)
    [pulled] = world.pull_to_the_end()
    assert pulled.failed_sources == ()
    assert world.slept == []
    world.shop.store.issue_token(token=world.shop.token)
    assert_equals_the_store(world)


def test_orders_that_are_deleted_under_us_are_left_out(world: World) -> None:
    ids = shop_with_history(world)
    doomed = ids[PER_PAGE : PER_PAGE + 3]

    def delete() -> None:
        for order_id in doomed:
            world.shop.store.hard_delete(order_id)

    strike_after_the_first_page(world, delete)
    world.pull_to_the_end()
    assert world.source.is_history_complete
    assert_equals_the_store(world)


@pytest.mark.parametrize("hours", [-5, -1, 1, 5])
def test_a_store_whose_clock_is_off_loses_nothing(world: World, hours: int) -> None:
    world.shop.store.configure(clock_offset_seconds=hours * 3_600)
    ids = shop_with_history(world)
    world.pull_to_the_end()
    for day in range(3):
        world.clock.advance(timedelta(hours=12))
        world.shop.store.set_status(ids[day], 10)
        world.clock.advance(timedelta(hours=12))
        world.pull_to_the_end()
    assert_equals_the_store(world)


def test_a_store_whose_fast_clock_is_set_right_loses_nothing(world: World) -> None:
    world.shop.store.configure(clock_offset_seconds=9 * 3_600)
    ids = shop_with_history(world)
    world.pull_to_the_end()
    world.shop.store.configure(clock_offset_seconds=0)
    world.clock.advance(timedelta(hours=3))
    world.shop.store.set_status(ids[0], 10)
    world.clock.advance(timedelta(hours=21))
    world.pull_to_the_end()
    assert_equals_the_store(world)


def test_an_order_that_changes_after_the_stores_clock_was_set_back_is_taken(world: World) -> None:
    ids = shop_with_history(world)
    world.pull_to_the_end()
    world.clock.advance(timedelta(hours=12))
    world.shop.store.set_status(ids[0], 10)
    world.pull_to_the_end()
    world.shop.store.configure(clock_offset_seconds=-3_600)
    world.clock.advance(timedelta(minutes=5))
    world.shop.store.set_status(ids[0], 4)
    world.pull_next_day()
    assert world.order(ids[0]).status_id == 4
    assert_equals_the_store(world)


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # 1:30 in New York, daylight time
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # 1:30 again, standard time
        datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC),  # the second before 2:00, which is 3:00
        datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("box", [True, False], ids=["box ticked", "box not ticked"])
def test_an_order_at_a_border_of_daylight_time_keeps_its_instant(
    world: World, instant: datetime, box: bool
) -> None:
    world.shop.store.configure(dst_correction=box)
    days_ago = (NOW - instant) / timedelta(days=1)
    [order_id] = world.shop.store.load([store_order(days_ago=days_ago)])
    world.pull_to_the_end()
    assert world.order(order_id).placed_at == instant


@pytest.mark.parametrize(
    "border", [datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC)]
)
def test_changes_around_a_border_of_daylight_time_are_all_pulled(
    world: World, clock: FakeClock, border: datetime
) -> None:
    ids = world.shop.store.load([store_order(days_ago=300 + n) for n in range(18)])
    clock.instant = border - timedelta(hours=3)
    world.pull_to_the_end()
    for number, order_id in enumerate(ids):
        clock.instant = border + timedelta(minutes=10 * (number - 9))
        world.shop.store.set_status(order_id, 10)
        if number % 6 == 0:
            world.pull_to_the_end()
    world.clock.advance(timedelta(hours=1))
    world.pull_to_the_end()
    assert_equals_the_store(world)


SECONDS_PER_CALL = 0.5


@pytest.fixture
def busy(tmp_path: Path, clock: FakeClock) -> Iterator[World]:
    """An account whose shop counts requests by the fake clock; each takes half a second."""

    def pass_time() -> float:
        clock.advance(timedelta(seconds=SECONDS_PER_CALL))
        return clock.now().timestamp()

    path, meter = tmp_path / "busy.sqlite", QuotaMeter(pass_time)
    with Storefront(path, clock=clock.now, meter=meter, quota=150) as shop:
        world = World(shop, clock)
        world.connect()
        shop.store.load(store_orders(120))
        shop.store.configure(max_limit=1)
        yield world


def refusals(world: World) -> int:
    return sum(request.status == 429 for request in world.shop.requests)


@pytest.mark.parametrize("per_second", [0, 10, 20, 60])
def test_a_greedy_neighbor_slows_us_down_and_never_has_us_refused_for_long(
    busy: World, per_second: float
) -> None:
    busy.shop.store.configure(neighbor_per_second=per_second, max_limit=10)
    busy.pull_to_the_end()
    # What a neighbor does is seen only between two answers: of the first ones he may take all.
    assert refusals(busy) <= 1
    assert bool(busy.slept) == (per_second > 0)
    assert_equals_the_store(busy)


def test_a_quota_that_shrinks_in_the_middle_of_a_pull_is_kept(busy: World) -> None:
    busy.shop.store.configure(max_limit=10)
    strike_after_the_first_page(busy, lambda: busy.shop.store.configure(quota=12))
    busy.pull_to_the_end()
    assert refusals(busy) <= 1
    assert busy.slept
    assert_equals_the_store(busy)


def test_a_generous_quota_is_used_without_a_wait(busy: World) -> None:
    busy.shop.store.configure(quota=7_000_000, max_limit=10)
    busy.pull_to_the_end()
    assert busy.slept == []
    assert_equals_the_store(busy)
