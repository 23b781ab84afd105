from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from local.demo.scenario import Scenario, build
from tests.demo_purchases import make_purchases

if TYPE_CHECKING:
    from local.demo.purchases import Purchase

YESTERDAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def purchases() -> list[Purchase]:
    return make_purchases()


@pytest.fixture(scope="session")
def yesterday() -> date:
    return YESTERDAY


@pytest.fixture(scope="session")
def scenario(purchases: list[Purchase], yesterday: date) -> Scenario:
    return build(yesterday, 7, purchases)
