"""The LTV report: what customers are worth by the click that brought them, or one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import FILTERS
from headwater.domain.ltv import CONTACT, MOST_CONTACTS, LtvSpelling, spell_ltv, withhold_ltv
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.ltv_cells import read_bought, read_contacts, read_ltv
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

# By which click a contact is listed.
_CONTACT_NAMES = ("channel", "source", "campaign")


@dataclass(frozen=True, slots=True)
class LtvQuery:
    """Who became a customer in the range, and the dimensions of the rows; or ``contact`` alone."""

    joining: Joining
    by: tuple[str, ...] = field(default=("campaign",))

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        known = set(self.by) <= set(FILTERS) and len(set(self.by)) == len(self.by) > 0
        if not known and self.by != (CONTACT,):
            message = f"by: choose among {', '.join(FILTERS)}, each once, or {CONTACT}"
            raise InvalidParameterError(message)

    @property
    def span(self) -> Span:
        """Return the range in which they became customers."""
        return self.joining.span

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the first click that rows tell."""
        return _CONTACT_NAMES if self.by == (CONTACT,) else self.by

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        return f"{'+'.join(self.by)} of {self.joining.label}"


@dataclass(frozen=True, slots=True)
class LtvRequest:
    """A reader's question."""

    query: LtvQuery
    revenue: str = "net"
    model: None = None

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        refuse_revenue(self.revenue)
        self.query.span.refuse_long()


def _usual(_: Span) -> Sequence[LtvQuery]:
    # One range and one path of dimensions are computed fast enough when they are asked for.
    return []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[LtvQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    for query in queries:
        read_customers(db, query, scope.zone)
        document = read_ltv(db, query.joining, query.names, scope.as_of)
        if query.by == (CONTACT,):
            document |= read_contacts(db, query.names)
        yield document


def read_customers(db: duckdb.DuckDBPyConnection, query: LtvQuery, zone: str) -> None:
    """Make ``bought`` and the tables of ``members``, whose clicks carry the names of the rows."""
    read_first_clicks(db, zone, dict.fromkeys((*query.names, *query.joining.names)))
    read_members(db, query.joining, zone, query.names)
    read_bought(db)


def _spell(
    request: LtvRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query = request.query
    where = query.joining.where
    spelling = LtvSpelling(request.revenue, published.settings.currency, query.by)
    return {
        "parameters": {
            "from": query.span.first.isoformat(),
            "to": query.span.last.isoformat(),
            "by": list(query.by),
            "revenue": request.revenue,
            "where": where and where.text(),
            "orders": query.joining.orders,
            "is_partial": query.span.last >= published.manifest.as_of,
        },
        **(spell_ltv(document, spelling) if published.is_history_complete else withhold_ltv()),
        "next": None,
    }


LTV = Report(
    "ltv",
    MEMBER_TABLES,
    _usual,
    _compute,
    _spell,
    tables_whole=READ_WHOLE,
    cut={"": ("", MOST_CONTACTS)},
)
"""The LTV report."""
