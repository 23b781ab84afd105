from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain import file_batches, file_surveys
from headwater.domain.csv_streams import records
from headwater.domain.file_kinds import KINDS, posted_row
from headwater.domain.file_layouts import (
    FileLayout,
    Header,
    cells_of,
    fault_of,
    read_header,
)
from headwater.domain.file_surveys import survey
from headwater.domain.file_text import lines
from headwater.domain.order_files import FileDialect
from headwater.errors import InvalidParameterError, InvalidRowError, UndecidedError

if TYPE_CHECKING:
    from headwater.domain.file_evidence import Evidence

ORDERS, COSTS, LEADS, CLICKS = (KINDS[n] for n in ("orders", "costs", "leads", "touchpoints"))


def header(text: str, kind: str = "orders", **more: object) -> Header:
    found = list(lines([text.encode()], "utf-8"))
    return read_header(found, KINDS[kind], **more)  # type: ignore[arg-type]


def layout(text: str, kind: str = "orders") -> FileLayout:
    read = header(text, kind)
    return FileLayout(
        "utf-8", False, "\n", read.delimiter, read.headers, read.columns, read.first_byte
    )


def evidence_of(text: str, kind: str = "orders") -> Evidence:
    found, how = lines([text.encode()], "utf-8"), layout(text, kind)
    rows = list(records(found, how.delimiter))[1:]
    return survey(rows, KINDS[kind], how).evidence


@pytest.mark.parametrize(("name", "mark"), [("comma", ","), ("tab", "\t"), ("pipe", "|")])
def test_the_delimiter_is_the_one_that_gives_known_columns(name: str, mark: str) -> None:
    text = mark.join(("Order ID", "placed-at", "TOTAL", "", "")) + "\n"
    found = header(text)
    assert (found.delimiter, found.columns) == (mark, ("order_id", "placed_at", "total"))
    assert found.first_byte == len(text)
    assert header(text, delimiter=name) == found


def test_a_foreign_column_may_be_named_or_left_out() -> None:
    text = "Sale No.,placed_at,total,Notes\n"
    with pytest.raises(UndecidedError, match=r"'Sale No\.' is no column of orders") as asked:
        header(text)
    assert asked.value.option == "columns"
    found = header(text, renamed={"sale no.": "order_id", "NOTES": ""})
    assert found.columns == ("order_id", "placed_at", "total", "")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("order_id,total\n", "without placed_at"),
        ("a,b\n", "none of the columns"),
        ("order_id,placed_at,total,total\n", "stands twice"),
        ('"order_id,placed_at,total\n', "none of the columns"),
    ],
)
def test_a_header_that_lacks_something_is_asked_about(text: str, match: str) -> None:
    with pytest.raises(UndecidedError, match=match):
        header(text)


@pytest.mark.parametrize(
    "text", ["", "\n", " , \nx", "order_id" + ",x" * 2000, "order_id," + "x" * 30_000]
)
def test_a_file_without_a_header_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError):
        header(text)


def test_rows_that_were_returned_may_be_sent_again() -> None:
    text = "row,reason,email,at\n3,at: missing,'=ann@example.com,2026-11-20\n"
    how = layout(text, "touchpoints")
    [row] = list(records(lines([text.encode()], "utf-8"), ","))[1:]
    assert cells_of(row, how) == {"email": "=ann@example.com", "at": "2026-11-20"}


def test_a_row_with_too_few_or_too_many_cells_has_a_fault() -> None:
    text = "order_id,placed_at,total\n1,2\n1,2,3,4\n1,2,3,\n1,2,3\n"
    rows = list(records(lines([text.encode()], "utf-8"), ","))[1:]
    faults = [fault_of(row, layout(text)) for row in rows]
    assert [bool(fault) for fault in faults] == [True, True, False, False]
    assert faults[0] == "2 cells under 3 columns, divided by ','"


DATES = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 28)), min_size=1)


@given(dates=DATES, is_day_first=st.booleans())
def test_the_order_of_dates_is_what_the_cells_allow_or_a_question(
    dates: list[tuple[int, int]], *, is_day_first: bool
) -> None:
    cells = [f"{d}/{m}/2026" if is_day_first else f"{m}/{d}/2026" for m, d in dates]
    seen = evidence_of("day,cost\n" + "".join(f"{cell},1\n" for cell in cells), "costs")
    asked = seen.questions(date_order="", decimal_mark="", time_zone="")
    if any(day > 12 for _, day in dates):
        assert not asked
        assert seen.date_order() == ("dmy" if is_day_first else "mdy")
    elif any(month != day for month, day in dates):
        [question] = asked
        assert (question.option, question.choices) == ("date_format", ("mdy", "dmy"))
    else:
        assert not asked
    assert not seen.questions(date_order="dmy", decimal_mark="", time_zone="")


def test_dates_that_disagree_are_asked_about() -> None:
    seen = evidence_of("day,cost\n13/01/2026,1\n01/13/2026,1\n", "costs")
    [question] = seen.questions(date_order="", decimal_mark="", time_zone="")
    assert "row 3 with '01/13/2026' and row 2 with '13/01/2026' differ" in question.text


def test_a_zone_is_asked_for_if_an_instant_lacks_one() -> None:
    text = "order_id,placed_at,total\n1,2026-11-20T10:00Z,1\n2,2026-11-20 10:00,1\n"
    [question] = evidence_of(text).questions(date_order="", decimal_mark="", time_zone="")
    assert question.option == "time_zone"
    assert "row 3 with '2026-11-20 10:00'" in question.text
    assert not evidence_of(text).questions(date_order="", decimal_mark="", time_zone="UTC")


@pytest.mark.parametrize(
    ("cells", "mark", "is_asked"),
    [
        (["1.234", "12"], "", True),
        (["1.234", "12.5"], ".", False),
        (["1.234", "1.234,50"], ",", False),
        (["12,5", "12.5"], "", False),
        (["12", "13"], "", False),
    ],
)
def test_the_decimal_mark_is_what_the_cells_show(
    cells: list[str], mark: str, *, is_asked: bool
) -> None:
    text = "day;cost\n" + "".join(f"2026-11-20;{cell}\n" for cell in cells)
    seen = evidence_of(text, "costs")
    asked = seen.questions(date_order="", decimal_mark="", time_zone="")
    assert (seen.decimal_mark(), [q.option for q in asked]) == (mark, ["decimal_mark"] * is_asked)


def test_rows_of_an_order_that_stand_apart_are_refused() -> None:
    rows = "order_id,placed_at,total\nA,x,1\nA,x,1\nB,x,1\n,x,1\nC,x,1\nA,x,1\n"
    with pytest.raises(InvalidParameterError, match="rows 2 and 7 are one order"):
        evidence_of(rows)
    assert evidence_of(rows.rpartition("A")[0])


def test_a_file_without_rows_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="without rows"):
        evidence_of("order_id,placed_at,total\n\n , ,\n")


def test_a_row_becomes_the_row_of_a_post() -> None:
    dialect = FileDialect(ZoneInfo("America/New_York"), ",", "dmy")
    lead = {"external_id": "7", "email": "ann@example.com", "created_at": "20/11/2026 10:00"}
    lead |= {"first_utm_source": "google", "last_gclid": "x", "list": "News"}
    assert posted_row(LEADS, lead, dialect, "crm") == {
        "external_id": "7",
        "email": "ann@example.com",
        "created_at": "2026-11-20T10:00:00-05:00",
        "source": "crm",
        "first_utm": {"source": "google"},
        "last_utm": {"gclid": "x"},
        "lists": [{"name": "News", "joined_at": None}],
    }
    cost = {"day": "20/11/2026", "cost": "1.234,50", "clicks": "1.234", "impressions": "12"}
    row = posted_row(COSTS, cost, dialect)
    assert {name: str(value) for name, value in row.items()} == {
        "day": "2026-11-20",
        "cost": "1234.50",
        "clicks": "1234",
        "impressions": "12",
    }
    assert posted_row(CLICKS, {"opt_in": "Yes", "at": "2026-11-20T10:00Z"}, dialect) == {
        "opt_in": True,
        "at": "2026-11-20T10:00:00+00:00",
    }
    with pytest.raises(InvalidRowError, match=r"^cost: not an amount"):
        posted_row(COSTS, {"cost": "ten"}, dialect)


def test_lines_without_text_are_not_endlessly_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_surveys, "MOST_ROWS", 10)
    text = "order_id,placed_at,total\n" + "\n" * 18
    assert evidence_of(f"{text}1,2,3\n").marks == {}
    with pytest.raises(InvalidParameterError, match="more than 20 lines"):
        evidence_of(f"{text}\n1,2,3\n")
    rows = "".join(f"{number},2,3\n" for number in range(11))
    with pytest.raises(InvalidParameterError, match="more than 10 rows"):
        evidence_of(f"order_id,placed_at,total\n{rows}")


def test_a_batch_holds_fewer_of_long_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_batches, "_LARGEST_BATCH", 60)
    text = "day,cost\n" + "2026-11-20,1\n" * 12
    found, how = lines([text.encode()], "utf-8"), layout("day,cost\n", "costs")
    rows = list(records(found, ","))[1:]
    cut = file_batches.batches(file_batches.groups(rows, COSTS, how))
    assert [len(batch) for batch in cut] == [6, 6]
