from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from headwater.adapters.bigcommerce.answers import ORDERS, Resource
from headwater.adapters.bigcommerce.session import PageSize, Session
from headwater.errors import (
    CredentialsRejectedError,
    MalformedAnswerError,
    RateLimitedError,
    RequestRejectedError,
    StoreUnavailableError,
)
from tests.fakes import FakeClock
from tests.unit.bigcommerce.scripted_server import Reply, Script, rows, scripted

TOKEN = "tok-3c59dc048e8850243be8079a5c74d079"
LISTED = Resource("/v2/orders", (ORDERS,))
SPENT = {"X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Time-Reset-Ms": "4000"}


@dataclass
class Caller:
    """A session whose sleeping moves its clock; ten minutes until its deadline."""

    clock: FakeClock = field(default_factory=FakeClock)
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def session(self, script: Script, token: str = TOKEN, **more: Any) -> Session:  # noqa: ANN401
        deadline = self.clock.now() + timedelta(minutes=10)
        return Session(
            script.url, token, clock=self.clock, deadline=deadline, sleep=self.sleep, **more
        )


@pytest.fixture
def caller() -> Caller:
    return Caller()


def limits(script: Script) -> list[str]:
    return [seen.query["limit"] for seen in script.seen]


def test_a_call_carries_the_token_and_asks_for_json(caller: Caller) -> None:
    with scripted(rows(1)) as script:
        listing = caller.session(script).page(LISTED, {"sort": "id:asc"}, PageSize())
    [seen] = script.seen
    assert seen.path == "/stores/abc123/v2/orders"
    assert seen.query == {"sort": "id:asc", "limit": "250"}
    assert seen.headers["x-auth-token"] == TOKEN
    assert seen.headers["accept"] == "application/json"
    assert "Headwater" in seen.headers["user-agent"]
    assert (listing.rows, listing.is_last) == ([{"id": 1}], True)


def test_a_page_that_is_full_is_not_the_last(caller: Caller) -> None:
    with scripted(rows(*range(250))) as script:
        assert not caller.session(script).page(LISTED, {}, PageSize()).is_last


def test_the_rows_of_v3_stand_under_data(caller: Caller) -> None:
    with scripted(Reply(body=b'{"data": [{"id": 5}], "meta": {}}')) as script:
        assert caller.session(script).page(LISTED, {}, PageSize()).rows == [{"id": 5}]


@pytest.mark.parametrize("body", [b'{"meta": {}}', b'"text"', b"7"])
def test_what_is_no_list_is_malformed(caller: Caller, body: bytes) -> None:
    with scripted(Reply(body=body)) as script, pytest.raises(MalformedAnswerError):
        caller.session(script).page(LISTED, {}, PageSize())


@pytest.mark.parametrize(
    "failure",
    [
        Reply(500, b""),
        Reply(502, b"<html>Bad Gateway</html>"),
        Reply(200, b""),
        Reply(200, b'[{"id": 1'),
        Reply(200, b'[{"id": 1', declares=5000),
        Reply(reset=True),
    ],
    ids=["500", "html", "empty", "cut json", "cut body", "reset"],
)
def test_a_failed_page_is_asked_for_again_and_smaller(caller: Caller, failure: Reply) -> None:
    with scripted(failure, rows(1, 2)) as script:
        listing = caller.session(script).page(LISTED, {}, PageSize())
    assert limits(script) == ["250", "125"]
    assert (listing.limit, len(listing.rows)) == (125, 2)
    assert caller.slept == [2]


@pytest.mark.parametrize("status", [413, 422])
def test_a_limit_above_the_stores_maximum_is_lowered_without_a_wait(
    caller: Caller, status: int
) -> None:
    with scripted(Reply(status), Reply(status), rows(1)) as script:
        listing = caller.session(script).page(LISTED, {}, PageSize())
    assert limits(script) == ["250", "125", "62"]
    assert listing.limit == 62
    assert caller.slept == []


def test_a_refusal_that_no_smaller_page_mends_is_a_defect_of_ours(caller: Caller) -> None:
    refusal = Reply(422, b'{"title": "bad sort"}')
    with scripted(refusal) as script, pytest.raises(RequestRejectedError, match="bad sort"):
        caller.session(script).page(LISTED, {}, PageSize())
    assert limits(script) == ["250", "125", "62", "31", "15", "10"]


def test_a_page_size_stays_small_for_the_pages_that_follow(caller: Caller) -> None:
    size = PageSize()
    with scripted(Reply(500), Reply(500), rows(1), rows(2)) as script:
        session = caller.session(script)
        session.page(LISTED, {}, size)
        session.page(LISTED, {}, size)
    assert limits(script) == ["250", "125", "62", "62"]


def test_a_storm_of_errors_is_given_up_after_five_attempts_with_growing_gaps(
    caller: Caller,
) -> None:
    with scripted(Reply(503)) as script, pytest.raises(StoreUnavailableError, match="503"):
        caller.session(script).page(LISTED, {}, PageSize())
    assert limits(script) == ["250", "125", "62", "31", "15"]
    assert caller.slept == [2, 8, 32, 128]


def test_a_storm_is_given_up_where_the_next_gap_would_pass_the_deadline(caller: Caller) -> None:
    with scripted(Reply(503)) as script:
        session = caller.session(script)
        caller.clock.advance(timedelta(minutes=9, seconds=55))
        with pytest.raises(StoreUnavailableError):
            session.page(LISTED, {}, PageSize())
    assert caller.slept == [2]


def test_lasting_rubbish_is_malformed_and_not_unavailable(caller: Caller) -> None:
    with scripted(Reply(body=b"<html>")) as script, pytest.raises(MalformedAnswerError):
        caller.session(script).page(LISTED, {}, PageSize())
    assert len(script.seen) == 5


def test_a_store_that_is_not_there_is_unavailable(caller: Caller) -> None:
    with scripted(rows(1)) as script:
        session = caller.session(script)
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        session.page(LISTED, {}, PageSize())


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_asked_for_again(caller: Caller, status: int) -> None:
    with scripted(Reply(status)) as script, pytest.raises(Exception, match=r"store|token"):
        caller.session(script).page(LISTED, {}, PageSize())
    assert len(script.seen) == 1
    assert caller.slept == []


def test_a_429_is_waited_out_for_as_long_as_the_store_says(caller: Caller) -> None:
    with scripted(Reply(429, headers=SPENT), rows(1)) as script:
        caller.session(script).page(LISTED, {}, PageSize())
    assert limits(script) == ["250", "250"]
    assert caller.slept == [4.1]


def test_a_page_bears_the_time_of_the_call_that_brought_it_and_not_of_the_waits(
    caller: Caller,
) -> None:
    begun = caller.clock.now()
    with scripted(Reply(429, headers=SPENT), Reply(500), rows(1)) as script:
        listing = caller.session(script).page(LISTED, {}, PageSize())
    assert listing.asked_at - begun == timedelta(seconds=4.1 + 2)


def test_a_429_without_headers_is_waited_out_longer_each_time(caller: Caller) -> None:
    with scripted(*[Reply(429)] * 6, rows(1)) as script:
        caller.session(script).page(LISTED, {}, PageSize())
    assert caller.slept == [5, 10, 20, 40, 60, 60]


def test_a_429_that_outlasts_the_deadline_says_how_long_to_stay_away(caller: Caller) -> None:
    with scripted(Reply(429, headers={"X-Retry-After": "3600"})) as script:
        session = caller.session(script)
        with pytest.raises(RateLimitedError) as raised:
            session.page(LISTED, {}, PageSize())
    assert raised.value.retry_after == 3600.1
    assert caller.slept == []


def test_a_low_quota_is_waited_out_before_it_is_used_up(caller: Caller) -> None:
    low = rows(1, **SPENT | {"X-Rate-Limit-Requests-Left": "5"})
    with scripted(low, rows(2)) as script:
        session = caller.session(script)
        session.page(LISTED, {}, PageSize())
        assert caller.slept == []
        session.page(LISTED, {}, PageSize())
    assert caller.slept == [4.1]


def test_a_low_quota_that_outlasts_the_deadline_costs_no_call(caller: Caller) -> None:
    with scripted(rows(1, **SPENT)) as script:
        session = caller.session(script)
        caller.clock.advance(timedelta(minutes=9, seconds=58))
        session.page(LISTED, {}, PageSize())
        with pytest.raises(RateLimitedError, match="nearly used up"):
            session.page(LISTED, {}, PageSize())
    assert len(script.seen) == 1
    assert caller.slept == []


def test_numbered_pages_are_read_until_a_short_one(caller: Caller) -> None:
    with scripted(rows(*range(250)), rows(250, 251)) as script:
        pages = caller.session(script).pages(LISTED, {}, PageSize())
    assert [seen.query["page"] for seen in script.seen] == ["1", "2"]
    assert sum(len(page.rows) for page in pages) == 252


def test_numbered_pages_start_over_when_the_page_size_shrinks(caller: Caller) -> None:
    first, second = rows(*range(125)), rows(*range(125, 200))
    with scripted(rows(*range(250)), Reply(500), first, first, second) as script:
        pages = caller.session(script).pages(LISTED, {}, PageSize())
    assert [(seen.query["page"], seen.query["limit"]) for seen in script.seen] == [
        ("1", "250"),
        ("2", "250"),
        ("2", "125"),
        ("1", "125"),
        ("2", "125"),
    ]
    assert [row["id"] for page in pages for row in page.rows] == list(range(200))


def test_a_listing_that_repeats_its_page_is_no_endless_loop(caller: Caller) -> None:
    with scripted(rows(*range(250))) as script, pytest.raises(MalformedAnswerError, match="again"):
        caller.session(script).pages(LISTED, {}, PageSize())


def test_the_stores_time_is_the_date_of_its_answer(caller: Caller) -> None:
    date = {"Date": "Sat, 14 Mar 2026 12:00:00 GMT"}
    with scripted(Reply(body=b'{"count": 3}', headers=date)) as script:
        assert caller.session(script).store_time(LISTED) == datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize("headers", [{}, {"Date": "today"}])
def test_an_answer_without_a_date_tells_no_time(caller: Caller, headers: dict[str, str]) -> None:
    with scripted(Reply(headers=headers)) as script, pytest.raises(MalformedAnswerError):
        caller.session(script).store_time(LISTED)


def test_a_redirect_is_refused_and_the_token_not_sent_along(caller: Caller) -> None:
    with (
        scripted(rows(1)) as elsewhere,
        scripted(Reply(302, headers={"Location": elsewhere.url})) as script,
    ):
        with pytest.raises(RequestRejectedError, match="302"):
            caller.session(script).page(LISTED, {}, PageSize())
        assert elsewhere.seen == []


def test_the_token_is_in_no_error_even_if_the_store_repeats_it(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = f'[{{"status": 400, "message": "no such thing: {TOKEN}"}}]'
    with scripted(Reply(400, told.encode())) as script:
        session = caller.session(script)
        with pytest.raises(RequestRejectedError) as raised:
            session.page(LISTED, {}, PageSize())
    assert "no such thing: [token]" in str(raised.value)
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(session)


@pytest.mark.parametrize("token", ["", "with space", "line\nfeed", "ümlaut"])
def test_a_token_that_cannot_be_one_is_refused_without_repeating_it(
    caller: Caller, token: str
) -> None:
    with scripted(rows(1)) as script, pytest.raises(CredentialsRejectedError) as raised:
        caller.session(script, token)
    assert not token or token not in str(raised.value)
    assert script.seen == []


def test_429s_that_ask_for_next_to_nothing_are_waited_out_longer_each_time(caller: Caller) -> None:
    spent = SPENT | {"X-Rate-Limit-Time-Reset-Ms": "1"}
    with scripted(*[Reply(429, headers=spent)] * 5, rows(1)) as script:
        caller.session(script).page(LISTED, {}, PageSize())
    assert caller.slept == pytest.approx([0.101, 1, 2, 4, 8])


def test_a_rejected_token_is_replaced_by_the_one_that_is_kept_now(caller: Caller) -> None:
    with scripted(Reply(401), rows(1)) as script:
        session = caller.session(script, renew=lambda: "tok-new")
        session.page(LISTED, {}, PageSize())
    assert [seen.headers["x-auth-token"] for seen in script.seen] == [TOKEN, "tok-new"]
    assert caller.slept == []


def test_a_rejected_token_that_stays_is_tried_again_after_a_while(caller: Caller) -> None:
    with scripted(Reply(401), Reply(401), rows(1)) as script:
        caller.session(script, renew=lambda: TOKEN).page(LISTED, {}, PageSize())
    assert caller.slept == [10, 60]


def test_a_token_that_stays_rejected_is_given_up_after_three_attempts(caller: Caller) -> None:
    with scripted(Reply(401)) as script, pytest.raises(CredentialsRejectedError):
        caller.session(script, renew=lambda: TOKEN).page(LISTED, {}, PageSize())
    assert len(script.seen) == 3


def test_a_token_that_is_only_tried_is_not_waited_for(caller: Caller) -> None:
    with scripted(Reply(401)) as script, pytest.raises(CredentialsRejectedError):
        caller.session(script).page(LISTED, {}, PageSize())
    assert caller.slept == []
