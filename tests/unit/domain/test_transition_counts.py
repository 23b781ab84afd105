"""Transition counts against walking through each person's life, one by one."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain import transition_counts
from headwater.domain.transition_counts import (
    Period,
    Purchases,
    Trail,
    TransitionCounts,
    count_transitions,
)

CHANNELS, DIRECT = 4, 3


class Touch(NamedTuple):
    person: int
    at: int
    channel: int


class Purchase(NamedTuple):
    person: int
    at: int
    converts: bool


def counted(touches: list[Touch], bought: list[Purchase], period: Period) -> TransitionCounts:
    touches = sorted(t for t in touches if t.at < period.end)
    bought = sorted(p for p in bought if p.at < period.end)
    person, at, channel = np.array(touches, dtype=np.int64).reshape(-1, 3).T
    buyer, bought_at, converts = np.array(bought, dtype=np.int64).reshape(-1, 3).T
    return count_transitions(
        Trail(person, at, channel, channel == DIRECT),
        Purchases(buyer, bought_at, converts.astype(bool)),
        CHANNELS,
        period,
    )


def path_of(touches: list[Touch], person: int, until: int, window: int) -> list[int]:
    """Return the channels of the eligible touches of one window."""
    inside = [t.channel for t in touches if t.person == person and until - window <= t.at <= until]
    return [channel for channel in inside if channel != DIRECT] or inside


def literal(touches: list[Touch], bought: list[Purchase], period: Period) -> TransitionCounts:
    touches = sorted(t for t in touches if t.at < period.end)
    paths = [
        (path_of(touches, p.person, p.at, period.window), CHANNELS)
        for p in bought
        if p.converts and period.start <= p.at < period.end
    ]
    for person in {t.person for t in touches}:
        own = [t for t in touches if t.person == person]
        recent = [t.at for t in own if t.channel != DIRECT and t.at >= own[-1].at - period.window]
        last = max(recent, default=own[-1].at)
        closes = last + period.window
        ordered = any(p.person == person and last <= p.at <= closes for p in bought)
        if last >= period.start and closes < period.end and not ordered:
            paths.append((path_of(touches, person, last, period.window), CHANNELS + 1))
    steps = np.zeros((CHANNELS + 1, CHANNELS + 2), dtype=np.int64)
    paths = [(path, end) for path, end in paths if path]
    for path, end in paths:
        steps[0, path[0]] += 1
        for one, following in pairwise(path):
            steps[one + 1, following] += 1
        steps[path[-1] + 1, end] += 1
    ends = [end for _, end in paths]
    return TransitionCounts(steps, ends.count(CHANNELS), ends.count(CHANNELS + 1))


def same(one: TransitionCounts, other: TransitionCounts) -> bool:
    ends = (one.converting, one.null) == (other.converting, other.null)
    return ends and one.steps.tolist() == other.steps.tolist()


TIMES = st.integers(-30, 30)
TOUCHES = st.lists(
    st.builds(Touch, st.integers(0, 5), TIMES, st.integers(0, CHANNELS - 1)), max_size=40
)
PURCHASES = st.lists(st.builds(Purchase, st.integers(0, 5), TIMES, st.booleans()), max_size=15)
PERIODS = st.builds(Period, st.integers(-30, 0), st.integers(0, 40), st.integers(1, 15))


@given(TOUCHES, PURCHASES, PERIODS)
def test_paths_are_those_that_each_life_holds(
    touches: list[Touch], bought: list[Purchase], period: Period
) -> None:
    assert same(counted(touches, bought, period), literal(touches, bought, period))


@given(TOUCHES, PURCHASES, PERIODS, st.integers(1, 4))
def test_how_many_people_are_looked_at_together_changes_nothing(
    touches: list[Touch], bought: list[Purchase], period: Period, size: int
) -> None:
    together = counted(touches, bought, period)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transition_counts, "_PEOPLE_AT_ONCE", size)
        assert same(counted(touches, bought, period), together)


@given(TOUCHES, PURCHASES, PERIODS)
def test_every_path_starts_once_and_ends_once(
    touches: list[Touch], bought: list[Purchase], period: Period
) -> None:
    counts = counted(touches, bought, period)
    assert counts.steps[0].sum() == counts.converting + counts.null
    assert counts.steps[:, CHANNELS].sum() == counts.converting
    assert counts.steps[:, CHANNELS + 1].sum() == counts.null
    for channel in range(CHANNELS):
        assert counts.steps[:, channel].sum() == counts.steps[channel + 1].sum()


def test_both_ends_of_a_window_belong_to_it() -> None:
    touches = [Touch(0, 0, 0), Touch(0, 10, 1), Touch(1, -1, 2), Touch(1, 11, 2)]
    bought = [Purchase(0, 10, True), Purchase(1, 10, True)]
    counts = counted(touches, bought, Period(0, 100, 10))
    assert counts.converting == 1
    assert counts.steps[1, 1] == 1


def test_an_order_as_late_as_the_window_allows_keeps_its_person_from_being_null() -> None:
    for placed_at, null in ((20, 0), (21, 1)):
        bought = [Purchase(0, placed_at, False)]
        assert counted([Touch(0, 10, 1)], bought, Period(0, 100, 10)).null == null


def test_a_person_whose_window_is_still_open_is_neither() -> None:
    for end, null in ((20, 0), (21, 1)):
        counts = counted([Touch(0, 10, 1)], [], Period(0, end, 10))
        assert (counts.converting, counts.null) == (0, null)


def test_twenty_years_between_two_touches_do_not_confuse_people() -> None:
    long = 20 * 366 * 86_400_000_000
    touches = [Touch(person, at, 0) for person in range(3_000) for at in (0, long)]
    bought = [Purchase(person, long + 1, True) for person in range(3_000)]
    counts = counted(touches, bought, Period(0, 2 * long, 1_000))
    assert (counts.converting, counts.null) == (3_000, 0)
    assert counts.steps.tolist()[0][:2] == [3_000, 0]
