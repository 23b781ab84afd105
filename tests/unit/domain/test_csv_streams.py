from __future__ import annotations

import csv
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.csv_streams import Record, records
from headwater.domain.file_text import lines

CELLS = st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
SHARDS = st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "a", "bc", " ", "é", "\x00"]))


def read(text: str, offset: int = 0, number: int = 1) -> list[Record]:
    content = text.encode()[offset:]
    return list(records(lines([content], "utf-8", offset=offset), ",", number))


@given(rows=CELLS)
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    assert [(r.number, r.cells, r.fault) for r in read(out.getvalue())] == [
        (number, row, "") for number, row in enumerate(rows, 1)
    ]


@given(shards=SHARDS)
def test_whoever_goes_on_behind_any_record_reads_the_same_rest(shards: list[str]) -> None:
    text = "".join(shards)
    whole = read(text)
    assert (whole[-1].end if whole else 0) == len(text.encode())
    for place, record in enumerate(whole):
        assert read(text, record.end, record.number + 1) == whole[place + 1 :]


@given(shards=SHARDS)
def test_no_line_is_lost(shards: list[str]) -> None:
    text = "".join(shards)
    ends = [0, *(record.end for record in read(text))]
    pieces = [text.encode()[a:b].decode() for a, b in itertools.pairwise(ends)]
    assert "".join(pieces) == text
    for piece, record in zip(pieces, read(text), strict=True):
        if record.fault:
            assert record.cells == [piece.rstrip("\r\n")]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ('a,b\n"x"y,1\nc,d\n', [1, 3]),
        ('a,b\n1,"never closed\nc,d\ne,f\n', [1, 3, 4]),
        ('a,b\n1,"spans\nlines"\nc,d\n', [1, 2, 3]),
        ('a,b\n"' + "x" * 200_000 + '"\nc,d\n', [1, 3]),
    ],
)
def test_a_line_that_is_no_csv_costs_no_other(text: str, good: list[int]) -> None:
    assert [record.number for record in read(text) if not record.fault] == good
