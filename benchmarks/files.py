"""A file of clicks through the worker that imports it: CPU, rows per second, memory.

The tables take everything and keep nothing, so what is measured is the program's own work: of a
check (both of its passes over the file), and of the import after it. What DynamoDB takes to store
a row is the same as for a post's, and not in it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks.lines import Line
from benchmarks.timing import in_fresh_process, spend
from headwater.domain.file_imports import FileImport, ImportOptions
from headwater.domain.imported_touchpoints import read_touchpoint
from headwater.usecases.import_file import import_file
from headwater.usecases.import_ports import ImportPorts
from headwater.usecases.ports.imports import Standing, StoredFile
from tests.fakes import FakeClock, FakePipeline
from tests.fakes.imports import FakeImportFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.scale import Scale
    from benchmarks.timing import Spent

_HEADER = "email,at,utm_source,utm_medium,utm_campaign,url\n"
_ROW = (
    "person{0:07}@example.com,11/{1:02}/2025 09:12:40,google,cpc,brand,"
    "https://shop.example.com/?gclid=Cj0KCQ{0:07}\n"
)
# Every so many rows one is refused.
_BAD = 1_000
_AT_ONCE = 1_000
_FLOOR_ROWS = 20_000
# A file is a tenth of this beside which its memory is looked at.
_SMALLER = 10
_NEVER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Worked:
    """What the worker took for the check and the import of a file."""

    check: Spent
    load: Spent


def measure(scale: Scale) -> list[Line]:
    """Import a row for each order of the scale, and a tenth of that beside it for its memory."""
    rows = scale.orders
    fewer, sample = max(rows // _SMALLER, 1), min(rows, _FLOOR_ROWS)
    few, many = in_fresh_process(_work, fewer), in_fresh_process(_work, rows)
    floor = spend(lambda: _read_plainly(sample)).cpu / sample * rows
    worked = many.result
    size = f"{rows:,} rows"
    total = worked.check.wall + worked.load.wall
    return [
        Line(f"files: read by Python's csv and the reader of posts, {size}", floor, "s CPU"),
        Line(
            f"files: check, {size}",
            worked.check.cpu,
            "s CPU",
            worked.check.cpu / floor,
            "reading the rows once",
        ),
        Line(
            f"files: import, {size}",
            worked.load.cpu,
            "s CPU",
            worked.load.cpu / floor,
            "reading the rows once",
        ),
        Line(f"files: rows per second of check and import, {size}", rows / total, "rows/s"),
        Line(
            f"files: peak memory, {size}",
            many.peak_memory / 1e6,
            "MB",
            many.peak_memory / few.peak_memory,
            f"a file of {fewer:,} rows",
        ),
    ]


def _work(rows: int) -> _Worked:
    """Check and import a file; raises RuntimeError if a row is not accounted for."""
    clock = FakeClock()
    imports: Any = _Records()
    options = ImportOptions(time_zone="America/New_York", date_format="mdy")
    now = clock.now()
    record = FileImport("b", "touchpoints", options, 1, now, now, "checking", started_at=now)
    imports.record = replace(record, phase="survey")
    nowhere: Any = _Nowhere()
    ports = ImportPorts(
        clock, nowhere, imports, _File(rows), *(nowhere,) * 6, pipeline=FakePipeline()
    )

    def go_on() -> None:
        import_file("bench", "b", _NEVER, ports=ports)

    check = spend(go_on)
    checked = imports.record
    begun = replace(checked.place, first_byte=_first_byte(checked), number=2, batch=0, rows=0)
    imports.record = replace(checked, state="importing", phase="", place=begun)
    load = spend(go_on)
    done = imports.record
    if done.state != "done" or not done.imported.rows == done.checked.rows == done.rows == rows:
        message = f"{done.state}: {done.imported.rows:,} of {rows:,} rows ({done.reason})"
        raise RuntimeError(message)
    return _Worked(check, load)


def _read_plainly(rows: int) -> None:
    """Read rows as a post of them is read, which is the least that an import can do."""
    now = FakeClock().now()
    text = _HEADER + "".join(_row(number) for number in range(rows))
    for row in csv.DictReader(io.StringIO(text)):
        if row["email"] != "nobody":
            read_touchpoint({**row, "at": "2025-11-19T09:12:40-05:00"}, now)


def _row(number: int) -> str:
    if number % _BAD == _BAD - 1:
        return "nobody,11/20/2025 10:00,,,,\n"
    return _ROW.format(number, 1 + number % 28)


def _first_byte(record: FileImport) -> int:
    return record.reading.layout.first_byte if record.reading else 0


class _Records:
    """The one import, without a table."""

    record: FileImport

    def get(self, _account: str, _import_id: str) -> FileImport:
        return self.record

    def save(self, _account: str, changed: FileImport) -> FileImport:
        self.record = replace(changed, revision=changed.revision + 1)
        return self.record


class _File(FakeImportFiles):
    """A file that is made while it is read, and forgets what it is to keep."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def take(self, _account: str, _id: str) -> StoredFile:
        return StoredFile(1, "e")

    def blocks(self, _account: str, _id: str, _etag: str, start: int = 0) -> Iterator[bytes]:
        head = _HEADER.encode()
        yield head[start:]
        for first in range(0, self._rows, _AT_ONCE):
            last = min(first + _AT_ONCE, self._rows)
            yield "".join(map(_row, range(first, last))).encode()

    def put_part(self, account: str, import_id: str, name: str, content: bytes) -> None:
        """Keep nothing."""

    def keep_once[T](self, _account: str, _id: str, _name: str, value: T) -> T:
        return value


class _Nowhere:
    """Tables that take everything."""

    def standings(self, _account: str, items: Sequence[object], _at: datetime) -> list[Standing]:
        return [Standing.NEW] * len(items)

    def add_touchpoints(self, _account: str, items: Sequence[object], _at: datetime) -> int:
        return len(items)

    add_identifications = add_opt_ins = add_profiles = add_touchpoints
