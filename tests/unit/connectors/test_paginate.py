"""Each way of paging, from the first page to the end."""

from __future__ import annotations

import pytest

from headwater.adapters.connectors.exchange import Ask
from headwater.adapters.connectors.paginate import (
    CursorParameter,
    IdKeyset,
    NextUrl,
    Offset,
    PageNumber,
    Paginator,
    SinglePage,
)

ASK = Ask("/contacts", {"limit": 2, "since": "2026"})
TWO = [{"id": "9007199254740993"}, {"id": "9007199254740995"}]


@pytest.mark.parametrize(
    ("paginator", "content", "place", "query"),
    [
        (
            CursorParameter("after", ("paging", "next")),
            {"paging": {"next": "c2"}},
            "c2",
            {"limit": 2, "since": "2026", "after": "c2"},
        ),
        (
            CursorParameter("after", ("paging", "next"), alone=True),
            {"paging": {"next": "c2"}},
            "c2",
            {"after": "c2"},
        ),
        (PageNumber("page", ("pages",)), {"pages": 3}, "2", {**ASK.query, "page": 2}),
        (Offset("offset", 2), {}, "2", {**ASK.query, "offset": 2}),
        (Offset("offset", 2, ("total",)), {"total": 3}, "2", {**ASK.query, "offset": 2}),
        (
            IdKeyset("id_greater", ("id",), 2),
            {},
            "9007199254740995",
            {**ASK.query, "id_greater": "9007199254740995"},
        ),
    ],
)
def test_the_page_behind_the_first(
    paginator: Paginator, content: object, place: str, query: dict[str, object]
) -> None:
    assert paginator.place_behind(content, TWO, "") == place
    assert paginator.ask_for(ASK, place).query == query


def test_a_next_address_is_followed_as_it_is() -> None:
    paginator = NextUrl(("links", "next"))
    place = paginator.place_behind({"links": {"next": "https://api.example/c?a=1"}}, TWO, "")
    assert paginator.ask_for(ASK, place) == Ask("https://api.example/c?a=1")


@pytest.mark.parametrize(
    ("paginator", "content", "rows", "place"),
    [
        (SinglePage(), {}, TWO, ""),
        (NextUrl(("links", "next")), {"links": {"next": None}}, TWO, "x"),
        (CursorParameter("after", ("paging", "next")), {}, TWO, "c2"),
        (PageNumber("page", ("pages",)), {"pages": 3}, TWO, "3"),
        (PageNumber("page", ("pages",)), {"pages": 3}, [], "2"),
        (Offset("offset", 2), {}, TWO[:1], "4"),
        (Offset("offset", 2, ("total",)), {"total": 6}, TWO, "4"),
        (Offset("offset", 2, ("total",)), {"total": 9}, [], "4"),
        (IdKeyset("id_greater", ("id",), 2), {}, TWO[:1], "7"),
    ],
)
def test_the_last_page_has_nothing_behind_it(
    paginator: Paginator, content: object, rows: list[object], place: str
) -> None:
    assert paginator.place_behind(content, rows, place) == ""
