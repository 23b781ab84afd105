"""The four touchpoints of an order that decide its attribution, found for all orders at once.

Columns in, columns out: an order's roles are indexes into the touch columns, -1 where a role is
vacant. Touches are sorted by (contact, time, id), so ties break by that order everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import timedelta

    from numpy.typing import NDArray

    type Ints = NDArray[np.int64]
    type Bools = NDArray[np.bool_]

NONE = -1
# Instants are microseconds since 1970; this one is earlier than all of them.
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Touches:
    """Touch columns, sorted by (contact, at, id). ``contact`` is a dense code, ``at`` in µs."""

    contact: Ints
    at: Ints
    is_direct: Bools

    def __len__(self) -> int:
        """Return the number of touches."""
        return len(self.at)


@dataclass(frozen=True, slots=True)
class ReOptIns:
    """Later opt-ins, sorted by (contact, at)."""

    contact: Ints
    at: Ints


def microseconds(span: timedelta) -> int:
    """Return a duration in whole microseconds."""
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def last_at_or_before(contact: Ints, at: Ints, wanted_contact: Ints, wanted_at: Ints) -> Ints:
    """Return, per wanted (contact, instant), the index of the contact's last row not after it.

    The rows are sorted by (contact, at); -1 where the contact has no such row. A binary search
    inside each contact's own rows, for all wanted at once.
    """
    low = np.searchsorted(contact, wanted_contact, "left")
    high = np.searchsorted(contact, wanted_contact, "right")
    first = low.copy()
    while (open_ := low < high).any():
        middle = (low + high) // 2
        probe = np.minimum(middle, len(at) - 1)
        right = open_ & (at[probe] <= wanted_at)
        low = np.where(right, middle + 1, low)
        high = np.where(open_ & ~right, middle, high)
    return np.where(low > first, low - 1, NONE).astype(np.int64)


class TouchSearch:
    """Finds the first and the last eligible touch of many windows.

    Direct touches count only where the window holds nothing else.
    """

    def __init__(self, touches: Touches) -> None:
        self._touches = touches
        index = np.arange(len(touches), dtype=np.int64)
        starts = np.searchsorted(touches.contact, touches.contact, "left")
        campaign = np.where(touches.is_direct, NONE, index)
        nearest = np.maximum.accumulate(campaign) if len(touches) else campaign
        self._last_campaign = np.where(nearest >= starts, nearest, NONE)
        backwards = np.where(touches.is_direct, len(touches), index)[::-1]
        following = np.minimum.accumulate(backwards)[::-1] if len(touches) else backwards
        ends = np.searchsorted(touches.contact, touches.contact, "right")
        self._next_campaign = np.where(following < ends, following, NONE)

    def last(self, contact: Ints, not_before: Ints, not_after: Ints) -> Ints:
        """Return each window's last eligible touch; both ends belong to the window."""
        touches = self._touches
        if not len(touches):
            return np.full(len(contact), NONE)
        latest = last_at_or_before(touches.contact, touches.at, contact, not_after)
        campaign = np.where(latest >= 0, self._last_campaign[latest], NONE)
        return np.where(
            (campaign >= 0) & (touches.at[campaign] >= not_before),
            campaign,
            np.where((latest >= 0) & (touches.at[latest] >= not_before), latest, NONE),
        )

    def first(self, contact: Ints, not_after: Ints) -> Ints:
        """Return each contact's first eligible touch at or before an instant."""
        touches = self._touches
        if not len(touches):
            return np.full(len(contact), NONE)
        latest = last_at_or_before(touches.contact, touches.at, contact, not_after)
        start = np.minimum(np.searchsorted(touches.contact, contact, "left"), len(touches) - 1)
        campaign = self._next_campaign[start]
        any_touch = latest >= 0
        return np.where(
            any_touch & (campaign >= 0) & (campaign <= latest),
            campaign,
            np.where(any_touch, start, NONE),
        )


def find_roles(
    search: TouchSearch,
    *,
    contact: Ints,
    placed_at: Ints,
    lead_at: Ints,
    re_opt_ins: ReOptIns,
    last_click_window: timedelta,
    opt_in_window: timedelta,
) -> Ints:
    """Return the four roles of each order as an array of shape (orders, 4), in ``ROLES`` order.

    * *first click*: the contact's first eligible touch, without a limit.
    * *new lead*: the last one at or before he became a lead, within the opt-in window.
    * *re-engaged lead*: the same for his latest re-opt-in before the order.
    * *last click*: the last one within the last-click window before the order.

    Args:
        search: over the touches of all contacts.
        contact: each order's contact code.
        placed_at: each order's instant, µs.
        lead_at: the instant at which each order's contact became a lead, µs, or ``NEVER``.
        re_opt_ins: the re-opt-ins of all contacts.
        last_click_window: how far the last click may lie before the order.
        opt_in_window: how far a click may lie before the opt-in that it led to.
    """
    click_span, opt_in_span = microseconds(last_click_window), microseconds(opt_in_window)
    again = _latest_before(re_opt_ins, contact, placed_at)
    return np.column_stack(
        [
            search.first(contact, placed_at),
            _led_to(search, contact, lead_at, placed_at, opt_in_span),
            _led_to(search, contact, again, placed_at, opt_in_span),
            search.last(contact, placed_at - click_span, placed_at),
        ]
    )


def _led_to(search: TouchSearch, contact: Ints, opt_in: Ints, placed_at: Ints, span: int) -> Ints:
    """Return the last eligible touch at or before an opt-in that precedes the order."""
    happened = (opt_in != NEVER) & (opt_in <= placed_at)
    at = np.where(happened, opt_in, 0)
    return np.where(happened, search.last(contact, at - span, at), NONE)


def _latest_before(events: ReOptIns, contact: Ints, placed_at: Ints) -> Ints:
    """Return the instant of the contact's latest event before each order, or ``NEVER``."""
    if not len(events.at):
        return np.full(len(contact), NEVER)
    index = last_at_or_before(events.contact, events.at, contact, placed_at - 1)
    return np.where(index >= 0, events.at[index], NEVER)
