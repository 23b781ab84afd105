"""A sweep dies after any of its writes: readers see nothing of it, and the next one ends it."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.dynamodb.runs import DynamoRuns
from headwater.adapters.dynamodb.sweeps import DynamoSweeps
from headwater.adapters.s3.lake import S3Lake
from headwater.adapters.s3.swept_objects import S3SweptObjects
from headwater.domain.manifests import Manifest
from headwater.domain.settings import AccountSettings
from headwater.usecases.run_files import LEASE
from headwater.usecases.sweep_objects import SweepPorts, SweepResult, sweep_objects
from tests.fakes import FakeClock, FakePipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.model import OperationModel

    from tests.integration.adapters.conftest import Tables

WRITES = {"DeleteObjects", "PutItem", "UpdateItem"}


class DeathError(BaseException):
    """The process is gone."""


class House:
    """Accounts on (mocked) AWS that are swept long after their last run."""

    def __init__(self, s3: Any, bucket: str, tables: Tables) -> None:  # noqa: ANN401
        self.clients = (s3, tables.client)
        # S3 dates its objects by the machine's clock.
        self.clock = FakeClock(datetime.now(UTC))
        self.runs = DynamoRuns(tables.accounts)
        self.sweeps = DynamoSweeps(tables.accounts)
        self.lake = S3Lake(s3, bucket)
        self.objects = S3SweptObjects(s3, bucket)

    def open(self, account: str) -> set[str]:
        """Publish two runs, let a third one die, and wait; return what is to stay."""
        self.clock.instant = datetime.now(UTC)
        named = [self._publish(account, name) for name in ("1", "2")]
        self._take_lease(account, "dies")
        self.clock.advance(timedelta(days=30))
        return named[1]

    def ask_for_a_run(self, account: str) -> None:
        """Ask for a run while another one holds the account, and dies."""
        assert self._take_lease(account, "dies too")
        assert not self._take_lease(account, "asks")
        self.clock.advance(LEASE)

    def sweep(self, account: str) -> tuple[SweepResult, list[str]]:
        """Sweep an account; return what that did, and whose pull was started after it."""
        pipeline = FakePipeline()
        ports = SweepPorts(
            self.clock,
            self.runs,
            self.lake,
            self.objects,
            self.sweeps,
            pipeline,
            token_hex=lambda _: uuid.uuid4().hex[:8],
        )
        deadline = self.clock.now() + timedelta(minutes=4)
        return sweep_objects(account, deadline, ports=ports), pipeline.pulled

    def stored(self, account: str) -> set[str]:
        """Return the keys of an account's objects."""
        return {each.key for page in self.objects.after(account, "") for each in page}

    def _publish(self, account: str, name: str) -> set[str]:
        now = self.clock.now()
        self._take_lease(account, name)
        fact = f"facts/orders/account={account}/day=all/{name}.parquet"
        manifest = Manifest(
            account,
            now.date(),
            AccountSettings().document(),
            {"orders": {"all": self.lake.put_json(fact, name)}},
            {"roi": self.lake.put_report(account, "roi", name)},
        )
        key = self.lake.put_manifest(manifest)
        self.runs.publish(account, name, key, manifest.data_version, now, as_of=now)
        self.runs.release(account, name)
        return {key} | manifest.keys

    def _take_lease(self, account: str, run: str) -> bool:
        return self.runs.acquire(account, run, self.clock.now(), self.clock.now() + LEASE)

    @contextmanager
    def dying_after(self, writes: int) -> Iterator[None]:
        """Answer so many writes, and no call after them: what is cleaned up then reaches nobody."""
        answered = 0

        def begin(**_: object) -> None:
            if answered == writes:
                raise DeathError

        def end(model: OperationModel, **_: object) -> None:
            nonlocal answered
            answered += model.name in WRITES

        for client in self.clients:
            client.meta.events.register("before-call", begin)
            client.meta.events.register("after-call", end)
        try:
            yield
        finally:
            for client in self.clients:
                client.meta.events.unregister("before-call", begin)
                client.meta.events.unregister("after-call", end)


@pytest.fixture
def house(aws: Callable[[str], Any], tables: Tables) -> House:
    bucket = f"lake-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=bucket)
    return House(aws("s3"), bucket, tables)


def test_a_sweep_survives_a_death_after_any_of_its_writes(house: House) -> None:
    # It is begun, takes the lease, prolongs it before each of three removals, lets go, and ends.
    for writes in range(10):
        account = f"acme{writes}"
        kept = house.open(account)
        house.ask_for_a_run(account)
        with pytest.raises(DeathError), house.dying_after(writes):
            house.sweep(account)
        assert kept <= house.stored(account)
        house.clock.advance(timedelta(hours=1))
        again, pulled = house.sweep(account)
        assert house.stored(account) == kept
        assert again.is_whole
        # Whoever ends the sweep starts the run that was asked for; twice does no harm.
        assert pulled == [account]
        head = house.runs.head(account)
        assert (head.lease_run, head.again, {str(head.manifest)} <= kept) == ("", True, True)


def test_an_undisturbed_sweep_has_no_other_writes(house: House) -> None:
    kept = house.open("acme")
    house.ask_for_a_run("acme")
    with house.dying_after(10):
        result, pulled = house.sweep("acme")
    assert (result.removed, pulled) == (3, ["acme"])
    assert house.stored("acme") == kept
    house.clock.advance(timedelta(hours=1))
    assert house.sweep("acme") == (SweepResult(), [])
