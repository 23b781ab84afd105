from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.rate_limits import RateLimits

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@given(
    requests=st.lists(st.tuples(st.integers(1, 50), st.floats(-2, 5)), min_size=1, max_size=40),
    per_second=st.floats(0.5, 20),
)
def test_no_more_is_taken_than_the_burst_and_the_rate_allow(
    requests: list[tuple[int, float]], per_second: float
) -> None:
    limits = RateLimits(per_second)
    now, taken, last_moment = NOW, 0, NOW
    for hits, seconds in requests:
        now += timedelta(seconds=seconds)
        last_moment = max(last_moment, now)
        if not limits.take("shop", hits, now):
            taken += hits
    most_at_once = max(10 * per_second, *(hits for hits, _ in requests), 0)
    forward = sum(max(0.0, seconds) for _, seconds in requests)
    assert taken <= most_at_once + forward * per_second + 1e-6


@given(st.integers(1, 50), st.floats(0.5, 20))
def test_who_waits_as_long_as_he_is_told_is_taken(hits: int, per_second: float) -> None:
    limits, now = RateLimits(per_second), NOW
    for _ in range(30):
        if wait := limits.take("shop", hits, now):
            now += timedelta(seconds=wait)
            assert limits.take("shop", hits, now) == 0
