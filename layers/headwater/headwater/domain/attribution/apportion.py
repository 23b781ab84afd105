"""Revenue over whole-number weights, by largest remainder, without a float.

Of R minor units a row of weight w among W gets ⌊R·w / W⌋; what is left goes, a unit each, to the
rows with the largest remainders R·w mod W, the earlier row first. A negative R is apportioned by
its absolute value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from headwater.domain.attribution.columns import Bools, Ints
    from headwater.domain.attribution.rows import Rows

# With weights of a segment summing to less, no product below exceeds 63 bits.
_LARGEST_SUM = 2**31
# A remainder, a segment and a rank share one sortable key of 63 bits: 31 + 15 + 17.
_RANK_BITS, _REMAINDER_BITS = 17, 31
_MOST_SEGMENTS = 2**15


@dataclass(frozen=True, slots=True)
class Weights:
    """Whole-number weights.

    Attributes:
        row: per row; None for equal ones.
        exact: segment → the weights of its rows, where they do not fit 64 bits.
    """

    row: Ints | None = None
    exact: dict[int, list[int]] = field(default_factory=dict)


EQUAL = Weights()


def apportion(rows: Rows, weights: Weights, revenue: Ints) -> Ints:
    """Return each row's part of its order's revenue.

    Args:
        rows: the touches of the orders.
        weights: of the rows; every segment has one above zero.
        revenue: per segment, minor units.

    Returns:
        Minor units per row; a segment sums to its revenue.
    """
    if weights.row is None:
        return _equal_parts(rows, revenue)
    whole = np.abs(revenue)
    total = rows.sums(weights.row)
    hard = total >= _LARGEST_SUM
    hard[list(weights.exact)] = True
    if hard.any():
        fitting = np.where(hard[rows.segment], 1, weights.row)
        parts = _fitting_parts(rows, fitting, rows.sums(fitting), whole)
        for segment in np.flatnonzero(hard).tolist():
            start = int(rows.start[segment])
            mine = slice(start, start + int(rows.count[segment]))
            exact = weights.exact.get(segment) or weights.row[mine].tolist()
            parts[mine] = exact_parts(exact, int(whole[segment]))
    else:
        parts = _fitting_parts(rows, weights.row, total, whole)
    if (revenue < 0).any():
        parts *= np.sign(revenue)[rows.segment]
    return parts


def exact_parts(weights: list[int], whole: int) -> list[int]:
    """Apportion one amount; the rule itself, for weights of any size."""
    total = sum(weights)
    parts = [whole * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(whole * weights[n] % total), n))
    for n in by_remainder[: whole - sum(parts)]:
        parts[n] += 1
    return parts


def _equal_parts(rows: Rows, revenue: Ints) -> Ints:
    whole = np.abs(revenue)
    each, left_over = whole // rows.count, whole % rows.count
    sign = np.sign(revenue)
    parts: Ints = sign[rows.segment] * (each[rows.segment] + (rows.rank < left_over[rows.segment]))
    return parts


def _fitting_parts(rows: Rows, weight: Ints, total: Ints, whole: Ints) -> Ints:
    """Apportion where weights sum to less than ``_LARGEST_SUM``; ``total`` per segment."""
    # R·w / W = (R div W)·w + (R mod W)·w / W, whose products fit.
    times, rest = whole // total, whole % total
    product = rest[rows.segment] * weight
    divisor = total[rows.segment]
    share = product // divisor
    remainder = product - share * divisor
    parts = times[rows.segment] * weight + share
    left_over = rest - rows.sums(share)
    parts[_first_by_remainder(rows, remainder, left_over)] += 1
    return parts


def _first_by_remainder(rows: Rows, remainder: Ints, wanted: Ints) -> Ints:
    """Return the rows with the largest remainders, as many per segment as it wants."""
    open_ = wanted > 0
    if not open_.any():
        return np.zeros(0, dtype=np.int64)
    if len(rows.count) > _MOST_SEGMENTS or int(rows.count.max()) >= 2**_RANK_BITS:
        by_remainder = np.lexsort((rows.rank, -remainder, rows.segment))
        return by_remainder[rows.rank < wanted[rows.segment]]
    kept: Bools = open_[rows.segment]
    key = (
        (rows.segment << (_REMAINDER_BITS + _RANK_BITS))
        | ((2**_REMAINDER_BITS - 1 - remainder) << _RANK_BITS)
        | rows.rank
    )
    # Segments follow one another already, which a merge sort makes use of.
    key = np.sort(key[kept], kind="stable")
    # Sorted, each segment keeps its place: so the n-th key of a segment is its n-th by remainder.
    taken = key[rows.rank[kept] < wanted[rows.segment[kept]]]
    segment = taken >> (_REMAINDER_BITS + _RANK_BITS)
    chosen: Ints = rows.start[segment] + (taken & (2**_RANK_BITS - 1))
    return chosen
