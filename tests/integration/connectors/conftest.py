from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.connectors.cases import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.connectors.world import World


@pytest.fixture(params=sorted(CASES))
def unconnected(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return each vendor's world, with its server up and nothing connected."""
    make, case = CASES[request.param]
    world = make(case)
    with world.server:
        world.begin()
        yield world


@pytest.fixture
def world(unconnected: World) -> World:
    """Return each vendor's world, with its source connected."""
    unconnected.connect()
    return unconnected
