"""What an invocation has around it: the time, queues, and whoever comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class HitQueue(Protocol):
    """A queue between an edge and its worker: of hits, or of webhooks."""

    def send(self, messages: Sequence[str]) -> None:
        """Queue messages; raises RetriableError if the queue does not take all of them."""
        ...


class Pipeline(Protocol):
    """Starts what comes after this invocation."""

    def pull(self, account: str) -> None:
        """Invoke the pull of one account, without waiting for it."""
        ...

    def start(self, account: str, run: str, *, more: bool) -> None:
        """Start the order pipeline of a run; starting the same run twice is one start."""
        ...
