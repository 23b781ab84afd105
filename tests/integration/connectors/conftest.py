from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.connectors.cases import CASES, RENEWING_CASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.connectors.world import Case, World


@pytest.fixture(params=sorted(CASES))
def unconnected(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return each vendor's world, with its server up and nothing connected."""
    yield from begun(*CASES[request.param])


@pytest.fixture(params=sorted(kind for kind, (_, case) in CASES.items() if not case.renews))
def lasting(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return the world of each vendor whose credentials do not run out, connected."""
    for world in begun(*CASES[request.param]):
        world.connect()
        yield world


@pytest.fixture(params=sorted(RENEWING_CASES))
def renewing(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return the world of each vendor whose tokens run out, connected."""
    for world in begun(*RENEWING_CASES[request.param]):
        world.connect()
        yield world


def begun(make: type[World], case: Case) -> Iterator[World]:
    """Yield a vendor's world while its server is up."""
    world = make(case)
    with world.server:
        world.begin()
        yield world


@pytest.fixture
def world(unconnected: World) -> World:
    """Return each vendor's world, with its source connected."""
    unconnected.connect()
    return unconnected
