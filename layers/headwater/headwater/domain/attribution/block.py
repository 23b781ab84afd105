"""A block of orders with the touches of their contacts: windows and what a filter lets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.columns import NEVER, NONE
from headwater.domain.attribution.definitions import Direct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headwater.domain.attribution.columns import Bools, Ints, Touches
    from headwater.domain.attribution.definitions import TouchFilter

_ALL = slice(None)


@dataclass(frozen=True, slots=True)
class Span:
    """Per order, the touches ``[start, end)`` of its contact that lie in a window."""

    start: Ints
    end: Ints

    def since(self, start: Ints) -> Span:
        """Return the part of the span that does not begin before another start."""
        return Span(np.minimum(np.maximum(self.start, start), self.end), self.end)


class Clock:
    """Instants of touches as parts of keys that sort by (contact, time)."""

    def __init__(self, at: Ints) -> None:
        self.first = int(at.min()) if len(at) else 0
        self.last = int(at.max()) if len(at) else 0
        # Two more than the touches need: before the first one, and the bound itself.
        self.bits = (self.last - self.first + 2).bit_length()

    @property
    def most_contacts(self) -> int:
        """Return how many contact codes fit one block."""
        return 1 << max(0, 62 - self.bits)

    def __call__(self, at: Ints) -> Ints:
        """Return instants as key parts; what no touch can equal is moved next to them."""
        return np.clip(at, self.first - 1, self.last + 1) - (self.first - 1)


class Block:
    """Some orders, sorted by contact, and all touches of their contacts.

    Touches are counted from the block's first one.

    Args:
        touches: those of the contacts, sorted.
        clock: how instants become keys.
        contact: per order.
        at: per order, µs.
        start: per order, its contact's first touch.
        usable: per order, whether it may have touches at all.
    """

    def __init__(
        self,
        touches: Touches,
        clock: Clock,
        *,
        contact: Ints,
        at: Ints,
        start: Ints,
        usable: Bools,
    ) -> None:
        self.touches = touches
        self._clock = clock
        self._at = at
        base = int(contact[0])
        self._contact_key = (contact - base) << clock.bits
        self._keys = ((touches.contact - base) << clock.bits) | clock(touches.at)
        self._start = start
        end = self._search(at, "right")
        self.journey = Span(start, np.where(usable, end, start))

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self._at)

    def before_order(self, window: int | None) -> Span:
        """Return the touches up to the order, both ends of the window included.

        Args:
            window: µs; None for no limit.
        """
        if window is None:
            return self.journey
        return self.journey.since(self._search(self._at - window, "left"))

    def before_opt_in(self, opted_in_at: Ints, window: int | None) -> Span:
        """Return the touches up to an opt-in that precedes the order; none where none does.

        Args:
            opted_in_at: per order, µs, or ``NEVER``.
            window: µs; None for no limit.
        """
        start, end = self._start.copy(), self._start.copy()
        happened = np.flatnonzero((opted_in_at != NEVER) & (opted_in_at <= self._at))
        at = opted_in_at[happened]
        until = np.minimum(self._search(at, "right", happened), self.journey.end[happened])
        if window is not None:
            since = self._search(at - window, "left", happened)
            start[happened] = np.minimum(since, until)
        end[happened] = until
        return Span(start, end)

    def after(self, at: Ints) -> Ints:
        """Return each order's first touch after an instant; ``NEVER`` precedes all."""
        return np.where(at == NEVER, self._start, self._search(at, "right"))

    def _search(self, at: Ints, side: str, which: Ints | slice = _ALL) -> Ints:
        """Return the place of an instant among the touches of each order's contact."""
        key = self._contact_key[which] + self._clock(at)
        return np.searchsorted(self._keys, key, "left" if side == "left" else "right")


class View:
    """The touches that a filter lets through, in classes of which the first present one counts.

    Args:
        touches: a block's.
        allowed: which of them the filter lets through; None for all.
        filter_: the filter, for its classes.
    """

    def __init__(self, touches: Touches, allowed: Bools | None, filter_: TouchFilter) -> None:
        classes = _classes(touches, filter_)
        if allowed is not None:
            classes = [each & allowed for each in classes]
        self._before = []
        positions, offset = [], 0
        for each in classes:
            before = np.zeros(len(each) + 1, dtype=np.int64)
            np.cumsum(each, out=before[1:])
            self._before.append(before + offset)
            positions.append(np.flatnonzero(each))
            offset += len(positions[-1])
        self.position: Ints = np.concatenate(positions)

    def ranges(self, span: Span) -> tuple[Ints, Ints]:
        """Return, per order, which ``position[low:high]`` are its eligible touches in a span."""
        low, high = self._bounds(0, span)
        for place in range(1, len(self._before)):
            empty = low == high
            next_low, next_high = self._bounds(place, span)
            low, high = np.where(empty, next_low, low), np.where(empty, next_high, high)
        return low, high

    def first(self, span: Span) -> Ints:
        """Return each order's first eligible touch of a span, or ``NONE``."""
        return self._touch(*self.ranges(span), at_end=False)

    def last(self, span: Span) -> Ints:
        """Return each order's last eligible touch of a span, or ``NONE``."""
        return self._touch(*self.ranges(span), at_end=True)

    def _touch(self, low: Ints, high: Ints, *, at_end: bool) -> Ints:
        if not len(self.position):
            return np.full(len(low), NONE)
        found = low < high
        place = np.where(found, high - 1 if at_end else low, 0)
        return np.where(found, self.position[place], NONE)

    def _bounds(self, place: int, span: Span) -> tuple[Ints, Ints]:
        before = self._before[place]
        return before[span.start], before[span.end]


def _classes(touches: Touches, filter_: TouchFilter) -> list[Bools]:
    direct, referral = touches.is_direct, touches.is_referral
    if filter_.campaign_first:
        classes = [~(direct | referral), referral & ~direct, direct]
        return classes[:2] if filter_.direct is Direct.NEVER else classes
    if filter_.direct is Direct.LIKE_ANY:
        return [np.ones(len(touches), dtype=bool)]
    return [~direct] if filter_.direct is Direct.NEVER else [~direct, direct]


class Allowance:
    """Which touches filters let through, whatever their place in time.

    Args:
        channels: names by code.
        campaigns: names by code.
    """

    def __init__(self, channels: Sequence[str], campaigns: Sequence[str]) -> None:
        self._channels = channels
        self._campaigns = campaigns
        self._known: dict[TouchFilter, tuple[Bools | None, Bools | None]] = {}

    def __call__(self, filters: Sequence[TouchFilter], touches: Touches) -> Bools | None:
        """Return which touches all filters let through; None for all of them."""
        allowed: Bools | None = None
        for filter_ in filters:
            channel, campaign = self._by_code(filter_)
            parts = [
                None if channel is None else channel[touches.channel],
                None if campaign is None else campaign[touches.campaign],
                touches.is_paid if filter_.paid_only else None,
            ]
            for part in parts:
                if part is not None:
                    allowed = part if allowed is None else allowed & part
        return allowed

    def _by_code(self, filter_: TouchFilter) -> tuple[Bools | None, Bools | None]:
        if filter_ not in self._known:
            self._known[filter_] = (
                _looked_up(self._channels, filter_.lets_channel)
                if filter_.channels or filter_.excluded_channels
                else None,
                _looked_up(self._campaigns, filter_.lets_campaign)
                if filter_.excluded_campaigns
                else None,
            )
        return self._known[filter_]


def _looked_up(names: Sequence[str], lets: Callable[[str], bool]) -> Bools:
    return np.fromiter((lets(name) for name in names), dtype=bool, count=len(names))
