"""Whether the randomized comparison of orders finds bugs: each of a list is put in, by name.

The program as it is has to pass the same runs, or finding something would mean nothing.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.lines import Line
from benchmarks.seeded_bugs import BUGS
from tests.integration.bigcommerce.comparison import StoreDiffersError
from tests.integration.bigcommerce.machine import StoreMachine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from benchmarks.scale import Scale
    from benchmarks.seeded_bugs import SeededBug

_OPERATIONS = 40


def measure(scale: Scale, bugs: Sequence[SeededBug] = BUGS) -> list[Line]:
    """Seed each bug, and count the runs until the comparison finds it."""
    most = scale.random_runs
    lines = []
    for bug in bugs:
        runs, is_found = _search(bug.seeded(), most)
        measured = f"mutations: runs until found, {bug.name}"
        lines.append(
            Line(measured, runs, "runs", None, "", f"<= {most}", is_over=not is_found, fails=True)
        )
    runs, is_found = _search(nullcontext(), most)
    passed = f"mutations: runs that pass, no bug at {_OPERATIONS} operations a run"
    lines.append(Line(passed, runs, "runs", None, "", f">= {most}", is_over=is_found, fails=True))
    return lines


def _search(bug: AbstractContextManager[None], most: int) -> tuple[int, bool]:
    """Return how many runs were made, and whether the last of them found a difference."""

    class Counted(StoreMachine):
        runs = 0

        def __init__(self) -> None:
            super().__init__()
            Counted.runs += 1

    try:
        with bug:
            run_state_machine_as_test(
                Counted,
                settings=settings(
                    max_examples=most,
                    stateful_step_count=_OPERATIONS,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    phases=[Phase.generate],
                    report_multiple_bugs=False,
                    verbosity=Verbosity.quiet,
                    suppress_health_check=list(HealthCheck),
                ),
            )
    except (StoreDiffersError, Flaky):
        return Counted.runs, True
    return Counted.runs, False
