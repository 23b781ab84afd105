from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from headwater.domain.settings import AccountSettings
from headwater.errors import StoreUnavailableError, UnknownResourceError
from headwater.usecases.directory_pull import DirectoryPorts
from headwater.usecases.keep_webhooks import HookPorts
from headwater.usecases.ports import OrderPage, Source
from headwater.usecases.pull_orders import begin_run, pull_account, pull_every_account
from headwater.usecases.source_pull import PulledOrders, PullPorts
from tests.fakes import (
    FakeAccounts,
    FakeClock,
    FakeEdges,
    FakeHooks,
    FakeJourneys,
    FakeLake,
    FakeMarks,
    FakeOrders,
    FakePipeline,
    FakeProducts,
    FakeRuns,
    FakeSecrets,
    script_ports,
)
from tests.lambda_side import FakeStore, FakeStores

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


class EmptyStore:
    """A store without orders."""

    def server_time(self) -> datetime:
        return NOW

    def page(
        self,
        *,
        modified_since: datetime | None,  # noqa: ARG002
        after_id: int,
        archived: bool,  # noqa: ARG002
        created_since: datetime | None = None,  # noqa: ARG002
    ) -> OrderPage:
        return OrderPage((), (), after_id, b"", is_last=True, fetched_at=NOW)


class EmptyStores:
    """Opens that store."""

    def open(self, account: str, source: Source) -> Any:  # noqa: ANN401, ARG002
        return EmptyStore()

    def connect(self, **credentials: str) -> Any:  # noqa: ANN401
        raise NotImplementedError


class BrokenPipeline(FakePipeline):
    """Cannot reach the account ``b``."""

    def pull(self, account: str) -> None:
        if account == "b":
            message = "throttled"
            raise StoreUnavailableError(message)
        super().pull(account)

    def start(self, account: str, run: str, *, more: bool) -> None:
        if account == "b":
            message = "no such state machine"
            raise UnknownResourceError(message)
        super().start(account, run, more=more)


@dataclass
class Office:
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    runs: FakeRuns = field(default_factory=FakeRuns)
    pipeline: FakePipeline = field(default_factory=BrokenPipeline)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)

    def begin(self, account: str = "a", token: str = "0badcafe") -> str | None:
        return begin_run(account, runs=self.runs, clock=self.clock, token_hex=lambda _: token)

    def pull_account(self, account: str, token: str = "0badcafe") -> Any:  # noqa: ANN401
        ports = PullPorts(
            clock=self.clock,
            accounts=self.accounts,
            runs=self.runs,
            sources=EmptyStores(),
            orders=FakeOrders(),
            lake=FakeLake(),
            marks=FakeMarks(),
            directory=DirectoryPorts(
                self.clock,
                self.accounts,
                FakeStores(FakeStore(self.clock)),
                FakeJourneys(),
                FakeEdges(),
                FakeProducts(),
                FakeLake(),
            ),
            hooks=HookPorts(
                self.clock,
                self.accounts,
                FakeHooks(),
                FakeStores(FakeStore(self.clock)),
                lambda size: "0" * size,
                "https://hooks.example",
            ),
            script=script_ports(self.clock, self.accounts, FakeStores(FakeStore(self.clock))),
        )
        self.accounts.save_source(account, Source("shop", "bigcommerce", "abc123", "arn"))
        deadline = NOW + timedelta(minutes=10)
        return pull_account(
            account, deadline, ports=ports, pipeline=self.pipeline, token_hex=lambda _: token
        )


@pytest.fixture
def office() -> Office:
    return Office()


def test_every_active_account_is_pulled_even_if_one_cannot_be_reached(office: Office) -> None:
    for account in ("c", "b", "a"):
        office.accounts.create(account, AccountSettings(), NOW)
    invoked = pull_every_account(accounts=office.accounts, pipeline=office.pipeline)
    assert office.pipeline.pulled == ["a", "c"]
    assert (invoked.accounts, invoked.failed) == (("a", "c"), ("b",))


def test_a_run_has_a_name_that_sorts_by_time(office: Office) -> None:
    first = office.begin()
    office.clock.advance(timedelta(minutes=21))
    second = office.begin(token="00000000")
    assert first == "20261121T140000Z-0badcafe"
    assert second is not None
    assert first < second


def test_a_run_holds_the_lease_for_twenty_minutes(office: Office) -> None:
    run = office.begin()
    head = office.runs.head("a")
    assert (head.lease_run, head.lease_until) == (run, NOW + timedelta(minutes=20))
    assert run
    assert office.runs.recorded("a", run)["status"] == "running"


def test_a_second_run_only_asks_the_first_one_to_go_again(office: Office) -> None:
    first = office.begin()
    assert office.begin(token="deadbeef") is None
    head = office.runs.head("a")
    assert (head.lease_run, head.again) == (first, True)


def test_the_run_of_one_account_leaves_the_others_free(office: Office) -> None:
    assert office.begin("a")
    assert office.begin("b")


def test_an_account_is_pulled_and_its_pipeline_started(office: Office) -> None:
    result = office.pull_account("a")
    assert result.pulled == PulledOrders()
    assert office.pipeline.started == [("a", result.run, False)]
    assert office.runs.head("a").lease_run == result.run


def test_an_account_that_is_being_pulled_starts_nothing(office: Office) -> None:
    office.begin()
    assert office.pull_account("a", token="deadbeef").run is None
    assert office.pipeline.started == []


def test_a_run_that_cannot_start_its_pipeline_gives_the_lease_back(office: Office) -> None:
    with pytest.raises(UnknownResourceError):
        office.pull_account("b")
    assert office.runs.head("b").lease_run == ""
    assert office.begin("b", token="deadbeef")
