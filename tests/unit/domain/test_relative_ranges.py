"""Ranges that move with the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.relative_ranges import relative_range

# A Saturday; the quarter has begun on 1 October.
TODAY = date(2026, 11, 21)
NAMES = (
    "today", "yesterday", "last_7_days", "last_1_days", "last_week", "week_to_date", "last_month",
    "month_to_date", "last_quarter", "quarter_to_date", "last_year", "year_to_date",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("previous_today", "2026-11-20", "2026-11-20"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("last_7_days", "2026-11-14", "2026-11-20"),
        ("previous_last_7_days", "2026-11-07", "2026-11-13"),
        ("last_week", "2026-11-09", "2026-11-15"),
        ("previous_last_week", "2026-11-02", "2026-11-08"),
        ("week_to_date", "2026-11-16", "2026-11-21"),
        ("previous_week_to_date", "2026-11-09", "2026-11-14"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("previous_last_month", "2026-09-01", "2026-09-30"),
        ("month_to_date", "2026-11-01", "2026-11-21"),
        ("previous_month_to_date", "2026-10-01", "2026-10-21"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("quarter_to_date", "2026-10-01", "2026-11-21"),
        ("previous_quarter_to_date", "2026-07-01", "2026-08-21"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("previous_last_year", "2024-01-01", "2024-12-31"),
        ("year_to_date", "2026-01-01", "2026-11-21"),
        ("previous_year_to_date", "2025-01-01", "2025-11-21"),
    ],
)
def test_a_range_is_what_its_name_says(name: str, first: str, last: str) -> None:
    assert relative_range(name, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        ("month_to_date", "2026-12-01", "2026-12-01", "2026-12-01"),
        ("previous_month_to_date", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("previous_year_to_date", "2028-02-29", "2027-01-01", "2027-02-28"),
        ("last_month", "2026-01-01", "2025-12-01", "2025-12-31"),
        ("last_week", "2026-11-16", "2026-11-09", "2026-11-15"),
        ("week_to_date", "2026-11-16", "2026-11-16", "2026-11-16"),
        ("last_quarter", "2026-01-15", "2025-10-01", "2025-12-31"),
    ],
)
def test_the_edges_of_the_calendar_hold(name: str, today: str, first: str, last: str) -> None:
    found = relative_range(name, date.fromisoformat(today))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "name",
    [
        "", "last", "last_0_days", "last_-1_days", "last_10000_days", "last_٣_days", "last_30_day",
        "all_time", "previous_all_time", "previous_previous_today", "tomorrow", "last_fortnight",
    ],
)  # fmt: skip
def test_nothing_else_is_a_range(name: str) -> None:
    assert relative_range(name, TODAY) is None


def test_before_the_calendar_there_is_no_range() -> None:
    assert relative_range("previous_last_year", date(1, 1, 1)) is None


@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2150, 12, 31)),
    st.sampled_from(NAMES),
)
def test_a_range_never_begins_after_it_ends_and_the_one_before_never_overlaps_it(
    today: date, name: str
) -> None:
    now, before = relative_range(name, today), relative_range(f"previous_{name}", today)
    assert now is not None
    assert before is not None
    assert now[0] <= now[1] <= today
    assert before[0] <= before[1]
    assert before[1] <= now[0] - timedelta(days=1)
