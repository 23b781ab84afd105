"""Removal effects against removing the channel and solving the chain again, in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.effects import CONVERSION, EFFECT_SCALE, NULL, START
from headwater.domain.removal_effects import (
    global_shares,
    named_transitions,
    removal_effects,
    scaled,
)

type Path = tuple[list[int], bool]
type Steps = np.ndarray[tuple[int, int], np.dtype[np.int64]]

CHANNELS = 6
PATHS = st.lists(
    st.tuples(st.lists(st.integers(0, CHANNELS - 1), min_size=1, max_size=8), st.booleans()),
    min_size=1,
    max_size=40,
)


def steps_of(paths: list[Path], channels: int = CHANNELS) -> Steps:
    """Count the steps of paths one by one."""
    steps = np.zeros((channels + 1, channels + 2), dtype=np.int64)
    for touches, converts in paths:
        steps[0, touches[0]] += 1
        for one, following in pairwise(touches):
            steps[one + 1, following] += 1
        steps[touches[-1] + 1, channels + (0 if converts else 1)] += 1
    return steps


def chance_to_convert(steps: Steps, removed: int | None = None) -> Fraction:
    """Solve the chain of the counts, in which a removed channel is null, by elimination."""
    channels = len(steps) - 1
    rows: list[list[Fraction]] = []
    for state in range(channels + 1):
        total = int(steps[state].sum())
        row = [Fraction(0)] * (channels + 2)
        row[state] += 1
        if total and state != (channels + 1 if removed is None else removed + 1):
            for target in range(channels):
                row[target + 1] -= Fraction(int(steps[state, target]), total)
            row[-1] = Fraction(int(steps[state, channels]), total)
        rows.append(row)
    for pivot in range(channels + 1):
        swap = next(r for r in range(pivot, channels + 1) if rows[r][pivot])
        rows[pivot], rows[swap] = rows[swap], rows[pivot]
        rows[pivot] = [value / rows[pivot][pivot] for value in rows[pivot]]
        for other in range(channels + 1):
            if other != pivot and (factor := rows[other][pivot]):
                rows[other] = [
                    a - factor * b for a, b in zip(rows[other], rows[pivot], strict=True)
                ]
    return rows[0][-1]


def literal_effects(steps: Steps) -> list[float]:
    whole = chance_to_convert(steps)
    return [
        float(1 - chance_to_convert(steps, channel) / whole) if whole else 0.0
        for channel in range(len(steps) - 1)
    ]


@given(PATHS)
def test_the_inverse_gives_what_removing_each_channel_gives(paths: list[Path]) -> None:
    steps = steps_of(paths)
    assert removal_effects(steps) == pytest.approx(literal_effects(steps), abs=1e-9)


@given(PATHS)
def test_staying_on_a_channel_changes_no_effect(paths: list[Path]) -> None:
    steps = steps_of(paths)
    looping = steps.copy()
    for channel in range(CHANNELS):
        if steps[channel + 1].any():
            looping[channel + 1, channel] += 1_000
    assert removal_effects(looping) == pytest.approx(removal_effects(steps), abs=1e-9)


@given(PATHS, st.permutations(range(CHANNELS)))
def test_the_order_of_the_channels_changes_no_effect(paths: list[Path], names: list[int]) -> None:
    renamed = [([names[channel] for channel in touches], end) for touches, end in paths]
    effects = removal_effects(steps_of(paths))
    assert removal_effects(steps_of(renamed))[names] == pytest.approx(effects, abs=1e-9)


def test_the_published_example_of_three_channels() -> None:
    """C1 > C2 > C3 converts, C1 and C2 > C3 do not: effects 1/2, 1, 1, shares 20, 40, 40 %."""
    effects = removal_effects(steps_of([([0, 1, 2], True), ([0], False), ([1, 2], False)], 3))
    assert effects == pytest.approx([0.5, 1, 1])
    assert global_shares(scaled(effects)) == (200_000, 400_000, 400_000)


def test_an_example_with_a_way_back_derived_by_hand() -> None:
    """A > B > A converts, B converts, A does not.

    From A: 1/3 to B, 1/3 converts, 1/3 null. From B: 1/2 to A, 1/2 converts. So a = b/3 + 1/3 and
    b = a/2 + 1/2 give a = 3/5, b = 4/5, and from the start (2/3 A, 1/3 B) 2/3. Without A only
    1/3 x 1/2 = 1/6 is left, without B 2/3 x 1/3 = 2/9.
    """
    effects = removal_effects(steps_of([([0, 1, 0], True), ([1], True), ([0], False)], 2))
    assert effects == pytest.approx([3 / 4, 2 / 3])


def test_a_channel_that_every_way_to_an_order_passes_has_the_whole_effect() -> None:
    effects = removal_effects(steps_of([([0], True), ([1, 0], True), ([1], False)], 2))
    assert effects[0] == pytest.approx(1)


def test_a_channel_that_nobody_reaches_has_none() -> None:
    assert removal_effects(steps_of([([0], True)], 2)) == pytest.approx([1, 0])


def test_without_conversions_no_channel_has_an_effect_or_a_share() -> None:
    effects = removal_effects(steps_of([([0, 1], False)], 2))
    assert effects.tolist() == [0, 0]
    assert global_shares(scaled(effects)) == (0, 0)


def test_without_any_path_there_is_nothing() -> None:
    assert removal_effects(np.zeros((1, 2), dtype=np.int64)).tolist() == []
    assert removal_effects(np.zeros((3, 4), dtype=np.int64)).tolist() == [0, 0]


@given(st.lists(st.integers(0, EFFECT_SCALE), max_size=30))
def test_shares_sum_to_a_million_and_keep_the_order_of_the_effects(effects: list[int]) -> None:
    shares = global_shares(effects)
    assert sum(shares) == (EFFECT_SCALE if any(effects) else 0)
    ranked = sorted(range(len(effects)), key=lambda index: (effects[index], shares[index]))
    assert [shares[index] for index in ranked] == sorted(shares)


def test_transitions_are_told_by_name() -> None:
    steps = steps_of([([0, 1], True), ([1, 1], False)], 2)
    assert named_transitions(steps, ["email", "sms"]) == {
        (START, "email"): 1,
        (START, "sms"): 1,
        ("email", "sms"): 1,
        ("sms", "sms"): 1,
        ("sms", CONVERSION): 1,
        ("sms", NULL): 1,
    }
