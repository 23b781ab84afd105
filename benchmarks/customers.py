"""Cohorts, lifetime values and subscriptions of five years, beside one pass over their orders."""

from __future__ import annotations

import itertools
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmarks.database import connect
from benchmarks.lines import Line
from benchmarks.published import published_run, warm_facts
from benchmarks.report_files import LAST_DAY, first_day, write_run_tables
from benchmarks.slow_aws import SlowBucket
from benchmarks.timing import best_of, in_fresh_process
from headwater.adapters.s3.facts import S3Facts
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.forecast import FORECAST, ForecastQuery, ForecastRequest
from headwater.usecases.reports.lags import LAGS_REPORT, LagsQuery, LagsRequest
from headwater.usecases.reports.leads import LEADS, LeadsQuery, LeadsRequest
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.subscriptions import (
    SUBSCRIPTIONS,
    SubscriptionsQuery,
    SubscriptionsRequest,
)
from headwater.usecases.serve_reports import serve_report
from tests.fakes import FakeLake

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from benchmarks.scale import Scale
    from benchmarks.timing import Spent
    from headwater.domain.manifests import Objects
    from headwater.usecases.ports import Facts
    from headwater.usecases.reports.report import Report, Request

_ACCOUNT, _YEARS, _FEWER = "acme", 5, 4
_ALL_TIME = Span(first_day(_YEARS), LAST_DAY)
_COHORTS = CohortsRequest(Joining(_ALL_TIME), "months")
_QUESTIONS: dict[str, tuple[Report[Any, Any], Any]] = {
    "cohorts by first purchase": (COHORTS, _COHORTS),
    "cohorts by first click": (COHORTS, CohortsRequest(Joining(_ALL_TIME, "first_click"))),
    "lifetime values by campaign": (LTV, LtvRequest(LtvQuery(Joining(_ALL_TIME)))),
    "lags by campaign": (LAGS_REPORT, LagsRequest(LagsQuery(Joining(_ALL_TIME)))),
    "forecast by campaign": (FORECAST, ForecastRequest(ForecastQuery(_ALL_TIME))),
    "leads by campaign": (LEADS, LeadsRequest(LeadsQuery(_ALL_TIME))),
    "subscriptions": (SUBSCRIPTIONS, SubscriptionsRequest(SubscriptionsQuery(_ALL_TIME))),
}
_BUDGET_SECONDS, _BUDGET_BYTES = 5.0, 3_538 * 2**20  # of the function that serves reports


@dataclass(frozen=True, slots=True)
class _Written:
    """A history's tables: their folder, and their files by table and partition."""

    folder: Path
    objects: Objects


def measure(scale: Scale) -> list[Line]:
    """Measure each report over five years, how it grows, and what it holds."""
    with tempfile.TemporaryDirectory() as scratch:
        written = _write(Path(scratch) / "all", scale.orders)
        fewer = _write(Path(scratch) / "fewer", max(1, scale.orders // _FEWER))
        floor, small, *taken = best_of(
            scale.rounds,
            lambda: _sum_by_contact(written),
            _asking(fewer, *_QUESTIONS["cohorts by first purchase"]),
            *(_asking(written, *question) for question in _QUESTIONS.values()),
        )
        of = f"{_YEARS} years of {scale.orders:,} orders"
        lines = [Line(f"customers: floor, {of}", floor.wall, "s")]
        lines += [
            _computed(f"customers: {name}, {of}", spent, floor)
            for name, spent in zip(_QUESTIONS, taken, strict=True)
        ]
        lines.append(_grown(taken[0], small, of))
        lines.append(_cold(scale, written, of))
        lines.append(_held(written, of))
    return lines


def _write(folder: Path, orders: int) -> _Written:
    folder.mkdir()
    return _Written(folder, write_run_tables(orders, folder, _YEARS))


def _sum_by_contact(written: _Written) -> list[Any]:
    """Sum each contact's orders, once through the files: the least that a cohort needs."""
    paths = [str(written.folder / key) for key in written.objects["credits"].values()]
    with connect() as db:
        return db.execute(
            "SELECT contact, min(placed_at), count(*), sum(order_net) FROM read_parquet(?) "
            "WHERE touch_id = '' GROUP BY contact",
            [paths],
        ).fetchall()


def _asking(
    written: _Written, report: Report[Any, Any], request: Request[Any], facts: Facts | None = None
) -> Callable[[], Any]:
    published = published_run(written.objects)
    facts = facts or warm_facts(written.folder)
    return lambda: serve_report(report, _ACCOUNT, request, published, facts=facts, lake=FakeLake())


def _computed(measure_: str, spent: Spent, floor: Spent) -> Line:
    return Line(
        measure_,
        spent.wall,
        "s",
        spent.cpu / floor.cpu,
        "one GROUP BY contact",
        "<= 5 s",
        is_over=spent.wall > _BUDGET_SECONDS,
    )


def _grown(spent: Spent, small: Spent, of: str) -> Line:
    """Compare the time with a quarter of the orders: 1 is linear, less is better than that."""
    return Line(
        f"customers: growth of cohorts, {of}",
        spent.cpu,
        "s",
        spent.cpu / small.cpu / _FEWER,
        "four times a quarter of the orders",
    )


def _cold(scale: Scale, written: _Written, of: str) -> Line:
    """Measure cohorts in a container that holds none of the files yet."""
    client, numbers = cast("S3Client", SlowBucket(written.folder)), itertools.count()

    def ask() -> None:
        folder = written.folder / "cold" / str(next(numbers))
        facts = S3Facts(client, "lake", folder, cache_bytes=2**40)
        _asking(written, COHORTS, _COHORTS, facts)()

    (cold,) = best_of(min(scale.rounds, 2), ask)
    calls = sum(len(written.objects[table]) for table in COHORTS.tables)
    return Line(f"customers: cohorts cold, {calls} S3 calls of 30 ms, {of}", cold.wall, "s")


def _held(written: _Written, of: str) -> Line:
    """Measure the most memory that a process of its own holds."""
    outcome = in_fresh_process(_ask_once, (str(written.folder), json.dumps(written.objects)))
    return Line(
        f"customers: memory of cohorts, {of}",
        outcome.peak_memory / 2**20,
        "MiB",
        budget="<= 3,538 MiB",
        is_over=outcome.peak_memory > _BUDGET_BYTES,
    )


def _ask_once(written: tuple[str, str]) -> None:
    folder, objects = written
    _asking(_Written(Path(folder), json.loads(objects)), COHORTS, _COHORTS)()
