from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.masking import masked_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("john@example.com", "j…@e….com"),
        ("j@e.co.uk", "j…@e….uk"),
        ("Ann <ann.b+shop@mail.example.org>.", "Ann <a…@m….org>."),
        ("ann@x.com,bob@y.org;cara@z.net", "a…@x….com,b…@y….org;c…@z….net"),
        ("ü@bücher.example", "ü…@b….example"),
        ("https://s.example/?e=ann%40x.com&b=1", "https://s.example/?e=a…@x….com&b=1"),
        ("?u=https%3A%2F%2Fs.example%3Fe%3Dann%2540x.com", "?u=h…@x….com"),
        ("ann@work@x.com", "a…@x….com"),
        ("not an email: 'nodes.example'", "not an email: 'nodes.example'"),
    ],
)
def test_an_email_shows_its_first_letters_and_its_last_part(text: str, masked: str) -> None:
    assert masked_text(text) == masked


@pytest.mark.parametrize(
    "text", ["", "plain", "script@1.2.3", "me@localhost", "50%4050", "a @ b.com", "@x.com", "{}"]
)
def test_what_is_no_email_stays(text: str) -> None:
    assert masked_text(text) == text


LETTERS = st.text("abcdefghijklmnopqrstuvwxyzäß0123456789.+_-'%", min_size=1, max_size=12)
EMAILS = st.builds("{}@{}.com".format, LETTERS, st.text("abcxyz0123-", min_size=1, max_size=9))
AROUND = st.text('ab \t\n"\\/,;:<>()[]{}é\x1f\u2028', max_size=8)


@given(email=EMAILS, before=AROUND, after=AROUND)
def test_no_email_survives_in_json_which_stays_json(email: str, before: str, after: str) -> None:
    text = json.dumps({"value": f"{before} {email} {after}", "kept": [1, "x"]}, ensure_ascii=False)
    masked = json.loads(masked_text(text))
    assert email not in masked["value"]
    assert masked["kept"] == [1, "x"]


@given(email=EMAILS, before=AROUND)
def test_a_row_of_csv_keeps_its_cells(email: str, before: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerow([f"{before} {email}", "next"])
    cells = next(csv.reader(io.StringIO(masked_text(text.getvalue()), newline="")))
    assert email not in cells[0]
    assert cells[1] == "next"


def test_masking_twice_changes_nothing_more() -> None:
    once = masked_text("ann@example.com")
    assert masked_text(once) == once
