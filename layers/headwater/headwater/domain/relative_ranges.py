"""Ranges of days that move with the day on which they are read: last week, this year so far.

``today`` is a reporting day, so a range begins and ends where the account's zone says. Whole ranges
end before it; those ``to_date`` include it, for their last day is not over.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PREVIOUS = "previous_"
_DAY = timedelta(days=1)
# last_7_days; four digits reach beyond the longest range that a report covers.
_LAST_DAYS = re.compile(r"last_([1-9][0-9]{0,3})_days", re.ASCII)

type Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of range: its days as of a day, and the day as of which it is the one before."""

    days: Callable[[date], Days]
    earlier: Callable[[date], date]


def relative_range(name: str, today: date) -> Days | None:
    """Return the first and last day of a range that is named, or None if nothing is named so.

    Known are ``today``, ``yesterday``, ``last_<n>_days``, ``last_`` a ``week``, ``month``,
    ``quarter`` or ``year`` (weeks begin on Monday), the same ``_to_date``, and each of them with
    ``previous_`` before it: the same range one day, n days, week, month, quarter or year earlier.
    """
    is_previous = name.startswith(PREVIOUS)
    kind = _kind_of(name.removeprefix(PREVIOUS))
    if kind is None:
        return None
    try:
        return kind.days(kind.earlier(today) if is_previous else today)
    except (OverflowError, ValueError):
        # Before the first day of the calendar there is nothing to report.
        return None


def _kind_of(name: str) -> _Kind | None:
    if counted := _LAST_DAYS.fullmatch(name):
        return _last_days(int(counted[1]))
    return _NAMED.get(name)


def _last_days(count: int) -> _Kind:
    return _Kind(lambda today: (today - timedelta(days=count), today - _DAY), _days_before(count))


def _week_to_date(today: date) -> Days:
    return today - timedelta(days=today.weekday()), today


def _last_week(today: date) -> Days:
    monday, _ = _week_to_date(today)
    return monday - timedelta(days=7), monday - _DAY


def _start(months: int, today: date) -> date:
    """Return the first day of the month, quarter or year that a day lies in."""
    return today.replace(month=today.month - (today.month - 1) % months, day=1)


def _last(months: int, today: date) -> Days:
    last = _start(months, today) - _DAY
    return _start(months, last), last


def _to_date(months: int, today: date) -> Days:
    return _start(months, today), today


def _days_before(count: int) -> Callable[[date], date]:
    return lambda today: today - timedelta(days=count)


def _months_before(months: int) -> Callable[[date], date]:
    """Return what goes back some months; the 31st becomes the last day of a shorter month."""

    def earlier(today: date) -> date:
        year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))

    return earlier


def _named() -> Iterator[tuple[str, _Kind]]:
    yield "today", _Kind(lambda today: (today, today), _days_before(1))
    yield "yesterday", _last_days(1)
    yield "last_week", _Kind(_last_week, _days_before(7))
    yield "week_to_date", _Kind(_week_to_date, _days_before(7))
    for unit, months in (("month", 1), ("quarter", 3), ("year", 12)):
        earlier = _months_before(months)
        yield f"last_{unit}", _Kind(partial(_last, months), earlier)
        yield f"{unit}_to_date", _Kind(partial(_to_date, months), earlier)


_NAMED = dict(_named())
