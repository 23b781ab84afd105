"""Cohorts and lifetime values of the CDNOW log, counted again in plain SQL from its lines alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from local.demo.purchases import CACHE, Purchase, load, shift
from tests.demo_purchases import make_purchases
from tests.workshop import Workshop, span

if TYPE_CHECKING:
    from collections.abc import Iterator

# The workshop's run is on 2026-11-21.
LAST, AS_OF = date(2026, 11, 18), "DATE '2026-11-21'"
DAYS = ("2024-01-01", "2026-11-20")
WINDOWS = (0, 30, 60, 90, 180, 365)
_LOG = """
CREATE VIEW firsts AS SELECT customer, min(day) AS first_day FROM log GROUP BY customer;
CREATE VIEW aged AS SELECT log.*, first_day, day - first_day AS days,
    strftime(first_day, '%Y-%m') AS cohort,
    (year(day) - year(first_day)) * 12 + month(day) - month(first_day) AS age
FROM log JOIN firsts USING (customer);
"""


def purchases(name: str) -> list[Purchase]:
    """Return the log's lines: the real ones where they have been fetched, or made-up ones."""
    if name == "made up":
        return make_purchases(400, 1_200)
    if not (CACHE / "cdnow_sample.txt").exists():
        pytest.skip("the log is not here: python -m local.demo.purchases --fetch")
    return load()


@pytest.fixture(scope="module", params=["made up", "real"])
def known(request: pytest.FixtureRequest) -> Iterator[Known]:
    """Return a shop that has sold what the log says, after a run, and the log itself."""
    lines = shift(purchases(request.param), LAST)
    shop = Workshop()
    for number, line in enumerate(lines, 1):
        email = f"{line.customer}@example.com"
        shop.order(number, f"{line.day} 17:00", f"{line.amount}", email=email, lines=())
    shop.run(reported=False)
    with duckdb.connect() as db:
        db.execute("CREATE TABLE log (customer INTEGER, day DATE, cents BIGINT)")
        rows = [(line.customer, line.day, int(line.amount * 100)) for line in lines]
        db.executemany("INSERT INTO log VALUES (?, ?, ?)", rows)
        db.execute(_LOG)
        yield Known(shop, db)


@dataclass(frozen=True)
class Known:
    """What the reports say, beside what the log says."""

    shop: Workshop
    log: duckdb.DuckDBPyConnection

    def cohorts(self, part: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
        request = CohortsRequest(Joining(span(*DAYS)), part)
        rows = self.shop.report(COHORTS, request)["rows"]
        return [tuple(_plain(row[column]) for column in columns) for row in rows]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.log.execute(sql).fetchall()


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell
    """Return an amount as cents, and whatever else as it is."""
    if isinstance(value, str) and "." in value:
        return int(Decimal(value) * 100)
    return value


def test_customers_orders_and_revenue_of_each_cohort(known: Known) -> None:
    columns = ("cohort", "members", "customers", "repeat_customers", "orders", "net")
    assert known.cohorts("cohorts", columns) == known.query(
        "SELECT cohort, count(*), count(*), count(*) FILTER (n > 1), sum(n), sum(cents) FROM ("
        "SELECT cohort, customer, count(*) AS n, sum(cents) AS cents FROM aged GROUP BY ALL) "
        "GROUP BY cohort ORDER BY cohort"
    )


def test_who_came_back_and_what_it_came_to_in_each_month_of_a_cohorts_life(known: Known) -> None:
    columns = ("cohort", "age", "customers", "orders", "net", "cumulative_net")
    told = [row for row in known.cohorts("months", columns) if row[3]]
    assert told == known.query(
        "SELECT cohort, age, count(DISTINCT customer), count(*), sum(cents), "
        "sum(sum(cents)) OVER (PARTITION BY cohort ORDER BY age) FROM aged "
        "GROUP BY cohort, age ORDER BY cohort, age"
    )


def test_what_a_cohort_has_brought_after_so_many_days(known: Known) -> None:
    told = known.cohorts("days", ("cohort", "days", "customers", "orders", "cumulative_net"))
    windows = ", ".join(map(str, WINDOWS))
    assert told == known.query(
        "SELECT a.cohort, w, count(DISTINCT customer), count(*), sum(cents) "
        f"FROM aged a, (SELECT unnest([{windows}]) AS w) JOIN (SELECT cohort, min(first_day) AS "
        "earliest FROM aged GROUP BY cohort) c ON true "
        f"WHERE c.cohort = a.cohort AND days <= w AND date_trunc('month', c.earliest) + w * "
        f"INTERVAL 1 DAY < {AS_OF} GROUP BY a.cohort, w ORDER BY a.cohort, w"
    )


def test_the_value_of_customers_who_have_reached_an_age(known: Known) -> None:
    report = known.shop.report(LTV, LtvRequest(LtvQuery(Joining(span(*DAYS)))))
    told = [
        (window, report["totals"][f"customers_{window}"], report["totals"][f"value_{window}"])
        for window in WINDOWS
    ]
    counted = known.query(
        "SELECT w, count(DISTINCT customer), sum(cents) FILTER (days <= w) "
        f"FROM aged, (SELECT unnest([{', '.join(map(str, WINDOWS))}]) AS w) "
        f"WHERE first_day + w < {AS_OF} GROUP BY w ORDER BY w"
    )
    cent = Decimal("0.01")
    assert told == [
        (window, customers, str((Decimal(int(cents)) / 100 / customers).quantize(cent)))
        for window, customers, cents in counted
    ]


def test_every_contact_is_worth_what_his_lines_add_up_to(known: Known) -> None:
    query = LtvQuery(Joining(span(*DAYS)), ("contact",))
    rows = known.shop.report(LTV, LtvRequest(query))["rows"]
    told = sorted((row["acquired_on"], row["orders"], _plain(row["net"])) for row in rows)
    assert told == known.query(
        "SELECT first_day::VARCHAR, count(*), sum(cents) FROM aged GROUP BY customer, first_day "
        "ORDER BY ALL"
    )


def test_the_cohorts_together_are_the_store(known: Known) -> None:
    totals = known.shop.report(COHORTS, CohortsRequest(Joining(span(*DAYS))))["totals"]
    told = (totals["members"], totals["orders"], _plain(totals["net"]))
    assert [told] == known.query("SELECT count(DISTINCT customer), count(*), sum(cents) FROM log")
