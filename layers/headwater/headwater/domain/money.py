"""Money: decimals outside, integer minor units inside, and one way to split a sum.

A minor unit is the smallest coin of a currency: cents for USD, yen for JPY, fils for KWD.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

# ISO 4217 exponents that differ from 2.
_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


def exponent(currency: str) -> int:
    """Return how many decimals a currency's minor unit has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def parse_amount(value: object) -> Decimal:
    """Read an amount that arrives as a string, an integer or a JSON number.

    Raises:
        InvalidRowError: the value is no finite number.
    """
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        message = f"not an amount: {value!r}"
        raise InvalidRowError(message) from None
    if not amount.is_finite():
        message = f"not a finite amount: {value!r}"
        raise InvalidRowError(message)
    return amount


def to_minor(amount: Decimal, currency: str) -> int:
    """Round an amount to whole minor units, half to even."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def from_minor(minor: int, currency: str) -> Decimal:
    """Return minor units as an amount with the currency's decimals."""
    return Decimal(minor).scaleb(-exponent(currency))


def apportion(total: int, shares: Sequence[Fraction]) -> list[int]:
    """Split whole minor units over exact shares so that the parts sum to the total.

    Largest remainder: each part is rounded down, and the units left over go to the largest
    fractions, ties to the earlier part. A negative total is split by its absolute value and the
    sign put back, so a refund mirrors the sale.

    Args:
        total: minor units.
        shares: non-negative, summing to 1; empty only where nothing is to be split.

    Returns:
        One integer per share.
    """
    sign, size = (-1, -total) if total < 0 else (1, total)
    exact = [size * share for share in shares]
    parts = [int(quota) for quota in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
