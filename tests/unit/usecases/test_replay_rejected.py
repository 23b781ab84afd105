from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.deliveries import Delivery, read_message
from headwater.errors import InvalidParameterError, StoreUnavailableError
from headwater.usecases.ports import RejectedRow
from headwater.usecases.record_hits import QueuedMessage, record_hits
from headwater.usecases.replay_rejected import ReplayResult, replay_rejected
from tests.fakes import FakeClock, FakeHitQueue, FakeJourneys, FakeLake, FakeMarks, FakeValidations

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
HIT = {"type": "page", "id": "e1", "session": "s1", "url": "https://shop.example/?utm_source=a"}


def _record(messages: Sequence[str], journeys: FakeJourneys, lake: FakeLake) -> None:
    queued = [QueuedMessage(str(n), body) for n, body in enumerate(messages)]
    record_hits(
        queued,
        journeys=journeys,
        lake=lake,
        marks=FakeMarks(),
        tests=FakeValidations(),
        clock=FakeClock(),
    )


def _refused(lake: FakeLake, *events: object, **fields: Any) -> None:  # noqa: ANN401
    """Let the worker refuse events."""
    delivery = Delivery(
        "acme", "shop", NOON, events, 1.5, visitor="v1", user_agent=BROWSER, **fields
    )
    _record(delivery.messages(), FakeJourneys(), lake)


def _mend(lake: FakeLake, *, wrong: str, right: str) -> None:
    """Make good of what was wrong in the kept rows, as a mended rule would."""
    for key, content in lake.objects.items():
        if key.startswith("raw/rejected/"):
            lake.objects[key] = content.replace(wrong.encode(), right.encode())


def test_a_hit_that_is_good_now_is_stored_as_if_it_had_been_good_at_first() -> None:
    lake, queue = FakeLake(), FakeHitQueue()
    _refused(lake, HIT | {"type": "pageview"}, {"type": "scroll", "id": "e2"}, consent="granted")
    _mend(lake, wrong="pageview", right="page")
    result = replay_rejected("acme", DAY, DAY, lake=lake, queue=queue)
    assert result.replayed == 1
    assert list(result.bad.values()) == [1]
    [message] = queue.messages
    assert read_message(message) == Delivery(
        "acme", "shop", NOON, (HIT,), 1.5, visitor="v1", user_agent=BROWSER, consent="granted"
    )
    journeys = FakeJourneys()
    _record(queue.messages * 2, journeys, lake)
    [touch] = journeys.touchpoints_on("acme", DAY)
    assert (touch.at, touch.visitor, touch.is_bot) == (NOON, "v1", False)


def test_what_no_browser_sent_and_what_is_cut_is_counted_and_left() -> None:
    lake, queue = FakeLake(), FakeHitQueue()
    lake.keep_rejected("acme", DAY, [RejectedRow("body: not JSON", {"raw": "{"})])
    lake.keep_rejected("acme", DAY, [RejectedRow("leads: email", {"email": "x"})])
    lake.keep_rejected("acme", DAY, [RejectedRow("not a message", "hello")])
    assert replay_rejected("acme", DAY, DAY, lake=lake, queue=queue) == ReplayResult(0, {}, 3)
    assert queue.messages == []


def test_only_the_accounts_own_rows_of_the_days_are_replayed() -> None:
    lake, queue = FakeLake(), FakeHitQueue()
    _refused(lake, HIT | {"type": "pageview"})
    _mend(lake, wrong="pageview", right="page")
    for account, day in (("acm", DAY), ("acme", DAY + timedelta(days=1))):
        assert replay_rejected(account, day, day, lake=lake, queue=queue).replayed == 0
    assert replay_rejected("acme", DAY - timedelta(days=1), DAY, lake=lake, queue=queue).replayed


@pytest.mark.parametrize(
    ("first", "last"), [(DAY, DAY - timedelta(days=1)), (DAY - timedelta(days=31), DAY)]
)
def test_days_that_are_none_or_too_many_are_refused(first: date, last: date) -> None:
    with pytest.raises(InvalidParameterError, match="31 days"):
        replay_rejected("acme", first, last, lake=FakeLake(), queue=FakeHitQueue())


def test_a_queue_that_takes_nothing_is_told() -> None:
    lake = FakeLake()
    _refused(lake, HIT | {"type": "pageview"})
    _mend(lake, wrong="pageview", right="page")
    with pytest.raises(StoreUnavailableError):
        replay_rejected("acme", DAY, DAY, lake=lake, queue=FakeHitQueue(is_down=True))
