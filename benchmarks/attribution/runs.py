"""A program's runs over one data set, and what they took."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.timing import Spent, in_fresh_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.timing import Outcome

_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Run:
    """What several runs took: the best of them, the median on the wall's clock, the most memory."""

    program: str
    orders: int
    best: Spent
    median_wall: float
    peak_megabytes: float


def summarize(program: str, orders: int, spent: Sequence[Spent], peak_memory: int) -> Run:
    """Return repeated runs as one line."""
    return Run(
        program,
        orders,
        Spent(min(one.wall for one in spent), min(one.cpu for one in spent)),
        median(one.wall for one in spent),
        peak_memory / _MEGABYTE,
    )


def run_in_turn(
    rounds: int, orders: int, folder: Path, programs: Mapping[str, Callable[[Path], object]]
) -> dict[str, tuple[Run, object]]:
    """Run programs in turn, each time in a process of its own; return what they said at last.

    In turn, so that a slow minute of the machine slows the programs alike.
    """
    outcomes: dict[str, list[Outcome[object]]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            outcomes[name].append(in_fresh_process(program, folder))
    return {
        name: (
            summarize(
                name, orders, [one.spent for one in ran], max(one.peak_memory for one in ran)
            ),
            ran[-1].result,
        )
        for name, ran in outcomes.items()
    }


def render_runs(runs: Sequence[Run], floors: dict[int, Run]) -> str:
    """Return runs as a table, with their ratios to the floor of the same data set."""
    heading = (
        f"{'orders':>9}  {'program':<52} {'wall s':>8} {'median':>8} {'CPU s':>8} {'MB':>6} "
        f"{'x floor':>8} {'of CPU':>7}"
    )
    rows = [heading]
    for run in runs:
        floor = floors[run.orders].best
        rows.append(
            f"{run.orders:>9,}  {run.program:<52} {run.best.wall:>8.3f} {run.median_wall:>8.3f} "
            f"{run.best.cpu:>8.3f} {run.peak_megabytes:>6.0f} {run.best.wall / floor.wall:>8.2f} "
            f"{run.best.cpu / floor.cpu:>7.2f}"
        )
    return "\n".join(rows)
