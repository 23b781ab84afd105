"""The cohorts: those who joined in one month, what they cost, and what they have bought since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.cohort_rows import PARTS, spell_cohorts, withhold_cohorts
from headwater.domain.cohorts import KINDS, MOST_LAST_CLICKS, CohortSpelling
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.cohort_cells import read_cohorts
from headwater.usecases.reports.members import (
    MEMBER_TABLES,
    READ_WHOLE,
    Joining,
    read_first_clicks,
    read_members,
)
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi import refuse_revenue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span

# Of the usual ranges only all time is longer: nobody looks at the cohorts of thirty days, and what
# is younger is computed in no time.
_LONG = timedelta(days=92)
_REACHED = ("cohort", 1)


@dataclass(frozen=True, slots=True)
class CohortsRequest:
    """A reader's question: ``part`` is one of ``PARTS``, whose rows are the report's rows."""

    query: Joining
    part: str = "cohorts"
    revenue: str = "net"
    model: None = None

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        refuse_revenue(self.revenue)
        if self.part not in PARTS:
            message = f"part: choose among {', '.join(PARTS)}"
            raise InvalidParameterError(message)
        self.query.span.refuse_long()


def is_long(span: Span) -> bool:
    """Tell whether a usual range is all time of an account that is no longer young."""
    return span.last - span.first > _LONG


def _usual(span: Span) -> Sequence[Joining]:
    return [Joining(span, kind) for kind in KINDS] if is_long(span) else []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[Joining], scope: Scope
) -> Iterator[dict[str, Any]]:
    known: tuple[str, ...] | None = None
    for query in queries:
        # The ways to join of one range have the same orders and clicks.
        if query.names != known:
            known = query.names
            read_first_clicks(db, scope.zone, known)
        read_members(db, query, scope.zone)
        yield read_cohorts(db, query, scope.zone)


def _spell(
    request: CohortsRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    joining, as_of = request.query, published.manifest.as_of
    spelling = CohortSpelling(
        request.revenue, published.settings.currency, joining.span.first, joining.span.last, as_of
    )
    spelled = (
        spell_cohorts(document, request.part, spelling)
        if published.is_history_complete
        else withhold_cohorts()
    )
    return {
        "parameters": {
            "from": joining.span.first.isoformat(),
            "to": joining.span.last.isoformat(),
            "by": joining.kind,
            "part": request.part,
            "revenue": request.revenue,
            "where": joining.where and joining.where.text(),
            "orders": joining.orders,
            "is_partial": joining.span.last >= as_of,
        },
        **spelled,
        "next": None,
    }


COHORTS = Report(
    "cohorts",
    MEMBER_TABLES,
    _usual,
    _compute,
    _spell,
    tables_whole=READ_WHOLE,
    # A cohort that has an age at all has all that it has reached; of others nothing is known yet.
    cut={"last_clicks": ("cohort", MOST_LAST_CLICKS), "months": _REACHED, "days": _REACHED},
)
"""The cohort report."""
