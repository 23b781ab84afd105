"""How many hits a store may send: a token bucket for each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# A page that loads in many tabs at once, or a script that comes back from an outage with all that
# it kept, is no flood: that many seconds' worth may come at once.
_BURST = 10


class RateLimits:
    """Token buckets by name, in this process's memory.

    Each process counts for itself, so all of them together let through more than one does: the
    limit keeps one store from filling the queue, and bills nobody.

    Args:
        per_second: how many hits a name may send in the long run, unless ``take`` says otherwise.
    """

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def take(self, name: str, hits: int, now: datetime, per_second: float | None = None) -> int:
        """Take the hits if there is room.

        Returns:
            0 if they were taken, else in how many seconds there will be room for them.
        """
        rate = per_second or self._per_second
        # However low the limit is, a single request must be able to pass.
        most = max(rate * _BURST, hits)
        left, at = self._buckets.get(name, (most, now))
        # A clock that is set back adds nothing.
        left = min(most, left + max(0.0, (now - at).total_seconds()) * rate)
        is_taken = left >= hits
        self._buckets[name] = (left - hits if is_taken else left, now)
        return 0 if is_taken else math.ceil((hits - left) / rate)
