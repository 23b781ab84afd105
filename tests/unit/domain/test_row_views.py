"""Which rows are shown, in which order, and page by page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.row_views import RowView
from headwater.errors import InvalidParameterError

ROWS: list[dict[str, Any]] = [
    {"campaign": "b", "net": "90.00", "roi": None, "of": {"linear": "1"}},
    {"campaign": "a", "net": "100.00", "roi": "0.5000", "of": {"linear": "3"}},
    {"campaign": "C", "net": "-5.00", "roi": "-1.0000", "of": {"linear": "2"}},
    {"campaign": "d", "net": "100.00", "roi": "nan", "of": {"linear": "4"}},
]


def shown(**asked: Any) -> str:  # noqa: ANN401
    view = RowView.of(
        asked.get("filter"), asked.get("sort"), asked.get("limit"), asked.get("after")
    )
    rows, _ = view.apply(ROWS, "v1")
    return "".join(row["campaign"] for row in rows)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, "baCd"),
        ("campaign", "abCd"),
        ("-campaign", "dCba"),
        ("net", "Cbad"),
        ("-net,-campaign", "dabC"),
        ("roi", "Cadb"),
        ("-roi", "daCb"),
        ("of_linear", "bCad"),
    ],
)
def test_numbers_sort_as_numbers_and_what_is_not_told_comes_last(sort: str, order: str) -> None:
    assert shown(sort=sort) == order


def test_rows_are_filtered_then_sorted_then_cut() -> None:
    assert shown(filter="net > 0", sort="-of_linear", limit=2) == "da"


@given(limit=st.integers(1, 6), sort=st.sampled_from([None, "net", "-roi"]))
def test_pages_after_each_other_are_the_whole(limit: int, sort: str | None) -> None:
    pages, after = [], None
    for _ in range(len(ROWS)):
        rows, after = RowView.of(None, sort, limit, after).apply(ROWS, "v1")
        pages += rows
        if after is None:
            break
    assert pages == RowView.of(None, sort, None, None).apply(ROWS, "v1")[0]
    assert after is None


def test_a_page_of_other_figures_is_refused() -> None:
    _, after = RowView.of(None, None, 1, None).apply(ROWS, "v1")
    with pytest.raises(InvalidParameterError, match="other figures"):
        RowView.of(None, None, 1, after).apply(ROWS, "v2")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"sort": "nett"}, "sort"),
        ({"filter": "nett > 1"}, "filter"),
        ({"after": "v1"}, "after"),
        ({"after": "v1.x"}, "after"),
    ],
)
def test_what_is_no_view_is_refused(asked: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidParameterError, match=f"^{named}: "):
        shown(**asked)


def test_nothing_is_no_mistake() -> None:
    assert RowView.of("x = 1", "y", 5, None).apply([], "v1") == ([], None)
