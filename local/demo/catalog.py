"""What the demo's shop sells: compact discs, whose prices follow from what was really paid."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from local.demo.chance import zipf
from local.storefront.model import StoreLine, StoreProduct

if TYPE_CHECKING:
    from random import Random

_COLORS = ("Amber", "Blue", "Crimson", "Golden", "Indigo", "Ivory", "Scarlet", "Silver")
_THINGS = ("Harbor", "Lantern", "Meadow", "Orchard", "Railway", "Sparrow", "Thunder", "Window")
_FIRST_PRODUCT_ID = 101
_TYPICAL_PRICE = Decimal("14.99")
_COST = Decimal("6.20")

PRODUCTS = tuple(
    StoreProduct(
        id=_FIRST_PRODUCT_ID + number,
        name=f"{color} {thing} (CD)",
        price=_TYPICAL_PRICE,
        sku=f"CD-{_FIRST_PRODUCT_ID + number}",
        cost=_COST,
    )
    for number, (color, thing) in enumerate(product(_COLORS, _THINGS))
)
_POPULARITY = zipf(len(PRODUCTS))
_MOST_LINES = 4


def make_lines(
    rng: Random, cds: int, subtotal: Decimal, step: Decimal, option: tuple[str, str] | None = None
) -> tuple[StoreLine, ...]:
    """Divide ``cds`` discs and what they cost together among one to four lines.

    Unit prices are multiples of ``step`` (the currency's minor unit) and add up to ``subtotal``
    exactly, so a line whose share does not divide by its quantity is split in two.
    ``option`` is put on the first line.
    """
    steps = int(subtotal / step)
    line_count = rng.randint(1, min(cds, _MOST_LINES))
    quantities = [cds // line_count + (i < cds % line_count) for i in range(line_count)]
    unit = steps // cds
    priced = [(quantity, unit) for quantity in quantities]
    if rest := steps - unit * cds:
        quantity, _ = priced.pop()
        priced += [(quantity - 1, unit)] if quantity > 1 else []
        priced.append((1, unit + rest))
    chosen = rng.choices(PRODUCTS, _POPULARITY, k=len(priced))
    return tuple(
        StoreLine(
            name=item.name,
            price=price * step,
            quantity=quantity,
            sku=item.sku,
            product_id=item.id,
            cost=item.cost,
            options=(option,) if option and position == 0 else (),
        )
        for position, (item, (quantity, price)) in enumerate(zip(chosen, priced, strict=True))
    )
