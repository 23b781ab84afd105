"""Rows of several ranges in one statement: each under every range that holds it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.reporting_days import day_bounds
from headwater.usecases.databases import open_database
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Span
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

# Around the night in which the clocks of New York went back.
ZONE = "America/New_York"
days = st.dates(date(2026, 10, 30), date(2026, 11, 4))
spans = st.tuples(days, days).map(lambda pair: Span(min(pair), max(pair)))
FIRST_HOUR = datetime(2026, 10, 29, tzinfo=UTC)
hours = st.integers(0, 7 * 24).map(lambda hour: FIRST_HOUR + timedelta(hours=hour))


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_database() as database:
        yield database


@settings(max_examples=20)
@given(
    asked=st.lists(spans, min_size=1, max_size=5, unique=True),
    instants=st.lists(hours, max_size=9, unique=True),
)
def test_a_row_stands_under_every_range_that_holds_it(
    db: duckdb.DuckDBPyConnection, asked: list[Span], instants: list[datetime]
) -> None:
    columns = {"moment": "TIMESTAMP", "day": "DATE"}
    naive = [instant.replace(tzinfo=None) for instant in instants]
    fill_table(db, "moments", columns, [(moment, moment.date()) for moment in naive])
    ranges = Ranges(tuple(asked), ZONE)
    bounds = [day_bounds(span.first, span.last, ZONE) for span in asked]
    within, since, by_day = set(), set(), set()
    for n, (start, end) in enumerate(bounds):
        within |= {(n, at.replace(tzinfo=None), False) for at in instants if start <= at < end}
        since |= {(n, at.replace(tzinfo=None), at >= end) for at in instants if start <= at}
        of_range = asked[n]
        by_day |= {(n, at) for at in naive if of_range.first <= at.date() <= of_range.last}
    is_over = f"moment >= {ranges.end()}"
    for relation, held in {
        ranges.by_instant("moments", "moment"): within,
        ranges.since("moments", "moment"): since,
    }.items():
        rows = db.execute(f"SELECT span, moment, {is_over} FROM {relation}").fetchall()
        assert sorted(rows) == sorted(held)
    rows = db.execute(f"SELECT span, moment FROM {ranges.by_day('moments')}").fetchall()
    assert sorted(rows) == sorted(by_day)


def test_a_range_without_rows_has_zeros_and_no_list(db: duckdb.DuckDBPyConnection) -> None:
    first, second = date(2026, 11, 1), date(2026, 11, 2)
    ranges = Ranges((Span(first, first), Span(second, second)), ZONE)
    fill_table(db, "sold", {"day": "DATE", "cents": "BIGINT"}, [(second, 5), (second, 7)])
    sold = ranges.by_day("sold")
    assert ranges.figures(db, f"SELECT span, count(*), sum(cents) FROM {sold} GROUP BY span") == [
        (0, 0),
        (2, 12),
    ]
    assert ranges.lists(db, f"SELECT span, cents FROM {sold} ORDER BY ALL") == [[], [[5], [7]]]
