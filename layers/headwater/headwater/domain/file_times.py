"""Instants and days as people and programs write them in files.

ISO 8601, ``2026/11/21``, day, month and year with dots between them, seconds and milliseconds
since 1970 are read in one way only. With slashes or hyphens the month or the day may come first,
which the caller has to say where a date can be read in both ways.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

MONTH_FIRST, DAY_FIRST = "mdy", "dmy"
_CLOCK = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:\s*([AaPp])\.?[Mm]\.?)?)?"
# Two numbers and a year, divided by the same mark.
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_CLOCK}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})/(\d{{1,2}})/(\d{{1,2}}){_CLOCK}", re.ASCII)
# From 2001 to 2033; no date has so many digits.
_SINCE_1970 = re.compile(r"(1\d{9})(\d{3})?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOON, _LAST_MONTH = 12, 12


def plain_instant(text: str, zone: ZoneInfo | None, date_order: str = "") -> str:
    """Return an instant in ISO 8601 with an offset.

    Args:
        text: the cell.
        zone: of texts without an offset; None where the sender names none.
        date_order: ``mdy`` or ``dmy``, of dates with slashes or hyphens that end with the year;
            empty where the sender says none.

    Raises:
        InvalidRowError: it is no instant, none in that zone, lacks the zone, or is two dates.
    """
    moment = _parsed(text.strip(), date_order)
    if moment.tzinfo is not None:
        return moment.isoformat()
    if zone is None:
        message = "has no offset from UTC; name the file's time_zone"
        raise InvalidRowError(message)
    local = moment.replace(tzinfo=zone)
    try:
        there = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        message = "not an instant"
        raise InvalidRowError(message) from None
    if there != moment:
        message = f"clocks in {zone.key} skip this time"
        raise InvalidRowError(message)
    return local.isoformat()


def plain_day(text: str, date_order: str = "") -> str:
    """Return a day as ``2026-11-21``; midnight may stand behind it.

    Raises:
        InvalidRowError: it is no day.
    """
    moment = _parsed(text.strip(), date_order)
    if moment.tzinfo is not None or moment.time() != datetime.min.time():
        message = "a day, not an instant"
        raise InvalidRowError(message)
    return moment.date().isoformat()


def order_of(text: str) -> str | None:
    """Return what a date tells of the file: ``mdy``, ``dmy``, or "" if it can be both.

    None is a text that says nothing of it: no date, written in another way, or the same both ways.
    """
    match = _YEAR_LAST.fullmatch(text)
    if not match or match[2] == ".":
        return None
    first, second = int(match[1]), int(match[3])
    if first > _LAST_MONTH:
        return DAY_FIRST
    if second > _LAST_MONTH:
        return MONTH_FIRST
    return None if first == second else ""


def order_among(texts: Iterable[str]) -> str:
    """Return ``mdy`` or ``dmy`` if some of these texts can only be read so, and none otherwise.

    Empty: none of them tells it, or they contradict each other.
    """
    told = {order for text in texts if (order := order_of(text.strip()))}
    return told.pop() if len(told) == 1 else ""


def lacks_zone(text: str) -> bool:
    """Tell whether a text is an instant that no zone stands behind."""
    try:
        return _parsed(text, order_of(text) or MONTH_FIRST).tzinfo is None
    except InvalidRowError:
        return False


def _parsed(text: str, date_order: str) -> datetime:
    try:
        match = _YEAR_LAST.fullmatch(text)
        if match:
            order = date_order or order_of(text)
            if order == "":
                message = "the month or the day may come first; name the file's date_format"
                raise InvalidRowError(message)
            first, mark, second, year, *clock = match.groups()
            is_day_first = mark == "." or order == DAY_FIRST
            day, month = (first, second) if is_day_first else (second, first)
            return _at(year, month, day, clock)
        if match := _YEAR_FIRST.fullmatch(text):
            year, month, day, *clock = match.groups()
            return _at(year, month, day, clock)
        if match := _SINCE_1970.fullmatch(text):
            thousandths = int(match[2] or 0)
            return _EPOCH + timedelta(seconds=int(match[1]), milliseconds=thousandths)
        return datetime.fromisoformat(text)
    except ValueError:
        expected = "DD/MM/YYYY HH:MM" if date_order == DAY_FIRST else "MM/DD/YYYY HH:MM"
        message = f"neither ISO 8601 nor {expected}"
        raise InvalidRowError(message) from None


def _at(year: str, month: str, day: str, clock: list[str | None]) -> datetime:
    """Return a local time; raises ValueError if there is none such."""
    hour, minute, second = (int(part or 0) for part in clock[:3])
    if half := (clock[3] or "").lower():
        if not 1 <= hour <= _NOON:
            raise ValueError(half)
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001 - zone follows
