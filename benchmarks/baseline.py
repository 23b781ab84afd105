"""The baseline: the ratios that were reached before, by measure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.lines import Line

BASELINE = Path(__file__).with_name("baseline.json")


def read_baseline(path: Path) -> dict[str, float]:
    """Return the ratios by measure; none where there is no file yet."""
    if not path.exists():
        return {}
    return {measure: float(ratio) for measure, ratio in json.loads(path.read_text()).items()}


def update_baseline(path: Path, lines: Iterable[Line]) -> None:
    """Write the ratios of these lines; measures that were not measured now keep theirs."""
    measured = {
        line.measure: float(f"{line.ratio:.3g}") for line in lines if line.ratio is not None
    }
    ratios = read_baseline(path) | measured
    path.write_text(json.dumps(ratios, indent=2, sort_keys=True) + "\n")
