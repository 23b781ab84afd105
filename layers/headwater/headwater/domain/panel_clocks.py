"""The days of a store's own reports, which need not be those of any calendar.

A control panel knows its zone's two offsets and one box, "DST correction", that a person ticks in
spring and unticks in autumn. Its reports follow the box: where nobody has thought of it, they are
an hour off the zone for months.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from headwater.domain.reporting_days import day_bounds, reporting_day

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PanelClock:
    """How a store's control panel reads the clock.

    ``zone`` is an IANA name. ``offset`` is what the panel adds to UTC, box included; None where the
    store does not tell, so that the zone itself serves.
    """

    zone: str
    offset: timedelta | None = None
    is_box_ticked: bool = False

    def day(self, instant: datetime) -> date:
        """Return the date that an instant has in the store's own reports."""
        if self.offset is None:
            return reporting_day(instant, self.zone)
        return instant.astimezone(timezone(self.offset)).date()

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """Return the UTC instants [start, end) of one of the store's days."""
        if self.offset is None:
            return day_bounds(day, day, self.zone)
        midnight = datetime(day.year, day.month, day.day, tzinfo=timezone(self.offset))
        return midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)

    def is_off(self, instant: datetime) -> bool:
        """Tell whether the box makes the panel's clock differ from its zone at an instant."""
        return self.day(instant) != reporting_day(instant, self.zone)

    def document(self) -> dict[str, Any]:
        """Return the clock as plain JSON values."""
        return {
            "zone": self.zone,
            "offset_seconds": None if self.offset is None else int(self.offset.total_seconds()),
            "is_box_ticked": self.is_box_ticked,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> PanelClock:
        """Read a clock back."""
        seconds = document["offset_seconds"]
        offset = None if seconds is None else timedelta(seconds=seconds)
        return cls(document["zone"], offset, document["is_box_ticked"])
