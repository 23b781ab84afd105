"""How the figures of one report are followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Listing
    from headwater.usecases.reports.report import Report, Request, Scope


@dataclass(frozen=True, slots=True)
class Follower[R: Request[Any]]:
    """What is behind the figures of a report.

    Attributes:
        report: which one.
        formula: that of a figure which is no sum of rows, else None.
        build: makes the tables that the lists of a question are read from; the database holds the
            report's, at least of the range, and the views ``credits chains``.
        listing: the rows of a figure which is a sum; None if there is no such figure.
        unfollowed: figure → why no rows stand behind it.
        needs_history: whether the report withholds everything until all older orders are in.
        models: under which of the scope's models the tables are built for a figure.
    """

    report: Report[Any, R]
    formula: Callable[[R, Figure, Scope], str | None]
    build: Callable[[duckdb.DuckDBPyConnection, R, Scope], None]
    listing: Callable[[R, Figure, Scope], Listing | None]
    unfollowed: Mapping[str, str] = field(default_factory=dict)
    needs_history: bool = False
    models: Callable[[R, Figure, Scope], tuple[str, ...]] = field(
        default=lambda _request, _figure, scope: scope.models
    )
