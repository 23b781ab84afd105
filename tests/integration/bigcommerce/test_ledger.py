"""A store's own books, over the real client and the real shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.domain.panel_clocks import PanelClock
from headwater.errors import MalformedAnswerError
from local.storefront.model import StoreRefund
from tests.integration.bigcommerce.world import ACCOUNT, NOW, store_order

if TYPE_CHECKING:
    from headwater.usecases.store_ledgers import StoreLedger
    from tests.integration.bigcommerce.world import World

START = datetime(2026, 11, 19, tzinfo=UTC)
END = START + timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def ledger(world: World) -> StoreLedger:
    sources = BigCommerceSources(
        world.secrets, clock=world.clock, deadline=NOW + timedelta(minutes=10), sleep=world.sleep
    )
    return sources.ledger(ACCOUNT, world.source)


def place(world: World, *instants: datetime, **fields: Any) -> list[str]:  # noqa: ANN401
    orders = [replace(store_order(**fields), placed_at=at) for at in instants]
    return [str(order_id) for order_id in world.shop.store.load(orders)]


def test_a_window_includes_its_start_and_excludes_its_end(
    world: World, ledger: StoreLedger
) -> None:
    inside = place(world, START, END - SECOND)
    place(world, START - SECOND, END)
    assert list(ledger.list_created(START, END).orders) == inside
    assert sum(ledger.count_by_status(START, END).values()) == 2


def test_orders_are_counted_per_status_without_the_archived(
    world: World, ledger: StoreLedger
) -> None:
    place(world, START, START, status_id=11)
    [incomplete, archived] = place(world, START, START, status_id=0)
    world.shop.store.archive(int(archived))
    assert ledger.count_by_status(START, END) == {11: 2, 0: 1}
    listed = ledger.list_created(START, END).orders
    assert (len(listed), listed[archived].order.is_archived) == (4, True)
    assert not listed[incomplete].order.is_archived


def test_a_store_that_lists_archived_orders_unasked_lists_none_twice(
    world: World, ledger: StoreLedger
) -> None:
    world.shop.store.configure(archived_in_default_listing=True)
    ids = place(world, START, START)
    world.shop.store.archive(int(ids[0]))
    assert sorted(ledger.list_created(START, END).orders) == ids


def test_the_list_has_totals_parts_and_refunds_but_no_lines(
    world: World, ledger: StoreLedger
) -> None:
    [order_id] = place(world, START, tax_rate=Decimal("0.10"), shipping=Decimal(5))
    refund = StoreRefund(Decimal(3), START + timedelta(hours=2))
    world.shop.store.refund(int(order_id), refund)
    listed = ledger.list_created(START, END).orders[order_id]
    assert listed.order.lines == ()
    assert listed.shipping == Decimal(5)
    assert listed.tax > 0
    assert [one.amount for one in listed.order.refunds] == [Decimal(3)]


def test_a_long_list_is_paged_by_id_even_if_pages_are_short(
    world: World, ledger: StoreLedger
) -> None:
    world.shop.store.configure(max_limit=50)
    ids = place(world, *[START + n * SECOND for n in range(130)])
    assert list(ledger.list_created(START, END).orders) == ids


def test_an_order_is_looked_up_wherever_it_is(world: World, ledger: StoreLedger) -> None:
    [listed, archived, moved, gone] = place(world, *[START] * 4)
    world.shop.store.archive(int(archived))
    world.shop.store.back_date(int(moved), START - timedelta(days=400))
    world.shop.store.hard_delete(int(gone))
    looked_up = ledger.look_up([listed, archived, moved, gone, "till-7"])
    assert set(looked_up.found.orders) == {listed, archived, moved}
    assert looked_up.gone == {gone}


def test_refunds_of_a_window_name_their_orders(world: World, ledger: StoreLedger) -> None:
    [early, late] = place(world, START, START)
    world.shop.store.refund(int(early), StoreRefund(Decimal(1), START + timedelta(hours=1)))
    world.shop.store.refund(int(late), StoreRefund(Decimal(1), END))
    assert ledger.refunded_between(START, END) == [early]


@pytest.mark.parametrize(("ticked", "hours"), [(True, -5), (False, -6)])
def test_the_panels_clock_follows_its_box(
    world: World,
    ledger: StoreLedger,
    hours: int,
    *,
    ticked: bool,
) -> None:
    world.shop.store.configure(time_zone="America/Chicago", dst_correction=ticked)
    assert ledger.panel_clock() == PanelClock("America/Chicago", timedelta(hours=hours), ticked)


def test_a_token_without_the_scope_reads_no_clock(world: World, ledger: StoreLedger) -> None:
    world.shop.store.fail("forbid-scope", "store_v2_information")
    assert ledger.panel_clock() is None


@pytest.mark.parametrize("path", ["/v2/orders$", "/v2/orders/count", "/refunds", "/v2/store"])
@pytest.mark.parametrize("fault", ["throttle-bare", "error", "html", "truncate", "reset"])
def test_a_failure_that_passes_changes_nothing(
    world: World, ledger: StoreLedger, fault: str, path: str
) -> None:
    place(world, START, START)

    def read() -> tuple[object, ...]:
        listed, counted = ledger.list_created(START, END), ledger.count_by_status(START, END)
        return listed, counted, ledger.refunded_between(START, END), ledger.panel_clock()

    undisturbed = read()
    world.shop.store.fail(fault, path=path, times=2)
    assert read() == undisturbed


def test_a_count_without_statuses_is_malformed(
    ledger: StoreLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger._session, "get", lambda *_: {"count": 3})  # type: ignore[attr-defined]
    with pytest.raises(MalformedAnswerError):
        ledger.count_by_status(START, END)
