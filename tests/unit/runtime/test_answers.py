from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.csv_rows import guarded
from headwater.runtime.api.answers import csv_answer, etag_of, is_known


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@sum", "\tx", "\rx", "-1.", "+1e5", "--1"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.40", "+3", "-0", "brand", "", "a=b"])
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


def test_a_missing_value_is_an_empty_cell() -> None:
    assert guarded(None) == ""


def test_truth_is_spelled_as_in_json() -> None:
    assert [guarded(True), guarded(False)] == ["true", "false"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_any_text_comes_back_from_the_csv(texts: list[str]) -> None:
    answer = csv_answer(["x"], [{"x": text} for text in texts], "")
    assert answer.body is not None
    # The csv module reads a lone carriage return as the end of a row only outside of quotes.
    [_, *rows] = csv.reader(io.StringIO(answer.body, newline=""))
    read = [row[0] if row else "" for row in rows]
    assert [cell.removeprefix("'") for cell in read] == [t.removeprefix("'") for t in texts]


def test_an_etag_depends_on_every_part() -> None:
    assert etag_of("roi", 1) == etag_of("roi", 1)
    assert etag_of("roi", 1) != etag_of("roi", 2)


def test_an_etag_is_known_among_others() -> None:
    assert is_known('"b"', '"a", W/"b"')
    assert not is_known('"b"', "")
    assert not is_known('"b"', '"a"')
