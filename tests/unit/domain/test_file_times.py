from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.file_times import lacks_zone, order_of, plain_day, plain_instant
from headwater.errors import InvalidRowError

PARIS = ZoneInfo("Europe/Paris")
PATTERNS = {
    "%Y-%m-%d %H:%M:%S": "",
    "%Y/%m/%d %H:%M:%S": "",
    "%d.%m.%Y %H:%M:%S": "",
    "%m/%d/%Y %H:%M:%S": "mdy",
    "%d/%m/%Y %H:%M:%S": "dmy",
    "%m-%d-%Y %I:%M:%S %p": "mdy",
    "%d/%m/%Y, %I:%M:%S %p": "dmy",
}
MOMENTS = st.datetimes(datetime(2001, 9, 10), datetime(2033, 5, 17)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)


@given(moment=MOMENTS, pattern=st.sampled_from(sorted(PATTERNS)))
def test_an_instant_is_read_as_it_was_written(moment: datetime, pattern: str) -> None:
    text = moment.strftime(pattern)
    read = plain_instant(text, ZoneInfo("UTC"), PATTERNS[pattern])
    assert datetime.fromisoformat(read) == moment.replace(tzinfo=UTC)
    assert lacks_zone(text)
    assert order_of(text) in {None, "", PATTERNS[pattern]}


@given(moment=MOMENTS.map(lambda at: at.replace(tzinfo=UTC)), thousandths=st.booleans())
def test_seconds_since_1970_need_no_zone(moment: datetime, *, thousandths: bool) -> None:
    text = str(int(moment.timestamp())) + "000" * thousandths
    assert datetime.fromisoformat(plain_instant(text, None)) == moment
    assert not lacks_zone(text)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("11/20/2026", "mdy"),
        ("20-11-2026 10:00", "dmy"),
        ("11/10/2026", ""),
        ("11/11/2026", None),
        ("20.11.2026", None),
        ("2026-11-20", None),
        ("no date", None),
    ],
)
def test_a_date_tells_whether_the_month_comes_first(text: str, order: str | None) -> None:
    assert order_of(text) == order


@pytest.mark.parametrize(
    "text", ["20/11/26", "32/1/2026", "1/1/2026 25:00", "1/1/2026 13:00 PM", "1/1/2026 0:30 am"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidRowError, match="neither"):
        plain_instant(text, PARIS, "dmy")


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026 10:00"])
def test_a_date_that_is_two_dates_is_refused_unless_somebody_says_which(text: str) -> None:
    with pytest.raises(InvalidRowError, match="date_format"):
        plain_instant(text, PARIS)
    assert plain_instant(text, PARIS, "mdy").startswith("2026-03-04")
    assert plain_instant(text, PARIS, "dmy").startswith("2026-04-03")


def test_noon_and_midnight_are_told_apart() -> None:
    hours = [
        plain_instant(f"1/2/2026 12:00 {half}", PARIS, "dmy")[11:13] for half in ("AM", "p.m.")
    ]
    assert hours == ["00", "12"]


@given(moment=MOMENTS)
def test_a_day_may_have_midnight_behind_it_and_no_other_time(moment: datetime) -> None:
    day = moment.date().isoformat()
    assert plain_day(day) == plain_day(f"{day} 00:00:00") == day
    assert plain_day(moment.strftime("%d/%m/%Y"), "dmy") == day
    later = moment.replace(hour=0, minute=0, second=0) + timedelta(seconds=1)
    with pytest.raises(InvalidRowError, match="not an instant"):
        plain_day(later.isoformat())
