"""Materialize reports: the usual ranges, computed once, so that reading them is a lookup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from headwater.usecases.databases import open_database
from headwater.usecases.reports.registry import REPORTS
from headwater.usecases.reports.report import Scope, Span
from headwater.usecases.row_tables import single_row
from headwater.usecases.run_files import open_frame, prefix_of, present_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import Desk

# Credits of all ranges that are computed together; what a statement costs by itself is little
# beside so many.
_ROWS_AT_ONCE = 300_000


@dataclass(frozen=True, slots=True)
class MaterializeResult:
    """How many report objects the run wrote, and how many of them somebody has to be told of."""

    reports: int
    alarming: int = 0


def usual_ranges(today: date, first_day: date) -> dict[str, tuple[date, date]]:
    """Return the ranges that marketers open most, by name; today itself is never whole.

    Args:
        today: the reporting day of the run.
        first_day: the first day that has anything to report.
    """
    yesterday = today - timedelta(days=1)
    last_of_previous_month = today.replace(day=1) - timedelta(days=1)
    return {
        "yesterday": (yesterday, yesterday),
        "last_7_days": (today - timedelta(days=7), yesterday),
        "last_30_days": (today - timedelta(days=30), yesterday),
        "last_90_days": (today - timedelta(days=90), yesterday),
        "month_to_date": (today.replace(day=1), today),
        "last_month": (last_of_previous_month.replace(day=1), last_of_previous_month),
        "all_time": (min(first_day, yesterday), yesterday),
    }


def materialize_reports(account: str, run: str, *, desk: Desk, facts: Facts) -> MaterializeResult:
    """Write every report's documents of the usual ranges.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    frame = open_frame(desk, account, run)
    tables = sorted({table for report in REPORTS for table in report.tables})
    reports: dict[str, str] = {}
    alarming = 0
    with open_database() as db:
        scope = Scope.of(frame.settings, frame.settings.models, frame.as_of_day)
        facts.mount(db, present_objects(desk.lake, frame), tables, scope.models)
        ranges = usual_ranges(frame.as_of_day, _first_day(db, frame.as_of_day))
        spans = [Span(*days) for days in dict.fromkeys(ranges.values())]
        for some in batched(spans, _ranges_at_once(db)):
            for name, document, is_alarming in _documents(db, some, scope):
                reports[name] = desk.lake.put_report(account, name, document)
                alarming += is_alarming
    desk.lake.put_json(f"{prefix_of(account, run)}reports.json", reports)
    return MaterializeResult(len(reports), alarming)


def _ranges_at_once(db: duckdb.DuckDBPyConnection) -> int:
    """Return how many ranges are computed together: each may hold all rows, and its documents."""
    rows: int
    (rows,) = single_row(db, "SELECT count(*) FROM credits")
    return max(1, _ROWS_AT_ONCE // max(1, rows))


def _documents(
    db: duckdb.DuckDBPyConnection, spans: Sequence[Span], scope: Scope
) -> Iterator[tuple[str, Any, bool]]:
    """Yield every report's usual documents of some ranges by name, and whether they alarm."""
    for report in REPORTS:
        queries = [query for span in spans for query in report.usual(span)]
        if queries:
            names = [report.key(query) for query in queries]
            for name, document in zip(names, report.compute(db, queries, scope), strict=True):
                if report.is_worth_keeping(document):
                    yield name, document, report.is_alarming(document)


def _first_day(db: duckdb.DuckDBPyConnection, today: date) -> date:
    (first,) = single_row(
        db,
        "SELECT min(day) FROM (SELECT min(placed_at)::DATE AS day FROM credits "
        "UNION ALL SELECT min(opted_in_at)::DATE FROM leads "
        "UNION ALL SELECT min(day) FROM spend UNION ALL SELECT min(day) FROM clicks)",
    )
    # One day of margin: a UTC day can belong to the reporting day before it.
    return first - timedelta(days=1) if first else today
