"""A pull of a store's orders: how many calls it costs, and how much work an order is."""

from __future__ import annotations

import gc
import gzip
import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import TYPE_CHECKING

from benchmarks.lines import Line
from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.usecases.directory_pull import DirectoryPorts
from headwater.usecases.keep_webhooks import HookPorts
from headwater.usecases.ports import Source
from headwater.usecases.pull_orders import pull_orders
from headwater.usecases.source_pull import PullPorts
from local.storefront.model import StoreLine, StoreOrder, StoreRefund
from local.storefront.server import Storefront
from tests.fakes import (
    FakeAccounts,
    FakeClock,
    FakeEdges,
    FakeHooks,
    FakeJourneys,
    FakeLake,
    FakeMarks,
    FakeOrders,
    FakeProducts,
    FakeRuns,
    FakeSecrets,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.scale import Scale

_ACCOUNT, _RUN = "acme", "20261121T140000Z-00000001"
_ORDERS_PER_PAGE = 250
_CALLS_BUDGET = 12
_SEED = 20_261_121
_NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_PATIENCE = timedelta(minutes=10)


def measure(scale: Scale) -> list[Line]:
    """Pull a store's whole history, over HTTP, with the client that production uses."""
    orders = scale.pulled_orders
    with (
        tempfile.TemporaryDirectory() as scratch,
        Storefront(Path(scratch) / "shop.sqlite", clock=lambda: _NOW, quota=10_000) as shop,
    ):
        shop.store.load(_draw_orders(orders))
        rounds = [_pull_and_parse(shop) for _ in range(scale.rounds * 2)]
        calls = len(shop.requests) / len(rounds)
    pulling, parsing = (min(seconds) for seconds in zip(*rounds, strict=True))
    per_thousand = calls * 1000 / orders
    return [
        Line(
            f"store: calls per 1,000 orders, {orders:,} orders",
            per_thousand,
            "calls",
            calls / -(-orders // _ORDERS_PER_PAGE),
            "one call per page of 250",
            f"<= {_CALLS_BUDGET}",
            is_over=orders >= _ORDERS_PER_PAGE and per_thousand > _CALLS_BUDGET,
        ),
        Line(
            f"store: orders per second of our CPU, {orders:,} orders",
            orders / pulling,
            "orders/s",
            pulling / parsing,
            "json.loads of the pages",
        ),
    ]


def _draw_orders(count: int) -> Iterator[StoreOrder]:
    """Yield orders of one to four lines; some are refunded, one in 1,000 has 60 lines."""
    rng = Random(_SEED)
    for number in range(count):
        placed_at = _NOW - timedelta(days=400) + timedelta(minutes=30 * number)
        size = 60 if number % 1000 == 0 else rng.randint(1, 4)
        lines = tuple(
            StoreLine(f"Product {n}", Decimal(rng.randint(500, 9900)) / 100, rng.randint(1, 3))
            for n in range(size)
        )
        is_refunded = rng.random() < 0.05  # noqa: PLR2004
        refund = StoreRefund(lines[0].price, placed_at + timedelta(days=3))
        yield StoreOrder(
            placed_at,
            lines,
            status_id=10,
            email=f"shopper{number // 2}@shop.example",
            shipping=Decimal("4.99"),
            refunds=(refund,) if is_refunded else (),
        )


def _pull_and_parse(shop: Storefront) -> tuple[float, float]:
    """Pull once; return the CPU seconds of that, and of only parsing what came."""
    gc.collect()  # what earlier rounds have left would slow down both
    pull = _Pull(shop)
    return _cpu_of_this_thread(pull.run), _cpu_of_this_thread(pull.parse_pages)


def _cpu_of_this_thread(work: Callable[[], object]) -> float:
    """Return the CPU seconds of our side alone: the store answers in threads of its own."""
    started = time.thread_time()
    work()
    return time.thread_time() - started


class _Pull:
    """A pull of the whole history into empty tables."""

    def __init__(self, shop: Storefront) -> None:
        clock, accounts, runs, secrets = FakeClock(_NOW), FakeAccounts(), FakeRuns(), FakeSecrets()
        accounts.save_source(
            _ACCOUNT,
            Source(
                "shop",
                "bigcommerce",
                shop.store.settings.store_hash,
                secrets.put(_ACCOUNT, "shop", shop.token),
                api_url=shop.url,
            ),
        )
        runs.acquire(_ACCOUNT, _RUN, _NOW, _NOW + _PATIENCE)
        sources = BigCommerceSources(
            secrets,
            clock=clock,
            deadline=_NOW + _PATIENCE,
            sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)),
        )
        self._lake = FakeLake()
        orders, marks = FakeOrders(), FakeMarks()
        directory = DirectoryPorts(
            clock, accounts, sources, FakeJourneys(), FakeEdges(), FakeProducts(), self._lake
        )
        hooks = HookPorts(clock, accounts, FakeHooks(), sources, token_hex, "https://t.example")
        self._ports = PullPorts(
            clock, accounts, runs, sources, orders, self._lake, marks, directory, hooks
        )

    def run(self) -> None:
        """Pull; raises RuntimeError where an order is missing or a store failed."""
        pulled = pull_orders(_ACCOUNT, _RUN, _NOW + _PATIENCE, ports=self._ports)
        if pulled.failed_sources or pulled.rejected or pulled.more:
            message = f"the pull did not work: {pulled}"
            raise RuntimeError(message)
        self._pages = [gzip.decompress(page) for page in self._lake.objects.values()]

    def parse_pages(self) -> None:
        """Only read the JSON that the pull has received."""
        for page in self._pages:
            json.loads(page, parse_float=Decimal)
