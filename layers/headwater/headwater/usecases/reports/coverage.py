"""The coverage report: what meets a click, by which key, and why the rest does not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from headwater.domain.coverage import PARTS, Spelling, spell_coverage
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.coverage_cells import (
    COVERAGE_TABLES,
    MOST_UNMATCHED,
    compute_coverage,
)
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.which_orders import refuse_unknown_orders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span
    from headwater.usecases.reports.which_orders import WhichOrders


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """A range, and which of its orders."""

    span: Span
    orders: WhichOrders = "all"

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        return self.orders


@dataclass(frozen=True, slots=True)
class CoverageRequest:
    """A reader's question: ``part`` is one of ``PARTS``, whose rows are the report's rows."""

    query: CoverageQuery
    part: str
    revenue: str
    model: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.part not in PARTS:
            message = f"part: choose among {', '.join(PARTS)}"
            raise InvalidParameterError(message)
        if self.revenue not in ("gross", "net"):
            message = "revenue: choose gross or net"
            raise InvalidParameterError(message)
        self.query.span.refuse_long()


def _usual(span: Span) -> Sequence[CoverageQuery]:
    return [CoverageQuery(span)]


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[CoverageQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    for orders, alike in groupby(queries, lambda query: query.orders):
        ranges = Ranges(tuple(query.span for query in alike), scope.zone)
        yield from compute_coverage(db, ranges, scope, orders)


def _spell(
    request: CoverageRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query = request.query
    refuse_unknown_orders(query.orders, published)
    models = published.manifest.models if request.model is None else (request.model,)
    spelled = spell_coverage(
        document, models, Spelling(request.revenue, published.settings.currency)
    )
    return {
        "parameters": {
            "from": query.span.first.isoformat(),
            "to": query.span.last.isoformat(),
            "part": request.part,
            "model": request.model,
            "revenue": request.revenue,
            "orders": query.orders,
            "is_partial": query.span.last >= published.manifest.as_of,
        },
        "rows": spelled.pop(request.part),
        **spelled,
        "notes": [],
        "next": None,
    }


COVERAGE = Report(
    "coverage",
    COVERAGE_TABLES,
    _usual,
    _compute,
    _spell,
    cut={"unmatched": ("kind", MOST_UNMATCHED)},
)
