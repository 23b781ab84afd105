"""Money: decimals outside, integer minor units inside.

A minor unit is the smallest coin of a currency: cents for USD, yen for JPY, fils for KWD.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from headwater.errors import InvalidRowError

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
