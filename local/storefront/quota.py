"""The rate limit: a number of requests per window, shared with the store's other apps."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the quota after a request; ``granted`` is false if there was nothing."""

    granted: bool
    left: int
    quota: int
    window_ms: int
    reset_ms: int

    def headers(self) -> dict[str, str]:
        """Return the rate headers of an answer."""
        return {
            "X-Rate-Limit-Requests-Left": str(self.left),
            "X-Rate-Limit-Requests-Quota": str(self.quota),
            "X-Rate-Limit-Time-Window-Ms": str(self.window_ms),
            "X-Rate-Limit-Time-Reset-Ms": str(self.reset_ms),
        }


class QuotaMeter:
    """Counts requests in fixed windows; the first request opens a window.

    Args:
        monotonic: Seconds on a clock that never goes back; tests pass their own.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._opened_at: float | None = None
        self._used = 0

    def take(self, quota: int, window_ms: int, neighbor_per_second: float = 0.0) -> Allowance:
        """Take one request from the quota, of which a neighbor steadily takes some too."""
        with self._lock:
            now = self._monotonic()
            if self._opened_at is None or (now - self._opened_at) * 1000 >= window_ms:
                self._opened_at, self._used = now, 0
            elapsed = now - self._opened_at
            left = max(0, quota - self._used - int(elapsed * neighbor_per_second))
            granted = left > 0
            self._used += granted
            reset_ms = max(1, round(window_ms - elapsed * 1000))
            return Allowance(granted, max(0, left - 1), quota, window_ms, reset_ms)
