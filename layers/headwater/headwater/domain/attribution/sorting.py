"""Sorting many short lists at once, rank by rank: to compare two ranks is to compare columns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@cache
def comparisons(width: int) -> tuple[tuple[int, int], ...]:
    """Return which two ranks to compare, pair by pair, to sort lists (Batcher's merge sort).

    Shorter lists are sorted by the comparisons whose ranks they have: others would move nothing.

    Args:
        width: the length of the lists, a power of two.
    """
    found = []
    merged = 1
    while merged < width:
        step = merged
        while step:
            for low in range(step % merged, width - step, 2 * step):
                found += [
                    (one, one + step)
                    for one in range(low, min(low + step, width - step))
                    if one // (2 * merged) == (one + step) // (2 * merged)
                ]
            step //= 2
        merged *= 2
    return tuple(found)


def exchange(larger: NDArray[Any], smaller: NDArray[Any]) -> None:
    """Put the larger of each two into the one column, the smaller into the other."""
    largest = np.maximum(larger, smaller)
    np.minimum(larger, smaller, out=smaller)
    larger[:] = largest
