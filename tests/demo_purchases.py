"""Purchases of the size and shape of the sample that the demo is made of."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from local.demo.purchases import Purchase

CUSTOMERS, PURCHASES = 2_357, 6_919


def make_purchases(customers: int = CUSTOMERS, purchases: int = PURCHASES) -> list[Purchase]:
    """Return purchases: most people buy once, a few dozens of times; some pay nothing."""
    rng = Random(1)
    first = date(1997, 1, 1)
    beginnings = [first + timedelta(days=rng.randrange(90)) for _ in range(customers)]
    made = [(number, day) for number, day in enumerate(beginnings, 1)]
    while len(made) < purchases:
        number = 1 + int(customers * rng.random() ** 4)
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
