from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.cadence import USUAL, Cadence, missed_cycles, read_interval

MONTHLY = Cadence(1, 0)
dates = st.dates(date(2000, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("Every 30 days", 0, 30),
        ("1 month", 1, 0),
        ("Subscribe & Save 10% - every 2 weeks", 0, 14),
        ("Deliver every month", 1, 0),
        ("Monthly", 1, 0),
        ("every other week", 0, 14),
        ("biweekly", 0, 14),
        ("bi-monthly", 2, 0),
        ("Quarterly", 3, 0),
        ("every quarter", 3, 0),
        ("half-yearly", 6, 0),
        ("semi-annually", 6, 0),
        ("three months", 3, 0),
        ("once a year", 12, 0),
        ("alle 4 Wochen", 0, 28),
        ("12-month", 12, 0),
    ],
)
def test_an_interval_is_read_as_it_is_stated(text: str, months: int, days: int) -> None:
    assert read_interval(text) == Cadence(months, days)


@pytest.mark.parametrize("text", ["", "Large", "One-time purchase", "every 0 days", "12 pack"])
def test_a_text_without_an_interval_states_none(text: str) -> None:
    assert read_interval(text) is None


def test_a_month_end_stays_a_month_end() -> None:
    january = date(2026, 1, 31)
    february = MONTHLY.due(january, anchor=31)
    assert february == date(2026, 2, 28)
    assert MONTHLY.due(february, anchor=31) == date(2026, 3, 31)
    assert MONTHLY.due(date(2026, 4, 30), anchor=30) == date(2026, 5, 30)
    assert MONTHLY.due(date(2023, 12, 29), 2, anchor=29) == date(2024, 2, 29)


@given(dates, st.sampled_from(USUAL), st.integers(1, 30))
def test_an_order_on_its_due_date_has_missed_nothing(
    last: date, cadence: Cadence, cycles: int
) -> None:
    assert missed_cycles((cadence.due(last, anchor=last.day) - last).days, cadence) == 0
    assert cadence.due(last, cycles, anchor=last.day) > last


def test_cycles_are_missed_at_one_and_a_half_and_two_and_a_half_intervals() -> None:
    assert [missed_cycles(days, Cadence(0, 30)) for days in (44, 45, 74, 75, 900)] == [
        0, 1, 1, 2, 2,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cadence", "amount", "per_month"),
    [
        (MONTHLY, 2_500, 2_500),
        (Cadence(3, 0), 1_000, 333),
        (Cadence(12, 0), 11_994, 1_000),
        (Cadence(0, 7), 1_000, 4_348),
        (Cadence(2, 0), -1_001, -501),
    ],
)
def test_an_amount_per_interval_becomes_one_per_month(
    cadence: Cadence, amount: int, per_month: int
) -> None:
    assert cadence.per_month(amount) == per_month


def test_usual_cadences_have_names() -> None:
    named = [Cadence(0, 7), Cadence(0, 28), MONTHLY, Cadence(2, 0), Cadence(0, 30), Cadence(12, 0)]
    assert [cadence.name for cadence in named] == [
        "weekly",
        "every 4 weeks",
        "monthly",
        "every 2 months",
        "every 30 days",
        "yearly",
    ]
