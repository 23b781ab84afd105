"""Reports as their readers wait for them: the handler around them, and AWS at its distance."""

from __future__ import annotations

import io
import itertools
import json
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, cast

import pytest

from benchmarks.lines import Line
from benchmarks.published import publish, write
from benchmarks.slow_aws import SlowBucket
from benchmarks.timing import best_of
from headwater.adapters.s3.facts import S3Facts
from headwater.runtime.observability import logger
from headwater.runtime.reading_lake import ReadingLake
from headwater.usecases.reports.roi import ROI
from headwater.usecases.serve_reports import serve_report
from tests.lambda_side import OWNER, LambdaSide
from tests.workshop import Workshop

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from benchmarks.scale import Scale
    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.roi import RoiRequest

_ROUTE = "GET /v1/reports/roi"
_ADHOC_BUDGET_SECONDS, _WARM_BUDGET_SECONDS = 5.0, 0.05


def measure_cold(
    scale: Scale, published: PublishedRun, asked: RoiRequest, bucket_folder: Path, scratch: Path
) -> Line:
    """Measure an ad hoc report in a container that holds none of its files yet."""
    bucket = SlowBucket(bucket_folder)
    numbers = itertools.count()

    def compute() -> None:
        client = cast("S3Client", bucket)
        facts = S3Facts(client, "lake", scratch / str(next(numbers)), cache_bytes=2**40)
        lake = ReadingLake(client, "lake")
        serve_report(ROI, OWNER.account, asked, published, facts=facts, lake=lake)

    (cold,) = best_of(scale.rounds, compute)
    return Line(
        f"report: computed ad hoc, cold, 30 ms per S3 call, a year of {scale.orders:,} orders",
        cold.wall,
        "s",
        budget="<= 5 s",
        is_over=cold.wall > _ADHOC_BUDGET_SECONDS,
    )


def measure_warm(
    of: str,
    scale: Scale,
    published: PublishedRun,
    asked: RoiRequest,
    document: bytes,
    folder: Path,
) -> Line:
    """Measure a materialized report in the handler of a warm container, and its one look at AWS."""
    shop = Workshop()
    [report] = published.manifest.reports.values()
    write(folder / report, document)
    shop.runs = publish(OWNER.account, published, folder)
    lake: Any = ReadingLake(cast("S3Client", SlowBucket(folder)), "lake")
    shop.lake = lake
    side = LambdaSide(shop)
    query, span = asked.query, asked.query.span
    question = (
        f"from={span.first}&to={span.last}&by={','.join(query.by)}"
        f"&model={asked.model}&revenue={asked.revenue}"
    )
    # What the function says of itself is no part of the table of measures.
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
        side.wire(patch)
        patch.setattr(logger, "info", lambda *_, **__: None)
        answer = side.call(_ROUTE, caller=OWNER, query=question)
        spelled = answer["json"]
        floor, warm = best_of(
            scale.rounds * 10,
            lambda: json.dumps(spelled),
            lambda: side.call(_ROUTE, caller=OWNER, query=question),
        )
    return Line(
        f"{of}: answered by the warm handler, 8 ms per DynamoDB call",
        warm.wall * 1000,
        "ms",
        warm.cpu / floor.cpu,
        "json.dumps of the answer",
        "< 50 ms",
        is_over=warm.wall > _WARM_BUDGET_SECONDS,
    )
