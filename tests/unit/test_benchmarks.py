from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import __main__ as command
from benchmarks import mutations, store
from benchmarks.baseline import read_baseline
from benchmarks.lines import Line, render
from benchmarks.scale import Scale
from benchmarks.seeded_bugs import BUGS, SeededBug
from headwater.adapters.dynamodb.orders import DynamoOrders

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = Scale(orders=60, pulled_orders=20, hits=10, rounds=1, short_history=20, long_history=40)
FLOOR = Line("engine: floor", 0.1, "s")
ROLES = Line("engine: roles", 0.2, "s", 2.0, "a floor", "<= 2 s")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Run the command over one subject that always measures the same."""
    monkeypatch.setattr(command, "SUBJECTS", {"engine": lambda _: [FLOOR, ROLES]})
    path = tmp_path / "baseline.json"

    def main(*arguments: str, baseline: dict[str, float] | None = None) -> int:
        if baseline is not None:
            path.write_text(json.dumps(baseline))
        return command.main([*arguments, "--baseline", str(path)])

    return main


# Each of the mutations takes a run of minutes.
QUICK = {name: measure for name, measure in command.SUBJECTS.items() if name != "mutations"}


@pytest.mark.parametrize("measure", QUICK.values(), ids=QUICK)
def test_every_subject_measures_something(measure: Callable[[Scale], list[Line]]) -> None:
    lines = measure(TINY)
    assert len({line.measure for line in lines}) == len(lines)
    assert all(line.value > 0 for line in lines)
    ratios = [line.ratio for line in lines if line.ratio is not None]
    assert ratios
    assert all(ratio > 0 for ratio in ratios)


def test_a_small_store_is_pulled_in_seven_calls() -> None:
    calls, others, _ = store.measure(TINY)
    # A page of orders, their refunds, all lines of the long one, the archive.
    assert (calls.value, calls.ratio) == (4 * 1000 / TINY.pulled_orders, 4)
    # The store's clock, its customers and its subscribers.
    assert others.value == 3


def test_a_ratio_far_worse_than_its_baseline_fails(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(baseline={ROLES.measure: 2.0 / 1.26}) == 1
    assert "worse than the baseline by more than 25%: engine: roles" in capsys.readouterr().out


@pytest.mark.parametrize("ratio", [2.0 / 1.24, 2.0, 4.0])
def test_a_ratio_near_its_baseline_or_better_passes(run: Callable[..., int], ratio: float) -> None:
    assert run(baseline={ROLES.measure: ratio}) == 0


def test_a_seeded_bug_is_found_and_one_that_changes_nothing_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing_written = SeededBug(
        "orders that are never written", ((DynamoOrders, "upsert", lambda _: lambda *_: 0),)
    )
    harmless = SeededBug("a change of nothing", ())
    found, missed, unseeded = mutations.measure(Scale(random_runs=2), [nothing_written, harmless])
    assert [line.is_over for line in (found, missed, unseeded)] == [False, True, False]
    monkeypatch.setattr(command, "SUBJECTS", {"mutations": lambda _: [found, missed]})
    assert command.main([]) == 1
    assert "not as it has to be: mutations: runs until found, a change of nothing" in (
        capsys.readouterr().out
    )


def test_there_are_eight_seeded_bugs_and_more_of_different_names() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 8


def test_a_measure_without_a_baseline_passes(run: Callable[..., int]) -> None:
    assert run() == 0


def test_an_update_writes_the_ratios_and_keeps_those_of_other_measures(
    run: Callable[..., int], tmp_path: Path
) -> None:
    assert run("--update", baseline={ROLES.measure: 0.1, "store: calls": 3.0}) == 0
    assert read_baseline(tmp_path / "baseline.json") == {"store: calls": 3.0, ROLES.measure: 2.0}
    assert run() == 0


def test_the_table_shows_each_measure_beside_its_baseline_and_budget() -> None:
    over = Line("store: calls", 13, "calls", 3.25, "pages", "<= 12", is_over=True)
    table = render([FLOOR, over, ROLES], {ROLES.measure: 1.0})
    heading, _, calls, roles = (" ".join(row.split()) for row in table.splitlines())
    assert heading == "measure value unit ratio baseline against budget"
    assert calls == "store: calls 13 calls 3.25 - pages <= 12 (over)"
    assert roles == "engine: roles 0.2 s 2 ! 1 a floor <= 2 s"


def test_help_names_every_subject() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=REPOSITORY,
        env={"PYTHONPATH": "layers/headwater"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(
        name in process.stdout for name in ("engine", "chains", "report", "store", "collector")
    )
