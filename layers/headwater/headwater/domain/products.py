"""Products of a store's catalog, as far as its orders name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the catalog has it now.

    ``cost`` is in the store's default currency, None where the merchant has entered none.
    ``is_deleted``: the catalog has it no longer; what is left is the name on its order lines.
    """

    source: str
    product_id: int
    name: str
    sku: str = ""
    cost: Decimal | None = None
    categories: tuple[str, ...] = ()
    is_deleted: bool = False
