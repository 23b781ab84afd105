"""Which accounts get a run between the daily ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError, StoreUnavailableError
from headwater.usecases.pull_orders import InvokedPulls, begin_run
from headwater.usecases.refresh_accounts import refresh_accounts
from tests.fakes import FakeAccounts, FakeClock, FakeMarks, FakePipeline, FakeRuns

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


class Schedule:
    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.accounts = FakeAccounts()
        self.runs = FakeRuns()
        self.marks = FakeMarks()
        self.pipeline = FakePipeline()

    def account(self, name: str, refresh: str) -> None:
        self.accounts.create(name, AccountSettings(refresh=refresh), NOON)

    def change(self, name: str) -> None:
        self.marks.raise_marks(name, "orders", [date(2026, 11, 20)], self.clock.now())

    def begin(self, name: str) -> str:
        run = begin_run(name, runs=self.runs, clock=self.clock, token_hex=lambda size: "a" * size)
        assert run is not None
        return run

    def tick(self) -> InvokedPulls:
        return refresh_accounts(
            accounts=self.accounts,
            runs=self.runs,
            marks=self.marks,
            pipeline=self.pipeline,
            clock=self.clock,
        )


@pytest.fixture
def schedule() -> Schedule:
    return Schedule()


def test_a_run_starts_where_something_has_changed(schedule: Schedule) -> None:
    for name in ("quiet", "busy"):
        schedule.account(name, "15min")
    schedule.change("busy")
    assert schedule.tick() == InvokedPulls(("busy",), ())
    assert schedule.pipeline.pulled == ["busy"]


def test_a_daily_account_waits_for_its_day(schedule: Schedule) -> None:
    schedule.account("acme", "daily")
    schedule.change("acme")
    assert schedule.tick().accounts == ()


def test_an_hourly_account_is_refreshed_once_an_hour(schedule: Schedule) -> None:
    schedule.account("acme", "hourly")
    invoked = 0
    for _ in range(8):
        schedule.change("acme")
        invoked += len(schedule.tick().accounts)
        schedule.clock.advance(QUARTER)
    assert invoked == 2


def test_what_a_run_has_taken_along_starts_no_other(schedule: Schedule) -> None:
    schedule.account("acme", "15min")
    schedule.change("acme")
    schedule.clock.advance(timedelta(minutes=2))
    schedule.runs.release("acme", schedule.begin("acme"))
    schedule.clock.advance(QUARTER)
    assert schedule.tick().accounts == ()
    schedule.change("acme")
    assert schedule.tick().accounts == ("acme",)


def test_a_change_that_an_earlier_mark_stands_for_starts_one(schedule: Schedule) -> None:
    schedule.account("acme", "15min")
    schedule.change("acme")
    schedule.clock.advance(timedelta(seconds=30))
    run = schedule.begin("acme")
    schedule.change("acme")  # a mark raised less than a minute ago stands
    schedule.runs.release("acme", run)
    schedule.clock.advance(QUARTER)
    assert schedule.tick().accounts == ("acme",)


def test_a_run_under_way_is_left_alone(schedule: Schedule) -> None:
    schedule.account("acme", "15min")
    schedule.begin("acme")
    schedule.change("acme")
    assert schedule.tick().accounts == ()


def test_an_account_that_cannot_be_invoked_stops_no_other(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("broken", "other"):
        schedule.account(name, "15min")
        schedule.change(name)

    def pull(account: str) -> None:
        if account == "broken":
            message = "busy"
            raise StoreUnavailableError(message)

    monkeypatch.setattr(schedule.pipeline, "pull", pull)
    assert schedule.tick() == InvokedPulls(("other",), ("broken",))


def test_there_is_no_other_choice() -> None:
    with pytest.raises(InvalidParameterError, match="refresh"):
        AccountSettings(refresh="never")
