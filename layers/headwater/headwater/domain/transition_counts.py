"""Transition counts: how often people go from one channel to the next, and where they end.

A path is the channels of the eligible touches of one window: of the window before an order
(*converting*), or of the window up to the last eligible touch of a person who then ordered nothing
for as long as a window lasts (*null*). Direct touches are eligible only where the window holds
nothing else. A path without a touch is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.domain.attribution.columns import Bools, Ints

# People whose touches fit a processor's cache together.
_PEOPLE_AT_ONCE = 1 << 16
_LARGEST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Trail:
    """What people touched, sorted by (person, at, id), all of it before training ends.

    ``person`` is a dense code, ``at`` in µs, ``channel`` a code from 0.
    """

    person: Ints
    at: Ints
    channel: Ints
    is_direct: Bools


@dataclass(frozen=True, slots=True)
class Purchases:
    """What people ordered, sorted by (person, at), all of it before training ends.

    ``is_conversion``: the order ends a path. Another one (a rebill, an order of a class that no
    click explains) only keeps its person from being a null path.
    """

    person: Ints
    at: Ints
    is_conversion: Bools


@dataclass(frozen=True, slots=True)
class Period:
    """What is trained on: paths that end in [start, end), µs, with windows of ``window`` µs.

    A null path's own window has to be over before ``end``: until then nobody knows how it ends.
    """

    start: int
    end: int
    window: int


@dataclass(frozen=True, slots=True)
class TransitionCounts:
    """How often each state follows each.

    ``steps`` has shape (channels + 1, channels + 2): row 0 is the start and row c + 1 channel c;
    column c is channel c, the last but one conversion, the last null.
    """

    steps: Ints
    converting: int
    null: int


@dataclass(frozen=True, slots=True)
class _Lane:
    """The touches of some people, all or those that are not direct; ``key`` orders them."""

    key: Ints
    channel: Ints

    def windows(self, first: Ints, last: Ints) -> tuple[Ints, Ints]:
        """Return each window's touches as a half-open range; both bounds belong to it."""
        low = np.searchsorted(self.key, first, "left")
        return low, np.searchsorted(self.key, last, "right")


class _Clock:
    """Puts (person, instant) into one integer that sorts the same way, for some people."""

    def __init__(self, trail: Trail, purchases: Purchases) -> None:
        instants = [column for column in (trail.at, purchases.at) if len(column)]
        self._origin = min((int(column.min()) for column in instants), default=0)
        # Beyond the last instant one more, so that a bound later than all is still the person's.
        self._span = max((int(column.max()) for column in instants), default=0) - self._origin + 2
        self.people = max(1, min(_PEOPLE_AT_ONCE, _LARGEST // self._span - 1))

    def key(self, person: Ints, at: Ints) -> Ints:
        """Return the keys of instants; one before all belongs behind the person before."""
        return person * self._span + np.clip(at - self._origin, -1, self._span - 1)


def count_transitions(
    trail: Trail, purchases: Purchases, channels: int, period: Period
) -> TransitionCounts:
    """Count the steps of all paths that end in a period.

    Args:
        trail: the touches of everybody.
        purchases: the orders of everybody.
        channels: how many channels there are.
        period: what is trained on.
    """
    steps = np.zeros((channels + 1, channels + 2), dtype=np.int64)
    converting = null = 0
    clock = _Clock(trail, purchases)
    for people, touched, bought in _blocks(trail, purchases, clock.people):
        block = _Block(people, touched, bought, clock, period)
        for paths, column in (
            (block.converting_paths(), channels),
            (block.null_paths(), channels + 1),
        ):
            for lane, low, high in paths:
                _add(steps, lane, low, high, column)
                if column == channels:
                    converting += len(low)
                else:
                    null += len(low)
    return TransitionCounts(steps, converting, null)


def _blocks(
    trail: Trail, purchases: Purchases, size: int
) -> Iterator[tuple[Ints, Trail, Purchases]]:
    """Cut everybody into people who are looked at together; yields their codes from 0."""
    ends = [int(column[-1]) + 1 for column in (trail.person, purchases.person) if len(column)]
    for first in range(0, max(ends, default=0), size):
        bounds = np.array([first, first + size])
        t, p = (
            slice(*np.searchsorted(column, bounds)) for column in (trail.person, purchases.person)
        )
        touched = Trail(trail.person[t] - first, trail.at[t], trail.channel[t], trail.is_direct[t])
        bought = Purchases(purchases.person[p] - first, purchases.at[p], purchases.is_conversion[p])
        yield touched.person[np.diff(touched.person, prepend=-1) != 0], touched, bought


class _Block:
    """The paths of some people."""

    def __init__(
        self, people: Ints, touched: Trail, bought: Purchases, clock: _Clock, period: Period
    ) -> None:
        self._people, self._touched, self._bought = people, touched, bought
        self._clock, self._period = clock, period
        self._all = _Lane(clock.key(touched.person, touched.at), touched.channel)
        self._campaign_index = np.flatnonzero(~touched.is_direct)
        self._campaigns = _Lane(
            self._all.key[self._campaign_index], touched.channel[self._campaign_index]
        )

    def converting_paths(self) -> list[tuple[_Lane, Ints, Ints]]:
        """Return the windows before the orders of the period, by the lane that is eligible."""
        bought, period = self._bought, self._period
        ends = bought.is_conversion & (bought.at >= period.start) & (bought.at < period.end)
        return self._eligible(bought.person[ends], bought.at[ends])

    def null_paths(self) -> list[tuple[_Lane, Ints, Ints]]:
        """Return the windows up to the last eligible touches that no order followed."""
        last = self._last_eligible()
        person, at = self._touched.person[last], self._touched.at[last]
        period = self._period
        orders = self._clock.key(self._bought.person, self._bought.at)
        low = np.searchsorted(orders, self._clock.key(person, at), "left")
        high = np.searchsorted(orders, self._clock.key(person, at + period.window), "right")
        is_null = (low == high) & (at >= period.start) & (at + period.window < period.end)
        return self._eligible(person[is_null], at[is_null])

    def _last_eligible(self) -> Ints:
        """Return each person's last touch that is not direct, or his last one if that is too old.

        Too old: not in the window up to his last touch.
        """
        people, keys = self._people, self._all.key
        last = np.searchsorted(self._touched.person, people, "right") - 1
        since = self._clock.key(people, self._touched.at[last] - self._period.window)
        low, high = self._campaigns.windows(since, keys[last])
        if not len(self._campaign_index):
            return last
        return np.where(high > low, self._campaign_index[np.maximum(high - 1, 0)], last)

    def _eligible(self, person: Ints, at: Ints) -> list[tuple[_Lane, Ints, Ints]]:
        """Return the windows up to some instants that hold a touch, by the lane of their path."""
        since = self._clock.key(person, at - self._period.window)
        until = self._clock.key(person, at)
        low, high = self._campaigns.windows(since, until)
        named = high > low
        all_low, all_high = self._all.windows(since[~named], until[~named])
        direct = all_high > all_low
        return [
            (self._campaigns, low[named], high[named]),
            (self._all, all_low[direct], all_high[direct]),
        ]


def _add(steps: Ints, lane: _Lane, low: Ints, high: Ints, end: int) -> None:
    """Add the steps of paths, each a range of a lane, to ``steps``; all end in one column."""
    if not len(low):
        return
    channels = len(steps) - 1
    steps[0, :channels] += np.bincount(lane.channel[low], minlength=channels)
    steps[1:, end] += np.bincount(lane.channel[high - 1], minlength=channels)
    # How many paths go from each touch to the next one: up where a path begins, down at its end.
    rows = len(lane.channel)
    change = np.bincount(low, minlength=rows) - np.bincount(high - 1, minlength=rows)
    passing = np.cumsum(change)[:-1]
    step = lane.channel[:-1] * channels + lane.channel[1:]
    counted = np.bincount(step, weights=passing, minlength=channels * channels)
    steps[1:, :channels] += np.rint(counted).astype(np.int64).reshape(channels, channels)
