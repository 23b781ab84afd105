"""How long an invocation may wait at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headwater.usecases.ports import Clock


class Patience:
    """Waits, but never past a deadline."""

    def __init__(self, clock: Clock, deadline: datetime, sleep: Callable[[float], object]) -> None:
        self._clock = clock
        self._deadline = deadline
        self._sleep = sleep

    @property
    def is_over(self) -> bool:
        """Tell whether the deadline has passed."""
        return self._clock.now() >= self._deadline

    def wait(self, seconds: float) -> bool:
        """Wait; or return False at once if the wait would end after the deadline."""
        if self._clock.now() + timedelta(seconds=seconds) > self._deadline:
            return False
        self._sleep(seconds)
        return True
