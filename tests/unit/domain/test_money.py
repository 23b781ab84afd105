from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.money import from_minor, parse_amount, to_minor
from headwater.errors import InvalidRowError


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
