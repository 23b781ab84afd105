"""A report's answer beside that of another range, row by row."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.figure_kinds import figure_inside, grows, nothing, untold
from headwater.domain.figures import key_columns, told_by_names

if TYPE_CHECKING:
    from collections.abc import Mapping

# Columns that hold a calendar month: it stands beside one as much earlier as the other range is.
_MONTHS = frozenset({"cohort", "month"})
# What an answer tells of the whole.
_WHOLE = ("totals", "health")
_DAYS_OF_MONTH = Decimal("30.436875")
_DECIMALS = Decimal("0.0001")
type Row = dict[str, Any]


def compare_answers(
    answer: Row, before: Mapping[str, Any], currency: str, cut: tuple[str, int] | None = None
) -> Row:
    """Return an answer with ``previous`` and ``change`` in each row, and ``previous`` of the whole.

    A row that only the other range has becomes one of nothing, at the end. Where the list of a
    range is cut, nobody knows what it has of the names that are not in it; see ``Report.cut``.

    Args:
        answer: the report of the range that is asked about.
        before: the same report of the range that it is compared with.
        currency: the account's.
        cut: by which column rows are cut, if they are, and from how many of one value on.
    """
    apart = months_apart(answer["parameters"], before["parameters"])
    rows = _Rows(answer, apart, currency, cut)
    return {
        **answer,
        "rows": rows.beside([rows.moved(row) for row in before["rows"]]),
        "previous": {
            "from": before["parameters"]["from"],
            "to": before["parameters"]["to"],
            **{block: before[block] for block in _WHOLE if block in before},
            "change": change(figures_of_whole(answer), figures_of_whole(before)),
        },
    }


def figures_of_whole(answer: Mapping[str, Any]) -> Row:
    """Return the figures of the whole of an answer, and what they are beside another range."""
    figures = {**answer["totals"]}
    if "health" in answer:
        figures["health"] = answer["health"]
    if previous := answer.get("previous"):
        figures |= {"previous": figures_of_whole(previous), "change": previous["change"]}
    return figures


class _Rows:
    """The rows of an answer, and what names them."""

    def __init__(
        self, answer: Mapping[str, Any], apart: int, currency: str, cut: tuple[str, int] | None
    ) -> None:
        report, parameters = answer["report"], answer["parameters"]
        self._rows: list[Row] = answer["rows"]
        self._keys = key_columns(report, parameters)
        self._names = {*self._keys, *told_by_names(report)}
        self._apart = apart
        self._currency = currency
        self._cut = cut

    def moved(self, row: Row) -> Row:
        """Return a row of the other range under the months that it stands beside."""
        months = self._names & _MONTHS & row.keys()
        return row | {column: moved_month(row[column], self._apart) for column in months}

    def beside(self, others: list[Row]) -> list[Row]:
        """Return the rows, each beside the one of the same names."""
        earlier = {self._key(row): row for row in others}
        is_full, is_other_full = self._full(self._rows), self._full(others)
        rows = []
        for row in self._rows:
            other = earlier.pop(self._key(row), None)
            figures = self._figures(row)
            if other is not None:
                previous = self._figures(other)
            elif self._group(row) in is_other_full:
                previous = untold(figures)
            else:
                previous = nothing(figures, self._currency)
            rows.append(_compared(row, figures, previous))
        for other in earlier.values():
            if self._group(other) not in is_full:
                previous = self._figures(other)
                figures = nothing(previous, self._currency)
                rows.append(_compared(other | figures, figures, previous))
        return rows

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[column] for column in self._keys)

    def _figures(self, row: Row) -> Row:
        return {name: value for name, value in row.items() if name not in self._names}

    def _group(self, row: Row) -> Any:  # noqa: ANN401 - a cell
        return row[self._cut[0]] if self._cut and self._cut[0] else None

    def _full(self, rows: list[Row]) -> set[Any]:
        """Return the groups of rows that may have been cut."""
        if self._cut is None:
            return set()
        counts = Counter(map(self._group, rows))
        return {group for group, count in counts.items() if count >= self._cut[1]}


def _compared(row: Row, figures: Row, previous: Row) -> Row:
    return {**row, "previous": previous, "change": change(figures, previous)}


def change(now: Mapping[str, Any], then: Mapping[str, Any]) -> Row:
    """Return by how much of what it was each count and amount has grown; null from nothing."""
    changes: Row = {}
    for name, value in now.items():
        if isinstance(value, dict):
            earlier = then[name] or {}
            inside = {
                each: _grown(value[each], earlier.get(each))
                for each in value
                if grows(figure_inside(name, each, value))
            }
            changes |= {name: inside} if inside else {}
        elif grows(name):
            changes[name] = _grown(value, then[name])
    return changes


def _grown(now: Any, then: Any) -> str | None:  # noqa: ANN401 - a figure
    if now is None or then is None or not Decimal(then):
        return None
    return str(((Decimal(now) - Decimal(then)) / Decimal(then)).quantize(_DECIMALS))


def key_before(answer: Mapping[str, Any], key: Mapping[str, str]) -> Row:
    """Return the values that name, in the range that an answer is compared with, a row of it."""
    apart = months_apart(answer["parameters"], answer["previous"])
    months = {column: moved_month(key[column], -apart) for column in _MONTHS & key.keys()}
    return {**key, **months}


def months_apart(now: Mapping[str, str], then: Mapping[str, str]) -> int:
    """Return how many calendar months lie between the beginnings of two ranges, or their ends.

    Where that is not the same, it is what is nearer to the days between them. A range is
    ``from`` and ``to``.
    """
    bounds = [(_day(now[bound]), _day(then[bound])) for bound in ("from", "to")]
    least, most = sorted(_months(later) - _months(earlier) for later, earlier in bounds)
    days = (bounds[0][0] - bounds[0][1]).days
    return min(max(round(days / _DAYS_OF_MONTH), least), most)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def moved_month(month: str, months: int) -> str:
    """Return a month like ``2026-11``, later by some months, or earlier by negative ones."""
    year, place = divmod(_months(date.fromisoformat(f"{month}-01")) + months, 12)
    return f"{year:04}-{place + 1:02}"
