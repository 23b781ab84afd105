"""The command: ``python -m benchmarks.tracking``, which is what ``make bench-tracking`` runs."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from benchmarks import collector
from benchmarks.lines import Line, render
from benchmarks.scale import Scale
from benchmarks.tracking.fuzz import fuzz
from benchmarks.tracking.sizes import measure_sizes
from benchmarks.tracking.user_agents import ListError, measure_user_agents

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEED = 20_261_129
_SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table.

    Returns:
        1 if a budget is exceeded or an input breaks a promise.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracking", description=__doc__)
    parser.add_argument(
        "--inputs", type=int, default=1_000_000, help="of the fuzzing (%(default)s); 0: none"
    )
    parser.add_argument("--seed", type=int, default=_SEED, help="of the inputs (%(default)s)")
    options = parser.parse_args(arguments)
    lines = measure_sizes() + collector.measure(Scale())
    try:
        lines += measure_user_agents()
    except ListError as error:
        print(f"bots are not measured: {error}", file=sys.stderr)
    if options.inputs:
        lines += _fuzz(options.inputs, options.seed)
    print(render(lines, {}))
    return 1 if any(line.is_over for line in lines) else 0


def _fuzz(count: int, seed: int) -> list[Line]:
    print(f"sending {count:,} inputs ...", file=sys.stderr, flush=True)
    started = time.process_time()
    broken = fuzz(count, seed)
    seconds = time.process_time() - started
    for told in broken[:_SHOWN]:
        print(told[:2000], file=sys.stderr)
    return [
        Line(
            f"fuzz: {count:,} inputs through edge and worker",
            len(broken),
            "broken promises",
            against=f"{seconds / count * 1e6:.0f} CPU us each",
            budget="0",
            is_over=bool(broken),
        )
    ]


if __name__ == "__main__":
    sys.exit(main())
