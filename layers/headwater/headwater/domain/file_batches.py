"""The rows of a file in batches, cut at the same places however often it is read."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from headwater.domain.csv_rows import guarded
from headwater.domain.file_kinds import ORDERS
from headwater.domain.file_layouts import REASON, ROW_NUMBER, cells_of, fault_of, is_blank
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headwater.domain.csv_streams import Record
    from headwater.domain.file_kinds import FileKind
    from headwater.domain.file_layouts import FileLayout

BATCH = 1_000
# Rows of many lines or long texts are fewer together.
_LARGEST_BATCH = 4_000_000
# An order has 250 lines and 100 refunds at most.
_LONGEST_GROUP = 1_000
_PARTS = ("line_", "refund")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are taken or refused together: those of an order, else one row.

    ``fault`` says why they cannot be read. ``order_id`` is empty for what is no order.
    """

    records: tuple[Record, ...]
    order_id: str = ""
    fault: str = ""

    @property
    def number(self) -> int:
        """The number of its first row."""
        return self.records[0].number


def groups(records: Iterable[Record], kind: FileKind, layout: FileLayout) -> Iterator[Group]:
    """Yield a file's rows in groups; rows without text are passed over.

    Raises:
        InvalidParameterError: an order has more rows than any can have.
    """
    filled = (record for record in records if not is_blank(record))
    if kind.name != ORDERS:
        for record in filled:
            yield Group((record,), "", fault_of(record, layout))
        return
    yield from _orders(filled, layout)


def _orders(records: Iterable[Record], layout: FileLayout) -> Iterator[Group]:
    """Yield orders. A line that is no CSV may belong to the order before it or behind it."""
    has_parts = any(column.startswith(_PARTS) for column in layout.columns)
    rows: list[Record] = []
    order_id, fault, suspect = "", "", ""
    for record in records:
        broken = fault_of(record, layout)
        named = "" if record.fault else cells_of(record, layout).get("order_id", "")
        goes_on = bool(rows and order_id and (named == order_id or (record.fault and has_parts)))
        if not goes_on:
            if rows:
                yield Group(tuple(rows), order_id, fault)
            rows, order_id, fault = [], named, suspect
        suspect = f"row {record.number} before it: {record.fault}" if record.fault else ""
        suspect = suspect if has_parts else ""
        rows.append(record)
        fault = fault or broken
        if len(rows) > _LONGEST_GROUP:
            message = f"file: row {rows[0].number}: an order of more than {_LONGEST_GROUP:,} rows"
            raise InvalidParameterError(message)
    if rows:
        yield Group(tuple(rows), order_id, fault)


def batches(found: Iterable[Group]) -> Iterator[list[Group]]:
    """Cut groups into batches of about a thousand rows."""
    remaining = iter(found)
    while batch := _batch(remaining):
        yield batch


def _batch(found: Iterator[Group]) -> list[Group]:
    batch: list[Group] = []
    rows = 0
    for group in islice(found, BATCH):
        batch.append(group)
        rows += len(group.records)
        size = group.records[-1].end - batch[0].records[0].end
        if rows >= BATCH or size >= _LARGEST_BATCH:
            break
    return batch


def rejected_header(layout: FileLayout) -> bytes:
    """Return the first line of a file of rejected rows; its mark tells a spreadsheet of UTF-8."""
    headers = layout.headers[2:] if layout.is_returned else layout.headers
    return b"\xef\xbb\xbf" + _line([ROW_NUMBER, REASON, *map(guarded, headers)])


def rejected_rows(refused: Sequence[tuple[Group, str]], layout: FileLayout) -> bytes:
    """Return the rows of groups as they came, each behind its number and the group's reason.

    No cell of them is run as a formula by a spreadsheet.
    """
    lines = []
    for group, reason in refused:
        for record in group.records:
            cells = record.cells[2:] if layout.is_returned and not record.fault else record.cells
            lines.append(_line([str(record.number), guarded(reason), *map(guarded, cells)]))
    return b"".join(lines)


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    # A cell may hold half of a surrogate pair, which UTF-8 does not know.
    return out.getvalue().encode(errors="replace")
