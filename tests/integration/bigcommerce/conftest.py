from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.storefront.server import Storefront
from tests.fakes import FakeClock
from tests.integration.bigcommerce.world import NOW, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> FakeClock:
    """The clock of the account, and of the shop."""
    return FakeClock(NOW)


@pytest.fixture
def shop(tmp_path: Path, clock: FakeClock) -> Iterator[Storefront]:
    """A shop whose quota no test uses up by accident: its windows run in real time."""
    with Storefront(tmp_path / "shop.sqlite", clock=clock.now, quota=100_000) as shop:
        yield shop


@pytest.fixture
def world(shop: Storefront, clock: FakeClock) -> World:
    """An account that is connected to the shop and has pulled nothing yet."""
    world = World(shop, clock)
    world.connect()
    return world
