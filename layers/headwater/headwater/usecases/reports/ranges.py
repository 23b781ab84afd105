"""Ranges of reporting days side by side, so that one statement reads the rows of all of them.

A statement about all models takes longer to plan than the rows of most accounts take to sum, so
ranges share it. Rows carry the number of their range as ``span``, a row of several ranges stands
there once under each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.reporting_days import day_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb

    from headwater.usecases.reports.report import Span

type Bounds[T: date] = tuple[T, T | None]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges, numbered from 0 in their order, and the zone that says when a day begins."""

    spans: tuple[Span, ...]
    zone: str

    def by_instant(self, relation: str, column: str) -> str:
        """Return the SQL of a relation's rows whose UTC instant a range holds."""
        return _in_bounds(relation, column, self._instants())

    def since(self, relation: str, column: str) -> str:
        """Return the SQL of a relation's rows whose UTC instant is in a range or after it."""
        return _in_bounds(relation, column, [(start, None) for start, _ in self._instants()])

    def by_day(self, relation: str, column: str = "day") -> str:
        """Return the SQL of a relation's rows whose reporting day a range holds."""
        day = timedelta(days=1)
        return _in_bounds(relation, column, [(s.first, s.last + day) for s in self.spans])

    def holds(self, column: str, *, and_after: bool = False) -> str:
        """Return the SQL of whether some range holds a UTC instant, or is over by then."""
        if and_after:
            return f"{column} >= {self.start()}"
        bounds = (map(_literal, bounds) for bounds in self._instants())
        return " OR ".join(f"({column} >= {start} AND {column} < {end})" for start, end in bounds)

    def start(self) -> str:
        """Return the SQL of the instant at which the first of the ranges begins."""
        return _literal(min(start for start, _ in self._instants()))

    def end(self) -> str:
        """Return the SQL of the instant at which the range of a row is over."""
        ends = enumerate(end for _, end in self._instants())
        return f"CASE span {' '.join(f'WHEN {n} THEN {_literal(end)}' for n, end in ends)} END"

    def figures(self, db: duckdb.DuckDBPyConnection, query: str) -> list[tuple[int, ...]]:
        """Return each range's row of an aggregate by ``span``, its first column.

        A range without rows has zeros.
        """
        found = {row[0]: row[1:] for row in db.execute(query).fetchall()}
        nothing = (0,) * (len(db.description or ()) - 1)
        return [found.get(number, nothing) for number in range(len(self.spans))]

    def named_figures(
        self, db: duckdb.DuckDBPyConnection, queries: Mapping[tuple[str, ...], str]
    ) -> list[dict[str, Any]]:
        """Return each range's ``figures`` of several aggregates under their names."""
        named: list[dict[str, Any]] = [{} for _ in self.spans]
        for names, query in queries.items():
            for of_range, found in zip(named, self.figures(db, query), strict=True):
                of_range.update(zip(names, found, strict=True))
        return named

    def lists(self, db: duckdb.DuckDBPyConnection, query: str) -> list[list[list[Any]]]:
        """Return each range's rows, in their order, of a query whose first column is ``span``."""
        found: list[list[list[Any]]] = [[] for _ in self.spans]
        for number, *row in db.execute(query).fetchall():
            found[number].append(row)
        return found

    def _instants(self) -> list[tuple[datetime, datetime]]:
        bounds = [day_bounds(span.first, span.last, self.zone) for span in self.spans]
        return [(start.replace(tzinfo=None), end.replace(tzinfo=None)) for start, end in bounds]


def _in_bounds[T: date](relation: str, column: str, bounds: Sequence[Bounds[T]]) -> str:
    """Return the SQL of a relation's rows, each under every number of bounds that hold it.

    Several bounds cut time into pieces; a row lies in one, and a piece in its ranges. Joined by its
    number, a row is looked up, where a join by two inequalities would sort all rows.
    """
    if len(bounds) == 1:
        [(start, end)] = bounds
        upto = "" if end is None else f" AND {column} < {_literal(end)}"
        return f"(SELECT *, 0 AS span FROM {relation} WHERE {column} >= {_literal(start)}{upto})"
    ends = [end for _, end in bounds if end is not None]
    cuts = sorted({*(start for start, _ in bounds), *ends})
    piece = " + ".join(f"({column} >= {_literal(cut)})::INTEGER" for cut in cuts)
    held = ", ".join(
        f"({at + 1}, {number})"
        for at, cut in enumerate(cuts)
        for number, (start, end) in enumerate(bounds)
        if start <= cut and (end is None or cut < end)
    )
    # Files hold the least and greatest value of a column: those outside of all ranges stay closed.
    outer = f"{column} >= {_literal(cuts[0])}"
    if len(ends) == len(bounds):
        outer += f" AND {column} < {_literal(cuts[-1])}"
    return (
        f"(SELECT rows_.*, held.span FROM {relation} rows_ "
        f"JOIN (VALUES {held}) held(piece, span) ON held.piece = {piece} WHERE {outer})"
    )


def _literal(moment: date) -> str:
    if isinstance(moment, datetime):
        return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"
    return f"DATE '{moment.isoformat()}'"
