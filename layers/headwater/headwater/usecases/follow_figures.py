"""Follow figures: the orders, contacts, leads, clicks or cost rows behind a figure of a report."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from headwater.domain.figures import (
    CHANGE,
    PREVIOUS,
    Figure,
    find_row,
    follow_link,
    is_told,
    key_columns,
    names_in,
    prefixed,
)
from headwater.domain.formulas import change_formula
from headwater.domain.range_comparison import figures_of_whole, key_before
from headwater.domain.row_views import MOST_ROWS, flat_row
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.databases import open_database
from headwater.usecases.following.listings import read_figure, read_page, spell_amount
from headwater.usecases.following.order_rows import spell_rows
from headwater.usecases.published_runs import envelope
from headwater.usecases.reports.report import Scope
from headwater.usecases.serve_reports import serve_report

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from headwater.usecases.following.follower import Follower
    from headwater.usecases.following.listings import Listing, Page
    from headwater.usecases.ports import Facts, Lake
    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Comparison, Report

# What lists of orders tell besides a report's own tables.
_BESIDES = ("credits", "chains")
NOTHING: dict[str, Any] = {
    "formula": None,
    "parts": [],
    "holds": None,
    "totals": None,
    "rows": [],
    "next": None,
}


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """Which figure is followed, how many rows at once, and how many have been seen.

    ``comparison`` is the question about the range that the report stands beside, if there is one.
    """

    figure: Figure
    limit: int = 1_000
    start: int = 0
    comparison: Comparison[Any] | None = None

    def __post_init__(self) -> None:
        """Refuse pages that are too large, or none.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if not 1 <= self.limit <= MOST_ROWS:
            message = f"limit: from 1 to {MOST_ROWS:,}"
            raise InvalidParameterError(message)


def follow_figure(
    follower: Follower[Any],
    account: str,
    request: Any,  # noqa: ANN401 - the report's own
    asked: FollowRequest,
    published: PublishedRun,
    *,
    facts: Facts,
    lake: Lake,
) -> dict[str, Any]:
    """Return a figure of a report with the rows that sum to it, or the figures it is made of.

    Args:
        follower: of the report.
        account: whose.
        request: the question that the report answers.
        asked: which of its figures, and which of the rows behind it.
        published: the finished run.
        facts: its tables.
        lake: its documents.

    Raises:
        InvalidParameterError: the report has no such figure, or nothing stands behind it.
        UnknownResourceError: the report has no such row.
    """
    answer = serve_report(
        follower.report,
        account,
        request,
        published,
        facts=facts,
        lake=lake,
        comparison=asked.comparison,
    )
    other = asked.comparison and asked.comparison.request
    with FollowedReport(follower, request, answer, published, facts, other) as report:
        return {**envelope(account, follower.report.name, published), **report.follow(asked)}


class FollowedReport:
    """One answer of a report, whose figures are followed; a context manager.

    Args:
        follower: of the report.
        request: the question.
        answer: the report's answer to it.
        published: the run.
        facts: its tables.
        other: the question about the range that the answer stands beside, if there is one.
    """

    def __init__(
        self,
        follower: Follower[Any],
        request: Any,  # noqa: ANN401 - the report's own
        answer: Mapping[str, Any],
        published: PublishedRun,
        facts: Facts,
        other: Any = None,  # noqa: ANN401 - the report's own
    ) -> None:
        self._follower = follower
        self._requests = (request, other)
        self._answer = answer
        self._published = published
        self._facts = facts
        self._databases = ExitStack()
        # Whether it is about the other range, and the models → the database with the tables.
        self._built: dict[tuple[bool, tuple[str, ...]], duckdb.DuckDBPyConnection] = {}

    def __enter__(self) -> Self:
        """Return it; databases are opened when they are needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the databases."""
        self._databases.close()

    def follow(self, asked: FollowRequest) -> dict[str, Any]:
        """Return ``parameters figure row value formula parts holds totals rows next``.

        Raises:
            InvalidParameterError: there is no such figure, or nothing stands behind it.
            UnknownResourceError: there is no such row.
        """
        figure, currency = asked.figure, self._published.settings.currency
        cells = self._cells(figure)
        told = {
            "parameters": self._answer["parameters"],
            "figure": figure.name,
            "row": None if figure.key is None else dict(figure.key),
            "value": cells.get(figure.name),
            **NOTHING,
        }
        if formula := self._formula(figure):
            parts = [self._part(replace(figure, name=name), cells) for name in names_in(formula)]
            return {**told, "formula": formula, "parts": parts}
        if self._is_withheld or not is_told(figure.name, cells):
            # What is withheld, or what a row cannot tell, is nobody's sum.
            return told
        db, listing = self._listing(figure)
        page = read_page(db, listing, limit=asked.limit, start=asked.start, currency=currency)
        total, end = spell_amount(page.figure, listing.unit, currency), asked.start + len(page.rows)
        return {
            **told,
            "value": cells.get(figure.name, total),
            "holds": listing.holds,
            "totals": {"rows": page.count, "rule": listing.rule, "figure": total},
            "rows": self._rows(figure, listing, page),
            "next": f"{self._published.data_version}.{end}" if end < page.count else None,
        }

    def _cells(self, figure: Figure) -> dict[str, Any]:
        """Return the columns of the row of a figure, or of the totals."""
        answer = self._answer
        if figure.key is None:
            return flat_row(figures_of_whole(answer))
        columns = key_columns(self._follower.report.name, answer["parameters"])
        row = find_row(answer["rows"], columns, figure.key)
        if row is None:
            message = "the report has no row of these names"
            raise UnknownResourceError(message)
        return flat_row(row)

    def _formula(self, figure: Figure) -> str | None:
        """Return the formula of a figure; one of the other range is made of its figures."""
        is_compared = self._answer.get("previous") is not None
        if is_compared and figure.name.startswith(CHANGE):
            return change_formula(figure.name.removeprefix(CHANGE))
        plain, is_other = self._plain(figure)
        if reason := self._follower.unfollowed.get(plain.name):
            message = f"of: no rows stand behind {figure.name}: {reason}"
            raise InvalidParameterError(message)
        formula = self._follower.formula(self._requests[is_other], plain, self._scope)
        return prefixed(formula, PREVIOUS) if formula and is_other else formula

    def _part(self, figure: Figure, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Return a figure of a formula with its value and its link."""
        if figure.name in cells or self._is_withheld:
            value = cells.get(figure.name)
        else:
            db, listing = self._listing(figure)
            figure_of_rows = read_figure(db, listing)
            value = spell_amount(figure_of_rows, listing.unit, self._published.settings.currency)
        return {"figure": figure.name, "value": value, "follow": self._link(figure)}

    def _rows(self, figure: Figure, listing: Listing, page: Page) -> list[dict[str, Any]]:
        """Return rows with what leads on from each."""
        if not listing.onward:
            return spell_rows(listing.holds, page.rows, self._published)
        _, is_other = self._plain(figure)
        name = (PREVIOUS if is_other else "") + listing.onward
        return [
            row | {"follow": self._link(replace(figure, name=f"{name}{row['amount']}"))}
            for row in page.rows
        ]

    def _link(self, figure: Figure) -> str:
        name, version = self._follower.report.name, self._published.data_version
        return follow_link(name, self._answer["parameters"], version, figure)

    @property
    def _is_withheld(self) -> bool:
        """Tell whether the report tells nothing as long as older orders are missing."""
        return self._follower.needs_history and not self._published.is_history_complete

    def _listing(self, figure: Figure) -> tuple[duckdb.DuckDBPyConnection, Listing]:
        """Return the list behind a figure, and the database that it is read from."""
        plain, is_other = self._plain(figure)
        request, scope = self._requests[is_other], self._scope
        listing = self._follower.listing(request, plain, scope)
        if listing is None:
            columns = ", ".join(self._cells(figure))
            message = f"of: there is no figure {figure.name}; there are {columns}"
            raise InvalidParameterError(message)
        return self._tables(is_other, self._follower.models(request, plain, scope)), listing

    def _tables(self, is_other: bool, models: tuple[str, ...]) -> duckdb.DuckDBPyConnection:
        """Return a database with the tables of the question, or of that about the other range."""
        key = is_other, models
        if key not in self._built:
            report: Report[Any, Any] = self._follower.report
            request = self._requests[is_other]
            db = self._databases.enter_context(open_database())
            report.mount(db, request.query, self._published, self._facts, _BESIDES)
            self._follower.build(db, request, replace(self._scope, models=models))
            self._built[key] = db
        return self._built[key]

    @property
    def _scope(self) -> Scope:
        manifest = self._published.manifest
        return Scope.of(self._published.settings, manifest.models, manifest.as_of)

    def _plain(self, figure: Figure) -> tuple[Figure, bool]:
        """Return a figure as its range has it, and whether that is the other range."""
        if not (figure.name.startswith(PREVIOUS) and self._answer.get("previous")):
            return figure, False
        key = figure.key and key_before(self._answer, figure.key)
        return Figure(figure.name.removeprefix(PREVIOUS), key), True
