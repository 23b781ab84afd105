from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from headwater.domain.reporting_days import day_bounds, reporting_day, utc_day
from headwater.domain.settings import AccountSettings

NEW_YORK = "America/New_York"


def test_an_account_reports_in_new_york_unless_it_says_otherwise() -> None:
    assert AccountSettings().time_zone == NEW_YORK


def test_an_order_belongs_to_the_date_that_its_instant_has_in_the_accounts_zone() -> None:
    placed_at = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
    assert reporting_day(placed_at, NEW_YORK) == date(2026, 11, 20)
    assert reporting_day(placed_at, "Europe/Berlin") == date(2026, 11, 21)
    assert utc_day(placed_at) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 20), 24)],
)
def test_a_day_on_which_the_clocks_change_has_23_or_25_hours(day: date, hours: int) -> None:
    start, end = day_bounds(day, day, NEW_YORK)
    assert end - start == timedelta(hours=hours)
    assert reporting_day(start, NEW_YORK) == day
    assert reporting_day(end - timedelta(microseconds=1), NEW_YORK) == day
    assert reporting_day(end, NEW_YORK) == day + timedelta(days=1)


def test_both_half_past_ones_of_the_long_night_are_of_one_day() -> None:
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    again = first + timedelta(hours=1)
    assert {reporting_day(at, NEW_YORK) for at in (first, again)} == {date(2026, 11, 1)}
