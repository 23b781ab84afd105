"""Revenue over whole-number weights, by largest remainder, without a rounded float.

Of R minor units a row of weight w among W gets ⌊R·w / W⌋; what is left goes, a unit each, to the
rows with the largest remainders R·w mod W, the earlier row first. A negative R is apportioned by
its absolute value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.largest import largest_of_segments

if TYPE_CHECKING:
    from headwater.domain.attribution.columns import Ints
    from headwater.domain.attribution.rows import Rows

# With weights of a segment summing to less, no product below exceeds 63 bits.
_LARGEST_SUM = 2**31
# Floats hold whole numbers below twice this exactly, and a quotient of them, rounded down, is that
# of the whole numbers: the distance to the next one above is more than a float's last digit.
_FLOAT_EXACT = 2**52


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
    whole = np.abs(revenue)
    if weights.row is None:
        parts = _equal_parts(rows, whole)
    else:
        parts = _weighted_parts(rows, weights.row, weights.exact, whole)
    if (revenue < 0).any():
        parts *= rows.spread(np.sign(revenue))
    return parts


def exact_parts(weights: list[int], whole: int) -> list[int]:
    """Apportion one amount; the rule itself, for weights of any size."""
    total = sum(weights)
    parts = [whole * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(whole * weights[n] % total), n))
    for n in by_remainder[: whole - sum(parts)]:
        parts[n] += 1
    return parts


def _equal_parts(rows: Rows, whole: Ints) -> Ints:
    each, left_over = np.divmod(whole, rows.count)
    parts: Ints = rows.spread(each) + (rows.rank < rows.spread(left_over))
    return parts


def _weighted_parts(rows: Rows, weight: Ints, exact: dict[int, list[int]], whole: Ints) -> Ints:
    total = rows.sums(weight)
    hard = total >= _LARGEST_SUM
    hard[list(exact)] = True
    if not hard.any():
        return _fitting_parts(rows, weight, total, whole)
    fitting = np.where(rows.spread(hard), 1, weight)
    parts = _fitting_parts(rows, fitting, rows.sums(fitting), whole)
    for segment in np.flatnonzero(hard).tolist():
        mine = rows.of_segment(segment)
        parts[mine] = exact_parts(exact.get(segment) or weight[mine].tolist(), int(whole[segment]))
    return parts


def _fitting_parts(rows: Rows, weight: Ints, total: Ints, whole: Ints) -> Ints:
    """Apportion where weights sum to less than ``_LARGEST_SUM``; ``total`` per segment."""
    largest = int(total.max(initial=0))
    products = int(whole.max(initial=0)) * int(weight.max(initial=0))
    if max(products, largest * len(rows.sizes)) < _FLOAT_EXACT:
        return _parts_by_floats(rows, weight, total, whole)
    # R·w / W = (R div W)·w + (R mod W)·w / W, whose products fit.
    times, rest = np.divmod(whole, total)
    product, divisor = rows.spread(rest) * weight, rows.spread(total)
    share = product // divisor
    left_over = rest - rows.sums(share)
    parts: Ints = rows.spread(times) * weight + share
    parts += largest_of_segments(rows, product - share * divisor, left_over)
    return parts


def _parts_by_floats(rows: Rows, weight: Ints, total: Ints, whole: Ints) -> Ints:
    """Do the same where every number is a whole one that a float holds: several times as fast."""
    revenue = whole.astype(np.float64)
    product, divisor = rows.spread(revenue) * weight, rows.spread(total.astype(np.float64))
    share = product / divisor
    np.floor(share, out=share)
    left_over = (revenue - rows.sums(share)).astype(np.int64)
    divisor *= share
    product -= divisor
    share += largest_of_segments(rows, product, left_over)
    return share.astype(np.int64)
