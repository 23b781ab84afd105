"""Readers while runs finish: each answer is of one run, whole, and nobody is turned away."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from threading import Event
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from headwater.adapters.s3.fact_files import S3FactFiles
from headwater.adapters.s3.facts import S3Facts
from headwater.adapters.s3.lake import S3Lake
from headwater.runtime.reading_lake import ReadingLake
from headwater.usecases.list_exports import export_table, list_exports, open_version
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.coverage import COVERAGE, CoverageQuery, CoverageRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from headwater.usecases.run_files import Desk
from headwater.usecases.serve_reports import serve_report
from tests.workshop import ACCOUNT, Workshop, span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headwater.usecases.published_runs import PublishedRun

RUNS, READERS = 2, 2
RANGE = span("2026-10-01", "2026-11-20")
AMOUNT = Decimal("10.00")
QUESTIONS: tuple[tuple[Any, Any], ...] = (
    (ROI, RoiRequest(RoiQuery(RANGE, ("campaign",)), "last_click", "net")),
    (COHORTS, CohortsRequest(Joining(RANGE))),
    (COVERAGE, CoverageRequest(CoverageQuery(RANGE), "revenue", "net", "last_click")),
)


@dataclass
class Shop:
    """An account whose facts lie on S3; each run sees one more customer with one order."""

    workshop: Workshop
    client: Any
    bucket: str
    folder: Path
    orders: int = 0

    def grow(self) -> str:
        """Let somebody buy, and run; return the version of that many orders."""
        self.orders += 1
        who = f"buyer{self.orders}@example.com"
        # In two months, so that each run rewrites both a closed one and an open day.
        day = f"2026-{10 + self.orders % 2}-{10 + self.orders}"
        self.workshop.click(f"{day} 09:00", who, source="google", campaign=f"c{self.orders}")
        self.workshop.order(self.orders, f"{day} 15:00", str(AMOUNT), email=who)
        return self.workshop.run(reported=False)

    def reader(self, name: str) -> Reader:
        """Return a reader in a container of his own."""
        facts = S3Facts(self.client, self.bucket, self.folder / name)
        return Reader(self, facts, ReadingLake(self.client, self.bucket))


@dataclass
class Reader:
    """Asks everything that there is to be asked, again and again."""

    shop: Shop
    facts: S3Facts
    lake: ReadingLake

    def read(self) -> Iterator[tuple[str, int]]:
        """Yield version → how many orders an answer knows of, each from a look of its own."""
        for report, request in QUESTIONS:
            answer = serve_report(
                report, ACCOUNT, request, self.published(), facts=self.facts, lake=self.lake
            )
            yield answer["data_version"], counted(answer)
        listed = list_exports(ACCOUNT, self.published())
        for table in ("orders", "credits"):
            yield listed["data_version"], self.exported(table, listed["data_version"])

    def published(self) -> PublishedRun:
        return open_published_run(ACCOUNT, runs=self.shop.workshop.runs, lake=self.lake)

    def exported(self, table: str, version: str) -> int:
        """Return how many orders the files of a table hold, which must hold what they say."""
        shop = self.shop
        runs, clock = shop.workshop.runs, shop.workshop.clock
        manifest = open_version(ACCOUNT, version, runs=runs, lake=self.lake, clock=clock)
        files = S3FactFiles(shop.client, shop.bucket)
        told = export_table(ACCOUNT, table, manifest, files=files, clock=shop.workshop.clock)
        with duckdb.connect() as db:
            self.facts.mount(db, manifest.tables, [table])
            counts = f"SELECT count(*), count(DISTINCT order_id) FROM {table}"
            [[rows, orders]] = db.execute(counts).fetchall()
        assert sum(file["rows"] for file in told["files"]) == rows
        return int(orders)


def counted(answer: dict[str, Any]) -> int:
    """Return how many orders an answer knows of; its parts must come to its totals."""
    rows, totals = answer["rows"], answer["totals"]
    match answer["report"]:
        case "roi":
            assert sum(Decimal(row["gross"]) for row in rows) == Decimal(totals["gross"])
            assert sum(row["orders"] for row in rows) == totals["orders"]
            assert Decimal(totals["gross"]) == totals["orders"] * AMOUNT
            return int(totals["orders"])
        case "cohorts":
            assert sum(row["customers"] for row in rows) == totals["customers"]
            return int(totals["customers"])
        case _:
            orders = sum(row["orders"] for row in rows)
            assert sum(Decimal(row["gross"]) for row in rows) == orders * AMOUNT
            assert sum(Decimal(row["share"] or 0) for row in rows) == 1
            return int(orders)


@pytest.fixture
def shop(aws: Callable[[str], Any], tmp_path: Path) -> Shop:
    bucket, client = f"lake-{uuid.uuid4().hex}", aws("s3")
    client.create_bucket(Bucket=bucket)
    workshop = Workshop()
    workshop.facts = S3Facts(client, bucket, tmp_path / "runs")  # type: ignore[assignment]
    workshop.lake = S3Lake(client, bucket)  # type: ignore[assignment]
    workshop.desk = Desk(workshop.runs, workshop.lake, workshop.clock)
    return Shop(workshop, client, bucket, tmp_path)


def test_readers_beside_runs_get_one_run_each_and_all_of_it(shop: Shop) -> None:
    versions = {shop.grow(): 1}
    is_over = Event()

    def read(name: str) -> list[tuple[str, int]]:
        reader = shop.reader(name)
        answers: list[tuple[str, int]] = []
        while not is_over.is_set():
            answers += reader.read()
        return [*answers, *reader.read()]

    with ThreadPoolExecutor(READERS) as pool:
        reading = [pool.submit(read, f"reader{number}") for number in range(READERS)]
        try:
            for _ in range(RUNS):
                version = shop.grow()
                versions[version] = shop.orders
        finally:
            is_over.set()
        told = [answer for reader in reading for answer in reader.result()]
    assert len(versions) == RUNS + 1
    assert {*told} <= versions.items()
    assert {orders for _, orders in told} >= {shop.orders}
    assert len({version for version, _ in told}) > 1


def test_a_run_that_ends_between_a_readers_two_looks_changes_nothing_for_him(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shop.grow()
    reader, look = shop.reader("reader"), Reader.published

    def overtaken(self: Reader) -> PublishedRun:
        found = look(self)
        shop.grow()
        return found

    monkeypatch.setattr(Reader, "published", overtaken)
    reading = reader.read()
    assert next(reading) == (first, 1)
    monkeypatch.setattr(Reader, "published", look)
    assert [orders for _, orders in reading] == [2, 2, 2, 2]


def test_a_run_that_ends_between_the_list_and_the_files_changes_neither(shop: Shop) -> None:
    first = shop.grow()
    reader = shop.reader("reader")
    listed = list_exports(ACCOUNT, reader.published())
    shop.grow()
    assert listed["data_version"] == first
    assert reader.exported("orders", first) == 1
    assert reader.exported("credits", first) == 1
