"""Processes that do a part of a run, count their calls to AWS, and die after one of them.

They are forked off a server that has everything imported and no thread and no connection of its
own, so that they cost no more than their work. A death is ``os._exit``: nothing is cleaned up,
as when Lambda takes a process away. It comes right after a call has been answered; before that
call the world was as after the one before, since nothing else that a process does outlasts it.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import traceback
from dataclasses import dataclass
from multiprocessing import forkserver
from threading import Lock, local
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import LeaseLostError
from tests.fakes import FakeClock
from tests.integration.pipeline.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from botocore.model import OperationModel

    from tests.integration.pipeline.installation import Client, Installation

KILLED = 137
# A whole run takes two seconds; the machine may be busy.
PATIENCE = 120
_FORKING = multiprocessing.get_context("forkserver")
_READS = frozenset(
    {"BatchGetItem", "GetItem", "GetObject", "GetSecretValue", "ListObjectsV2", "Query"}
)


@dataclass(frozen=True)
class Workplace:
    """What a process needs to open an ``Office``; see there."""

    installation: Installation
    account: str
    folder: Path
    instant: datetime
    token: str


@dataclass(frozen=True)
class Call:
    """A call to AWS: its operation, and the text of the key, prefix or item that it is about."""

    operation: str
    about: str

    @property
    def kind(self) -> tuple[str, str]:
        """Its operation, and the folder that it is about."""
        return self.operation, self.about.partition("/")[0] if "/" in self.about else ""

    @property
    def changes_state(self) -> bool:
        """Whether the state may be another after it.

        Objects outside a run's own files are named by their content: nobody finds one before an
        item or a file names it.
        """
        folder = self.kind[1]
        return self.operation not in _READS and not (
            self.operation == "PutObject" and folder != "runs"
        )


@dataclass(frozen=True)
class Pause:
    """A process waits twice at the barrier after the first call like this one was answered.

    ``about`` is a part of what the call is about.
    """

    operation: str
    about: str
    barrier: Barrier


@dataclass(frozen=True)
class Report:
    """What a process that lived says: what its work returned, and its calls in their order."""

    result: Any
    lost_lease: bool
    calls: list[Call]


class Supervisor:
    """Sees the calls of a process, and ends or halts it right after one of them is answered.

    Args:
        dies_after: the number of its last call.
        pause: where it waits.
    """

    def __init__(self, dies_after: int | None, pause: Pause | None) -> None:
        self.calls: list[Call] = []
        self._dies_after = dies_after
        self._pause = pause
        self._answered = 0
        self._lock = Lock()
        self._under_way = local()

    def watch(self, client: Client) -> None:
        """See the calls of one more client."""
        client.meta.events.register("provide-client-params", self._begin)
        client.meta.events.register("after-call", self._end)

    def _begin(self, params: dict[str, Any], model: OperationModel, **_: object) -> None:
        about = next((params[name] for name in ("Key", "Prefix", "Item") if name in params), "")
        self._under_way.call = Call(model.name, str(about))
        self.calls.append(self._under_way.call)

    def _end(self, **_: object) -> None:
        with self._lock:
            self._answered += 1
            if self._answered == self._dies_after:
                os._exit(KILLED)
        call, pause = self._under_way.call, self._pause
        if pause and call.operation == pause.operation and pause.about in call.about:
            self._pause = None
            pause.barrier.wait(PATIENCE)
            pause.barrier.wait(PATIENCE)


class Process:
    """A process at work from now on.

    Args:
        workplace: where it works.
        work: what it does there; it is pickled.
        dies_after: the number of the call after which it is killed.
        pause: where it waits on its way.
        starts_at: the barrier where it waits before it begins.
    """

    def __init__(
        self,
        workplace: Workplace,
        work: Callable[[Office], object],
        *,
        dies_after: int | None = None,
        pause: Pause | None = None,
        starts_at: Barrier | None = None,
    ) -> None:
        self._reports, there = _FORKING.Pipe(duplex=False)
        self._process = _FORKING.Process(
            target=_work, args=(workplace, work, dies_after, pause, starts_at, there), daemon=True
        )
        self._process.start()
        there.close()

    @property
    def is_alive(self) -> bool:
        """Tell whether it still works."""
        return self._process.is_alive()

    def report(self) -> Report:
        """Wait until it is done; it must neither die nor fail."""
        report = self._wait()
        assert report is not None, "the process was killed"
        return report

    def was_killed(self) -> bool:
        """Wait until it has ended, killed or done; tell whether it was killed."""
        return self._wait() is None

    def _wait(self) -> Report | None:
        try:
            said: Report | str = self._reports.recv()
        except EOFError:
            said = "it ended without a word"
        self._process.join(PATIENCE)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            self._process.join()
        self._process.close()
        self._reports.close()
        if code == KILLED:
            return None
        assert isinstance(said, Report), said
        assert code == 0
        return said


def start_server() -> None:
    """Start the server; without this it would start with the first process and know no modules."""
    # pytest because a process imports the main program of the one that wants it.
    _FORKING.set_forkserver_preload(["pytest", "tests.integration.pipeline.preloaded"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        forkserver.ensure_running()


def barrier_for(parties: int) -> Barrier:
    """Return a barrier for processes."""
    return _FORKING.Barrier(parties)


def _work(
    workplace: Workplace,
    work: Callable[[Office], object],
    dies_after: int | None,
    pause: Pause | None,
    starts_at: Barrier | None,
    reports: Connection,
) -> None:
    supervisor = Supervisor(dies_after, pause)
    office = Office(
        workplace.installation,
        workplace.account,
        workplace.folder,
        FakeClock(workplace.instant),
        supervisor.watch,
        workplace.token,
    )
    if starts_at:
        starts_at.wait(PATIENCE)
    try:
        result, lost_lease = work(office), False
    except LeaseLostError:
        result, lost_lease = None, True
    except BaseException:
        reports.send(traceback.format_exc())
        raise
    reports.send(Report(result, lost_lease, supervisor.calls))
