"""Which rows of a report a reader sees, in which order, and how many at once.

Totals are of all rows, whatever is shown of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.row_filters import number_of, read_condition
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.domain.row_filters import Condition

MOST_ROWS = 10_000
type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowView:
    """A view of rows.

    Attributes:
        filter: what rows have to hold; None for all.
        sort: columns, the first one counts most, and whether it falls; none for the report's order.
        limit: how many rows at once; None for all.
        after: where the page before has ended: a version of the data and a number of rows.
    """

    filter: Condition | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    after: str = ""

    @classmethod
    def of(
        cls, filter_: str | None, sort: str | None, limit: int | None, after: str | None
    ) -> RowView:
        """Read a view as a request states it: ``sort`` is like ``-net,campaign``.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if limit is not None and not 1 <= limit <= MOST_ROWS:
            message = f"limit: from 1 to {MOST_ROWS:,}"
            raise InvalidParameterError(message)
        names = (sort or "").split(",")
        return cls(
            read_condition("filter", filter_) if filter_ else None,
            tuple((name.removeprefix("-"), name.startswith("-")) for name in names if name),
            limit,
            after or "",
        )

    def apply(self, rows: Sequence[Row], data_version: str) -> tuple[list[Row], str | None]:
        """Return the rows of the view, and what to ask the next page with, if there is one.

        Raises:
            InvalidParameterError: there is no such column, or the data are others than those of
                the page before.
        """
        start = start_of(self.after, data_version)
        flat = [(flat_row(row), row) for row in rows]
        if flat:
            self._refuse_unknown(flat[0][0])
        found = [each for each in flat if self.filter is None or self.filter.holds(each[0])]
        # Sorting is stable: the last column first.
        for column, falls in reversed(self.sort):
            found = _sorted(found, column, falls=falls)
        end = len(found) if self.limit is None else start + self.limit
        page = [row for _, row in found[start:end]]
        return page, f"{data_version}.{end}" if end < len(found) else None

    def _refuse_unknown(self, row: Mapping[str, Any]) -> None:
        """Refuse columns that no row has: a mistyped one would show something else."""
        asked = {"sort": [name for name, _ in self.sort]}
        asked["filter"] = list(self.filter.columns()) if self.filter else []
        for parameter, names in asked.items():
            for name in names:
                if name not in row:
                    message = f"{parameter}: there is no column {name}; there are {', '.join(row)}"
                    raise InvalidParameterError(message)


def start_of(after: str, data_version: str) -> int:
    """Return how many rows the pages before have shown; ``after`` is what stood under ``next``.

    Raises:
        InvalidParameterError: it is nothing of the kind, or of other data.
    """
    version, _, place = after.rpartition(".")
    if not after:
        return 0
    if not place.isdecimal():
        message = "after: give what stood under next"
        raise InvalidParameterError(message)
    if version != data_version:
        message = "after: a run has brought other figures since; begin with the first page"
        raise InvalidParameterError(message)
    return int(place)


def flat_row(row: Mapping[str, Any]) -> Row:
    """Return a row with what stands side by side in it, however deep, as columns of its own."""
    columns: Row = {}
    for name, value in row.items():
        if isinstance(value, dict):
            columns |= {f"{name}_{inner}": each for inner, each in flat_row(value).items()}
        else:
            columns[name] = value
    return columns


def _sorted(rows: list[tuple[Row, Row]], column: str, *, falls: bool) -> list[tuple[Row, Row]]:
    """Return rows by a column; what it does not tell comes last, whichever way it goes."""
    told = [row for row in rows if row[0].get(column) is not None]
    rest = [row for row in rows if row[0].get(column) is None]
    return [*sorted(told, key=lambda row: _key(row[0][column]), reverse=falls), *rest]


def _key(value: Any) -> tuple[bool, Decimal, str]:  # noqa: ANN401 - a cell
    """Numbers sort as numbers, and before texts."""
    number = number_of(str(value))
    return (True, Decimal(0), str(value).casefold()) if number is None else (False, number, "")
