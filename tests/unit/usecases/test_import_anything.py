from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain import file_batches
from headwater.domain.file_batches import groups
from headwater.domain.file_imports import Place
from headwater.domain.file_kinds import KINDS
from headwater.usecases.file_readings import rows_from, survey_file
from tests.fakes.imports import FakeImportFiles
from tests.importing import (
    ACCOUNT,
    ADS,
    SALES,
    ImportDesk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


SHARDS = st.sampled_from(
    [
        *("email", "at", "order_id", "placed_at", "total", "day", "cost", "external_id"),
        *("created_at", "line_total", ",", ";", "\t", "\n", "\r\n", "\r", '"', '""', " ", "="),
        *("ann@example.com", "2026-11-20T10:00:00Z", "11/20/2026", "03/04/2026 10:00", "1", "A"),
        *("1.234", "1,5", "é", "\ufeff", "\x00", "\ud7ff", "-", "1e400", "9" * 30, "row,reason,"),
    ]
)
HEADERS = {
    "touchpoints": "email,at,url,opt_in\n",
    "leads": "source,external_id,email,created_at,list,list_joined_at\n",
    "orders": "order_id,placed_at,total,line_total,refund_id\n",
    "costs": "day,cost,clicks,campaign_id\n",
}
TEXTS = st.lists(SHARDS, max_size=60).map("".join)
CONTENTS = st.one_of(
    st.binary(max_size=200),
    TEXTS.map(str.encode),
    TEXTS.map(lambda text: text.encode("utf-16")),
    TEXTS.map(lambda text: text.encode("cp1252", errors="replace")),
    TEXTS.map(lambda text: gzip.compress(text.encode())),
)


@given(kind=st.sampled_from(sorted(KINDS)), has_header=st.booleans(), content=CONTENTS)
def test_whatever_is_sent_is_asked_about_or_refused_or_every_row_is_accounted_for(
    kind: str, *, has_header: bool, content: bytes
) -> None:
    desk = ImportDesk()
    needed = {"orders": SALES, "costs": ADS}.get(kind, {})
    answers = {"date_format": "mdy", "decimal_mark": "point", "time_zone": "America/New_York"}
    data = (HEADERS[kind].encode() if has_header else b"") + content
    import_id = desk.create(kind, data, **{**needed, **answers})
    checked = desk.check(import_id)
    assert desk.content() == [[], [], []]
    if checked.state == "checked":
        assert checked.checked.rows == checked.rows > 0
        done = desk.start(import_id)
        assert done.state == "done"
        assert done.imported.rows == done.rows
        returned = list(csv.reader(io.StringIO(desk.rejected(import_id), newline="")))
        assert len(returned) - 1 == done.imported.rejected
        assert not any(cell.startswith(("=", "@")) for row in returned for cell in row)
    elif checked.state == "question":
        assert all(q.text.startswith(("encoding", "columns", "header")) for q in checked.questions)
    else:
        assert checked.state == "failed"
        assert checked.reason.startswith(("file", "header"))


class _Endless(FakeImportFiles):
    """A file that is made while it is read."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def blocks(self, _account: str, _id: str, _etag: str, start: int = 0) -> Iterator[bytes]:
        header, row = b"email,at,utm_source\n", b"p%07d@example.com,2026-11-20T10:00:00Z,google\n"
        yield header[start:]
        first = max(start - len(header), 0) // len(row % 0)
        for number in range(first, self._rows, 1000):
            yield b"".join(row % each for each in range(number, min(number + 1000, self._rows)))


def test_reading_ten_times_the_rows_takes_no_more_memory() -> None:
    def peak(rows: int) -> int:
        desk = ImportDesk()
        record = desk.record(desk.create("touchpoints", b"x"))
        files = _Endless(rows)
        tracemalloc.start()
        found = survey_file(ACCOUNT, record, files)
        layout = found.reading.layout
        place = Place(layout.first_byte)
        read = groups(
            rows_from(ACCOUNT, record, layout, place, files), KINDS["touchpoints"], layout
        )
        counted = sum(len(batch) for batch in file_batches.batches(read))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert counted == found.rows == rows
        return most

    few, many = peak(3_000), peak(30_000)
    assert many < few * 1.2 + 100_000
