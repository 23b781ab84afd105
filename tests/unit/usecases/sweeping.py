"""A lake whose facts are plain texts, the runs that write them, and the sweep of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from headwater.domain.manifests import Manifest
from headwater.domain.settings import AccountSettings
from headwater.usecases.run_files import LEASE
from headwater.usecases.sweep_objects import SweepPorts, SweepResult, sweep_objects
from tests.fakes import FakeClock, FakeFacts, FakeLake, FakePipeline, FakeRuns, FakeSweeps
from tests.fakes.sweeps import FakeSweptObjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from headwater.usecases.ports.sweeps import StoredObject

ACCOUNT = "acme"
NEVER = datetime.max.replace(tzinfo=UTC)


class Objects(FakeSweptObjects):
    """The objects of the lake; ``before_removal`` is called once, right before some are removed."""

    before_removal: Callable[[Sequence[str]], object] | None = None
    listed: Callable[[], object] | None = None

    def after(self, account: str, place: str) -> Iterator[Sequence[StoredObject]]:
        for page in super().after(account, place):
            if self.listed:
                self.listed()
            yield page

    def remove(self, keys: Sequence[str]) -> None:
        act, self.before_removal = self.before_removal, None
        if act:
            act(keys)
        super().remove(keys)


class Runs(FakeRuns):
    """Leases; a process that has died hands none back."""

    is_deaf = False

    def hand_back(self, account: str, holder: str) -> bool:
        return False if self.is_deaf else super().hand_back(account, holder)


@dataclass
class Shop:
    """An account and its lake. What a run sees is a mapping of days to texts."""

    clock: FakeClock = field(default_factory=FakeClock)
    runs: Runs = field(default_factory=Runs)
    sweeps: FakeSweeps = field(default_factory=FakeSweeps)
    pipeline: FakePipeline = field(default_factory=FakePipeline)

    def __post_init__(self) -> None:
        self.lake, self.facts = FakeLake(self.clock), FakeFacts(self.clock)
        self.objects = Objects(self.lake, self.facts)
        self._numbers = count(1)
        self.ports = SweepPorts(
            self.clock,
            self.runs,
            self.lake,
            self.objects,
            self.sweeps,
            self.pipeline,
            token_hex=lambda size: f"{next(self._numbers):0{2 * size}x}",
        )

    def begin(self) -> str | None:
        """Take the lease for a run; None where somebody else holds it."""
        run, now = f"run-{next(self._numbers):04}", self.clock.now()
        return run if self.runs.acquire(ACCOUNT, run, now, now + LEASE) else None

    def put(self, day: str, text: str) -> str:
        """Write an object of a day; the same text is the same object, put again."""
        key = f"facts/orders/account={ACCOUNT}/day={day}/{text}.parquet"
        self.facts.objects[key] = text.encode()
        return key

    def publish(self, run: str, days: Mapping[str, str]) -> str:
        """Publish that days have these objects; return the manifest's key."""
        report = self.lake.put_report(ACCOUNT, "roi", sorted(days.values()))
        manifest = Manifest(
            ACCOUNT,
            self.clock.now().date(),
            AccountSettings().document(),
            {"orders": dict(days)},
            {"roi": report},
        )
        key = self.lake.put_manifest(manifest)
        now = self.clock.now()
        self.runs.publish(ACCOUNT, run, key, manifest.data_version, now, as_of=now)
        return key

    def run(self, **days: str) -> str:
        """Do a run that sees these texts by day; return the manifest's key."""
        run = self.begin()
        assert run
        key = self.publish(run, {day: self.put(day, text) for day, text in days.items()})
        self.runs.release(ACCOUNT, run)
        return key

    def sweep(self, deadline: datetime = NEVER) -> SweepResult:
        """Sweep the account as the schedule does."""
        return sweep_objects(ACCOUNT, deadline, ports=self.ports)

    def stored(self) -> set[str]:
        """Return the keys of all objects."""
        return {*self.lake.objects, *self.facts.objects}

    def named_by(self, manifest: str) -> set[str]:
        """Return a manifest's key and the keys that it names."""
        return {manifest} | self.lake.get_manifest(manifest).keys

    def wait(self, **time: float) -> None:
        """Let time pass, as ``timedelta`` spells it."""
        self.clock.advance(timedelta(**time))
