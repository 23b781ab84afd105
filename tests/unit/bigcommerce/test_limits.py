from __future__ import annotations

from datetime import timedelta

import pytest
from requests.structures import CaseInsensitiveDict

from headwater.adapters.bigcommerce.limits import Quota, asked_to_wait
from headwater.adapters.patience import Patience
from tests.fakes import FakeClock


def rate(left: int, reset_ms: int, quota: int = 150) -> CaseInsensitiveDict[str]:
    return CaseInsensitiveDict(
        {
            "x-rate-limit-requests-left": str(left),
            "x-rate-limit-requests-quota": str(quota),
            "x-rate-limit-time-window-ms": "30000",
            "x-rate-limit-time-reset-ms": str(reset_ms),
        }
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-Rate-Limit-Time-Reset-Ms": "4000"}, 4.1),
        ({"X-Retry-After": "3"}, 3.1),
        ({"Retry-After": "7"}, 7.1),
        ({"X-Rate-Limit-Time-Reset-Ms": "-5"}, 0.1),
        ({"Retry-After": "Sat, 14 Mar 2026 23:41:07 GMT"}, None),
        ({"Retry-After": "inf"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_an_answer_asks_for_is_read_from_any_of_its_headers(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert asked_to_wait(CaseInsensitiveDict(headers)) == seconds


def test_a_wait_that_ends_before_the_deadline_is_waited(clock: FakeClock) -> None:
    slept: list[float] = []
    patience = Patience(clock, clock.now() + timedelta(seconds=10), slept.append)
    assert patience.wait(10)
    assert slept == [10]


def test_a_wait_that_would_pass_the_deadline_is_not_begun(clock: FakeClock) -> None:
    slept: list[float] = []
    patience = Patience(clock, clock.now() + timedelta(seconds=10), slept.append)
    assert not patience.wait(10.5)
    assert slept == []


def test_an_ample_quota_needs_no_pause(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=11, reset_ms=9000))
    assert quota.pause() == 0


def test_a_low_quota_pauses_until_the_window_ends(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=10, reset_ms=9000))
    assert quota.pause() == pytest.approx(9.1)
    clock.advance(timedelta(seconds=5))
    assert quota.pause() == pytest.approx(4.1)
    clock.advance(timedelta(seconds=5))
    assert quota.pause() == 0


def test_a_refilled_quota_ends_the_pause(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=0, reset_ms=9000))
    quota.observe(rate(left=140, reset_ms=30_000))
    assert quota.pause() == 0


def test_a_small_quota_is_not_kept_whole_for_others(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=3, reset_ms=9000, quota=8))
    assert quota.pause() == 0


def test_an_answer_without_rate_headers_changes_nothing(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=1, reset_ms=9000))
    quota.observe(CaseInsensitiveDict())
    assert quota.pause() == pytest.approx(9.1)


def test_a_greedy_neighbor_is_left_twice_what_it_has_just_used(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=100, reset_ms=20_000))
    quota.observe(rate(left=79, reset_ms=15_000))  # one was ours, twenty were the neighbor's
    assert quota.pause() == 0
    quota.observe(rate(left=49, reset_ms=9_000))  # ten for all, and twice twenty-nine
    assert quota.pause() == pytest.approx(9.1)


def test_requests_that_are_our_own_raise_no_reserve(clock: FakeClock) -> None:
    quota = Quota(clock)
    for left in range(149, 10, -1):
        quota.observe(rate(left=left, reset_ms=9_000))
        assert quota.pause() == 0


def test_a_neighbor_that_takes_nearly_all_does_not_starve_us(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=149, reset_ms=30_000))
    quota.observe(rate(left=3, reset_ms=20_000))
    clock.advance(timedelta(seconds=quota.pause()))
    assert quota.pause() == 0
    quota.observe(rate(left=149, reset_ms=30_000))
    assert quota.pause() == 0


def test_a_quota_that_shrinks_is_followed_at_once(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=100, reset_ms=20_000, quota=450))
    quota.observe(rate(left=9, reset_ms=19_000, quota=40))
    assert quota.pause() == pytest.approx(19.1)


def test_an_unlimited_plan_is_not_waited_for(clock: FakeClock) -> None:
    quota = Quota(clock)
    quota.observe(rate(left=0, reset_ms=30_000, quota=0))
    assert quota.pause() == 0
