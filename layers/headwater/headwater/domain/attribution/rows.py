"""Rows of (order, touch) in segments: one segment per order that has any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from headwater.domain.attribution.columns import Bools, Ints


@dataclass(frozen=True, slots=True)
class Rows:
    """Touches of orders, by order and then by touch.

    Attributes:
        touch: per row, the touch.
        segment: per row, its segment.
        rank: per row, its place in the segment, from 0.
        order: per segment, the order.
        start: per segment, its first row.
        count: per segment, its rows, at least one.
    """

    touch: Ints
    segment: Ints
    rank: Ints
    order: Ints
    start: Ints
    count: Ints

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.touch)

    @property
    def order_of_row(self) -> Ints:
        """Return each row's order."""
        return self.order[self.segment]

    @property
    def is_last(self) -> Bools:
        """Tell which rows end their segment."""
        last: Bools = self.rank == self.count[self.segment] - 1
        return last

    def sums(self, values: Ints) -> Ints:
        """Return the sum of each segment."""
        if not len(self.start):
            return np.zeros(0, dtype=np.int64)
        until = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(values, out=until[1:])
        sums: Ints = until[self.start + self.count] - until[self.start]
        return sums

    def chosen(self, segments: Bools) -> tuple[Rows, Bools]:
        """Return the rows of some segments, and which rows these are."""
        kept = segments[self.segment]
        return make_rows(self.touch[kept], self.order[segments], self.count[segments]), kept


def make_rows(touch: Ints, order: Ints, count: Ints) -> Rows:
    """Return rows whose touches are given; ``order`` and ``count`` per segment."""
    start = np.cumsum(count) - count
    segment = np.repeat(np.arange(len(count)), count)
    return Rows(touch, segment, np.arange(len(touch)) - start[segment], order, start, count)


def expand(low: Ints, high: Ints, position: Ints) -> Rows:
    """Return a row for each of ``position[low:high]``, order by order."""
    order = np.flatnonzero(high > low)
    count = (high - low)[order]
    start = np.cumsum(count) - count
    segment = np.repeat(np.arange(len(count)), count)
    row = np.arange(len(segment))
    touch = position[row + (low[order] - start)[segment]]
    return Rows(touch, segment, row - start[segment], order, start, count)


def single(touch: Ints) -> Rows:
    """Return a row per order that has a touch; -1 where it has none."""
    order = np.flatnonzero(touch >= 0)
    row = np.arange(len(order))
    zero, one = np.zeros(len(order), dtype=np.int64), np.ones(len(order), dtype=np.int64)
    return Rows(touch[order], row, zero, order, row, one)


def distinct(touches: Ints) -> Rows:
    """Return the distinct touches of each order; shape (orders, k), -1 where there is none."""
    by_touch = np.sort(touches, axis=1)
    is_new = by_touch >= 0
    is_new[:, 1:] &= by_touch[:, 1:] != by_touch[:, :-1]
    count = is_new.sum(axis=1)
    order = np.flatnonzero(count)
    return make_rows(by_touch[is_new], order, count[order])
