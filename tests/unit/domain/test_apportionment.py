"""Cents over rows of many segments at once, against the rule for one amount."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.attribution.apportion import Weights, apportion, exact_parts
from headwater.domain.attribution.rows import Rows, distinct, expand
from headwater.domain.attribution.sorting import comparisons, exchange
from headwater.domain.attribution.weights import decay_weights, exact_decay

# Longer segments than the ones that are sorted all at once, and some weights alike.
segments = st.lists(
    st.tuples(
        st.lists(st.one_of(st.integers(1, 3), st.integers(1, 2**27)), min_size=1, max_size=30),
        st.one_of(st.integers(-300, 300), st.integers(-(10**15), 10**15)),
    ),
    min_size=1,
    max_size=8,
)


def rows_of(lengths: list[int]) -> Rows:
    """Return rows whose touches count up, a segment for each order that has any."""
    high = np.cumsum(np.array(lengths, dtype=np.int64))
    return expand(high - lengths, high, np.arange(sum(lengths)))


def by_order(rows: Rows, values: np.ndarray) -> dict[int, list[int]]:
    return {
        order: values[rows.of_segment(segment)].tolist()
        for segment, order in enumerate(rows.order.tolist())
    }


@settings(max_examples=200)
@given(segments)
def test_each_segment_is_shared_as_if_it_were_alone(found: list[tuple[list[int], int]]) -> None:
    weights, amounts = zip(*found, strict=True)
    rows = rows_of([len(each) for each in weights])
    flat = np.array([weight for each in weights for weight in each])

    parts = apportion(rows, Weights(flat[rows.touch]), np.array(amounts)[rows.order])

    for order, mine in by_order(rows, parts).items():
        expected = exact_parts(weights[order], abs(amounts[order]))
        assert mine == [-part if amounts[order] < 0 else part for part in expected]
        assert sum(mine) == amounts[order]


def test_three_thousand_rows_of_one_order_are_shared_beside_those_of_a_short_one() -> None:
    rows = rows_of([2, 3_000])
    weight = 1 + rows.touch % 7

    parts = by_order(rows, apportion(rows, Weights(weight), np.array([10**7 + 1, 10])))

    assert parts[0] == exact_parts([1, 2], 10)
    assert parts[1] == exact_parts([1 + touch % 7 for touch in range(2, 3_002)], 10**7 + 1)


@pytest.mark.parametrize("width", [2, 4, 8])
def test_the_comparisons_sort_every_list_of_up_to_their_width(width: int) -> None:
    for length in range(1, width + 1):
        # What sorts all lists of zeros and ones sorts all lists.
        lists = (np.arange(2**length) >> np.arange(length)[:, None]) & 1
        for one, other in comparisons(width):
            if other < length:
                exchange(lists[one], lists[other])
        assert (lists[:-1] >= lists[1:]).all()


@given(st.lists(st.lists(st.integers(-1, 5), min_size=4, max_size=4), min_size=1, max_size=12))
def test_the_distinct_touches_of_roles_stand_once_and_ascending(roles: list[list[int]]) -> None:
    rows = distinct(np.array(roles).T)

    assert by_order(rows, rows.touch) == {
        order: sorted({touch for touch in each if touch >= 0})
        for order, each in enumerate(roles)
        if max(each) >= 0
    }


@given(st.lists(st.integers(0, 10**14), min_size=1, max_size=20), st.integers(1, 10**13))
def test_decay_weighs_by_the_exact_power_of_two_whatever_the_ages(
    ages: list[int], half_life: int
) -> None:
    at = np.sort(-np.array([0, *ages]))
    rows = rows_of([len(at)])

    weights = decay_weights(rows, at, half_life).row

    assert weights is not None
    assert weights.tolist() == [exact_decay(-age, half_life) for age in at.tolist()]


@pytest.mark.parametrize("lives", [1, 7, 21, 22, 400])
def test_whole_half_lives_halve_to_the_last_unit(lives: int) -> None:
    weights = decay_weights(rows_of([2]), np.array([-lives * 1_000, 0]), 1_000).row

    assert weights is not None
    assert weights.tolist() == [int(Fraction(2**20, 2**lives) + Fraction(1, 2)), 2**20]
