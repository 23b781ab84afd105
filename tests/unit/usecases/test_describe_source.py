from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.usecases.describe_source import SourceState, describe_source
from headwater.usecases.ports import Bookmark, Source

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def described(**fields: Any) -> SourceState:  # noqa: ANN401
    return describe_source(Source("shop", "bigcommerce", "abc123", "arn", **fields), NOW)


def paced(done: int, minutes: float, *, before: int = 0) -> Bookmark:
    begun = NOW - timedelta(minutes=minutes)
    return Bookmark("orders", paced_from=begun, paced_done=before, saved_at=NOW, last_id=done)


@pytest.mark.parametrize(
    ("status", "title"),
    [
        ("ok", "Healthy"),
        ("throttled", "Throttled"),
        ("reauthorize", "Re-authorize"),
        ("missing_scope", "Scope missing"),
        ("unavailable", "Store unavailable"),
        ("removing", "Being removed"),
        ("removed", "Removed"),
    ],
)
def test_each_status_has_words_and_something_to_do(status: str, title: str) -> None:
    state = described(status=status)
    assert (state.status, state.title) == (status, title)
    assert bool(state.to_do) == (status != "ok")


def test_a_paused_source_is_paused_whatever_its_store_said() -> None:
    assert described(status="throttled", is_paused=True).status == "paused"
    assert described(status="removed", is_paused=True).status == "removed"


def test_a_store_that_is_down_for_hours_may_be_suspended() -> None:
    early = described(status="unavailable", status_since=NOW - timedelta(minutes=119))
    late = described(status="unavailable", status_since=NOW - timedelta(minutes=120))
    assert "suspended" not in early.to_do
    assert "suspended" in late.to_do


def test_what_is_off_is_told_with_the_scope_that_it_needs() -> None:
    [off] = described(missing_scopes=("Marketing",)).off
    assert (off.title, off.off) == ("Marketing", "coupons are known by their codes in orders only")


def test_the_time_left_goes_by_the_pace_of_the_latest_invocation() -> None:
    history = described(
        orders_done=6_000, orders_total=10_000, bookmark=paced(6_000, 2, before=5_000)
    ).history
    assert (history.percent, history.orders_left, history.seconds_left) == (60, 4_000, 480)


def test_there_is_no_pace_before_an_order_has_come() -> None:
    assert described(orders_total=10).history.seconds_left is None
    resumed = described(orders_done=5, orders_total=10, bookmark=paced(5, 1, before=5))
    assert resumed.history.seconds_left is None


def test_a_complete_history_is_a_hundred_percent_whatever_was_counted() -> None:
    history = described(orders_done=7, orders_total=9, is_history_complete=True).history
    assert (history.done, history.total, history.percent, history.orders_left) == (7, 7, 100, 0)
    assert history.seconds_left == 0


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_an_incomplete_history_is_never_a_hundred_percent_nor_over_its_total(
    done: int, total: int
) -> None:
    history = described(orders_done=done, orders_total=total).history
    assert 0 <= history.percent < 100
    assert history.done + history.orders_left == history.total
