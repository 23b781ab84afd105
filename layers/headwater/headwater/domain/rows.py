"""Fields of rows that strangers sent, read so that every wrong one is named.

Each reader takes the row and a field's name, and raises InvalidRowError with a reason that begins
with that name. A missing field, None and an empty text are the same.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from headwater.domain.deliveries import MINTED_ID
from headwater.domain.money import parse_amount
from headwater.domain.nodes import email_node, hashed_email_node, normalize_email
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# A dimension's value; longer ones are cut.
LONGEST_TEXT = 512
# Clocks run ahead and zones are mistaken, by less than a day.
_FURTHEST_FUTURE = timedelta(days=1)
# Nothing that can be imported is older than the web shop itself.
_EARLIEST_YEAR = 2000
# Amounts and counts stay below this, so that sums fit 64-bit integers of minor units.
_LARGEST = 10**12
# Ad platforms bill in millionths of the currency's unit.
_MOST_DECIMALS = 12
# Controls, halves of surrogate pairs and non-characters: no store of ours takes them all.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COUNT = re.compile(r"\d{1,12}", re.ASCII)

type Row = Mapping[str, Any]


def clean_text(raw: str) -> str:
    """Return a text without control characters, cut to what a dimension may hold."""
    # Cut first as well: what is thrown away need not be searched.
    return _UNPRINTABLE.sub("", raw[: 4 * LONGEST_TEXT])[:LONGEST_TEXT]


def as_row(value: object) -> Row:
    """Return a value as a row; raises InvalidRowError if it is not a JSON object."""
    if not isinstance(value, dict):
        message = "not a JSON object"
        raise InvalidRowError(message)
    return value


def refuse_unknown(row: Row, known: Collection[str]) -> None:
    """Raise InvalidRowError if a row has a field that nobody would read."""
    for name in row:
        if name not in known:
            message = f"{clean_text(str(name))}: unknown field"
            raise InvalidRowError(message)


def text(row: Row, name: str) -> str:
    """Return a text trimmed, cleaned and cut; an integer (a platform's id) as its digits."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    if not isinstance(value, str):
        message = f"{name}: not a text"
        raise InvalidRowError(message)
    return clean_text(value.strip()).strip()


def key_text(row: Row, name: str) -> str:
    """Return a required text that names something, and so may not be cut."""
    value = row.get(name)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        message = f"{name}: longer than {LONGEST_TEXT} characters"
        raise InvalidRowError(message)
    return text(row, name) or _missing(name)


def token(row: Row, name: str) -> str:
    """Return an id of our own making (letters, digits, ``._~-``; at most 64), or nothing."""
    value = row.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not MINTED_ID.fullmatch(value):
        message = f"{name}: not an id of 1 to 64 letters, digits or ._~-"
        raise InvalidRowError(message)
    return value


def required_token(row: Row, name: str) -> str:
    """Return an id of our own making that has to be there."""
    return token(row, name) or _missing(name)


def flag(row: Row, name: str) -> bool:
    """Return a boolean; a missing one is false."""
    value = row.get(name)
    if value is not None and not isinstance(value, bool):
        message = f"{name}: not true or false"
        raise InvalidRowError(message)
    return bool(value)


def one_of(row: Row, name: str, choices: Collection[str]) -> str:
    """Return a required text that is one of a few."""
    value = row.get(name)
    if not isinstance(value, str) or value not in choices:
        message = f"{name}: not one of {', '.join(choices)}"
        raise InvalidRowError(message)
    return value


def instant(row: Row, name: str, now: datetime) -> datetime | None:
    """Return an instant in UTC, or None for a missing one.

    The text is ISO 8601 with an offset, since a local time without its zone says nothing. At most
    a day after ``now``.
    """
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            message = f"{name}: has no offset from UTC"
            raise InvalidRowError(message)
        moment = parsed.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        message = f"{name}: not an ISO 8601 instant"
        raise InvalidRowError(message) from None
    _refuse_far_off(name, moment.date(), now)
    return moment


def required_instant(row: Row, name: str, now: datetime) -> datetime:
    """Return an instant that has to be there."""
    return instant(row, name, now) or _missing(name)


def day(row: Row, name: str, now: datetime) -> date | None:
    """Return a date written ``2026-11-21``, or None for a missing one."""
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        # Python reads more of ISO 8601, such as 2026-W47-6, than anybody means.
        parsed = date.fromisoformat(value if _DAY.fullmatch(value) else "")
    except (TypeError, ValueError):
        message = f"{name}: not a date like 2026-11-21"
        raise InvalidRowError(message) from None
    _refuse_far_off(name, parsed, now)
    return parsed


def required_day(row: Row, name: str, now: datetime) -> date:
    """Return a date that has to be there."""
    return day(row, name, now) or _missing(name)


def count(row: Row, name: str) -> int:
    """Return a whole number of things, 0 if it is missing."""
    value = row.get(name)
    if value is None or value == "":
        return 0
    digits = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(digits, str) or not _COUNT.fullmatch(digits):
        message = f"{name}: not a whole number from 0 to 10^12"
        raise InvalidRowError(message)
    return int(digits)


def amount(row: Row, name: str) -> Decimal | None:
    """Return an amount, or None for a missing one.

    A text, an integer, or a JSON number read as Decimal. A binary float is refused: whoever made
    it has already lost the exact value.
    """
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        message = f"{name}: not an amount"
        raise InvalidRowError(message)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        message = f"{name}: not an amount"
        raise InvalidRowError(message)
    try:
        parsed = parse_amount(value)
    except (InvalidRowError, ValueError):
        message = f"{name}: not an amount"
        raise InvalidRowError(message) from None
    if not parsed:
        return Decimal(0)
    # Comparing is exact; abs() would round, and overflow on 1e9999999.
    if not -_LARGEST < parsed < _LARGEST:
        message = f"{name}: larger than 10^12"
        raise InvalidRowError(message)
    if int(parsed.as_tuple().exponent) < -_MOST_DECIMALS:
        message = f"{name}: more than {_MOST_DECIMALS} decimals"
        raise InvalidRowError(message)
    return parsed


def email_of(row: Row) -> tuple[str, str]:
    """Return (node, address) of a row's ``email`` or ``email_sha256``.

    The address is empty where only the hash came; both are where neither did.
    """
    raw, digest = row.get("email"), row.get("email_sha256")
    if raw and digest:
        message = "email: give it or email_sha256, not both"
        raise InvalidRowError(message)
    if raw:
        address = normalize_email(_required_str("email", raw))
        if _UNPRINTABLE.search(address):
            message = "email: not an email address"
            raise InvalidRowError(message)
        return email_node(address), address
    if digest:
        return hashed_email_node(_required_str("email_sha256", digest)), ""
    return "", ""


def _required_str(name: str, value: object) -> str:
    if not isinstance(value, str):
        message = f"{name}: not a text"
        raise InvalidRowError(message)
    return value


def _refuse_far_off(name: str, moment: date, now: datetime) -> None:
    if moment > (now + _FURTHEST_FUTURE).date():
        message = f"{name}: in the future"
        raise InvalidRowError(message)
    if moment.year < _EARLIEST_YEAR:
        message = f"{name}: before the year {_EARLIEST_YEAR}"
        raise InvalidRowError(message)


def _missing(name: str) -> NoReturn:
    message = f"{name}: missing"
    raise InvalidRowError(message)
