"""A clock that stands still until told otherwise, and the places where messages go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headwater.errors import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass
class FakeClock:
    """Shows the instant it was set to."""

    instant: datetime = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, step: timedelta) -> datetime:
        self.instant += step
        return self.instant


@dataclass
class FakeHitQueue:
    """Keeps messages in a list; refuses them all while ``is_down``."""

    messages: list[str] = field(default_factory=list)
    is_down: bool = False

    def send(self, messages: Sequence[str]) -> None:
        if self.is_down:
            message = "the queue is down"
            raise StoreUnavailableError(message)
        self.messages.extend(messages)


@dataclass
class FakeReconciliations:
    """Remembers which ranges were started."""

    started: list[tuple[str, date, date]] = field(default_factory=list)

    def start(self, account: str, first: date, last: date) -> None:
        self.started.append((account, first, last))


@dataclass
class FakePipeline:
    """Remembers what was started: accounts pulled, and (account, run, more) once by run."""

    pulled: list[str] = field(default_factory=list)
    started: list[tuple[str, str, bool]] = field(default_factory=list)

    def pull(self, account: str) -> None:
        self.pulled.append(account)

    def start(self, account: str, run: str, *, more: bool) -> None:
        if (account, run) not in {(a, r) for a, r, _ in self.started}:
            self.started.append((account, run, more))
