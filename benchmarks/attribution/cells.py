"""What every program has to come to: cents per model, day of the order, and campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.attribution.raw_tables import CAMPAIGNS, DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    type Bools = NDArray[np.bool_]
    type Ints = NDArray[np.int64]
    # Model → shape (2, days, columns): gross and net by day and campaign. The last two columns are
    # what no campaign got: unattributed, and pre-tracking.
    type Cells = dict[str, Ints]

FIRST_DAY = np.datetime64("2025-01-01")
COLUMNS = CAMPAIGNS + 2
UNATTRIBUTED, PRE_TRACKING = CAMPAIGNS, CAMPAIGNS + 1
_ROLES = 4


class CellSums:
    """Adds up credits part by part."""

    def __init__(self) -> None:
        # Gross and refund of each cell.
        self._sums: dict[str, Ints] = {}

    def add(self, model: str, cell: Ints, gross: Ints, net: Ints) -> None:
        """Add amounts to cells, each ``day * COLUMNS + column``."""
        if model not in self._sums:
            self._sums[model] = np.zeros((2, DAYS * COLUMNS), dtype=np.int64)
        sums, refund = self._sums[model]
        np.add.at(sums, cell, gross)
        if net is not gross:
            # Most orders have no refund.
            refunded = np.flatnonzero(gross != net)
            np.add.at(refund, cell[refunded], gross[refunded] - net[refunded])

    def cells(self) -> Cells:
        """Return the sums."""
        return {
            model: np.stack([gross, gross - refund]).reshape(2, DAYS, COLUMNS)
            for model, (gross, refund) in self._sums.items()
        }


def once_per_campaign(order: Ints, campaign: Ints) -> Bools:
    """Return which rows are the first of their order and campaign; an order's rows are adjacent.

    At most one row per role, so that the three before a row are all that can equal it.
    """
    again = np.zeros(len(order), dtype=bool)
    for back in range(1, _ROLES):
        again[back:] |= (order[back:] == order[:-back]) & (campaign[back:] == campaign[:-back])
    return ~again


def differences(one: Cells, other: Cells) -> list[str]:
    """Return what two programs do not agree on, a line per model."""
    found = [f"{model}: only one has it" for model in sorted(one.keys() ^ other.keys())]
    for model in sorted(one.keys() & other.keys()):
        if unequal := int((one[model] != other[model]).sum()):
            cents = int(np.abs(one[model] - other[model]).sum())
            found.append(f"{model}: {unequal} of {one[model].size} cells, {cents} cents in all")
    return found
