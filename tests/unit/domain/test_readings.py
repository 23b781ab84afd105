from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.readings import CLEARLY, Reading

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
seconds = st.integers(-3_600, 3_600).map(lambda number: timedelta(seconds=number))


@st.composite
def readings_of_a_steady_store(draw: st.DrawFn) -> list[Reading]:
    """Each call takes up to a minute, and shows the order as it was at some moment of it."""
    changes = sorted(draw(st.sets(st.integers(0, 600), min_size=1, max_size=5)))
    calls = draw(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 60)), min_size=1))
    return [
        Reading(
            NOON + timedelta(seconds=max(changed for changed in [0, *changes] if changed <= read)),
            NOON + timedelta(seconds=read - taken),
        )
        for read, taken in calls
    ]


@given(readings=readings_of_a_steady_store())
def test_in_any_order_of_writing_the_latest_state_that_was_read_stays(
    readings: list[Reading],
) -> None:
    kept = readings[0]
    for reading in readings[1:]:
        if reading.is_after(kept):
            kept = reading
    assert kept.modified_at == max(reading.modified_at for reading in readings)


@given(first=st.tuples(seconds, seconds), second=st.tuples(seconds, seconds))
def test_of_two_readings_at_most_one_is_after_the_other(
    first: tuple[timedelta, timedelta], second: tuple[timedelta, timedelta]
) -> None:
    one, other = (Reading(NOON + stamp, NOON + asked) for stamp, asked in (first, second))
    assert one.is_after(other) + other.is_after(one) == (one != other)


@given(stamps=st.tuples(seconds, seconds), apart=st.integers(1, 86_400))
def test_of_two_that_were_begun_clearly_apart_no_stamp_makes_the_earlier_one_later(
    stamps: tuple[timedelta, timedelta], apart: int
) -> None:
    early = Reading(NOON + stamps[0], NOON)
    late = Reading(NOON + stamps[1], NOON + CLEARLY + timedelta(seconds=apart))
    assert late.is_after(early)
    assert not early.is_after(late)
