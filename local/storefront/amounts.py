"""Exact money: integers of one ten-thousandth, the precision of the API's strings."""

from decimal import Decimal
from functools import lru_cache

PER_UNIT = 10_000

_PLACES = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3}
"""Decimal places of the currencies (ISO 4217) that do not have two."""


def to_units(amount: Decimal) -> int:
    """Return ``amount`` in ten-thousandths.

    Raises:
        ValueError: It has more than four decimal places.
    """
    scaled = amount.scaleb(4)
    units = int(scaled)
    if units != scaled:
        message = f"{amount} has more than four decimal places"
        raise ValueError(message)
    return units


def from_units(units: int) -> Decimal:
    """Return ten-thousandths as a decimal amount."""
    return Decimal(units).scaleb(-4)


@lru_cache(maxsize=100_000)  # a page of 250 orders states 12,000 amounts, many of them alike
def money_text(units: int) -> str:
    """Return the API's string for an amount, such as ``"69.8400"``."""
    if units == 0:
        return "0.0000"
    whole, part = divmod(abs(units), PER_UNIT)
    return f"{'-' if units < 0 else ''}{whole}.{part:04d}"


def money_number(units: int) -> float:
    """Return the JSON number for an amount, as the V3 resources state it."""
    return units / PER_UNIT


def decimal_places(currency: str) -> int:
    """Return how many decimal places a currency's minor unit has."""
    return _PLACES.get(currency, 2)


def minor_step(currency: str) -> int:
    """Return how many ten-thousandths one minor unit of the currency is."""
    return int(10 ** (4 - decimal_places(currency)))


def divide_half_even(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to an integer, ties to the even one; ``denominator`` > 0."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def apportion(amount: int, weights: list[int], step: int) -> list[int]:
    """Divide ``amount`` in proportion to ``weights``, by largest remainder (ties: the first).

    Shares are multiples of ``step`` if the amount and all weights are, and never exceed their
    weight.

    Raises:
        ValueError: The amount is more than all weights together.
    """
    total = sum(weights)
    if amount > total:
        message = "discounts exceed the lines that they apply to"
        raise ValueError(message)
    if total == 0:
        return [0] * len(weights)
    if any(value % step for value in (amount, *weights)):
        step = 1
    parts, whole = amount // step, total // step
    shares, remainders = [], []
    for weight in weights:
        share, remainder = divmod(parts * (weight // step), whole)
        shares.append(share)
        remainders.append(remainder)
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for i in by_remainder[: parts - sum(shares)]:
        shares[i] += 1
    return [share * step for share in shares]
