"""Reports that nobody has asked for before, of an account with five years behind it.

Each is computed in a process of its own, as in a container that has just started: it looks up the
finished run, fetches its files, computes, and is asked again while it holds them, beside one pass
over the credits of the same range. What a run has computed beforehand is read from where it lies.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lines import Line
from benchmarks.published import published_run
from benchmarks.report_files import write_run_tables
from benchmarks.report_requests import measure_warm
from benchmarks.slow_aws import DYNAMODB_SECONDS, S3_SECONDS
from benchmarks.timing import in_fresh_process
from benchmarks.year_reports import QUESTIONS, YEARS, Asked, answer, stored_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.scale import Scale
    from benchmarks.timing import Outcome
    from benchmarks.year_reports import Answered
    from headwater.domain.manifests import Objects

_FEWER = 4
_BUDGET_SECONDS, _BUDGET_BYTES = 5.0, 3_538 * 2**20  # of the function that serves reports
# The design's budget is of a year; how long five take is told.
_WITHIN_BUDGET = frozenset(QUESTIONS) - {"ROI of all five"}
_REPORT = "reports/all-time.json"
_DELAYS = f"{S3_SECONDS * 1000:.0f} ms per S3 call and {DYNAMODB_SECONDS * 1000:.0f} of DynamoDB"


def measure(scale: Scale) -> list[Line]:
    """Measure each question of a history, and of one with a quarter of its orders."""
    with tempfile.TemporaryDirectory() as scratch:
        histories = []
        for orders in (scale.orders, max(1, scale.orders // _FEWER)):
            folder = Path(scratch) / str(orders)
            folder.mkdir()
            histories.append((folder, write_run_tables(orders, folder, YEARS)))
        lines: list[Line] = []
        for question in QUESTIONS:
            whole, fewer = (
                in_fresh_process(answer, Asked(folder, objects, question, scale.rounds))
                for folder, objects in histories
            )
            of = f"years: {question}, {YEARS} years of {scale.orders:,} orders"
            lines += _told(of, question, whole, fewer)
        folder, objects = histories[0]
        return [*lines, _ready(scale, folder, objects)]


def _ready(scale: Scale, folder: Path, objects: Objects) -> Line:
    """Measure the answer to a range that the run has computed beforehand: all five years."""
    _, request = QUESTIONS["ROI of all five"]
    document = in_fresh_process(stored_document, Asked(folder, objects, "", scale.rounds)).result
    of = f"years: ROI of all five ready, {YEARS} years of {scale.orders:,} orders"
    published = published_run({}, {request.query: _REPORT})
    return measure_warm(of, scale, published, request, document, folder)


def _told(
    of: str, question: str, whole: Outcome[Answered], fewer: Outcome[Answered]
) -> Iterator[Line]:
    is_bound = question in _WITHIN_BUDGET
    cold, warm, floor = whole.result.cold, whole.result.warm, whole.result.floor
    yield Line(f"{of}: floor", floor.cpu, "s")
    for name, spent in ((f"cold, {_DELAYS}", cold), ("warm", warm)):
        is_over = is_bound and spent.wall > _BUDGET_SECONDS
        budget = "<= 5 s" if is_bound else ""
        yield Line(f"{of}, {name}", spent.wall, "s", budget=budget, is_over=is_over)
    yield Line(f"{of}, cold: CPU", cold.cpu, "s")
    yield Line(
        f"{of}, warm: CPU", warm.cpu, "s", warm.cpu / floor.cpu, "one GROUP BY of its credits"
    )
    # One is linear, less is better than that.
    yield Line(
        f"{of}: growth",
        warm.cpu,
        "s",
        warm.cpu / fewer.result.warm.cpu / _FEWER,
        "four times a quarter of the orders",
    )
    yield Line(f"{of}: S3 calls", whole.result.calls, "")
    is_over = whole.peak_memory > _BUDGET_BYTES
    yield Line(
        f"{of}: memory", whole.peak_memory / 2**20, "MB", budget="<= 3,538 MB", is_over=is_over
    )
