"""The lags report: days from click to opt-in to first purchase, by the click that came first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import FILTERS
from headwater.domain.journey_facts import DAY_BUCKETS, LAGS, SHARES
from headwater.domain.lags import PARTS, spell_lags, withhold_lags
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.journeys import whole_days
from headwater.usecases.reports.members import (
    READ_WHOLE,
    Joining,
    read_first_clicks,
    read_members,
)
from headwater.usecases.reports.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span


@dataclass(frozen=True, slots=True)
class LagsQuery:
    """Who became a customer in the range, and the names of the rows."""

    joining: Joining
    by: tuple[str, ...] = field(default=("campaign",))

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        refuse_names(self.by)

    @property
    def span(self) -> Span:
        """Return the range in which they became customers."""
        return self.joining.span

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        return f"{'+'.join(self.by)} of {self.joining.label}"


@dataclass(frozen=True, slots=True)
class LagsRequest:
    """A reader's question: ``part`` is one of ``PARTS``, whose rows are the report's rows."""

    query: LagsQuery
    part: str = "percentiles"
    model: None = None

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.part not in PARTS:
            message = f"part: choose among {', '.join(PARTS)}"
            raise InvalidParameterError(message)
        self.query.span.refuse_long()


def refuse_names(by: Sequence[str]) -> None:
    """Refuse anything but names of a click, each once.

    Raises:
        InvalidParameterError: none at all, an unknown one, or one twice.
    """
    if not by or not set(by) <= set(FILTERS) or len(set(by)) < len(by):
        message = f"by: choose among {', '.join(FILTERS)}, each once"
        raise InvalidParameterError(message)


_MEMBER_LAGS = f"""
CREATE OR REPLACE TEMP TABLE member_lags AS
SELECT m.*, c.touched_at, l.opted_in_at,
    {whole_days("c.touched_at", "l.opted_in_at")} AS touch_to_opt_in,
    {whole_days("l.opted_in_at", "m.joined_at")} AS opt_in_to_purchase,
    {whole_days("c.touched_at", "m.joined_at")} AS touch_to_purchase
FROM members m
LEFT JOIN first_clicks c ON c.contact = m.contact AND c.touched_at <= m.joined_at
LEFT JOIN leads l ON l.contact = m.contact AND l.role = 'new_lead' AND l.opted_in_at <= m.joined_at
"""


def in_bucket(lag: str, place: int) -> str:
    """Return the SQL of whether a lag falls in a bucket of ``DAY_BUCKETS``."""
    return f"{lag} >= {DAY_BUCKETS[place]} AND {up_to_bucket(lag, place)}"


def up_to_bucket(lag: str, place: int) -> str:
    """Return the SQL of whether a lag falls in a bucket or in one before it."""
    is_last = place + 1 == len(DAY_BUCKETS)
    return f"{lag} IS NOT NULL" if is_last else f"{lag} < {DAY_BUCKETS[place + 1]}"


def _figures() -> str:
    """Return the SQL of how many there are, and of each lag its count, percentiles and buckets."""
    sums, shares = ["count(*)"], ", ".join(map(str, SHARES))
    for lag in LAGS:
        filled = ", ".join(
            f"count(*) FILTER ({in_bucket(lag, place)})" for place in range(len(DAY_BUCKETS))
        )
        sums += [f"count({lag})", f"quantile_disc({lag}, [{shares}])", f"[{filled}]"]
    return ", ".join(sums)


def _usual(_: Span) -> Sequence[LagsQuery]:
    # One range and one path of names are computed fast enough when they are asked for.
    return []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[LagsQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    figures = _figures()
    for query in queries:
        read_member_lags(db, query, scope)
        names, width = ", ".join(query.by), len(query.by) + 1
        rows = db.execute(
            f"SELECT state, {names}, {figures} FROM member_lags GROUP BY ALL"
        ).fetchall()
        [total] = db.execute(f"SELECT {figures} FROM member_lags").fetchall()
        yield {
            "totals": _measured(total),
            "rows": [[row[0], list(row[1:width]), _measured(row[width:])] for row in rows],
        }


def read_member_lags(db: duckdb.DuckDBPyConnection, query: LagsQuery, scope: Scope) -> None:
    """Make ``member_lags``: who became a customer in the range, when he came, and his lags.

    Args:
        db: holds the views ``credits leads``, whole.
        query: whose lags, and by which names.
        scope: of the account.
    """
    read_first_clicks(db, scope.zone, dict.fromkeys((*query.by, *query.joining.names)))
    read_members(db, query.joining, scope.zone, query.by)
    db.execute(_MEMBER_LAGS)


def _measured(row: Sequence[Any]) -> dict[str, Any]:
    customers, *rest = row
    measures = (rest[at : at + 3] for at in range(0, len(rest), 3))
    return {"customers": customers, **dict(zip(LAGS, measures, strict=True))}


def _spell(
    request: LagsRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query = request.query
    where = query.joining.where
    return {
        "parameters": {
            "from": query.span.first.isoformat(),
            "to": query.span.last.isoformat(),
            "by": list(query.by),
            "part": request.part,
            "where": where and where.text(),
            "is_partial": query.span.last >= published.manifest.as_of,
        },
        **(
            spell_lags(document, query.by, request.part)
            if published.is_history_complete
            else withhold_lags()
        ),
        "next": None,
    }


LAGS_REPORT = Report(
    "lags", ("credits", "leads"), _usual, _compute, _spell, tables_whole=READ_WHOLE
)
"""The lags report."""
