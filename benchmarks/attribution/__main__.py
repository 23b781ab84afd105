"""The command: ``python -m benchmarks.attribution``, or ``make bench-attribution``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.attribution import checks, engine_jobs
from benchmarks.attribution.cells import differences
from benchmarks.attribution.floor import scan_and_sort
from benchmarks.attribution.independent import attribute_by_sql
from benchmarks.attribution.peers.programs import PEERS, PeerError, run_peer
from benchmarks.attribution.raw_tables import SCRATCH, make_tables
from benchmarks.attribution.ready_paths import credit_ready_paths
from benchmarks.attribution.runs import render_runs, run_in_turn, summarize
from benchmarks.timing import in_fresh_process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.attribution.cells import Cells
    from benchmarks.attribution.checks import Check
    from benchmarks.attribution.peers.programs import Peer
    from benchmarks.attribution.runs import Run
    from benchmarks.timing import Spent

SIZES = (10_000, 100_000, 1_000_000)
_FIVE_MILLION = 5_000_000
_FLOOR, _OURS = "floor: scan and sort the hits", "engine: raw tables to cells"
_ROWS, _SQL = "engine: raw tables to wide rows in Parquet", "plain SQL in DuckDB"
_EFFECTS = "engine: train one version of effects"


class Report:
    """What is printed at the end: a table of runs, and the targets."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.floors: dict[int, Run] = {}
        self.engine: list[Run] = []
        self.checks: list[Check] = []
        self.notes: list[str] = []

    def __str__(self) -> str:
        """Return it as text."""
        parts = [render_runs(self.runs, self.floors), "\n".join(self.notes)]
        return "\n\n".join(part for part in [*parts, "\n".join(map(str, self.checks))] if part)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything, print it, and return 1 where a target is missed."""
    options = _parser().parse_args(arguments)
    sizes = {*(options.orders or SIZES), *([_FIVE_MILLION] if options.five_million else [])}
    report = Report()
    for orders in sorted(sizes):
        _say(f"{orders:,} orders: the raw tables")
        folder = make_tables(orders, options.scratch)
        cells = _measure_engine(report, orders, folder, options.rounds)
        if orders < _FIVE_MILLION:
            if not options.without_sql:
                _compare_with_sql(report, orders, folder, cells)
            if not options.without_peers:
                for peer in PEERS:
                    compare_with_peer(report, peer, orders, folder, options.rounds)
    report.checks += checks.check_growth(report.engine)
    print(report)
    return 0 if all(check.is_met for check in report.checks) else 1


def _measure_engine(report: Report, orders: int, folder: Path, rounds: int) -> Cells:
    _say(f"{orders:,} orders: the floor and the engine, {rounds} times")
    programs = {
        _FLOOR: scan_and_sort,
        _OURS: engine_jobs.attribute_by_engine,
        _ROWS: engine_jobs.write_rows,
        _EFFECTS: engine_jobs.train_effects,
    }
    ran = run_in_turn(rounds, orders, folder, programs)
    report.runs += [run for run, _ in ran.values()]
    floor, whole = ran[_FLOOR][0], ran[_OURS][0]
    report.floors[orders] = floor
    report.engine.append(whole)
    report.checks += checks.check_size(whole, floor)
    return cast("Cells", ran[_OURS][1])


def _compare_with_sql(report: Report, orders: int, folder: Path, cells: Cells) -> None:
    _say(f"{orders:,} orders: the SQL, once")
    outcome = in_fresh_process(attribute_by_sql, folder)
    report.runs.append(summarize(_SQL, orders, [outcome.spent], outcome.peak_memory))
    report.checks.append(checks.check_equality(orders, differences(cells, outcome.result)))


def compare_with_peer(
    report: Report,
    peer: Peer,
    orders: int,
    folder: Path,
    rounds: int,
    *,
    run: Callable[[Peer, int, Path, int], list[Run]] = run_peer,
) -> None:
    """Run a peer, and the engine's models of the same names.

    Once on the peer's own paths, which is what is compared; once as the engine does them in a run:
    on columns that are read already, with windows, roles and refunds, by campaign and day.
    """
    _say(f"{orders:,} orders: {peer.title}, {rounds} times")
    try:
        theirs = run(peer, orders, folder, rounds)
    except PeerError as error:
        report.notes.append(f"{peer.title} does not run here: {error}")
        return
    job = engine_jobs.PeerJob(folder, peer.models)
    own = [
        _own_run(f"  engine: its {len(peer.models)} models {what}", work, job, orders, rounds)
        for what, work in (
            ("on its paths", credit_ready_paths),
            ("and roles on columns, by campaign", engine_jobs.credit_like_peer),
        )
    ]
    report.runs += [*theirs, *own]
    if orders == max(SIZES):
        report.checks.append(checks.check_peer(theirs[-1], peer.models, own[0]))


def _own_run(
    title: str,
    work: Callable[[engine_jobs.PeerJob], Spent],
    job: engine_jobs.PeerJob,
    orders: int,
    rounds: int,
) -> Run:
    outcomes = [in_fresh_process(work, job) for _ in range(rounds)]
    peak = max(outcome.peak_memory for outcome in outcomes)
    return summarize(title, orders, [outcome.result for outcome in outcomes], peak)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.attribution",
        description="Computes every model's credit per day and campaign from raw tables, each "
        "program in processes of its own; prints what they take and exits 1 where a target is "
        "missed. Times of a machine that does other things say little: compare CPU time, or the "
        "ratios.",
    )
    parser.add_argument(
        "--orders",
        type=int,
        action="append",
        metavar="N",
        help=f"size of the account; may be given several times ({', '.join(map(str, SIZES))})",
    )
    parser.add_argument("--five-million", action="store_true", help="also 5,000,000 orders")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (%(default)s)")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--without-sql", action="store_true")
    parser.add_argument(
        "--scratch", type=Path, default=SCRATCH, help="where the raw tables are (%(default)s)"
    )
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
