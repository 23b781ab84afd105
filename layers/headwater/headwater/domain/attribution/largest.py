"""The largest values of each segment of rows, for all segments at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from headwater.domain.attribution.sorting import comparisons, exchange

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headwater.domain.attribution.columns import Bools, Ints
    from headwater.domain.attribution.rows import Rows

    # Whole numbers, kept as such or in floats that hold them exactly.
    type Wholes = NDArray[Any]

# Segments of up to so many rows are sorted all at once; longer ones are rare.
_WIDTH = 16


def largest_of_segments(rows: Rows, values: Wholes, wanted: Ints) -> Bools:
    """Return which rows hold the largest values of their segment, of equal ones the earlier.

    Args:
        rows: the rows.
        values: per row, not negative; exact also when multiplied by the number of ranks.
        wanted: how many of each segment; fewer than it has.
    """
    # Unlike values, no two keys of a segment are equal.
    key = values * len(rows.sizes) - rows.rank
    place = np.maximum(wanted, 1) - 1
    long = rows.longer_than(_WIDTH)
    by_key = key.copy()
    _sort_short(by_key, rows, long)
    least = by_key[rows.starts[place] + np.arange(len(wanted))]
    if long:
        least[:long] = _keys_at(rows, key, place[:long])
    nothing = np.inf if key.dtype.kind == "f" else np.iinfo(np.int64).max
    least[wanted == 0] = nothing
    chosen: Bools = key >= rows.spread(least)
    return chosen


def _sort_short(key: Wholes, rows: Rows, first: int) -> None:
    """Sort the keys of each segment from ``first`` on, the largest to its first row."""
    starts, sizes = rows.starts.tolist(), rows.sizes
    width = min(_WIDTH, 1 << (len(sizes) - 1).bit_length())
    for one, other in comparisons(width):
        if other < len(sizes) and sizes[other] > first:
            exchange(
                key[starts[one] + first : starts[one] + sizes[other]],
                key[starts[other] + first : starts[other] + sizes[other]],
            )


def _keys_at(rows: Rows, key: Wholes, place: Ints) -> Wholes:
    """Return, of the first segments, the key that has a place when they are sorted, falling."""
    count = rows.count[: len(place)]
    start = np.cumsum(count) - count
    segment = np.repeat(np.arange(len(place)), count)
    mine = rows.starts[np.arange(len(segment)) - start[segment]] + segment
    by_key = np.lexsort((-key[mine], segment))
    keys: Wholes = key[mine[by_key[start + place]]]
    return keys
