"""The store's own rate limit."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.usecases.ports import Clock

_REQUESTS_LEFT = "X-Rate-Limit-Requests-Left"
_REQUESTS_QUOTA = "X-Rate-Limit-Requests-Quota"
_TIME_RESET_MS = "X-Rate-Limit-Time-Reset-Ms"
_RETRY_AFTER = ("X-Retry-After", "Retry-After")
# All apps of a store share its quota: we stop while a few requests are left for the others, and
# twice as many as they have just used up between two of our answers.
_RESERVE = 10
_GREED = 2
# A tenth of a second more than asked for: the two clocks do not tick together.
_MARGIN = 0.1
# No header means more than this, a day in milliseconds; durations stay representable.
_LARGEST = 86_400_000.0


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        number = float(headers[name])
    except (KeyError, ValueError):
        return None
    return min(max(number, 0.0), _LARGEST) if math.isfinite(number) else None


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds an answer asks us to stay away; None if it does not say.

    Args:
        headers: with names in any case, as ``requests`` gives them.
    """
    reset_ms = _number(headers, _TIME_RESET_MS)
    if reset_ms is not None:
        return reset_ms / 1000 + _MARGIN
    for name in _RETRY_AFTER:
        seconds = _number(headers, name)
        if seconds is not None:
            return seconds + _MARGIN
    return None


class Quota:
    """The store's rate limit as its latest answer stated it.

    Nothing is assumed of it: a plan may have any quota, our share of it shrinks while other apps
    are busy, and the quota of an unlimited plan is told as zero or not at all.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed_until: datetime | None = None
        self._left: float | None = None

    def observe(self, headers: Mapping[str, str]) -> None:
        """Read an answer's rate-limit headers; an answer without them changes nothing."""
        left, reset = _number(headers, _REQUESTS_LEFT), asked_to_wait(headers)
        if left is None or reset is None:
            return
        quota = _number(headers, _REQUESTS_QUOTA)
        is_low = quota != 0 and left <= self._reserve(left, quota)
        self._closed_until = self._clock.now() + timedelta(seconds=reset) if is_low else None
        self._left = left

    def _reserve(self, left: float, quota: float | None) -> float:
        """Return how many requests we leave to others; never so many that we would starve."""
        used = 0.0 if self._left is None else self._left - left
        by_others = max(used - 1, 0.0)  # more are left in a new window, and one request was ours
        if quota is None:
            return _RESERVE + _GREED * by_others
        return min(_RESERVE, quota // 4) + min(_GREED * by_others, quota // 2)

    def pause(self) -> float:
        """Return how many seconds to wait before the next call; 0 while the quota is ample."""
        if self._closed_until is None:
            return 0.0
        return max((self._closed_until - self._clock.now()).total_seconds(), 0.0)
