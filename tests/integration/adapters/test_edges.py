from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.journeys import Edge
from tests.integration.adapters.samples import DAY, NEXT_DAY, NOON

if TYPE_CHECKING:
    from datetime import date

    from tests.integration.adapters.conftest import Stores

TOMORROW = NOON + timedelta(days=1)


def marked(stores: Stores) -> list[tuple[str, date]]:
    found = [(mark.table, mark.day) for mark in stores.marks.raised("acme")]
    for mark in stores.marks.raised("acme"):
        stores.marks.clear("acme", mark)
    return found


def test_a_record_is_added_once_and_keeps_its_first_time(stores: Stores) -> None:
    first, later = Edge("c1", "e1", NOON, "record"), Edge("c1", "e1", TOMORROW, "record")
    other = Edge("c1", "e2", TOMORROW, "record")
    assert stores.edges.add_records("acme", [first, later, other], NOON) == 2
    assert marked(stores) == [("edges", DAY), ("edges", NEXT_DAY)]
    assert stores.edges.add_records("acme", [later, other], NOON) == 0
    assert marked(stores) == []
    assert list(stores.edges.on_day("acme", DAY)) == [first]
    assert list(stores.edges.on_day("acme", NEXT_DAY)) == [other]


def test_what_is_said_of_two_nodes_is_found_from_both_and_exported_once(stores: Stores) -> None:
    link = Edge("a", "b", NOON, "link")
    assert stores.edges.put("acme", link, NOON)
    assert marked(stores) == [("edges", DAY)]
    assert stores.edges.said_of("acme", ["b"]) == stores.edges.said_of("acme", ["a", "x"]) == [link]
    assert stores.edges.said_of("acme", ["a", "b"]) == [link]
    assert list(stores.edges.on_day("acme", DAY)) == [link]


def test_saying_the_same_again_changes_nothing(stores: Stores) -> None:
    link = Edge("a", "b", NOON, "link")
    stores.edges.put("acme", link, NOON)
    marked(stores)
    assert not stores.edges.put("acme", Edge("a", "b", TOMORROW, "link"), TOMORROW)
    assert marked(stores) == []
    assert stores.edges.said_of("acme", ["a"]) == [link]


def test_the_last_word_replaces_the_one_before_and_marks_both_days(stores: Stores) -> None:
    unlink = Edge("a", "b", TOMORROW, "unlink")
    stores.edges.put("acme", Edge("a", "b", NOON, "link"), NOON)
    marked(stores)
    assert stores.edges.put("acme", unlink, TOMORROW)
    assert marked(stores) == [("edges", DAY), ("edges", NEXT_DAY)]
    assert stores.edges.said_of("acme", ["a"]) == stores.edges.said_of("acme", ["b"]) == [unlink]
    assert list(stores.edges.on_day("acme", DAY)) == []


def test_a_word_that_is_taken_back_is_gone(stores: Stores) -> None:
    link = Edge("a", "b", NOON, "link")
    stores.edges.put("acme", link, NOON)
    marked(stores)
    stores.edges.remove("acme", link)
    assert marked(stores) == [("edges", DAY)]
    assert stores.edges.said_of("acme", ["a", "b"]) == []
    assert list(stores.edges.on_day("acme", DAY)) == []


def test_another_account_sees_no_edge(stores: Stores) -> None:
    stores.edges.put("acme", Edge("a", "b", NOON, "link"), NOON)
    stores.edges.add_records("acme", [Edge("c", "e", NOON, "record")], NOON)
    assert stores.edges.said_of("other", ["a", "b"]) == []
    assert list(stores.edges.on_day("other", DAY)) == []
