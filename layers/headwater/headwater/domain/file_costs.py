"""Ad cost in files: which days a file can replace, and how it differs from what they show."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.file_surveys import hash_of
from headwater.domain.imported_costs import cost_key
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headwater.domain.costs import CostRow

# Beyond it the file is no report of a platform, but several.
_MOST_DOUBLED = 100_000


@dataclass(frozen=True, slots=True)
class CostPlan:
    """What a file of ad cost does to days.

    ``days`` are replaced whole; ``spoiled`` ones are left as they are, since a row of theirs is
    refused; ``doubled`` are the hashes of rows that stand in the file more than once.
    """

    days: tuple[date, ...] = ()
    spoiled: tuple[date, ...] = ()
    doubled: tuple[int, ...] = ()


@dataclass(slots=True)
class CostPlanner:
    """Looks at all rows of a file; sixteen bytes are kept of each."""

    _keys: array[int] = field(default_factory=lambda: array("Q"))
    _days: array[int] = field(default_factory=lambda: array("Q"))
    _spoiled: set[date] = field(default_factory=set)

    def add(self, row: CostRow) -> None:
        """Look at a good row."""
        self._keys.append(key_hash(row))
        self._days.append(row.day.toordinal())

    def spoil(self, day: date) -> None:
        """Note the day of a bad row."""
        self._spoiled.add(day)

    def plan(self) -> CostPlan:
        """Return what the file does.

        Raises:
            InvalidParameterError: very many rows stand twice.
        """
        keys, days = np.array(self._keys, np.uint64), np.array(self._days, np.int64)
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        is_doubled = counts[inverse] > 1 if len(keys) else np.zeros(0, bool)
        doubled = np.unique(keys[is_doubled])
        if len(doubled) > _MOST_DOUBLED:
            message = f"file: more than {_MOST_DOUBLED:,} rows stand twice"
            raise InvalidParameterError(message)
        spoiled = self._spoiled | _dates(days[is_doubled])
        return CostPlan(
            tuple(sorted(_dates(days) - spoiled)),
            tuple(sorted(spoiled)),
            tuple(doubled.tolist()),
        )

    def replaced(self, shown: ShownCosts) -> int:
        """Return how many shown rows are not in the file."""
        return int(np.isin(shown.keys, np.array(self._keys, np.uint64), invert=True).sum())


class ShownCosts:
    """What days show now, as sixteen bytes per row."""

    def __init__(self, rows: Iterable[CostRow]) -> None:
        keys, contents = array("Q"), array("Q")
        for row in rows:
            keys.append(key_hash(row))
            contents.append(_content_hash(row))
        order = np.argsort(np.array(keys, np.uint64))
        self.keys = np.array(keys, np.uint64)[order]
        self._contents = np.array(contents, np.uint64)[order]

    def differing(self, row: CostRow) -> bool | None:
        """Tell whether the days show a row otherwise; None if they do not show it."""
        key = np.uint64(key_hash(row))
        place = int(np.searchsorted(self.keys, key))
        if place == len(self.keys) or self.keys[place] != key:
            return None
        return bool(self._contents[place] != np.uint64(_content_hash(row)))


def key_hash(row: CostRow) -> int:
    """Return 64 bits of what tells a row from the others of its load."""
    return hash_of("\x1f".join(map(str, cost_key(row))))


def _content_hash(row: CostRow) -> int:
    amounts = (format(each.normalize(), "f") for each in (row.cost, row.conversions, row.value))
    names = (row.currency, row.campaign, row.adset, row.ad)
    return hash_of("\x1f".join((*amounts, str(row.clicks), str(row.impressions), *names)))


def _dates(ordinals: np.ndarray) -> set[date]:
    return {date.fromordinal(int(each)) for each in np.unique(ordinals)}
