"""Reporting days: the calendar of the account's own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def utc_day(instant: datetime) -> date:
    """Return the UTC date of an instant: the day under which facts are kept."""
    return instant.astimezone(UTC).date()


def reporting_day(instant: datetime, zone: str) -> date:
    """Return the date that an instant has in a time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_bounds(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return the UTC instants [start, end) of the reporting days first..last, both included.

    A day on which the clocks change has 23 or 25 hours; both ends are midnights of the zone.
    """
    local = ZoneInfo(zone)
    start = datetime.combine(first, time(), local)
    end = datetime.combine(last + timedelta(days=1), time(), local)
    return start.astimezone(UTC), end.astimezone(UTC)
