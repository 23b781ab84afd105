from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from local.demo.purchases import Purchase
from local.demo.scenario import Scenario, build

YESTERDAY = date(2026, 11, 21)
CUSTOMERS, PURCHASES = 2_357, 6_919


@pytest.fixture(scope="session")
def purchases() -> list[Purchase]:
    """Purchases of the sample's size and shape: most people buy once, a few dozens of times."""
    rng = Random(1)
    first = date(1997, 1, 1)
    beginnings = [first + timedelta(days=rng.randrange(90)) for _ in range(CUSTOMERS)]
    made = [(number, day) for number, day in enumerate(beginnings, 1)]
    while len(made) < PURCHASES:
        number = 1 + int(CUSTOMERS * rng.random() ** 4)
        made.append((number, first + timedelta(days=90 + rng.randrange(456))))
    made[-1] = (1, date(1998, 6, 30))
    cds = [1 + int(rng.expovariate(0.9)) for _ in made]
    free = {10, 2_000, 5_000}
    return [
        Purchase(
            number, day, discs, Decimal(0) if i in free else Decimal(discs * 1_399 + i % 100) / 100
        )
        for i, ((number, day), discs) in enumerate(zip(made, cds, strict=True))
    ]


@pytest.fixture(scope="session")
def yesterday() -> date:
    return YESTERDAY


@pytest.fixture(scope="session")
def scenario(purchases: list[Purchase], yesterday: date) -> Scenario:
    return build(yesterday, 7, purchases)
