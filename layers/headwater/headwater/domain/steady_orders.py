"""Steady sequences among the days of one contact's orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from headwater.domain.cadence import MISSED_ONE, MISSED_TWO, USUAL, Cadence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

# What is needed to believe in a chain that nothing names.
FEWEST_ORDERS = 3
# The share of a chain's intervals that have to be on time, a single missed cycle allowed in each.
_STEADY_SHARE = 0.7
# What an order after a missed cycle says for a cadence, where one on time says 1; and the share of
# such orders up to which they are few.
_SKIP_WORTH, _SCATTERED_WORTH, _FEW_SKIPS = 0.9, 0.4, 1 / 3
# From how many orders of a product a walk may begin: strays before the subscription are few.
_MOST_STARTS = 8


@dataclass(slots=True)
class Track:
    """A chain in the making: positions of its orders, ascending, and how they come back.

    ``returned_from`` is the chain that had lapsed before this one.
    """

    orders: list[int]
    cadence: Cadence
    products: set[str] = field(default_factory=set)
    returned_from: Track | None = None


def is_steady(days: Sequence[date], cadence: Cadence) -> bool:
    """Tell whether enough of the intervals between some days are on time."""
    return _on_time(days, cadence) >= _STEADY_SHARE * (len(days) - 1)


def fitting_cadence(days: Sequence[date]) -> Cadence | None:
    """Return the usual cadence that fits the most intervals between some days, the best of them."""
    scored = [(_score(days, cadence), cadence) for cadence in USUAL]
    best, cadence = max(scored, key=lambda pair: pair[0])
    return cadence if best[0] > 0 else None


def extract(
    days: Sequence[date],
    positions: Sequence[int],
    stated: Cadence | None,
    *,
    is_certain: bool = True,
) -> tuple[list[Track], list[int]]:
    """Take chains out of the orders of one product until none is left; return the rest, too."""
    tracks: list[Track] = []
    rest = list(positions)
    while len(rest) >= FEWEST_ORDERS:
        cadences = [stated] if stated else []
        if not (stated and is_certain):
            cadences += candidates(days, rest)
        track = best_walk(days, rest, cadences)
        if track is None:
            break
        tracks.append(track)
        taken = set(track.orders)
        rest = [position for position in rest if position not in taken]
    return tracks, rest


def candidates(days: Sequence[date], positions: Sequence[int]) -> list[Cadence]:
    """Return the usual cadences that at least one interval between near orders fits."""
    gaps = {(days[b] - days[a]).days for a, b in pairwise(positions)}
    gaps |= {(days[b] - days[a]).days for a, b in zip(positions, positions[2:], strict=False)}
    return [cadence for cadence in USUAL if _any_on_time(gaps, cadence.length, cadence.tolerance)]


def _any_on_time(gaps: Iterable[int], length: float, tolerance: float) -> bool:
    return any(abs(gap - length) <= tolerance for gap in gaps)


def best_walk(
    days: Sequence[date], positions: Sequence[int], cadences: Sequence[Cadence]
) -> Track | None:
    """Return the chain for which most speaks, or None if nothing is steady."""
    best: tuple[tuple[float, float], Track] | None = None
    for start in range(min(len(positions) - FEWEST_ORDERS + 1, _MOST_STARTS)):
        for cadence in cadences:
            walked = walk(days, positions[start:], cadence)
            if len(walked) < FEWEST_ORDERS:
                continue
            on = [days[position] for position in walked]
            if not is_steady(on, cadence):
                continue
            score = _score(on, cadence)
            if best is None or score > best[0]:
                best = score, Track(walked, cadence)
        if best is not None and len(best[1].orders) == len(positions) - start:
            break
    return best[1] if best else None


def walk(days: Sequence[date], positions: Sequence[int], cadence: Cadence) -> list[int]:
    """Go from order to order, each the nearest to its due date, until two cycles are missed."""
    walked = [positions[0]]
    length, tolerance = cadence.length, cadence.tolerance
    index, count = 1, len(positions)
    anchor = days[positions[0]].day
    while index < count:
        last = days[walked[-1]]
        due = (cadence.due(last, 1, anchor=anchor) - last).days
        earliest = due - tolerance
        chosen, best = -1, 0.0
        while index < count and (days[positions[index]] - last).days < earliest:
            index += 1
        look = index
        while look < count:
            gap = (days[positions[look]] - last).days
            if gap >= MISSED_TWO * length:
                break
            if chosen >= 0 and gap >= MISSED_ONE * length > (days[positions[chosen]] - last).days:
                break
            off = abs(gap - due) if gap < MISSED_ONE * length else abs(gap - 2 * due)
            if chosen < 0 or off < best:
                chosen, best = look, off
            look += 1
        if chosen < 0:
            break
        walked.append(positions[chosen])
        index = chosen + 1
    return walked


def _score(days: Sequence[date], cadence: Cadence) -> tuple[float, float]:
    """Return how much some days speak for a cadence; the second value is for ties.

    Missed cycles cost little if they are few or in one stretch, after which the interval has
    doubled; scattered ones speak for another cadence.
    """
    length, tolerance, anchor = cadence.length, cadence.tolerance, days[0].day
    on_time = skips = stretches = 0
    deviation = 0.0
    was_skip = False
    for earlier, later in pairwise(days):
        gap = (later - earlier).days
        is_skip = False
        if abs(gap - length) <= tolerance:
            on_time += 1
            deviation += abs((later - cadence.due(earlier, anchor=anchor)).days) / length
        elif abs(gap - 2 * length) <= 2 * tolerance:
            is_skip = True
            skips += 1
            deviation += abs(gap - 2 * length) / length
        stretches += is_skip and not was_skip
        was_skip = is_skip
    is_regular = stretches <= 1 or skips <= (len(days) - 1) * _FEW_SKIPS
    return on_time + skips * (_SKIP_WORTH if is_regular else _SCATTERED_WORTH), -deviation


def _on_time(days: Sequence[date], cadence: Cadence) -> int:
    length, tolerance = cadence.length, cadence.tolerance
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return sum(
        abs(gap - length) <= tolerance or abs(gap - 2 * length) <= 2 * tolerance for gap in gaps
    )


def follows(earlier: date, later: date, cadence: Cadence) -> bool:
    """Tell whether an order can be the next one of a chain, one missed cycle allowed."""
    gap = (later - earlier).days
    return cadence.length - cadence.tolerance <= gap < MISSED_TWO * cadence.length
