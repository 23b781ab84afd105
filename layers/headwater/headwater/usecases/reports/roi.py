"""The ROI report: what each channel, source or campaign cost and brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import DIMENSIONS
from headwater.domain.roi import RoiCells, notes_on, spell_roi
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi_cells import ROI_TABLES, compute_roi

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span


@dataclass(frozen=True, slots=True)
class RoiQuery:
    """A range and the dimensions of the rows."""

    span: Span
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        unknown = [name for name in self.by if name not in DIMENSIONS]
        if unknown or not self.by or len(set(self.by)) < len(self.by):
            message = f"by: choose among {', '.join(DIMENSIONS)}, each once"
            raise InvalidParameterError(message)

    @property
    def label(self) -> str:
        """Return the dimensions as a part of an object's key."""
        return "+".join(self.by)


@dataclass(frozen=True, slots=True)
class RoiRequest:
    """A reader's question."""

    query: RoiQuery
    model: str
    revenue: str

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.revenue not in ("gross", "net"):
            message = "revenue: choose gross or net"
            raise InvalidParameterError(message)
        self.query.span.refuse_long()


def _usual(span: Span) -> Sequence[RoiQuery]:
    return [RoiQuery(span, (dimension,)) for dimension in DIMENSIONS]


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[RoiQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    span = queries[0].span
    cells_by = compute_roi(db, span.first, span.last, scope.zone, scope.models)
    for query in queries:
        yield {model: cells.document() for model, cells in cells_by(query.by).items()}


def _spell(
    request: RoiRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    cells = RoiCells.from_document(document[request.model])
    query = request.query
    return {
        "parameters": {
            "from": query.span.first.isoformat(),
            "to": query.span.last.isoformat(),
            "by": list(query.by),
            "model": request.model,
            "revenue": request.revenue,
            "date": "conversion",
            "is_partial": query.span.last >= published.manifest.as_of,
        },
        **spell_roi(
            cells,
            by=query.by,
            revenue=request.revenue,
            currency=published.settings.currency,
            is_history_complete=published.is_history_complete,
        ),
        "notes": notes_on(cells.totals),
        "next": None,
    }


ROI = Report("roi", ROI_TABLES, _usual, _compute, _spell)
