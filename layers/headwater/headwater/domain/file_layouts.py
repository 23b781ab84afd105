"""What a file's header says: its delimiter, its columns, and where its rows begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.csv_streams import records
from headwater.errors import InvalidParameterError, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headwater.domain.csv_streams import Record
    from headwater.domain.file_kinds import FileKind

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
# What stands before the columns of a file of rejected rows: such a file may be mended and sent.
ROW_NUMBER, REASON = "row", "reason"
MOST_COLUMNS, LONGEST_HEADER = 1_000, 20_000
_LONGEST_TOLD = 64
_GUARDED = re.compile(r"'[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class FileLayout:
    """How a file is read.

    ``headers`` are the columns as they came, ``columns`` what they are to us: empty for one that
    nobody reads. ``first_byte`` is that of the first row, in the unpacked file.
    """

    codec: str
    is_packed: bool
    line_end: str
    delimiter: str
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    first_byte: int

    @property
    def is_returned(self) -> bool:
        """Tell whether the file is one of ours: of rows that were rejected before."""
        return self.headers[:2] == (ROW_NUMBER, REASON)


@dataclass(frozen=True, slots=True)
class Header:
    """A file's header under the delimiter that fits it."""

    delimiter: str
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    first_byte: int


def read_header(
    lines: list[tuple[str, int]],
    kind: FileKind,
    *,
    delimiter: str = "",
    renamed: Mapping[str, str] | None = None,
) -> Header:
    """Read a file's first record.

    Columns are matched without regard to case, and to whether blanks, hyphens or underscores
    stand between their words.

    Args:
        lines: the file's first lines, each with the offset of the byte behind it.
        kind: what the file holds.
        delimiter: a name of ``DELIMITERS``, where the sender says which one it is.
        renamed: column as it came → what it is to us; empty for one that is not to be read.

    Raises:
        UndecidedError: a column is not ours, or one is missing: the sender may say which it is.
        InvalidParameterError: there is no header.
    """
    given = {_normal(name): column for name, column in (renamed or {}).items()}
    marks = [DELIMITERS[delimiter]] if delimiter else list(DELIMITERS.values())
    first = {mark: _first(lines, mark) for mark in marks}
    known = {*map(_normal, kind.columns), *given}

    def fit(mark: str) -> tuple[int, int]:
        record = first[mark]
        cells = {_normal(cell) for cell in record.cells} if record and not record.fault else set()
        return len(cells & known), len(cells)

    best = max(marks, key=fit)
    record = first[best]
    if record is None or not any(cell.strip() for cell in record.cells):
        message = "file: empty"
        raise InvalidParameterError(message)
    if record.fault or not fit(best)[0]:
        message = f"header: none of the columns of {kind.name}; the template has them"
        raise UndecidedError(message, "columns", kind.columns)
    headers = [cell.strip() for cell in record.cells]
    while headers and not headers[-1]:  # spreadsheets write delimiters behind the last column
        headers.pop()
    columns = _columns(headers, kind, given)
    return Header(best, tuple(headers), tuple(columns), record.end)


def cells_of(record: Record, layout: FileLayout) -> dict[str, str]:
    """Return a row's cells by column, trimmed; empty ones are left out."""
    cells = [cell.strip() for cell in record.cells]
    if layout.is_returned:
        cells = [cell[1:] if _GUARDED.match(cell) else cell for cell in cells]
    return {name: cell for name, cell in zip(layout.columns, cells, strict=False) if name and cell}


def is_blank(record: Record) -> bool:
    """Tell whether a row has no text at all; such rows are passed over."""
    return not any(cell and not cell.isspace() for cell in record.cells)


def fault_of(record: Record, layout: FileLayout) -> str:
    """Return why a row cannot be put under the columns; empty if it can."""
    if record.fault:
        return record.fault
    count, wanted = len(record.cells), len(layout.headers)
    if count < wanted or any(cell.strip() for cell in record.cells[wanted:]):
        return f"{count} cells under {wanted} columns, divided by {layout.delimiter!r}"
    return ""


def _first(lines: Iterable[tuple[str, int]], delimiter: str) -> Record | None:
    return next(records(lines, delimiter), None)


def _normal(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip().lower())


def _columns(headers: list[str], kind: FileKind, given: Mapping[str, str]) -> list[str]:
    if len(headers) > MOST_COLUMNS or sum(map(len, headers)) > LONGEST_HEADER:
        message = f"header: more than {MOST_COLUMNS:,} columns or {LONGEST_HEADER:,} characters"
        raise InvalidParameterError(message)
    ours = headers[:2] == [ROW_NUMBER, REASON]
    meant = {_normal(column): column for column in kind.columns} | dict(given)
    columns = []
    for place, header in enumerate(headers):
        name = _normal(header)
        column = "" if ours and place < len((ROW_NUMBER, REASON)) else meant.get(name, name)
        if column and column not in kind.columns:
            message = (
                f"columns: {header[:_LONGEST_TOLD]!r} is no column of {kind.name}; "
                'say which one it is, or "" to leave it out'
            )
            raise UndecidedError(message, "columns", kind.columns)
        columns.append(column)
    for group in kind.needed:
        if not {*group} & {*columns}:
            message = f"columns: without {' or '.join(group)}; say which column it is"
            raise UndecidedError(message, "columns", tuple(h[:_LONGEST_TOLD] for h in headers))
    filled = [column for column in columns if column]
    if len({*filled}) < len(filled):
        message = "columns: one stands twice"
        raise UndecidedError(message, "columns", kind.columns)
    return columns
