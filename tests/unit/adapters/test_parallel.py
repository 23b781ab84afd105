from __future__ import annotations

import threading

import pytest

from headwater.adapters.parallel import in_parallel


def test_results_come_in_the_order_of_the_items() -> None:
    assert in_parallel(lambda n: n * n, list(range(100))) == [n * n for n in range(100)]


def test_work_is_done_side_by_side() -> None:
    meeting = threading.Barrier(4, timeout=10)
    assert len(in_parallel(lambda _: meeting.wait(), [0] * 4)) == 4


def test_one_item_needs_no_thread() -> None:
    assert in_parallel(lambda _: threading.current_thread(), [0]) == [threading.current_thread()]


def test_an_error_of_one_item_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        in_parallel(lambda n: 1 / n, [2, 1, 0])
