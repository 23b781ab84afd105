"""The short form for ``make bench``: the whole job against the floor, and no peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.attribution.engine_jobs import attribute_by_engine
from benchmarks.attribution.floor import scan_and_sort
from benchmarks.attribution.raw_tables import make_tables
from benchmarks.attribution.runs import run_in_turn
from benchmarks.lines import Line

if TYPE_CHECKING:
    from benchmarks.scale import Scale

_FLOOR, _JOB = "floor", "job"


def whole_job_line(scale: Scale) -> Line:
    """Measure raw tables to day × campaign × model, in processes of their own."""
    programs = {_FLOOR: scan_and_sort, _JOB: attribute_by_engine}
    ran = run_in_turn(scale.rounds, scale.orders, make_tables(scale.orders), programs)
    floor, job = ran[_FLOOR][0], ran[_JOB][0]
    return Line(
        f"engine: raw tables to cells, {scale.orders:,} orders",
        job.best.wall,
        "s",
        job.best.cpu / floor.best.cpu,
        "scan and sort the hits",
        "1 M orders: make bench-attribution",
    )
