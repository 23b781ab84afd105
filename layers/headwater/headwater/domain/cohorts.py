"""Cohorts as a reader sees them: who joined in one month, and what came of it at which age.

Formulas, with C the cost of the cohort's month and R its members' revenue since they joined (gross
or net, as asked): value = R / members; LTV = R / customers; CPL = C / leads; nCAC = C / new
customers; ROI = (R - C) / C; retention = members who bought in the month / members; impact at an
age = (R by then - R of day 0) / R of day 0. Break-even is the first age at which net R reaches C.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import AD_NAMES, DIMENSIONS
from headwater.domain.money import from_minor
from headwater.domain.roi import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

# The ways to join.
KINDS = ("first_purchase", "first_opt_in", "first_click")
# Ages in days since the day of joining, that day being 0.
WINDOWS = (0, 30, 60, 90, 180, 365)
MOST_LAST_CLICKS = 5
# What members, leads and cost can be chosen by alike.
FILTERS = (*DIMENSIONS, *AD_NAMES)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class CohortSpelling:
    """Which revenue ratios are taken of, the currency, the range, and the day of the run."""

    revenue: str
    currency: str
    first: date
    last: date
    as_of: date

    def money(self, minor: int) -> str:
        """Return an amount of minor units as decimal text."""
        return str(from_minor(minor, self.currency))

    def chosen(self, sums: Sums) -> int:
        """Return the revenue that ratios are taken of."""
        return sums.gross if self.revenue == "gross" else sums.net

    def is_over(self, day: date) -> bool:
        """Tell whether a day has passed; that of the run has not."""
        return day < self.as_of

    def joined_since(self, month: date) -> date:
        """Return the first day on which a member of a month can have joined."""
        return max(month, self.first)

    def joined_until(self, month: date) -> date:
        """Return the last day on which a member of a month can have joined."""
        return min(end_of_month(month, 0), self.last, self.as_of)


@dataclass(frozen=True, slots=True)
class Sums:
    """What some members bought; amounts in minor units."""

    customers: int = 0
    orders: int = 0
    gross: int = 0
    net: int = 0

    def __add__(self, other: Sums) -> Sums:
        """Return both together; ``customers`` who bought in both are counted twice."""
        return Sums(
            self.customers + other.customers,
            self.orders + other.orders,
            self.gross + other.gross,
            self.net + other.net,
        )


@dataclass(slots=True)
class Cohort:
    """One cohort.

    Attributes:
        month: its first day.
        members: who joined.
        customers: who of them has bought since he joined.
        new_customers: who of them bought for the first time in his life then.
        repeat_customers: who of them has bought twice.
        leads: opt-ins of the month, or members who have opted in.
        cost: the ad cost of the month, minor units.
        by_month: age in calendar months → what was bought in that month.
        by_window: age in days → what was bought from day 0 to that day.
    """

    month: date
    members: int = 0
    customers: int = 0
    new_customers: int = 0
    repeat_customers: int = 0
    leads: int = 0
    cost: int = 0
    by_month: dict[int, Sums] = field(default_factory=dict)
    by_window: dict[int, Sums] = field(default_factory=dict)

    @property
    def sums(self) -> Sums:
        """Return what all members have bought to date."""
        return self.until_month(max(self.by_month, default=0))

    def until_month(self, age: int) -> Sums:
        """Return what was bought up to the end of the month of an age."""
        bought = [sums for month, sums in self.by_month.items() if month <= age]
        return sum(bought, start=Sums())

    def break_even_month(self) -> int | None:
        """Return the first age in months at which net revenue reaches the cost, if it has one."""
        ages = sorted(self.by_month)
        so_far = accumulate(self.by_month[age].net for age in ages)
        reached = (age for age, net in zip(ages, so_far, strict=True) if net >= self.cost)
        return next(reached, None) if self.cost else None

    def break_even_day(self) -> int | None:
        """Return the first of ``WINDOWS`` by which net revenue reaches the cost."""
        reached = (age for age in WINDOWS if self.window(age).net >= self.cost)
        return next(reached, None) if self.cost else None

    def window(self, days: int) -> Sums:
        """Return what was bought from day 0 to another day."""
        return self.by_window.get(days, Sums())


def read_cohorts(document: Mapping[str, Any]) -> list[Cohort]:
    """Return the cohorts of a document by month, those too that have nothing but cost."""
    cohorts: dict[str, Cohort] = {}

    def at(month: str) -> Cohort:
        return cohorts.setdefault(month, Cohort(date.fromisoformat(month)))

    for month, members, opted_in, customers, new, repeat in document["sizes"]:
        cohort = at(month)
        cohort.members, cohort.leads = members, opted_in
        cohort.customers, cohort.new_customers, cohort.repeat_customers = customers, new, repeat
    if document["kind"] == "first_purchase":
        leads = Counter(dict(document["leads"]))
        for month in {*cohorts, *leads}:
            at(month).leads = leads[month]
    for month, cost, _ in document["cost"]:
        at(month).cost = cost
    for month, age, *sums in document["months"]:
        at(month).by_month[age] = Sums(*sums)
    for month, days, *sums in document["windows"]:
        at(month).by_window[days] = Sums(*sums)
    return [cohorts[month] for month in sorted(cohorts)]


def end_of_month(month: date, later: int) -> date:
    """Return the last day of the month so many months after one."""
    months = month.year * _MONTHS + month.month + later
    return date(months // _MONTHS, months % _MONTHS + 1, 1) - timedelta(days=1)


def months_between(month: date, day: date) -> int:
    """Return the age in calendar months that a cohort has on a day."""
    return (day.year - month.year) * _MONTHS + day.month - month.month


def impact(value: int, at_first: int) -> str | None:
    """Return what followed after day 0, over what was bought then."""
    return ratio(value - at_first, at_first)
