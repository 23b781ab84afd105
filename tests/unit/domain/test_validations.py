from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.landings import read_landing
from headwater.domain.validations import (
    FAILED,
    PASSED,
    SKIPPED,
    WAITING,
    Item,
    Step,
    link_with_code,
    named_by_time,
    steps_of,
    verdict,
)
from headwater.errors import InvalidParameterError

CODE = named_by_time(datetime(2026, 11, 21, 14, tzinfo=UTC), "0123456789abcdef")


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://shop.example", f"https://shop.example?hwv={CODE}"),
        ("https://shop.example/a?b=1#top", f"https://shop.example/a?b=1&hwv={CODE}#top"),
        ("https://shop.example/?hwv=old&b=%20", f"https://shop.example/?b=%20&hwv={CODE}"),
        ("https://shop.example/?HWV=old", f"https://shop.example/?hwv={CODE}"),
    ],
)
def test_a_link_has_one_code_and_keeps_the_rest_as_it_is_written(url: str, link: str) -> None:
    assert link_with_code(url, CODE) == link


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=5))
def test_the_code_is_read_from_the_landing_whatever_else_is_there(values: dict[str, str]) -> None:
    link = link_with_code(f"https://shop.example/?{urlencode(values)}", CODE)
    assert read_landing(link).test_code == CODE
    kept = dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))
    assert kept == {k: v for k, v in values.items() if k.lower() != "hwv"} | {"hwv": CODE}


@pytest.mark.parametrize("code", ["", "a b", "<script>", "x" * 65])
def test_a_code_that_we_have_not_made_is_none(code: str) -> None:
    assert read_landing(f"https://shop.example/?hwv={code}").test_code == ""


def test_a_link_that_programs_would_cut_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="url: longer"):
        link_with_code("https://shop.example/" + "a" * 2020, CODE)


def test_ids_sort_by_time_and_are_codes() -> None:
    start = datetime(2026, 11, 21, tzinfo=UTC)
    ids = [named_by_time(start + timedelta(days=n), "f" * 16) for n in (0, 1, 30_000)]
    assert ids == sorted(ids)
    assert all(read_landing(f"https://a.example/?hwv={code}").test_code == code for code in ids)


def test_each_step_says_the_marks_that_it_lost_or_changed() -> None:
    chain = (
        ("https://a.example/?utm_source=x&gclid=1&q=2", 301),
        ("https://b.example/?UTM_Source=x", 302),
        ("https://b.example/#utm_source=y", 200),
    )
    assert steps_of(chain) == (
        Step(chain[0][0], 301),
        Step(chain[1][0], 302, ("gclid",)),
        Step(chain[2][0], 200, ("utm_source",)),
    )


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ([PASSED, SKIPPED], PASSED),
        ([PASSED, WAITING], WAITING),
        ([WAITING, FAILED, PASSED], FAILED),
        ([], PASSED),
    ],
)
def test_the_verdict_is_the_worst_of_the_list(states: list[str], whole: str) -> None:
    assert verdict(tuple(Item("hit", state) for state in states)) == whole
