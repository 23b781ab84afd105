from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.csv_rows import CsvRow, plain_amount, read_csv
from headwater.domain.file_times import plain_instant
from headwater.errors import InvalidParameterError, InvalidRowError

COLUMNS = ("order_id", "total", "email")
NEW_YORK = ZoneInfo("America/New_York")


def read(text: str) -> list[CsvRow]:
    return read_csv(text, known=COLUMNS, required=("order_id",), most_rows=100)


def cells(text: str) -> list[dict[str, str]]:
    return [row.cells for row in read(text)]


# Cells are trimmed, so those of the round trip have no blanks around them.
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(str.strip)


@given(
    rows=st.lists(st.tuples(CELLS.map(lambda cell: f"x{cell}"), CELLS, CELLS), min_size=1),
    order=st.permutations(COLUMNS),
    delimiter=st.sampled_from(",;\t"),
    dialect=st.sampled_from(["excel", "unix"]),  # quotes where it must, quotes everything
    line_end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_what_a_csv_writer_writes_is_read_back(
    rows: list[tuple[str, ...]],
    order: list[str],
    delimiter: str,
    dialect: str,
    line_end: str,
    mark: str,
) -> None:
    named = [dict(zip(COLUMNS, (row[0].strip(), *row[1:]), strict=True)) for row in rows[:100]]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(
        out, order, delimiter=delimiter, dialect=dialect, lineterminator=line_end
    )
    writer.writeheader()
    writer.writerows(named)
    expected = [{name: cell for name, cell in row.items() if cell} for row in named]
    assert cells(mark + out.getvalue()) == expected


def test_columns_are_known_in_any_case_and_spelling() -> None:
    assert cells("Order ID,TOTAL\n1,2\n") == [{"order_id": "1", "total": "2"}]


def test_the_delimiter_is_the_one_that_divides_the_header() -> None:
    assert cells('order_id;total\n1;"2,50"\n') == [{"order_id": "1", "total": "2,50"}]
    assert cells("order_id\ttotal\n1\t2,5\n") == [{"order_id": "1", "total": "2,5"}]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    assert [row.number for row in read('order_id,email\n1,"a\nb"\n\n,\n2,c\n')] == [2, 5]


def test_a_row_of_another_width_is_a_fault_of_that_row() -> None:
    rows = read("order_id,total\n1,2,3\n2\n3,4,\n")
    assert [bool(row.fault) for row in rows] == [True, True, False]
    assert rows[1].cells == {"order_id": "2"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "header: without order_id"),
        ("\n\n", "header: without order_id"),
        ("total\n1\n", "header: without order_id"),
        ("order_id,shade\n1,2\n", "header: 'shade' is no column"),
        ("order_id,,total\n1,,2\n", "header: '' is no column"),
        ("order_id,Order-ID\n1,2\n", "header: a column stands twice"),
        ("order_id\n", "1 to 100 rows"),
        ("order_id\n" + "1\n" * 101, "1 to 100 rows"),
        ('order_id\n"1', "not CSV"),
        ('order_id\n"1"x\n', "not CSV"),
        ("order_id\n" + "x" * 200_000, "not CSV"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidParameterError, match=reason):
        read(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12,50", "12.50"),
        ("-3,00", "-3.00"),
        ("+3", "3"),
        (",5", "0.5"),
        ("0.125", "0.125"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1'234.50", "1234.50"),
        ("1234.567", "1234.567"),
    ],
)
def test_an_amount_that_can_be_read_in_one_way_is_read(text: str, amount: str) -> None:
    assert plain_amount(text) == amount


@pytest.mark.parametrize("text", ["1.234", "12,345", "999.999", "-1,234"])
def test_an_amount_that_can_be_read_in_two_ways_is_refused_unless_the_mark_is_named(
    text: str,
) -> None:
    with pytest.raises(InvalidRowError, match="thousands or decimals"):
        plain_amount(text)
    readings = {Decimal(plain_amount(text, mark)) for mark in ".,"}
    assert len(readings) == 2


@pytest.mark.parametrize(
    "text", ["", "x", "$5", "5 USD", "1,23,4", "1.2.3", "12,34.5", "1.5,", "--1", "1e3", "1,2345.6"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidRowError, match="not an amount"):
        plain_amount(text)


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([(",", "."), (".", ",")]))
def test_amounts_of_a_spreadsheet_come_back(value: Decimal, marks: tuple[str, str]) -> None:
    thousands, mark = marks
    spelled = f"{value:,.2f}".translate(str.maketrans(",.", thousands + mark))
    assert Decimal(plain_amount(spelled)) == value


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-19T14:05:00Z", "2026-11-19T14:05:00+00:00"),
        ("2026-11-19 14:05", "2026-11-19T14:05:00-05:00"),
        ("2026-11-19", "2026-11-19T00:00:00-05:00"),
        ("11/19/2026 14:05", "2026-11-19T14:05:00-05:00"),
        ("19/11/2026 14:05", "2026-11-19T14:05:00-05:00"),
        ("7/24/2026 9:05:30", "2026-07-24T09:05:30-04:00"),
        ("11/19/2026", "2026-11-19T00:00:00-05:00"),
        ("7/7/2026", "2026-07-07T00:00:00-04:00"),
        # The hour that comes twice when clocks go back: the first one is meant.
        ("2026-11-01 01:30", "2026-11-01T01:30:00-04:00"),
    ],
)
def test_an_instant_is_read_in_the_files_zone(text: str, instant: str) -> None:
    assert plain_instant(text, NEW_YORK) == instant
    assert datetime.fromisoformat(plain_instant(text, NEW_YORK)).tzinfo is not None


def test_an_instant_without_an_offset_needs_the_files_zone() -> None:
    assert plain_instant("2026-11-19T14:05:00-05:00", None) == "2026-11-19T14:05:00-05:00"
    with pytest.raises(InvalidRowError, match="time_zone"):
        plain_instant("11/19/2026 14:05", None)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(InvalidRowError, match="skip"):
        plain_instant("2026-03-08 02:30", NEW_YORK)


@pytest.mark.parametrize("text", ["19/13/2026 14:05", "tomorrow", "11/31/2026", ""])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidRowError, match="neither"):
        plain_instant(text, NEW_YORK)


def test_an_instant_beyond_the_end_of_time_is_refused() -> None:
    with pytest.raises(InvalidRowError, match="not an instant"):
        plain_instant("9999-12-31T23:59", NEW_YORK)
    assert plain_instant("0001-01-02", NEW_YORK).startswith("0001-01-02")
