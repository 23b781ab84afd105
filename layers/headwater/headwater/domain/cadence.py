"""Cadences of subscriptions: how often an order comes back, by the calendar.

A cadence counts days or months. Months keep the day of the month: after 31 January comes
28 February, after that 31 March.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, lru_cache

# The mean month of the Gregorian calendar, days.
DAYS_PER_MONTH = Fraction(146_097, 4_800)
# How far an order may lie from its due date and still be on time: shops, banks and people shift
# renewals by up to a fifth of the interval, and a date is cut to a whole day.
_NOISE, _ROUNDING = 0.22, 1
# An order later than this many intervals has missed one cycle, or has missed two and lapsed.
MISSED_ONE, MISSED_TWO = 1.5, 2.5
_MONTHS_OF = {"month": 1, "mo": 1, "quarter": 3, "year": 12, "yr": 12, "monat": 1, "jahr": 12}
_DAYS_OF = {"day": 1, "week": 7, "wk": 7, "fortnight": 14, "tag": 1, "woche": 7}
_NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_ADVERBS = {
    "daily": (0, 1),
    "biweekly": (0, 14),
    "fortnightly": (0, 14),
    "weekly": (0, 7),
    "bimonthly": (2, 0),
    "monthly": (1, 0),
    "quarterly": (3, 0),
    "semiannually": (6, 0),
    "semiannual": (6, 0),
    "annually": (12, 0),
    "annual": (12, 0),
    "yearly": (12, 0),
}
_INTERVAL = re.compile(
    r"(?:\b(?P<number>\d{1,3}|other|" + "|".join(_NUMBERS) + r")[\s-]*)?"
    r"\b(?P<unit>month|mo|quarter|year|yr|monat|jahr|day|week|wk|fortnight|tag|woche)(?:s|en|e|n)?\b",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"\b(?P<half>half|semi|bi)?[\s-]?(?P<adverb>" + "|".join(_ADVERBS) + r")\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, order=True)
class Cadence:
    """An interval of whole months or of whole days; one of the two is 0.

    Attributes:
        length: the interval's mean length, days.
        tolerance: how many days an order may lie from its due date and still be on time.
    """

    months: int
    days: int
    length: float = field(init=False, compare=False, repr=False)
    tolerance: float = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Compute once what is asked for at every order."""
        length = self.days or self.months * float(DAYS_PER_MONTH)
        object.__setattr__(self, "length", length)
        object.__setattr__(self, "tolerance", _NOISE * length + _ROUNDING)

    @property
    def name(self) -> str:
        """Return the cadence's name: ``weekly``, ``monthly``, ``every 30 days`` and so on."""
        return _NAMES.get(self) or (
            f"every {self.months} months" if self.months else f"every {self.days} days"
        )

    def due(self, last: date, cycles: int = 1, *, anchor: int = 0) -> date:
        """Return when the order so many cycles after another one is due.

        Args:
            last: the day of that order.
            cycles: how many cycles later.
            anchor: the day of the month on which the subscription began: a date that a short
                month has pulled forward goes back to it.
        """
        if self.days:
            return last + timedelta(days=self.days * cycles)
        at_month_end = last.day == min(anchor, _month_length(last.year, last.month))
        wanted = anchor if anchor and at_month_end else last.day
        months = last.year * 12 + last.month - 1 + self.months * cycles
        year, month = divmod(months, 12)
        return date(year, month + 1, min(wanted, _month_length(year, month + 1)))

    def per_month(self, amount: int) -> int:
        """Return an amount per interval as one per month, rounded half away from zero."""
        factor = Fraction(1, self.months) if self.months else DAYS_PER_MONTH / self.days
        value = abs(amount) * factor
        rounded = (2 * value.numerator + value.denominator) // (2 * value.denominator)
        return rounded if amount >= 0 else -rounded


@cache
def _month_length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


_NAMES = {
    Cadence(0, 7): "weekly",
    Cadence(0, 14): "every 2 weeks",
    Cadence(0, 21): "every 3 weeks",
    Cadence(0, 28): "every 4 weeks",
    Cadence(0, 42): "every 6 weeks",
    Cadence(1, 0): "monthly",
    Cadence(3, 0): "quarterly",
    Cadence(6, 0): "half-yearly",
    Cadence(12, 0): "yearly",
}
# What is tried where no interval is stated. Between cadences that fit alike the first one stands.
USUAL = (
    Cadence(1, 0),
    Cadence(0, 30),
    Cadence(0, 28),
    Cadence(0, 7),
    Cadence(0, 14),
    Cadence(0, 21),
    Cadence(0, 42),
    Cadence(0, 45),
    Cadence(2, 0),
    Cadence(3, 0),
    Cadence(4, 0),
    Cadence(6, 0),
    Cadence(12, 0),
)


@lru_cache(maxsize=4_096)
def read_interval(text: str) -> Cadence | None:
    """Return the interval that a text states: "Every 30 days", "1 month", "Quarterly"."""
    if found := _ADVERB.search(text):
        months, days = _ADVERBS[found["adverb"].lower()]
        half = (found["half"] or "").lower()
        if half in {"half", "semi"}:
            return Cadence(months // 2, days // 2) if months > 1 else None
        return Cadence(months * 2, days * 2) if half == "bi" else Cadence(months, days)
    if not (found := _INTERVAL.search(text)):
        return None
    number, unit = (found["number"] or "1").lower(), found["unit"].lower()
    if number == "other":
        count = 2
    else:
        count = _NUMBERS.index(number) if number in _NUMBERS else int(number)
    months, days = count * _MONTHS_OF.get(unit, 0), count * _DAYS_OF.get(unit, 0)
    return Cadence(months, days) if months or days else None


def nearest(days: float) -> Cadence:
    """Return the usual cadence whose length is nearest to so many days."""
    return min(USUAL, key=lambda cadence: abs(cadence.length - days))


def missed_cycles(days: float, cadence: Cadence) -> int:
    """Return how many orders fell out between two that lie so many days apart; 2 stands for more.

    Two missed cycles end an inferred chain.
    """
    intervals = days / cadence.length
    return (intervals >= MISSED_ONE) + (intervals >= MISSED_TWO)
