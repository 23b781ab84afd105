"""A benchmark's outcome: its lines, and the table that they are printed as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HEADINGS = ("measure", "value", "unit", "ratio", "baseline", "against", "budget")
_RIGHT_ALIGNED = frozenset({"value", "ratio", "baseline"})
# Ratios hold to about this much when a measurement is repeated on a machine that is busy.
TOLERANCE = 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """One thing measured.

    Attributes:
        measure: what, its scale included; names the ratio in the baseline.
        value: in ``unit``.
        unit: of the value.
        ratio: to the floor; the lower the better. None: the line is the floor, or has none.
        against: what the floor does.
        budget: what the line must keep; empty without one.
        is_over: the budget is exceeded.
        fails: the command fails if it is: what is measured is whether something is right.
    """

    measure: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = ""
    budget: str = ""
    is_over: bool = False
    fails: bool = False

    def is_worse_than(self, baseline: float | None) -> bool:
        """Tell whether the ratio is worse than its baseline by more than the tolerance."""
        if self.ratio is None or baseline is None:
            return False
        return self.ratio > baseline * (1 + TOLERANCE)


def render(lines: Iterable[Line], baseline: Mapping[str, float]) -> str:
    """Return lines beside their baselines as a table in plain text."""
    rows = [_HEADINGS, *(_cells(line, baseline.get(line.measure)) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "\n".join(_aligned(row, widths) for row in rows)


def _cells(line: Line, baseline: float | None) -> tuple[str, ...]:
    worse = " !" if line.is_worse_than(baseline) else ""
    return (
        line.measure,
        _number(line.value),
        line.unit,
        _number(line.ratio) + worse,
        _number(baseline),
        line.against,
        f"{line.budget} (over)" if line.is_over else line.budget,
    )


def _number(value: float | None) -> str:
    """Spell a number with three digits, or with all of a large one's."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.rjust(width) if heading in _RIGHT_ALIGNED else cell.ljust(width)
        for heading, cell, width in zip(_HEADINGS, row, widths, strict=True)
    )
    return "  ".join(cells).rstrip()
