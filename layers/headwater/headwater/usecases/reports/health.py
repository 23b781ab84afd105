"""The health report: whether tracking sees what it should, and what hinders it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.health import PARTS, spell_health
from headwater.domain.health_checks import is_silent
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.health_cells import (
    HEALTH_TABLES,
    MOST_UNTAGGED,
    WINDOWS,
    compute_health,
)
from headwater.usecases.reports.report import Report, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope


@dataclass(frozen=True, slots=True)
class HealthQuery:
    """A range."""

    span: Span
    label: str = "all"


@dataclass(frozen=True, slots=True)
class HealthRequest:
    """A reader's question: ``part`` is one of ``PARTS``, whose rows are the report's rows."""

    query: HealthQuery
    part: str
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


def longest_window(span: Span) -> Span:
    """Return the range, begun so early that the longest window lies in it."""
    return Span(min(span.first, span.last - timedelta(days=WINDOWS[-1] - 1)), span.last)


def _usual(span: Span) -> Sequence[HealthQuery]:
    # What is asked for every day; a shorter range would be the same question.
    is_window = span == longest_window(span) and (span.last - span.first).days == WINDOWS[-1] - 1
    return [HealthQuery(span)] if is_window else []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[HealthQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    for query in queries:
        yield compute_health(db, query.span, scope)


def _spell(
    request: HealthRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    span = request.query.span
    spelled = spell_health(document, published.manifest.scripts)
    return {
        "parameters": {
            "from": span.first.isoformat(),
            "to": span.last.isoformat(),
            "part": request.part,
            "is_partial": span.last >= published.manifest.as_of,
        },
        "rows": spelled.pop(request.part),
        **spelled,
        "notes": [],
        "next": None,
    }


HEALTH = Report(
    "health",
    HEALTH_TABLES,
    _usual,
    _compute,
    _spell,
    is_alarming=lambda document: is_silent(document["recent"]),
    cut={"untagged": ("", MOST_UNTAGGED)},
)
"""The health report."""
