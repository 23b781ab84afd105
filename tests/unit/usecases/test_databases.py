from __future__ import annotations

import os

import pytest

from headwater.usecases.databases import _memory

MB = 10**6


@pytest.mark.parametrize(
    ("present", "limit"),
    [
        (1_769 * MB, "884MB"),
        (3_538 * MB, "1769MB"),
        (4_096 * MB, "2000MB"),
        (64_000 * MB, "2000MB"),
    ],
)
def test_a_query_leaves_half_of_a_small_machine_to_the_rest_of_its_function(
    monkeypatch: pytest.MonkeyPatch, present: int, limit: str
) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": present}.get)
    assert _memory() == limit
