"""Reports that nobody has asked for before, of an account with five years behind it.

Each is computed in a process of its own, as in a container that has just started: it fetches its
files, computes, and is asked once more while it holds them.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmarks.lines import Line
from benchmarks.report import published_run
from benchmarks.report_files import FIRST_DAY, LAST_DAY, first_day, write_run_tables
from benchmarks.slow_aws import S3_SECONDS, SlowBucket
from benchmarks.timing import in_fresh_process, spend
from headwater.adapters.s3.facts import S3Facts
from headwater.usecases.reports.models import MODELS_REPORT, ModelsRequest
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from headwater.usecases.serve_reports import serve_report
from tests.fakes import FakeLake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from benchmarks.scale import Scale
    from benchmarks.timing import Outcome, Spent
    from headwater.domain.manifests import Objects

_ACCOUNT, _YEARS, _FEWER = "acme", 5, 4
_YEAR, _ALL_TIME = Span(FIRST_DAY, LAST_DAY), Span(first_day(_YEARS), LAST_DAY)
_BUDGET_SECONDS, _BUDGET_BYTES = 5.0, 3_538 * 2**20  # of the function that serves reports
_BY_CAMPAIGN = ("campaign",)
_QUESTIONS: dict[str, tuple[Any, Any]] = {
    "ROI of a year": (ROI, RoiRequest(RoiQuery(_YEAR, _BY_CAMPAIGN), "linear", "net")),
    "ROI of a year by click": (
        ROI,
        RoiRequest(RoiQuery(_YEAR, _BY_CAMPAIGN, "click"), "linear", "net"),
    ),
    "models of a year": (MODELS_REPORT, ModelsRequest(RoiQuery(_YEAR, _BY_CAMPAIGN), "net")),
    "ROI of all five": (ROI, RoiRequest(RoiQuery(_ALL_TIME, _BY_CAMPAIGN), "linear", "net")),
}
# The design's budget is of a year; how long five take is told.
_WITHIN_BUDGET = frozenset(_QUESTIONS) - {"ROI of all five"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question to a history's tables, which lie in a folder."""

    folder: Path
    objects: Objects
    question: str


@dataclass(frozen=True, slots=True)
class _Answered:
    """What a container took for its first answer and for the same one again; its calls of S3."""

    cold: Spent
    warm: Spent
    calls: int


def measure(scale: Scale) -> list[Line]:
    """Measure each question of a history, and of one with a quarter of its orders."""
    with tempfile.TemporaryDirectory() as scratch:
        histories = []
        for orders in (scale.orders, max(1, scale.orders // _FEWER)):
            folder = Path(scratch) / str(orders)
            folder.mkdir()
            histories.append((folder, write_run_tables(orders, folder, _YEARS)))
        lines: list[Line] = []
        for question in _QUESTIONS:
            whole, fewer = (
                in_fresh_process(_answer, _Asked(folder, objects, question))
                for folder, objects in histories
            )
            of = f"years: {question}, {_YEARS} years of {scale.orders:,} orders"
            lines += _told(of, question, whole, fewer)
        return lines


def _answer(asked: _Asked) -> _Answered:
    bucket = SlowBucket(asked.folder)
    report, request = _QUESTIONS[asked.question]
    published = published_run(asked.objects)
    with tempfile.TemporaryDirectory() as held:
        facts = S3Facts(cast("S3Client", bucket), "lake", Path(held), cache_bytes=2**40)

        def ask() -> None:
            serve_report(report, _ACCOUNT, request, published, facts=facts, lake=FakeLake())

        return _Answered(spend(ask), spend(ask), bucket.calls)


def _told(
    of: str, question: str, whole: Outcome[_Answered], fewer: Outcome[_Answered]
) -> Iterator[Line]:
    is_bound = question in _WITHIN_BUDGET
    cold, warm = whole.result.cold, whole.result.warm
    for name, spent in ((f"cold, {S3_SECONDS * 1000:.0f} ms per S3 call", cold), ("warm", warm)):
        is_over = is_bound and spent.wall > _BUDGET_SECONDS
        budget = "<= 5 s" if is_bound else ""
        yield Line(f"{of}, {name}", spent.wall, "s", budget=budget, is_over=is_over)
        yield Line(f"{of}, {name}: CPU", spent.cpu, "s")
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
