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
_GROSS, _REFUND = range(2)
_ROLES = 4
_ROWS_AT_ONCE = 300_000
_NONE = np.zeros(0, dtype=np.int64)


class CellSums:
    """Adds up credits part by part; sums of many parts are taken at once.

    As floats, which are exact for less than 2 ** 53 cents.
    """

    def __init__(self) -> None:
        self._pending: dict[tuple[str, int], list[tuple[Ints, Ints]]] = {}
        self._rows: dict[tuple[str, int], int] = {}
        self._sums: dict[tuple[str, int], NDArray[np.float64]] = {}

    def add(self, model: str, cell: Ints, gross: Ints, net: Ints) -> None:
        """Add amounts to cells, each ``day * COLUMNS + column``."""
        self._add((model, _GROSS), cell, gross)
        # Most orders have no refund, and so net is gross.
        refunded = np.flatnonzero(gross != net)
        self._add((model, _REFUND), cell[refunded], (gross - net)[refunded])

    def cells(self) -> Cells:
        """Return the sums."""
        for key in self._pending:
            self._flush(key)
        models = [model for model, place in self._sums if place == _GROSS]
        return {
            model: np.stack([gross, gross - refund]).reshape(2, DAYS, COLUMNS)
            for model in models
            for gross, refund in [
                [self._sums[model, place].astype(np.int64) for place in (_GROSS, _REFUND)]
            ]
        }

    def _add(self, key: tuple[str, int], cell: Ints, amounts: Ints) -> None:
        self._pending.setdefault(key, []).append((cell, amounts))
        self._rows[key] = self._rows.get(key, 0) + len(cell)
        if self._rows[key] > _ROWS_AT_ONCE:
            self._flush(key)

    def _flush(self, key: tuple[str, int]) -> None:
        pending = self._pending[key]
        cell = np.concatenate([_NONE, *(part for part, _ in pending)])
        amounts = np.concatenate([_NONE, *(part for _, part in pending)])
        sums = np.bincount(cell, weights=amounts, minlength=DAYS * COLUMNS)
        self._sums[key] = self._sums[key] + sums if key in self._sums else sums
        pending.clear()
        self._rows[key] = 0


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
