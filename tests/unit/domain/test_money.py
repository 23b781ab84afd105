from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.money import apportion, from_minor, parse_amount, to_minor
from headwater.errors import InvalidRowError

weights = st.lists(st.integers(0, 1_000), min_size=1, max_size=12).filter(any)


@given(st.integers(-(10**15), 10**15), weights)
def test_parts_sum_to_the_total_to_the_last_minor_unit(total: int, parts: list[int]) -> None:
    shares = [Fraction(part, sum(parts)) for part in parts]
    assert sum(apportion(total, shares)) == total


@given(st.integers(0, 10**12), weights)
def test_a_refund_is_split_as_the_sale_was(total: int, parts: list[int]) -> None:
    shares = [Fraction(part, sum(parts)) for part in parts]
    assert apportion(-total, shares) == [-part for part in apportion(total, shares)]


def test_units_left_over_go_to_the_largest_fractions_and_ties_to_the_earlier_part() -> None:
    assert apportion(100, [Fraction(1, 3)] * 3) == [34, 33, 33]
    assert apportion(10, [Fraction(1, 6), Fraction(1, 6), Fraction(4, 6)]) == [2, 2, 6]


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("19.99", "USD", 1999), ("19.99", "JPY", 20), ("1.2345", "KWD", 1234), ("0.125", "EUR", 12)],
)
def test_amounts_round_half_even_to_the_minor_unit_of_their_currency(
    amount: str, currency: str, minor: int
) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD"]))
def test_minor_units_survive_the_way_out_and_back(minor: int, currency: str) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


@pytest.mark.parametrize("value", ["", "twelve", "NaN", "Infinity", None])
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidRowError):
        parse_amount(value)
