"""The shop is changed behind our back; reconciliation names it and mends it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import LeaseLostError
from local.storefront.model import StoreLine, StoreRefund
from tests.integration.bigcommerce.reconciling import DAY, NOON, ZONE, Reconciler
from tests.integration.bigcommerce.world import ACCOUNT, RUN, DeathError, Fuse, store_order

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from headwater.domain.orders import Order
    from tests.integration.bigcommerce.world import World

ONE_DAY = timedelta(days=1)


def place(world: World, placed_at: datetime = NOON, price: str = "20.00", **fields: Any) -> str:  # noqa: ANN401 - any field
    """Place an order in the shop; return its id."""
    line = StoreLine("Mug", Decimal(price))
    fields = {"status_id": 11, "lines": (line,), **fields}
    [order_id] = world.shop.store.load([replace(store_order(**fields), placed_at=placed_at)])
    return str(order_id)


def ours(world: World, order_id: str) -> Order:
    return world.order(int(order_id))


def lose(world: World, order_id: str) -> None:
    """Lose an order from our table, as a lost write does."""
    del world.orders._stored[ACCOUNT, "bigcommerce", order_id]


def put_back(world: World, order: Order, ago: timedelta = ONE_DAY) -> None:
    """Bring an older state of an order back into our table, as a lost update does."""
    key = (ACCOUNT, order.source, order.order_id)
    world.orders._stored[key] = (order, world.clock.now() - ago)


@pytest.fixture
def pulled(world: World) -> Reconciler:
    """An account that has pulled two orders of the day."""
    reconciler = Reconciler(world)
    place(world)
    place(world, price="30.00")
    world.pull()
    return reconciler


def test_a_faithful_copy_has_no_difference(pulled: Reconciler) -> None:
    done = pulled.reconcile()
    report = pulled.report()
    assert (done.days, done.repaired, done.open_ppm, done.more) == (1, 0, 0, False)
    assert report["state"]["status"] == "complete"
    assert report["causes"] == []
    [row] = report["rows"]
    assert (row["store_count"], row["store_orders"], row["our_orders"]) == (2, 2, 2)
    assert (row["store_total"], row["our_total"], row["difference"]) == ("50.00", "50.00", "0.00")


def test_a_lost_order_is_named_and_fetched_with_its_lines(pulled: Reconciler) -> None:
    [lost, *_] = pulled.world.stored().values()
    lose(pulled.world, lost.order_id)
    done = pulled.reconcile()
    assert (done.repaired, done.open_ppm, done.has_repairs) == (1, 0, True)
    assert pulled.causes() == {"missing": ([], [lost.order_id])}
    assert ours(pulled.world, lost.order_id) == lost


def test_a_repair_marks_its_day_for_the_export(pulled: Reconciler) -> None:
    marks = pulled.world.orders.marks
    for mark in marks.raised(ACCOUNT):
        marks.clear(ACCOUNT, mark)
    pulled.reconcile()
    assert marks.raised(ACCOUNT) == []
    lose(pulled.world, next(iter(pulled.world.stored().values())).order_id)
    pulled.reconcile()
    assert [(mark.table, mark.day) for mark in marks.raised(ACCOUNT)] == [("orders", DAY)]


def test_a_lost_edit_is_named_and_repaired(pulled: Reconciler) -> None:
    [before, *_] = pulled.world.stored().values()
    pulled.world.clock.advance(timedelta(hours=1))
    pulled.world.shop.store.edit_total(int(before.order_id), Decimal("12.50"))
    done = pulled.reconcile()
    assert pulled.causes() == {"edited": ([], [before.order_id])}
    assert (done.repaired, done.open_ppm) == (1, 0)
    assert ours(pulled.world, before.order_id).total == Decimal("12.50")


def test_a_lost_archiving_is_named_and_the_order_retracted(pulled: Reconciler) -> None:
    [before, *_] = pulled.world.stored().values()
    pulled.world.shop.store.archive(int(before.order_id))
    pulled.world.pull_next_day()
    put_back(pulled.world, before)
    pulled.reconcile()
    assert pulled.causes() == {"archived": ([], [before.order_id])}
    assert ours(pulled.world, before.order_id).is_archived
    assert pulled.report()["totals"]["our_orders"] == 1


def test_an_order_that_the_shop_destroyed_is_gone_and_retracted(pulled: Reconciler) -> None:
    [before, *_] = pulled.world.stored().values()
    pulled.world.shop.store.hard_delete(int(before.order_id))
    pulled.reconcile()
    assert pulled.causes() == {"gone": ([], [before.order_id])}
    assert ours(pulled.world, before.order_id).is_archived


@pytest.mark.parametrize("day", [DAY, DAY - 3 * ONE_DAY])
def test_a_back_dated_order_is_found_from_either_day(pulled: Reconciler, day: date) -> None:
    [before, *_] = pulled.world.stored().values()
    pulled.world.clock.advance(timedelta(hours=1))
    pulled.world.shop.store.back_date(int(before.order_id), NOON - 3 * ONE_DAY)
    pulled.reconcile(day, day)
    assert pulled.causes(day, day) == {"back_dated": ([], [before.order_id])}
    assert ours(pulled.world, before.order_id).placed_at == NOON - 3 * ONE_DAY


def test_a_refund_that_left_no_date_of_change_is_found(pulled: Reconciler) -> None:
    [before, *_] = pulled.world.stored().values()
    pulled.world.shop.store.configure(refund_bumps_modified=False)
    pulled.world.shop.store.refund(int(before.order_id), StoreRefund(Decimal(5), NOON))
    pulled.reconcile()
    assert pulled.causes()["edited"] == ([], [before.order_id])
    assert pulled.causes()["gross_vs_net"] == ([before.order_id], [])
    assert len(ours(pulled.world, before.order_id).refunds) == 1


def test_a_refund_of_an_older_order_is_found_on_the_day_it_was_paid(pulled: Reconciler) -> None:
    [before, *_] = pulled.world.stored().values()
    paid = DAY + ONE_DAY
    pulled.world.shop.store.configure(refund_bumps_modified=False)
    refund = StoreRefund(Decimal(5), NOON + ONE_DAY)
    pulled.world.shop.store.refund(int(before.order_id), refund)
    pulled.reconcile(paid, paid)
    assert pulled.causes(paid, paid)["edited"] == ([], [before.order_id])
    sums = {cause["cause"]: cause["amount"] for cause in pulled.report(paid, paid)["causes"]}
    assert (sums["gross_vs_net"], sums["refund_timing"]) == ("-5.00", "5.00")
    assert len(ours(pulled.world, before.order_id).refunds) == 1


def test_a_stamp_of_a_store_whose_clock_was_ahead_stops_no_repair(pulled: Reconciler) -> None:
    [before, *_] = pulled.world.stored().values()
    ahead = pulled.world.clock.now() + ONE_DAY
    put_back(pulled.world, replace(before, total=Decimal(7), modified_at=ahead))
    pulled.reconcile()
    assert ours(pulled.world, before.order_id) == before


def test_what_cannot_be_repaired_stays_open_and_is_told(pulled: Reconciler) -> None:
    [before, *_] = pulled.world.stored().values()
    ahead = -ONE_DAY  # our own clock was wrong when the order was read
    put_back(pulled.world, replace(before, total=Decimal(7)), ahead)
    done = pulled.reconcile()
    assert pulled.causes() == {"unexplained": ([before.order_id], [])}
    assert done.open_ppm == 500_000  # one of two orders
    assert pulled.report()["totals"]["open_percent"] == "50.0000"


def test_a_store_that_is_connected_twice_counts_twice(pulled: Reconciler) -> None:
    pulled.world.connect("second", is_history_complete=True)
    [first, *_] = pulled.world.stored().values()
    pulled.world.orders.upsert(ACCOUNT, [replace(first, source="second")], NOON)
    done = pulled.reconcile()
    assert pulled.causes() == {"duplicate": ([f"second/{first.order_id}"], [])}
    assert done.days == 1  # the store is reconciled once
    assert done.open_ppm


def test_statuses_currencies_and_refunds_are_explained(world: World) -> None:
    reconciler = Reconciler(world)
    incomplete = place(world, status_id=0)
    refunded = place(world)
    euros = place(world, price="40.00", currency="EUR", rate=None)
    world.shop.store.refund(int(refunded), StoreRefund(Decimal(5), NOON + timedelta(hours=1)))
    world.pull()
    done = reconciler.reconcile()
    causes = reconciler.causes()
    assert done.open_ppm == 0
    assert causes["status_not_counted"] == ([incomplete], [])
    assert causes["gross_vs_net"] == ([refunded], [])
    assert causes["currency"] == ([euros], [])
    totals = reconciler.report()["totals"]
    assert totals["difference"] == totals["explained"]
    assert (totals["faults"], totals["unexplained"]) == ("0.00", "0.00")


def test_orders_near_midnight_of_another_zone_move_and_nothing_is_lost(world: World) -> None:
    reconciler = Reconciler(world)
    world.shop.store.configure(time_zone="America/Los_Angeles")
    late = place(world, NOON + timedelta(hours=14))  # 02:00 in New York, 23:00 in Los Angeles
    world.pull()
    reconciler.reconcile(DAY, DAY + ONE_DAY)
    assert reconciler.causes(DAY, DAY)["time_zone_edge"] == ([late], [])
    assert reconciler.causes(DAY + ONE_DAY, DAY + ONE_DAY)["time_zone_edge"] == ([late], [])
    assert reconciler.report(DAY, DAY + ONE_DAY)["totals"]["difference"] == "0.00"


def test_a_forgotten_box_is_told_in_a_sentence(world: World) -> None:
    reconciler = Reconciler(world)
    world.shop.store.configure(dst_correction=True)
    late = place(world, NOON + timedelta(hours=11, minutes=30))  # 23:30 in New York
    world.pull()
    reconciler.reconcile()
    [store] = reconciler.report()["stores"]
    assert reconciler.causes()["time_zone_edge"] == ([late], [])
    assert store["dst_correction"] is True
    assert "an hour off America/New_York: 1 orders" in store["note"]


def test_a_token_that_may_not_read_the_zone_is_enough_and_is_told(pulled: Reconciler) -> None:
    shop = pulled.world.shop
    token = shop.store.issue_token(["store_v2_orders_read_only", "store_v2_transactions_read_only"])
    source = pulled.world.source
    pulled.world.secrets.tokens[source.secret_arn] = token
    assert pulled.reconcile().failed_sources == ()
    [store] = pulled.report()["stores"]
    assert store["dst_correction"] is None
    assert "Information & Settings" in store["note"]


def test_tax_and_shipping_are_left_out_of_the_stores_figure_on_request(world: World) -> None:
    reconciler = Reconciler(world)
    place(world, price="100.00", tax_rate=Decimal("0.08"), shipping=Decimal("10.00"))
    world.pull()
    reconciler.reconcile()
    total = reconciler.report()["totals"]["store_total"]
    bare = reconciler.report(basis="without_tax_and_shipping")
    assert bare["totals"]["store_total"] == "100.00"
    assert bare["totals"]["our_total"] == total
    assert [cause["cause"] for cause in bare["causes"]] == ["tax_shipping_basis"]


def test_reconciling_again_changes_nothing(pulled: Reconciler) -> None:
    [first, *_] = pulled.world.stored().values()
    lose(pulled.world, first.order_id)
    pulled.reconcile()
    report, stored = pulled.report(), pulled.world.stored()
    again = pulled.reconcile()
    assert again.repaired == 0
    assert pulled.report()["causes"] == report["causes"]  # what was repaired is still told
    assert pulled.world.stored() == stored


def change(world: World, order_id: int, chance: Random) -> None:
    """Change an order in the shop or in our table, in one of the ways that break a copy."""
    store, name = world.shop.store, str(order_id)
    ways: list[Callable[[], object]] = [
        lambda: store.edit_total(order_id, Decimal(chance.randrange(1, 2000)) / 100),
        lambda: store.set_status(order_id, chance.choice([0, 2, 5, 10])),
        lambda: store.archive(order_id),
        lambda: store.hard_delete(order_id),
        lambda: store.back_date(order_id, NOON - chance.randrange(9) * ONE_DAY),
        lambda: store.refund(order_id, StoreRefund(Decimal(1), NOON)),
        lambda: lose(world, name),
        lambda: put_back(world, replace(world.order(order_id), total=Decimal(1))),
        lambda: put_back(world, replace(world.order(order_id), status_id=5)),
    ]
    chance.choice(ways)()


@pytest.mark.parametrize("seed", range(2))
def test_whatever_breaks_our_copy_it_is_the_stores_again(world: World, seed: int) -> None:
    reconciler, chance = Reconciler(world, reconcile_days=14), Random(seed)
    instants = [NOON - timedelta(hours=chance.randrange(200)) for _ in range(40)]
    ids = [int(place(world, at)) for at in instants]
    world.pull()
    world.clock.advance(timedelta(hours=1))
    world.shop.store.configure(refund_bumps_modified=bool(seed % 2))
    for order_id in chance.sample(ids, 25):
        change(world, order_id, chance)
    world.clock.advance(timedelta(minutes=1))
    first, last = DAY - 12 * ONE_DAY, DAY + ONE_DAY
    assert reconciler.reconcile_in_run().open_ppm == 0
    books = world.shop.store.totals(first, last, zone=ZONE)
    ours = {str(day.day): (day.orders, day.net) for day in books.days if day.orders}
    told: dict[str, tuple[int, Decimal]] = {}
    for row in reconciler.report(first, last)["rows"]:
        orders, net = told.get(row["day"], (0, Decimal(0)))
        told[row["day"]] = (orders + row["our_orders"], net + Decimal(row["our_total"]))
    assert {day: figures for day, figures in told.items() if figures[0]} == ours


@pytest.mark.parametrize("after_effect", [False, True], ids=["before it", "after it"])
def test_a_repair_survives_a_death_at_any_call(pulled: Reconciler, after_effect: bool) -> None:
    [lost, archived] = pulled.world.stored().values()
    pulled.world.shop.store.archive(int(archived.order_id))
    lose(pulled.world, lost.order_id)
    undisturbed = Reconciler(pulled.world.copy())
    undisturbed.reconcile()

    call = 1
    while True:
        dying = Reconciler(pulled.world.copy())
        fuse = Fuse(call, after_effect=after_effect)
        with suppress(DeathError):
            dying.reconcile(fuse=fuse)
        if not fuse.has_blown:
            break
        dying.reconcile()
        assert dying.world.stored() == undisturbed.world.stored()
        assert dying.report()["totals"]["open_percent"] == "0.0000"
        assert dying.report()["state"]["status"] == "complete"
        call += 1
    assert call > 15


def test_a_long_range_goes_on_from_the_day_it_was_left_at(pulled: Reconciler) -> None:
    first = DAY - 29 * ONE_DAY
    world = pulled.world
    start = world.clock.now()
    spent = iter([start] * 20)

    def now() -> datetime:
        return next(spent, start + timedelta(hours=1))

    world.clock.now = now  # type: ignore[method-assign]
    done = pulled.reconcile(first, DAY)
    world.clock.now = lambda: start  # type: ignore[method-assign]
    assert done.more
    assert done.open_ppm is None
    partial = pulled.report(first, DAY)["state"]
    assert partial["status"] == "partial"
    assert partial["job"]["status"] == "running"
    rest = pulled.reconcile(first, DAY)
    assert not rest.more
    assert done.days + rest.days == 30
    assert pulled.report(first, DAY)["state"]["status"] == "complete"
    assert pulled.report(first, DAY)["state"]["job"]["status"] == "done"


def test_thirty_days_cost_few_calls(pulled: Reconciler) -> None:
    pulled.world.calls()
    pulled.reconcile(DAY - 29 * ONE_DAY, DAY)
    assert len(pulled.world.calls()) <= 30 * 4 + 2


def test_a_store_that_fails_is_a_named_gap(pulled: Reconciler) -> None:
    pulled.world.secrets.tokens[pulled.world.source.secret_arn] = "revoked"
    done = pulled.reconcile()
    assert done.failed_sources == ("bigcommerce",)
    state = pulled.report()["state"]
    assert (state["status"], state["job"]["status"]) == ("none", "failed")
    assert "token" in state["job"]["failures"]["bigcommerce"]


def test_a_history_under_way_is_not_reconciled(world: World) -> None:
    reconciler = Reconciler(world)
    place(world)
    done = reconciler.reconcile()
    assert done.failed_sources == ("bigcommerce",)
    assert world.stored() == {}


def test_a_run_reconciles_its_last_seven_days(pulled: Reconciler) -> None:
    done = pulled.reconcile_in_run()
    assert done.days == 7
    assert pulled.report(DAY - 5 * ONE_DAY, DAY + ONE_DAY)["state"]["status"] == "complete"


def test_a_run_that_has_lost_its_lease_repairs_nothing(pulled: Reconciler) -> None:
    now = pulled.world.clock.now()
    pulled.world.runs.release(ACCOUNT, RUN)
    pulled.world.runs.acquire(ACCOUNT, "another", now, now + ONE_DAY)
    with pytest.raises(LeaseLostError):
        pulled.reconcile_in_run()


def test_a_run_may_reconcile_nothing(world: World) -> None:
    reconciler = Reconciler(world, reconcile_days=0)
    assert reconciler.reconcile_in_run().days == 0
