"""A store that is drawn, and a pull of it by the client that production uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from secrets import token_hex
from typing import TYPE_CHECKING

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.usecases.directory_pull import DirectoryPorts
from headwater.usecases.keep_webhooks import HookPorts
from headwater.usecases.ports import Source
from headwater.usecases.pull_orders import pull_orders
from headwater.usecases.source_pull import PullPorts
from local.storefront.model import StoreLine, StoreOrder, StoreRefund
from tests.fakes import (
    FakeAccounts,
    FakeClock,
    FakeEdges,
    FakeHooks,
    FakeJourneys,
    FakeMarks,
    FakeProducts,
    FakeRuns,
    FakeSecrets,
    script_ports,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.usecases.ports import Lake, Orders, OrderSource
    from local.storefront.server import Storefront

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_ACCOUNT, _RUN = "acme", "20261121T140000Z-00000001"
_SEED = 20_261_121
# Longer than any pull: what is measured is one invocation, however long.
_PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is, and the token that it takes."""

    url: str
    store_hash: str
    token: str


def address_of(shop: Storefront) -> Address:
    """Return where a running shop is."""
    return Address(shop.url, shop.store.settings.store_hash, shop.token)


def draw_orders(count: int) -> Iterator[StoreOrder]:
    """Yield orders of one to four lines; some are refunded, one in 1,000 has 60 lines."""
    rng = Random(_SEED)
    for number in range(count):
        placed_at = NOW - timedelta(days=400) + timedelta(minutes=30 * number % 570_000)
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


def open_store(address: Address, clock: FakeClock) -> OrderSource:
    """Return the client of a store; a wait only moves the clock."""
    source, sources = _connect(address, clock)
    return sources.open(_ACCOUNT, source)


def _connect(address: Address, clock: FakeClock) -> tuple[Source, BigCommerceSources]:
    secrets = FakeSecrets()
    arn = secrets.put(_ACCOUNT, "shop", address.token)
    source = Source("shop", "bigcommerce", address.store_hash, arn, api_url=address.url)
    sources = BigCommerceSources(
        secrets,
        clock=clock,
        deadline=clock.now() + _PATIENCE,
        sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)),
    )
    return source, sources


def pull_all(address: Address, orders: Orders, lake: Lake) -> int:
    """Pull a store's whole history once; return how many orders it had.

    Raises:
        RuntimeError: an order is missing, or the store failed.
    """
    clock, accounts, runs = FakeClock(NOW), FakeAccounts(), FakeRuns()
    source, sources = _connect(address, clock)
    accounts.save_source(_ACCOUNT, source)
    runs.acquire(_ACCOUNT, _RUN, NOW, NOW + _PATIENCE)
    directory = DirectoryPorts(
        clock, accounts, sources, FakeJourneys(), FakeEdges(), FakeProducts(), lake
    )
    hooks = HookPorts(clock, accounts, FakeHooks(), sources, token_hex, "https://t.example")
    script = script_ports(clock, accounts, sources)
    ports = PullPorts(
        clock, accounts, runs, sources, orders, lake, FakeMarks(), directory, hooks, script
    )
    pulled = pull_orders(_ACCOUNT, _RUN, NOW + _PATIENCE, ports=ports)
    if pulled.failed_sources or pulled.rejected or pulled.more:
        message = f"the pull did not work: {pulled}"
        raise RuntimeError(message)
    return pulled.orders_seen
