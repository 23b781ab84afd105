"""Clocks for work that takes from microseconds to minutes, on a machine that does other things.

Ratios are taken of CPU time, which hardly depends on what else runs, nor on the number of cores.
Of several rounds the best counts: whatever disturbs a round only makes it slower.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall's clock, and of all the process's threads on the CPU."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Outcome[T]:
    """What work in a fresh process came to; ``peak_memory`` is the process's, in bytes."""

    result: T
    spent: Spent
    peak_memory: int


def spend(work: Callable[[], object]) -> Spent:
    """Do something once, and return what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def best_of(rounds: int, *works: Callable[[], object]) -> list[Spent]:
    """Do several things in turn, round by round, and return what each took at best.

    In turn, so that a slow minute of the machine slows the work and its floor alike.
    """
    taken = [[spend(work) for work in works] for _ in range(rounds)]
    return [
        Spent(min(spent.wall for spent in each), min(spent.cpu for spent in each))
        for each in zip(*taken, strict=True)
    ]


def in_fresh_process[A, T](work: Callable[[A], T], argument: A) -> Outcome[T]:
    """Do something in a process of its own, and return what came of it and what it took."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_observe, work, argument).result()


def _observe[A, T](work: Callable[[A], T], argument: A) -> Outcome[T]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work(argument)
    spent = Spent(time.perf_counter() - wall, time.process_time() - cpu)
    return Outcome(result, spent, peak_memory())


def peak_memory() -> int:
    """Return the most memory that this process ever held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux hands a parent's ``ru_maxrss`` down to its children.
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
