"""What a container that has just started is asked, of an account with five years behind it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.published import ACCOUNT, group_by_campaign, publish, published_run, warm_facts
from benchmarks.report_files import FIRST_DAY, LAST_DAY, first_day
from benchmarks.slow_aws import SlowBucket
from benchmarks.timing import best_of, spend
from headwater.adapters.s3.facts import S3Facts
from headwater.runtime.reading_lake import ReadingLake
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.models import MODELS_REPORT, ModelsRequest
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from headwater.usecases.serve_reports import serve_report
from tests.fakes import FakeLake

if TYPE_CHECKING:
    from benchmarks.timing import Spent
    from headwater.domain.manifests import Objects

YEARS = 5
_YEAR, ALL_TIME = Span(FIRST_DAY, LAST_DAY), Span(first_day(YEARS), LAST_DAY)
_BY_CAMPAIGN = ("campaign",)
QUESTIONS: dict[str, tuple[Any, Any]] = {
    "ROI of a year": (ROI, RoiRequest(RoiQuery(_YEAR, _BY_CAMPAIGN), "linear", "net")),
    "ROI of a year by click": (
        ROI,
        RoiRequest(RoiQuery(_YEAR, _BY_CAMPAIGN, "click"), "linear", "net"),
    ),
    "models of a year": (MODELS_REPORT, ModelsRequest(RoiQuery(_YEAR, _BY_CAMPAIGN), "net")),
    "ROI of all five": (ROI, RoiRequest(RoiQuery(ALL_TIME, _BY_CAMPAIGN), "linear", "net")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a history's tables, which lie in a folder."""

    folder: Path
    objects: Objects
    question: str
    rounds: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What a container took for its first answer, for the same one again and for the floor.

    ``calls`` are those of S3.
    """

    cold: Spent
    warm: Spent
    floor: Spent
    calls: int


def answer(asked: Asked) -> Answered:
    """Ask once, and then some rounds beside a pass over the credits that the answer is about."""
    bucket: Any = SlowBucket(asked.folder)
    report, request = QUESTIONS[asked.question]
    published = published_run(asked.objects)
    runs = publish(ACCOUNT, published, asked.folder)
    with tempfile.TemporaryDirectory() as held:
        facts = S3Facts(bucket, "lake", Path(held), cache_bytes=2**40)
        lake = ReadingLake(bucket, "lake")

        def ask() -> None:
            found = open_published_run(ACCOUNT, runs=runs, lake=lake)
            serve_report(report, ACCOUNT, request, found, facts=facts, lake=lake)

        cold, calls = spend(ask), bucket.calls
        zone = published.settings.time_zone
        read = report.objects(asked.objects, request.query, zone)["credits"].values()
        warm, floor = best_of(asked.rounds, ask, lambda: group_by_campaign(asked.folder, read))
        return Answered(cold, warm, floor, calls)


def stored_document(asked: Asked) -> bytes:
    """Return what a run stores of five years: all models."""
    published = published_run(asked.objects)
    document = MODELS_REPORT.document(
        ModelsRequest(RoiQuery(ALL_TIME, _BY_CAMPAIGN), "net"),
        published,
        facts=warm_facts(asked.folder),
        lake=FakeLake(),
    )
    return json.dumps(document).encode()
