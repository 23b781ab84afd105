"""A pull of a store's orders: how many calls it costs, and how much work an order is."""

from __future__ import annotations

import gc
import gzip
import json
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lines import Line
from benchmarks.store_pull import NOW, address_of, draw_orders, pull_all
from local.storefront.server import Storefront
from tests.fakes import FakeLake, FakeOrders

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.scale import Scale
    from benchmarks.store_pull import Address

_ORDERS_PER_PAGE = 250
_CALLS_BUDGET = 12


def measure(scale: Scale) -> list[Line]:
    """Pull a store's whole history, over HTTP, with the client that production uses."""
    orders = scale.pulled_orders
    with (
        tempfile.TemporaryDirectory() as scratch,
        Storefront(Path(scratch) / "shop.sqlite", clock=lambda: NOW, quota=100_000) as shop,
    ):
        shop.store.load(draw_orders(orders))
        rounds = [_pull_and_parse(address_of(shop)) for _ in range(scale.rounds * 2)]
        of_orders = sum(_is_about_orders(request.path) for request in shop.requests)
        calls, others = of_orders / len(rounds), (len(shop.requests) - of_orders) / len(rounds)
    pulling, parsing = (min(seconds) for seconds in zip(*rounds, strict=True))
    per_thousand = calls * 1000 / orders
    return [
        Line(
            f"store: order calls per 1,000 orders, {orders:,} orders",
            per_thousand,
            "calls",
            calls / -(-orders // _ORDERS_PER_PAGE),
            "one call per page of 250",
            f"<= {_CALLS_BUDGET}",
            is_over=orders >= _ORDERS_PER_PAGE and per_thousand > _CALLS_BUDGET,
        ),
        Line("store: calls for the clock, customers and subscribers", others, "calls"),
        Line(
            f"store: orders per second of our CPU, {orders:,} orders",
            orders / pulling,
            "orders/s",
            pulling / parsing,
            "json.loads of the pages",
        ),
    ]


def _is_about_orders(path: str) -> bool:
    """Tell whether a call brings orders or refunds; the others read the clock and the directory."""
    return "/orders" in path and not path.endswith("/count")


def _pull_and_parse(address: Address) -> tuple[float, float]:
    """Pull once; return the CPU seconds of that, and of only parsing what came."""
    gc.collect()  # what earlier rounds have left would slow down both
    lake = FakeLake()
    pulling = _cpu_of_this_thread(lambda: pull_all(address, FakeOrders(), lake))
    pages = [gzip.decompress(page) for page in lake.objects.values()]
    return pulling, _cpu_of_this_thread(
        lambda: [json.loads(page, parse_float=Decimal) for page in pages]
    )


def _cpu_of_this_thread(work: Callable[[], object]) -> float:
    """Return the CPU seconds of our side alone: the store answers in threads of its own."""
    started = time.thread_time()
    work()
    return time.thread_time() - started
