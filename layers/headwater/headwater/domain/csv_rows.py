"""CSV files as people and programs write them, read into rows of named cells.

Comma, semicolon or tab; any order of columns; quoted cells with breaks and quotes inside; with or
without a byte order mark. Amounts are spelled in many ways: what can be read in two is refused.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError, InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Collection

_DELIMITERS = (",", ";", "\t")
# Blanks and apostrophes that set thousands apart.
_GROUPING_BLANK = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'\u2019](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"([+-]?)([\d.,]*\d)", re.ASCII)
_GROUP_SIZE = 3
# What a spreadsheet takes for a formula, and the numbers that only look like one.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row's cells by column, trimmed; empty ones are left out.

    ``number`` is the row's as a spreadsheet counts: the header is 1, empty rows count. ``fault``
    tells of a row that has not the header's number of cells.
    """

    number: int
    cells: dict[str, str]
    fault: str = ""


def read_csv(
    text: str, *, known: Collection[str], required: Collection[str], most_rows: int
) -> list[CsvRow]:
    """Read a file with a header.

    Columns are matched without regard to case, and to whether blanks, hyphens or underscores
    stand between their words. Rows without any text are passed over.

    Args:
        text: the file.
        known: the columns that somebody reads.
        required: those of them that must be there.
        most_rows: how many rows are taken at once.

    Raises:
        InvalidParameterError: the file as a whole is wrong; nothing of it is taken.
    """
    records, delimiter = _records(text.removeprefix("\ufeff"), known)
    columns = _columns(records.pop(0), known, required)
    rows: list[CsvRow] = []
    for number, record in enumerate(records, 2):
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        fault = ""
        if any(cells[len(columns) :]) or len(cells) < len(columns):
            fault = f"{len(cells)} cells under {len(columns)} columns, divided by {delimiter!r}"
        filled = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
        rows.append(CsvRow(number, filled, fault))
    if not 1 <= len(rows) <= most_rows:
        message = f"body: not a header and 1 to {most_rows:,} rows"
        raise InvalidParameterError(message)
    return rows


def plain_amount(text: str, decimal_mark: str = "") -> str:
    """Return an amount with a point and no thousands marks.

    Both marks, or one of them several times, tell which is which; so does a single one that is
    not followed by exactly three digits, or that follows a lone zero.

    Args:
        text: the cell.
        decimal_mark: ``.`` or ``,`` where the sender says which one it is.

    Raises:
        InvalidRowError: it is no amount, or could be two.
    """
    match = _NUMBER.fullmatch(_GROUPING_BLANK.sub("", text.strip()))
    if not match:
        message = "not an amount"
        raise InvalidRowError(message)
    sign, body = match.groups()
    mark = decimal_mark or _decimal_mark(body)
    thousands = "," if mark == "." else "."
    whole, _, fraction = body.partition(mark)
    groups = whole.split(thousands)
    is_grouped = len(groups) == 1 or (
        0 < len(groups[0]) <= _GROUP_SIZE and all(len(group) == _GROUP_SIZE for group in groups[1:])
    )
    if not is_grouped or not (fraction.isdecimal() or not fraction):
        message = "not an amount"
        raise InvalidRowError(message)
    return sign.replace("+", "") + ("".join(groups) or "0") + (f".{fraction}" if fraction else "")


def decimal_mark_of(text: str) -> str | None:
    """Return the decimal mark that an amount shows, or "" if it could be either.

    None is a text that says nothing of it: no amount, or one without any mark.
    """
    match = _NUMBER.fullmatch(_GROUPING_BLANK.sub("", text.strip()))
    if not match or not {*match[2]} & {*".,"}:
        return None
    try:
        return _decimal_mark(match[2])
    except InvalidRowError:
        return ""


def guarded(value: object) -> str:
    """Return a cell's text, with an apostrophe before what a spreadsheet would run as a formula.

    Truth is spelled as JSON and the conditions of a filter spell it.
    """
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    if text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _records(text: str, known: Collection[str]) -> tuple[list[list[str]], str]:
    """Return the file's records under the delimiter that gives its header the most columns."""
    delimiter = max(_DELIMITERS, key=lambda mark: _known_in_header(text, mark, known))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        records = list(reader)
    except csv.Error as error:
        message = f"body: line {reader.line_num}: not CSV: {error}"
        raise InvalidParameterError(message) from None
    return records or [[]], delimiter


def _known_in_header(text: str, delimiter: str, known: Collection[str]) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return len({_column(cell) for cell in next(reader, [])} & set(known))
    except csv.Error:
        return 0


def _column(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip().lower())


def _columns(header: list[str], known: Collection[str], required: Collection[str]) -> list[str]:
    columns = [_column(cell) for cell in header]
    while columns and not columns[-1]:  # spreadsheets write delimiters behind the last column
        columns.pop()
    unknown = next((name for name in columns if name not in known), None)
    if unknown is not None:
        message = f"header: {unknown[:64]!r} is no column of this file; see the documentation"
        raise InvalidParameterError(message)
    if missing := [name for name in required if name not in columns]:
        message = f"header: without {', '.join(missing)}"
        raise InvalidParameterError(message)
    if len(set(columns)) < len(columns):
        message = "header: a column stands twice"
        raise InvalidParameterError(message)
    return columns


def _decimal_mark(body: str) -> str:
    marks = [character for character in body if character in ".,"]
    if len(set(marks)) != 1:
        return marks[-1] if marks else "."
    mark = marks[0]
    if len(marks) > 1:
        return "," if mark == "." else "."
    whole, _, fraction = body.partition(mark)
    if len(fraction) == _GROUP_SIZE and 0 < len(whole) <= _GROUP_SIZE and whole != "0":
        message = f"{body} can be thousands or decimals; name the file's decimal mark"
        raise InvalidRowError(message)
    return mark
