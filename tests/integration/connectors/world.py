"""One connected source against its vendor's server, with our own tables in memory.

What the contract suite does to a source is the same for ad platforms and CRMs; what differs is
behind ``World``. A vendor joins the suite by a case in ``cases``.
"""

from __future__ import annotations

import os
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from headwater.adapters.connectors.sources import ConnectorSources
from headwater.usecases.connect_connector import (
    ConnectorPorts,
    ConnectorRequest,
    connect_connector,
)
from local.vendors.server import VendorServer
from tests.fakes import FakeAccounts, FakeClock, FakeLake, FakeMarks, FakeRuns, FakeSecrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.usecases.ports import Source
    from local.vendors.application import VendorApplication

ACCOUNT = "acme"
SLICE = timedelta(minutes=10)


@dataclass(frozen=True)
class Case:
    """A vendor in the suite.

    ``permission`` is one that is needed, as its application calls it in ``lacks``; ``scope`` is its
    title. ``renews``: its access token runs out and is got anew, ``rotates``: each refresh token is
    good once.
    """

    application: type[VendorApplication]
    credentials: Mapping[str, str]
    permission: str
    scope: str
    renews: bool = False
    rotates: bool = False


class StoppingError(Exception):
    """Our process dies here."""


@dataclass
class Memory:
    """What this process takes up, at the moments when it is looked at."""

    _seen: list[int] = field(default_factory=list)

    def look(self) -> None:
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(os.getpid())],  # noqa: S607 - as on every Unix
            check=True,
            capture_output=True,
            text=True,
        )
        self._seen.append(int(told.stdout) * 1024)

    @property
    def growth(self) -> int:
        """The most bytes since the first look."""
        assert len(self._seen) > 1
        return max(self._seen) - self._seen[0]


@dataclass
class DyingLake(FakeLake):
    """Dies at a raw page, where told so; forgets them where they are too many."""

    pages_to_live: int = 1_000_000
    forgets: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def keep_raw_page(
        self, account: str, source: str, page: bytes, kind: str = "bigcommerce"
    ) -> str:
        if not self.pages_to_live:
            raise StoppingError
        self.pages_to_live -= 1
        if self.forgets:
            return ""
        return super().keep_raw_page(account, source, page, kind)


@dataclass
class World(ABC):
    """A source that is connected, and what its vendor and we know of it."""

    case: Case
    clock: FakeClock = field(default_factory=FakeClock)
    waits: list[float] = field(default_factory=list)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    lake: DyingLake = field(default_factory=DyingLake)
    memory: Memory = field(default_factory=Memory)
    runs: FakeRuns = field(default_factory=FakeRuns)
    marks: FakeMarks = field(default_factory=FakeMarks)
    server: VendorServer = field(init=False)
    run: str = ""
    begun: int = 0

    role: ClassVar[str]

    def __post_init__(self) -> None:
        self.application = self.case.application()
        self.server = VendorServer(self.application, clock=self.clock.now)

    @property
    def kind(self) -> str:
        return self.application.kind

    @property
    def source(self) -> Source:
        [source] = self.accounts.sources(ACCOUNT)
        return source

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def connectors(self) -> ConnectorSources:
        return ConnectorSources(
            self.secrets,
            clock=self.clock,
            deadline=self.clock.now() + SLICE,
            sleep=self.sleep,
            timeouts=(5, 5),
        )

    def connect(self, **changed: str) -> None:
        """Connect the source with the case's credentials, but for those that are told."""
        credentials = {**self.case.credentials, **changed}
        request = ConnectorRequest(self.kind, credentials, api_url=self.server.url)
        ports = ConnectorPorts(self.clock, self.accounts, self.secrets, self.connectors())
        connect_connector(ACCOUNT, request, ports=ports, other_api_urls=[self.server.url])

    def begin(self) -> None:
        """Let another run hold the account's lease."""
        self.runs.release(ACCOUNT, self.run)
        now = self.clock.now()
        self.begun += 1
        self.run = f"{now:%Y%m%dT%H%M%SZ}-{self.begun:08x}"
        self.runs.acquire(ACCOUNT, self.run, now, now + timedelta(days=9))

    @abstractmethod
    def enter(self, count: int) -> None:
        """Let the vendor have that many records, all of which a daily pull sees."""

    @abstractmethod
    def enter_endless(self, count: int) -> None:
        """Let it have that many that are made when they are asked for, and count what we keep."""

    @abstractmethod
    def restate(self) -> None:
        """Let the vendor change one of its records, and forget another one where it does so."""

    @abstractmethod
    def pull(self) -> bool:
        """Pull for one invocation; return whether there is more to pull."""

    @abstractmethod
    def kept(self) -> list[str]:
        """Return what we keep, sorted."""

    @abstractmethod
    def at_vendor(self) -> list[str]:
        """Return what we should keep, by the vendor's own books, sorted alike."""

    @abstractmethod
    def count_kept(self) -> int:
        """Return how many of the endless records we have kept."""

    def pull_all(self) -> None:
        """Pull in a run of its own until nothing is left."""
        self.begin()
        while self.pull():
            pass
