"""What a file's cells tell of how all of them are meant: the order of dates, zone, decimal mark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headwater.domain.csv_rows import decimal_mark_of
from headwater.domain.file_times import DAY_FIRST, MONTH_FIRST, lacks_zone, order_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.domain.file_kinds import FileKind

DECIMAL_MARKS = {"point": ".", "comma": ","}
_LONGEST_TOLD = 40
# The common spellings that need no closer look: an offset, or an amount without thousands.
_WITH_ZONE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """What the sender has to say before a file can be read.

    ``option`` is the name of the option that answers it, ``choices`` what that may be, where it is
    one of a few; ``text`` begins with the option's name and says why.
    """

    option: str
    text: str
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class Evidence:
    """Looks at all cells of a file before any of them is read.

    Each of the fields is reading → (row, cell) of the first one that can be read in that way only;
    the reading "" is of cells that can be read both ways.
    """

    orders: dict[str, tuple[int, str]] = field(default_factory=dict)
    marks: dict[str, tuple[int, str]] = field(default_factory=dict)
    without_zone: tuple[int, str] | None = None

    def observe(self, kind: FileKind, number: int, cells: Mapping[str, str]) -> None:
        """Look at a row."""
        for name, cell in cells.items():
            if name in kind.instants or name in kind.days:
                if _WITH_ZONE.fullmatch(cell):
                    continue
                order = order_of(cell)
                if order is not None:
                    self.orders.setdefault(order, (number, cell))
                if self.without_zone is None and name in kind.instants and lacks_zone(cell):
                    self.without_zone = number, cell
            elif name in kind.amounts and not cell.isdecimal():
                mark = decimal_mark_of(cell)
                if mark is not None:
                    self.marks.setdefault(mark, (number, cell))

    def date_order(self) -> str:
        """Return the order of dates if the cells agree on one, and month first if none says."""
        found = [order for order in (MONTH_FIRST, DAY_FIRST) if order in self.orders]
        return found[0] if found else MONTH_FIRST

    def decimal_mark(self) -> str:
        """Return the decimal mark if the cells agree on one; else each cell tells by itself."""
        found = [mark for mark in ".," if mark in self.marks]
        return found[0] if len(found) == 1 else ""

    def questions(self, *, date_order: str, decimal_mark: str, time_zone: str) -> list[Question]:
        """Return what the cells leave open, given what the sender has said."""
        asked = [
            None if date_order else self._ask_order(),
            None if time_zone else self._ask_zone(),
            None if decimal_mark else self._ask_mark(),
        ]
        return [question for question in asked if question]

    def _ask_order(self) -> Question | None:
        choices = (MONTH_FIRST, DAY_FIRST)
        found = [order for order in choices if order in self.orders]
        if len(found) == 1 or not self.orders:
            return None
        if found:
            both = " and ".join(_told(self.orders[order]) for order in found)
            text = f"date_format: {both} differ; say which order holds, the others are returned"
        else:
            text = f"date_format: {_told(self.orders[''])} may begin with the month or the day"
        return Question("date_format", text, choices)

    def _ask_zone(self) -> Question | None:
        if self.without_zone is None:
            return None
        text = f"time_zone: {_told(self.without_zone)} has no offset from UTC; name its zone"
        return Question("time_zone", text)

    def _ask_mark(self) -> Question | None:
        if {*self.marks} != {""}:
            return None
        text = f"decimal_mark: {_told(self.marks[''])} can be thousands or decimals"
        return Question("decimal_mark", text, tuple(DECIMAL_MARKS))


def _told(seen: tuple[int, str]) -> str:
    number, cell = seen
    return f"row {number} with {cell[:_LONGEST_TOLD]!r}"
