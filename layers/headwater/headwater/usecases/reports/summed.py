"""Figures that are sums over orders, said once for the report and for the list behind a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Summed:
    """What of each order is summed, SQL, and of which orders; ``of_buyers`` counts them once each.

    An amount of ``1`` counts.
    """

    amount: str
    where: str = "true"
    of_buyers: bool = False

    @property
    def sql(self) -> str:
        """Return the SQL of the sum over a relation of orders."""
        counted = "count(DISTINCT buyer)" if self.of_buyers else "count(*)"
        over = counted if self.amount == "1" else f"sum({self.amount})"
        return f"coalesce({over} FILTER ({self.where}), 0)::BIGINT"


def sums_of(figures: Mapping[str, Summed]) -> str:
    """Return the SQL of some figures, in their order."""
    return ", ".join(each.sql for each in figures.values())
