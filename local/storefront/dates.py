"""Instants as the API writes them, and as its filters read them."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_RFC_2822 = re.compile(
    r"^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)$"
)
_BARE_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


def to_epoch(instant: datetime) -> int:
    """Return an aware instant in whole Unix seconds.

    Raises:
        ValueError: It has no offset.
    """
    if instant.tzinfo is None:
        message = f"{instant} has no offset"
        raise ValueError(message)
    return int(instant.timestamp())


def from_epoch(seconds: int) -> datetime:
    """Return Unix seconds as an aware UTC datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def rfc_2822(seconds: int | None) -> str:
    """Return V2's form, such as ``Tue, 05 Mar 2019 21:40:11 +0000``; an unset instant is ``""``."""
    return "" if seconds is None else format_datetime(from_epoch(seconds))


def iso_8601(seconds: int) -> str:
    """Return V3's form, such as ``2018-05-08T15:06:12+00:00``."""
    return from_epoch(seconds).isoformat()


def is_bare_date(text: str) -> bool:
    """Tell whether a filter's value is a date without a time."""
    return _BARE_DATE.match(text) is not None


def parse_filter(text: str) -> int | None:
    """Read a date filter's value: RFC 2822 or ISO 8601; without an offset it is taken as UTC.

    Returns:
        Unix seconds, or ``None`` for what is no instant. That includes a value whose ``+`` was not
        percent-encoded and so arrives as a space.
    """
    try:
        if _RFC_2822.match(text):
            instant = parsedate_to_datetime(text)
        else:
            instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp())
