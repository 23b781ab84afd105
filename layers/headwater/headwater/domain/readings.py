"""Which of two readings of an order is the later one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# Longer than one call to a store takes, so that what was asked for so much later was read later.
CLEARLY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Reading:
    """An order as it was read once.

    ``modified_at`` is when it was last changed, as the store stamps it; ``fetched_at`` is our clock
    when the store was asked.
    """

    modified_at: datetime
    fetched_at: datetime

    def is_after(self, other: Reading) -> bool:
        """Tell whether this reading shows a later state than another one.

        Of two that were begun clearly apart the later one does, whatever the store has stamped: its
        clock may have been set back. Of two that may have crossed each other the stamp decides, and
        where that is the same, the beginning.
        """
        apart = self.fetched_at - other.fetched_at
        if abs(apart) > CLEARLY:
            return apart > timedelta(0)
        return (self.modified_at, self.fetched_at) > (other.modified_at, other.fetched_at)
