"""The command: ``python -m benchmarks``, which is what ``make bench`` runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import (
    chains,
    collector,
    connectors,
    customers,
    effects,
    engine,
    files,
    mutations,
    pull,
    report,
    store,
    years,
)
from benchmarks.baseline import BASELINE, read_baseline, update_baseline
from benchmarks.lines import TOLERANCE, render
from benchmarks.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.lines import Line

SUBJECTS: dict[str, Callable[[Scale], list[Line]]] = {
    "engine": engine.measure,
    "effects": effects.measure,
    "chains": chains.measure,
    "report": report.measure,
    "customers": customers.measure,
    "years": years.measure,
    "store": store.measure,
    "pull": pull.measure,
    "connectors": connectors.measure,
    "files": files.measure,
    "collector": collector.measure,
    "mutations": mutations.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table.

    Returns:
        1 if a ratio is worse than its baseline allows, or something measured is not right.
    """
    options = _parser().parse_args(arguments)
    baseline = read_baseline(options.baseline)
    scale = Scale(orders=options.orders, long_history=options.history)
    lines: list[Line] = []
    for subject in options.only or SUBJECTS:
        print(f"measuring {subject} ...", file=sys.stderr, flush=True)
        lines += SUBJECTS[subject](scale)
    print(render(lines, baseline))
    if options.update:
        update_baseline(options.baseline, lines)
        return 0
    worse = [line for line in lines if line.is_worse_than(baseline.get(line.measure))]
    for line in worse:
        print(f"worse than the baseline by more than {TOLERANCE:.0%}: {line.measure}")
    wrong = [line for line in lines if line.is_over and line.fails]
    for line in wrong:
        print(f"not as it has to be: {line.measure}")
    return 1 if worse or wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures the program against floors of the same run. Ratios are of CPU time "
        f"(calls, memory) and the lower the better; a ratio more than {TOLERANCE:.0%} above its "
        "baseline fails. Values are for reading: they depend on the machine, ratios hardly do.",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=tuple(SUBJECTS),
        metavar="NAME",
        help=f"measure only this subject ({', '.join(SUBJECTS)}); may be given several times",
    )
    parser.add_argument(
        "--orders",
        type=_positive,
        default=Scale().orders,
        help="size of the histories of engine and report (%(default)s); each has its own baseline",
    )
    parser.add_argument(
        "--history",
        type=_positive,
        default=Scale().long_history,
        help="size of the history whose pull takes no more memory than one of "
        f"{Scale().short_history:,} orders (%(default)s)",
    )
    parser.add_argument("--update", action="store_true", help="write the baseline, and never fail")
    parser.add_argument("--baseline", type=Path, default=BASELINE, help="the file (%(default)s)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        message = "at least 1"
        raise argparse.ArgumentTypeError(message)
    return number


if __name__ == "__main__":
    sys.exit(main())
