"""The ROI report: what each channel, source or campaign cost and brought."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import DIMENSIONS
from headwater.domain.report_dimensions import (
    LINE_DIMENSIONS,
    OF_THE_HISTORY,
    choose_dimensions,
)
from headwater.domain.roi import notes_on, spell_roi
from headwater.domain.roi_documents import cells_of
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.range_tables import Wanted, read_ranges
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi_figures import read_cells
from headwater.usecases.reports.roi_totals import build_order_groups, totals_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.range_tables import DateBasis
    from headwater.usecases.reports.report import Scope, Span
    from headwater.usecases.reports.which_orders import WhichOrders

_LINE_TABLES = ("lines", "products")
ROI_TABLES = ("credits", "leads", "spend", "clicks", "duplicates", *_LINE_TABLES)
# Documents with more rows than this take longer to read than a reader takes to ask for them.
_MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class RoiQuery:
    """A range, the dimensions of the rows, by which date the range is cut, and which orders."""

    span: Span
    by: tuple[str, ...]
    basis: DateBasis = "conversion"
    orders: WhichOrders = "all"

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        choose_dimensions(self.by)

    @property
    def label(self) -> str:
        """Return the dimensions, and the date and which orders unless they are the usual ones."""
        basis = "" if self.basis == "conversion" else f"@{self.basis}"
        return "+".join(self.by) + basis + ("" if self.orders == "all" else f" of {self.orders}")


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
        refuse_revenue(self.revenue)
        self.query.span.refuse_long()


def refuse_revenue(revenue: str) -> None:
    """Refuse a kind of revenue that there is not.

    Raises:
        InvalidParameterError: it is neither gross nor net.
    """
    if revenue not in ("gross", "net"):
        message = "revenue: choose gross or net"
        raise InvalidParameterError(message)


def refuse_unknown_history(query: RoiQuery, published: PublishedRun) -> None:
    """Refuse what nobody knows until the whole order history is in.

    Raises:
        InvalidParameterError: naming the dimensions, or the orders.
    """
    if published.is_history_complete:
        return
    unknown = OF_THE_HISTORY.intersection(query.by)
    asked = f"by: {', '.join(sorted(unknown))}" if unknown else f"orders: {query.orders}"
    if unknown or query.orders != "all":
        message = f"{asked} cannot be told before all older orders are in"
        raise InvalidParameterError(message)


def parameters_of(query: RoiQuery, published: PublishedRun) -> dict[str, Any]:
    """Return the question that an answer is about, its model and revenue aside."""
    return {
        "from": query.span.first.isoformat(),
        "to": query.span.last.isoformat(),
        "by": list(query.by),
        "date": query.basis,
        "orders": query.orders,
        "is_partial": query.span.last >= published.manifest.as_of,
    }


def compute_documents(
    db: duckdb.DuckDBPyConnection, queries: Sequence[RoiQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    """Yield the documents of some queries; those of one date and the same orders stand together.

    All ranges of one date are computed by all dimensions that are asked for together with it.
    """
    for (basis, orders), alike in groupby(queries, lambda query: (query.basis, query.orders)):
        asked = list(alike)
        ranges = Ranges(tuple(dict.fromkeys(query.span for query in asked)), scope.zone)
        dimensions = frozenset(name for query in asked for name in query.by)
        wanted = Wanted(scope.models, scope.whole, dimensions, basis, orders)
        read_ranges(db, ranges, wanted)
        build_order_groups(db, wanted)
        totals = totals_of(db, ranges, wanted)
        paths = list(dict.fromkeys(query.by for query in asked))
        cells = dict(zip(paths, read_cells(db, paths, wanted), strict=True))
        for query in asked:
            place = ranges.spans.index(query.span)
            yield {
                "basis": basis,
                "whole": sorted(scope.whole),
                "totals": totals[place],
                **cells[query.by].document(place),
            }


def tables_of(query: RoiQuery) -> list[str]:
    """Return the tables that are read: those of lines are large, and of no other dimension."""
    is_of_lines = any(name in LINE_DIMENSIONS for name in query.by)
    return [name for name in ROI_TABLES if is_of_lines or name not in _LINE_TABLES]


def credits_beyond(query: RoiQuery) -> frozenset[str]:
    """Return the tables that are read beyond the range.

    Orders follow their clicks, and new customers go on buying.
    """
    return frozenset({"credits", "lines"} if query.basis == "click" else {"credits"})


def _usual(span: Span) -> Sequence[RoiQuery]:
    # The other dimensions are asked for more rarely than every run would pay for them.
    return [RoiQuery(span, (name,)) for name in DIMENSIONS]


def _spell(
    request: RoiRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query = request.query
    refuse_unknown_history(query, published)
    cells = cells_of(document, request.model)
    return {
        "parameters": parameters_of(query, published)
        | {"model": request.model, "revenue": request.revenue},
        **spell_roi(
            cells,
            by=query.by,
            basis=query.basis,
            revenue=request.revenue,
            currency=published.settings.currency,
            is_history_complete=published.is_history_complete,
        ),
        "notes": notes_on(cells.totals),
        "next": None,
    }


def is_worth_keeping(document: dict[str, Any]) -> bool:
    """Tell whether reading a document is faster than computing what is asked of it."""
    return len(document["rows"]) <= _MOST_ROWS


ROI = Report(
    "roi",
    ROI_TABLES,
    _usual,
    compute_documents,
    _spell,
    tables_of=tables_of,
    tables_beyond=credits_beyond,
    is_worth_keeping=is_worth_keeping,
)
