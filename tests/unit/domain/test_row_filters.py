"""Conditions on rows: read as they are meant, refused where they mean nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.row_filters import Condition, Not, Several, Test, read_condition
from headwater.errors import InvalidParameterError
from headwater.usecases.databases import open_database

ROW = {"source": "google", "campaign": "Spring 'Sale'", "net": "90.00", "orders": 12, "cpl": None}
NAMES = ("source", "campaign")


@pytest.mark.parametrize(
    "text",
    [
        "source = google",
        "source = 'google' and net > 9",
        "net >= 90 AND net <= 90.0",
        "orders != 11",
        "campaign ~ spring",
        "campaign = 'Spring ''Sale'''",
        "campaign = \"Spring 'Sale'\"",
        "source = bing or source = google and net > 80",
        "not (source = bing or net < 80)",
        "cpl = null",
        "source != null",
        "NOT source ~ 'BING'",
    ],
)
def test_it_holds(text: str) -> None:
    assert read_condition("filter", text).holds(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "source = Google",
        "(source = bing or source = google) and net > 100",
        "net < 9",
        "cpl > 0",
        "cpl < 0",
        "cpl ~ null",
        "not source ~ GOO",
        "nothing = x",
        "source = 'null'",
    ],
)
def test_it_does_not_hold(text: str) -> None:
    assert not read_condition("filter", text).holds(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "source",
        "source =",
        "source = google and",
        "source google",
        "(source = google",
        "source = google)",
        "source = google source = bing",
        "'source' = google",
        "source = 'google",
        "source ( google",
        "source = (google)",
        "source = a; drop",
        "not " * 30 + "a = b",
        "(" * 30 + "a = b" + ")" * 30,
        "a = " + "b" * 2_000,
        "a = 'b\x00'",
        "a = b\n",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError, match=r"^filter: "):
        read_condition("filter", text)


texts = st.text("ab'\" =~()%_\\é-", max_size=6)
tests = st.builds(Test, st.sampled_from(NAMES), st.sampled_from(["=", "!=", "~"]), texts)
conditions: st.SearchStrategy[Condition] = st.recursive(
    tests,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(Several, st.sampled_from(["and", "or"]), st.tuples(inner, inner))
    ),
    max_leaves=5,
)


@given(
    text=st.text("ab'\"=~!<>() \\\x00\ud800né1.", max_size=30)
    | st.lists(
        st.sampled_from(["a", "=", "~", "'b'", "and", "or", "not", "(", ")", "null", "1e9"])
    ).map(" ".join)
)
def test_whatever_is_written_is_a_condition_or_refused(text: str) -> None:
    with suppress(InvalidParameterError):
        read_condition("filter", text).holds(ROW | {"a": "1"})


@given(condition=conditions)
def test_its_text_is_read_as_the_same_condition(condition: Condition) -> None:
    assert read_condition("filter", condition.text()) == condition


@given(condition=conditions, row=st.fixed_dictionaries(dict.fromkeys(NAMES, texts)))
def test_the_database_understands_it_as_we_do(condition: Condition, row: dict[str, Any]) -> None:
    columns = ", ".join(f"${name} AS {name}" for name in NAMES)
    with open_database() as db:
        [(found,)] = db.execute(f"SELECT {condition.sql()} FROM (SELECT {columns})", row).fetchall()
    assert found == condition.holds(row)
