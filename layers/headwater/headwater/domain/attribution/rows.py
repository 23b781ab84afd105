"""Rows of (order, touch) in segments, one segment per order that has any.

Rows stand rank by rank: the first touch of every segment, then the second of those that have one,
and so on. With the longest segments first, the rows of a rank belong to the first so many segments,
so that what is done with a whole segment is done along stretches of columns, without an index.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.sorting import comparisons, exchange

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headwater.domain.attribution.columns import Bools, Ints

# With more ranks than this their stretches are so short that an index is the faster way.
_MOST_STRETCHES = 2_000
_NO_TOUCH = np.iinfo(np.int64).max


class Rows:
    """Touches of orders, by rank and then by segment.

    Attributes:
        touch: per row, the touch; ascending within a segment.
        order: per segment, the order.
        count: per segment, its rows, at least one; falling.
        sizes: per rank, how many segments have a row of it; falling.
        starts: per rank, its first row.
    """

    def __init__(self, touch: Ints, order: Ints, count: Ints) -> None:
        self.touch, self.order, self.count = touch, order, count
        self.sizes: list[int] = _sizes(count).tolist()
        self.starts = np.cumsum([0, *self.sizes])[:-1]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.touch)

    @cached_property
    def segment(self) -> Ints:
        """Return each row's segment."""
        segment: Ints = np.arange(len(self)) - np.repeat(self.starts, self.sizes)
        return segment

    @cached_property
    def last(self) -> Ints:
        """Return each segment's last row; its first one has the segment's own number."""
        last: Ints = self.starts[self.count - 1] + np.arange(len(self.count))
        return last

    @cached_property
    def rank(self) -> Ints:
        """Return each row's place in its segment, from 0."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def longer_than(self, count: int) -> int:
        """Return how many segments have more than so many rows; they are the first ones."""
        return self.sizes[count] if count < len(self.sizes) else 0

    def of_segment(self, segment: int) -> Ints:
        """Return one segment's rows."""
        rows: Ints = self.starts[: int(self.count[segment])] + segment
        return rows

    def spread[T: np.generic](self, values: NDArray[T]) -> NDArray[T]:
        """Return for each row what its segment has."""
        if len(self.sizes) > _MOST_STRETCHES:
            return values[self.segment]
        return np.concatenate([values[:0], *(values[:size] for size in self.sizes)])

    def sums[T: np.number](self, values: NDArray[T]) -> NDArray[T]:
        """Return the sum of each segment; ``values`` per row."""
        sums = values[: len(self.count)].copy()
        if len(self.sizes) > _MOST_STRETCHES:
            np.add.at(sums, self.segment[len(sums) :], values[len(sums) :])
            return sums
        for start, size in zip(self.starts[1:].tolist(), self.sizes[1:], strict=True):
            np.add(sums[:size], values[start : start + size], out=sums[:size])
        return sums

    def chosen(self, segments: Bools) -> tuple[Rows, Ints]:
        """Return the rows of some segments, and which rows these are."""
        kept = np.flatnonzero(self.spread(segments))
        return Rows(self.touch[kept], self.order[segments], self.count[segments]), kept


def expand(low: Ints, high: Ints, position: Ints) -> Rows:
    """Return a row for each of ``position[low:high]``; ``low`` and ``high`` per order."""
    length = high - low
    order = _longest_first(length)
    count, sizes = length[order], _sizes(length[order])
    first = low[order]
    place = np.concatenate([first[:0], *(first[:size] + rank for rank, size in enumerate(sizes))])
    return Rows(position[place], order, count)


def single(touch: Ints) -> Rows:
    """Return a row per order that has a touch; -1 where it has none."""
    order = np.flatnonzero(touch >= 0)
    return Rows(touch[order], order, np.ones(len(order), dtype=np.int64))


def distinct(touches: Ints) -> Rows:
    """Return the distinct touches of each order; shape (4, orders), -1 where there is none."""
    by_touch = np.where(touches < 0, _NO_TOUCH, touches)
    for one, other in comparisons(len(touches)):
        exchange(by_touch[other], by_touch[one])
    is_new = by_touch != _NO_TOUCH
    is_new[1:] &= by_touch[1:] != by_touch[:-1]
    # Move each order's to its first places.
    length = np.zeros(touches.shape[1], dtype=np.int64)
    packed = np.empty(touches.size, dtype=np.int64)
    for touch, is_one in zip(by_touch, is_new, strict=True):
        packed[length * len(length) + np.arange(len(length))] = touch
        length += is_one
    order = _longest_first(length)
    count = length[order]
    stretches = enumerate(_sizes(count).tolist())
    parts = [packed[rank * len(length) + order[:size]] for rank, size in stretches]
    return Rows(np.concatenate([order[:0], *parts]), order, count)


def _longest_first(length: Ints) -> Ints:
    """Return the orders that have rows, by falling length; ties as they come."""
    longest = int(length.max(initial=0))
    # Small whole numbers are sorted digit by digit.
    missing = (longest - length).astype(np.min_scalar_type(longest))
    by_length = np.argsort(missing, kind="stable")
    return by_length[: np.count_nonzero(length)]


def _sizes(count: Ints) -> Ints:
    """Return, per rank, how many segments have a row of it."""
    shorter = np.cumsum(np.bincount(count, minlength=1))[:-1]
    sizes: Ints = len(count) - shorter
    return sizes
