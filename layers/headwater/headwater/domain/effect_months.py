"""The months that versions of effects are named by, and the request to train some of them again.

Months are those of UTC: changing the account's zone moves no order to another version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Restatement:
    """The owner's request to train the versions from a month on again."""

    month: str
    asked_at: datetime

    def document(self) -> dict[str, str]:
        """Return the request as plain JSON values."""
        return {"from": self.month, "asked_at": self.asked_at.isoformat()}

    @classmethod
    def from_document(cls, document: Mapping[str, str] | None) -> Restatement | None:
        """Read a request back, if there is one."""
        if document is None:
            return None
        return cls(document["from"], datetime.fromisoformat(document["asked_at"]))


def is_month(text: str) -> bool:
    """Tell whether a text names a month."""
    return _MONTH.fullmatch(text) is not None


def month_of(instant: datetime) -> str:
    """Return the UTC month of an instant."""
    return f"{instant.astimezone(UTC):%Y-%m}"


def start_of(month: str) -> datetime:
    """Return the first instant of a month."""
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)


def months_between(first: str, last: str) -> list[str]:
    """Return the months from one to another, both included; none if the first is the later one."""
    year, month = map(int, first.split("-"))
    months: list[str] = []
    while (name := f"{year:04}-{month:02}") <= last:
        months.append(name)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004
    return months


def a_year_before(month: str) -> datetime:
    """Return the first instant of the twelve months before a month."""
    start = start_of(month)
    return start.replace(year=start.year - 1)
