"""Chains that no id names: marked orders of one contact that come back at a steady cadence.

The orders are taken product by product, so that subscriptions side by side stay apart; then what
belongs together is joined: a swapped product, a changed interval, a return after a lapse. Prices
are never looked at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from headwater.domain.cadence import MISSED_ONE, MISSED_TWO, USUAL, Cadence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Visit:
    """An order as inference sees it.

    ``items`` are the products that carry the mark, each with the interval that it states.
    """

    day: date
    items: tuple[tuple[str, Cadence | None], ...]


@dataclass(slots=True)
class Track:
    """A chain in the making: positions of its orders, ascending, and how they come back.

    ``returned_from`` is the chain that had lapsed before this one.
    """

    orders: list[int]
    cadence: Cadence
    products: set[str] = field(default_factory=set)
    returned_from: Track | None = None


def infer_tracks(visits: Sequence[Visit]) -> list[Track]:
    """Return the chains among one contact's marked orders, by first order.

    Args:
        visits: the orders by time. An order may belong to several chains.
    """
    if len(visits) < FEWEST_ORDERS:
        return []
    days = [visit.day for visit in visits]
    tracks: list[Track] = []
    left: set[int] = set()
    for product, positions, stated, is_certain in _groups(visits):
        found, rest = _extract(days, positions, stated, is_certain=is_certain)
        for track in found:
            track.products.add(product)
        tracks += found
        left.update(rest)
    left -= {position for track in tracks for position in track.orders}
    if left and (whole := _whole(days, visits)):
        return [whole]
    _extend(days, visits, tracks, sorted(left))
    tracks = _join(days, tracks)
    tracks += _pooled(days, visits, tracks)
    tracks = _without_shadows(tracks)
    _name_returns(days, visits, tracks)
    return sorted(tracks, key=lambda track: (track.orders[0], track.orders))


def _groups(
    visits: Sequence[Visit],
) -> Iterator[tuple[str, list[int], Cadence | None, bool]]:
    """Yield each product's orders with the interval that they state, and whether all state it.

    Orders that state none go with those that do, unless these state several.
    """
    groups: defaultdict[str, defaultdict[Cadence | None, list[int]]]
    groups = defaultdict(lambda: defaultdict(list))
    for position, visit in enumerate(visits):
        for product, stated in dict.fromkeys(visit.items):
            groups[product][stated].append(position)
    for product, by_interval in groups.items():
        stated_ones = [stated for stated in by_interval if stated]
        if len(stated_ones) == 1 and None in by_interval:
            positions = sorted({p for own in by_interval.values() for p in own})
            yield product, positions, stated_ones[0], False
        else:
            for stated, positions in by_interval.items():
                yield product, positions, stated, True


def _whole(days: Sequence[date], visits: Sequence[Visit]) -> Track | None:
    """Return the chain of all orders, if they are one: a subscription that varies its products."""
    stated = {cadence for visit in visits for _, cadence in visit.items if cadence}
    candidates = list(stated) if len(stated) == 1 else _candidates(days, range(len(visits)))
    track = _best_walk(days, range(len(visits)), candidates)
    if track is None or len(track.orders) < len(visits):
        return None
    track.products = {product for visit in visits for product, _ in visit.items}
    return track


def is_steady(days: Sequence[date], cadence: Cadence) -> bool:
    """Tell whether enough of the intervals between some days are on time."""
    return _on_time(days, cadence) >= _STEADY_SHARE * (len(days) - 1)


def fitting_cadence(days: Sequence[date]) -> Cadence | None:
    """Return the usual cadence that fits the most intervals between some days, the best of them."""
    scored = [(_score(days, cadence), cadence) for cadence in USUAL]
    best, cadence = max(scored, key=lambda pair: pair[0])
    return cadence if best[0] > 0 else None


def _extract(
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
            cadences += _candidates(days, rest)
        track = _best_walk(days, rest, cadences)
        if track is None:
            break
        tracks.append(track)
        taken = set(track.orders)
        rest = [position for position in rest if position not in taken]
    return tracks, rest


def _candidates(days: Sequence[date], positions: Sequence[int]) -> list[Cadence]:
    """Return the usual cadences that at least one interval between near orders fits."""
    gaps = {(days[b] - days[a]).days for a, b in pairwise(positions)}
    gaps |= {(days[b] - days[a]).days for a, b in zip(positions, positions[2:], strict=False)}
    return [cadence for cadence in USUAL if _any_on_time(gaps, cadence.length, cadence.tolerance)]


def _any_on_time(gaps: Iterable[int], length: float, tolerance: float) -> bool:
    return any(abs(gap - length) <= tolerance for gap in gaps)


def _best_walk(
    days: Sequence[date], positions: Sequence[int], cadences: Sequence[Cadence]
) -> Track | None:
    best: tuple[tuple[float, float], Track] | None = None
    for start in range(min(len(positions) - FEWEST_ORDERS + 1, _MOST_STARTS)):
        for cadence in cadences:
            walked = _walk(days, positions[start:], cadence)
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


def _walk(days: Sequence[date], positions: Sequence[int], cadence: Cadence) -> list[int]:
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


def _follows(earlier: date, later: date, cadence: Cadence) -> bool:
    """Tell whether an order can be the next one of a chain, one missed cycle allowed."""
    gap = (later - earlier).days
    return cadence.length - cadence.tolerance <= gap < MISSED_TWO * cadence.length


def _extend(
    days: Sequence[date],
    visits: Sequence[Visit],
    tracks: list[Track],
    left: list[int],
) -> None:
    """Add the orders of a swapped product, too few for a chain, to the chain that they prolong."""
    for track in sorted(tracks, key=lambda track: track.orders[0]):
        for position in [p for p in left if p > track.orders[-1]]:
            if not _follows(days[track.orders[-1]], days[position], track.cadence):
                break
            if _can_be(track, visits[position]):
                _add(track, position, visits[position], left)
        for position in [p for p in reversed(left) if p < track.orders[0]]:
            if not _follows(days[position], days[track.orders[0]], track.cadence):
                break
            if _can_be(track, visits[position]):
                _add(track, position, visits[position], left)


def _can_be(track: Track, visit: Visit) -> bool:
    """Tell whether a visit states the chain's interval, or none, or is of one of its products."""
    return any(
        stated in (None, track.cadence) or product in track.products
        for product, stated in visit.items
    )


def _add(track: Track, position: int, visit: Visit, left: list[int]) -> None:
    track.orders = sorted([*track.orders, position])
    track.products |= {product for product, _ in visit.items}
    left.remove(position)


def _join(days: Sequence[date], tracks: list[Track]) -> list[Track]:
    """Join chains of which one begins when the other's next order is due.

    A swapped product keeps the cadence; a changed interval keeps the product.
    """
    joined: list[Track] = []
    for track in sorted(tracks, key=lambda track: track.orders[0]):
        before = [one for one in joined if _continues(days, one, track)]
        if before:
            former = max(before, key=lambda one: one.orders[-1])
            former.orders += track.orders
            former.products |= track.products
            former.cadence = track.cadence
        else:
            joined.append(track)
    return joined


def _continues(days: Sequence[date], former: Track, track: Track) -> bool:
    if track.orders[0] <= former.orders[-1]:
        return False
    earlier, later = days[former.orders[-1]], days[track.orders[0]]
    if former.products & track.products:
        return _follows(earlier, later, former.cadence) or _follows(earlier, later, track.cadence)
    alike = abs(former.cadence.length - track.cadence.length) <= former.cadence.tolerance
    return alike and _follows(earlier, later, former.cadence)


def _pooled(days: Sequence[date], visits: Sequence[Visit], tracks: Sequence[Track]) -> list[Track]:
    """Find chains among the orders that are left, whatever their products: swapped each time."""
    taken = {position for track in tracks for position in track.orders}
    left = [position for position in range(len(visits)) if position not in taken]
    by_interval: defaultdict[Cadence | None, list[int]] = defaultdict(list)
    for position in left:
        by_interval[visits[position].items[0][1] if visits[position].items else None].append(
            position
        )
    found: list[Track] = []
    for stated, positions in by_interval.items():
        pooled, _ = _extract(days, positions, stated)
        for track in pooled:
            track.products = {p for n in track.orders for p, _ in visits[n].items}
        found += pooled
    return found


def _without_shadows(tracks: list[Track]) -> list[Track]:
    """Drop chains all of whose orders belong to one that began no later: its second product."""
    kept: list[Track] = []
    for track in sorted(tracks, key=lambda track: (track.orders[0], -len(track.orders))):
        orders = set(track.orders)
        cover = next((one for one in kept if orders <= set(one.orders)), None)
        if cover:
            cover.products |= track.products
        else:
            kept.append(track)
    return kept


def _name_returns(days: Sequence[date], visits: Sequence[Visit], tracks: list[Track]) -> None:
    """Let each chain name the lapsed one that it takes up again, and find short such chains.

    Who comes back has shown his cadence already, so that a single order begins a new chain.
    """
    taken = {position for track in tracks for position in track.orders}
    for former in list(tracks):
        left = [
            position
            for position in range(former.orders[-1] + 1, len(visits))
            if position not in taken and former.products & {p for p, _ in visits[position].items}
        ]
        last = days[former.orders[-1]]
        lapsed = [p for p in left if (days[p] - last).days >= MISSED_TWO * former.cadence.length]
        resumed = any(
            track.orders[0] > former.orders[-1] and track.products & former.products
            for track in tracks
        )
        if lapsed and not resumed:
            walked = _walk(days, lapsed, former.cadence)
            if all(_follows(days[a], days[b], former.cadence) for a, b in pairwise(walked)):
                tracks.append(Track(walked, former.cadence, set(former.products)))
                taken |= set(walked)
    for track in tracks:
        before = [
            one
            for one in tracks
            if one.products & track.products
            and (days[track.orders[0]] - days[one.orders[-1]]).days
            >= MISSED_TWO * one.cadence.length
        ]
        if before:
            track.returned_from = max(before, key=lambda one: one.orders[-1])
