"""Chains that no id names: marked orders of one contact that come back at a steady cadence.

The orders are taken product by product, so that subscriptions side by side stay apart; then what
belongs together is joined: a swapped product, a changed interval, a return after a lapse. Prices
are never looked at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from headwater.domain.cadence import MISSED_TWO
from headwater.domain.steady_orders import (
    FEWEST_ORDERS,
    Track,
    best_walk,
    candidates,
    extract,
    follows,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from headwater.domain.cadence import Cadence


@dataclass(frozen=True, slots=True)
class Visit:
    """An order as inference sees it.

    ``items`` are the products that carry the mark, each with the interval that it states.
    """

    day: date
    items: tuple[tuple[str, Cadence | None], ...]


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
        found, rest = extract(days, positions, stated, is_certain=is_certain)
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
    whole = range(len(visits))
    tried = list(stated) if len(stated) == 1 else candidates(days, whole)
    track = best_walk(days, whole, tried)
    if track is None or len(track.orders) < len(visits):
        return None
    track.products = {product for visit in visits for product, _ in visit.items}
    return track


def _extend(
    days: Sequence[date],
    visits: Sequence[Visit],
    tracks: list[Track],
    left: list[int],
) -> None:
    """Add the orders of a swapped product, too few for a chain, to the chain that they prolong."""
    for track in sorted(tracks, key=lambda track: track.orders[0]):
        for position in [p for p in left if p > track.orders[-1]]:
            last = days[track.orders[-1]]
            if follows(last, days[position], track.cadence) and _can_be(track, visits[position]):
                _add(track, position, visits[position], left)
        for position in [p for p in reversed(left) if p < track.orders[0]]:
            first = days[track.orders[0]]
            if follows(days[position], first, track.cadence) and _can_be(track, visits[position]):
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
        return follows(earlier, later, former.cadence) or follows(earlier, later, track.cadence)
    alike = abs(former.cadence.length - track.cadence.length) <= former.cadence.tolerance
    return alike and follows(earlier, later, former.cadence)


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
        pooled, _ = extract(days, positions, stated)
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
            walked = walk(days, lapsed, former.cadence)
            if all(follows(days[a], days[b], former.cadence) for a, b in pairwise(walked)):
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
