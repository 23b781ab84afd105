"""A pull of a long history: its calls, how fast a quota lets its orders come, and its memory."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lines import Line
from benchmarks.store_pull import NOW, address_of, draw_orders, open_store, pull_all
from benchmarks.timing import in_fresh_process
from local.storefront.quota import QuotaMeter
from local.storefront.server import Storefront
from tests.fakes import FakeClock, FakeLake, FakeOrders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from benchmarks.scale import Scale
    from benchmarks.store_pull import Address
    from headwater.domain.orders import Order

_ORDERS_PER_PAGE = 250
_CALLS_BUDGET = 12
_QUOTA, _WINDOW_SECONDS = 150, 30
# Some windows of the quota, each begun anew.
_PACED_FOR = timedelta(seconds=5 * _WINDOW_SECONDS)
_MOST_GROWTH = 1.2
_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class _Pulled:
    """What a pull took: calls, and the most bytes that its process held."""

    calls: int
    peak: int


class _PassingOrders(FakeOrders):
    """Takes orders and keeps none: the table does not lie in our memory."""

    def upsert(self, account: str, orders: Sequence[Order], fetched_at: datetime) -> int:
        del account, fetched_at
        return len(orders)


class _PassingLake(FakeLake):
    """Takes pages and keeps none."""

    def keep_raw_page(
        self, account: str, source: str, page: bytes, kind: str = "bigcommerce"
    ) -> str:
        key = super().keep_raw_page(account, source, page, kind)
        del self.objects[key]
        return key


def measure(scale: Scale) -> list[Line]:
    """Pull a short and a long history, each in a process of its own beside the store's.

    The memory is each process's peak above that of one which has pulled a single order.
    """
    few, many = scale.short_history, scale.long_history
    idle, short, long = _pull(1), _pull(few), _pull(many)
    short_peak, long_peak = (max(one.peak - idle.peak, 1) for one in (short, long))
    per_thousand = short.calls * 1000 / few
    return [
        Line(
            f"pull: calls per 1,000 orders, {few:,} orders",
            per_thousand,
            "calls",
            short.calls / -(-few // _ORDERS_PER_PAGE),
            "one call per page of 250",
            f"<= {_CALLS_BUDGET}",
            is_over=few >= _ORDERS_PER_PAGE and per_thousand > _CALLS_BUDGET,
        ),
        _paced_line(per_thousand),
        Line(f"pull: memory above an order's, {few:,} orders", short_peak / _MEGABYTE, "MB"),
        Line(
            f"pull: memory above an order's, {many:,} orders",
            long_peak / _MEGABYTE,
            "MB",
            long_peak / short_peak,
            f"that of {few:,} orders",
            f"<= {_MOST_GROWTH} times that",
            is_over=few >= _ORDERS_PER_PAGE and long_peak > _MOST_GROWTH * short_peak,
            fails=True,
        ),
    ]


def _pull(orders: int) -> _Pulled:
    """Pull a store of so many orders; raises RuntimeError unless all of them came."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        Storefront(Path(scratch) / "shop.sqlite", clock=lambda: NOW, quota=100_000) as shop,
    ):
        shop.store.load(draw_orders(orders))
        pulled = in_fresh_process(_pull_in_passing, address_of(shop))
        calls = len(shop.requests)
    if pulled.result != orders:
        message = f"{pulled.result:,} of {orders:,} orders came"
        raise RuntimeError(message)
    return _Pulled(calls, pulled.peak_memory)


def _pull_in_passing(address: Address) -> int:
    return pull_all(address, _PassingOrders(), _PassingLake())


def _paced_line(calls_per_thousand: float) -> Line:
    """Say how fast orders may come where a store allows 150 calls in 30 seconds.

    The client paces itself by the store's headers. It waits on a clock that both of them read and
    that its waits alone move: the store answers at once, so that the quota is all that holds it up.
    """
    clock = FakeClock(NOW)
    meter = QuotaMeter(lambda: clock.now().timestamp())
    with (
        tempfile.TemporaryDirectory() as scratch,
        Storefront(
            Path(scratch) / "shop.sqlite",
            clock=clock.now,
            meter=meter,
            quota=_QUOTA,
            window_ms=_WINDOW_SECONDS * 1000,
        ) as shop,
    ):
        store = open_store(address_of(shop), clock)
        while clock.now() < NOW + _PACED_FOR:
            store.server_time()
        refused = sum(request.status != HTTPStatus.OK for request in shop.requests)
        # The last one came after the last wait, so it opens another window.
        made = len(shop.requests) - refused - 1
    calls_per_second = made / (clock.now() - NOW).total_seconds()
    return Line(
        f"pull: orders per second at {_QUOTA} calls in {_WINDOW_SECONDS} s (waits not slept)",
        calls_per_second * 1000 / calls_per_thousand,
        "orders/s",
        _QUOTA / _WINDOW_SECONDS / calls_per_second,
        "the quota used up",
        "no call refused",
        is_over=refused > 0,
        fails=True,
    )
