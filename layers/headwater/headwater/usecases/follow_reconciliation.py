"""Follow reconciliation: the orders behind a figure of the report, and what each adds to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headwater.domain.day_comparisons import OURS, STORE
from headwater.domain.figures import find_row, follow_link
from headwater.domain.money import from_minor
from headwater.domain.reconciliation_causes import EXPLANATIONS, Cause
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.day_results import by_number, read_lines
from headwater.usecases.follow_figures import NOTHING
from headwater.usecases.published_runs import envelope
from headwater.usecases.serve_reconciliation import (
    BASES,
    RECONCILIATION,
    serve_reconciliation,
    told_days,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headwater.domain.day_comparisons import OrderLine
    from headwater.domain.figures import Figure
    from headwater.usecases.follow_figures import FollowRequest
    from headwater.usecases.ports import Accounts, Lake
    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.serve_reconciliation import ReconciliationQuery

    type Json = dict[str, Any]

# What the report knows better than the run.
_TOLD = ("generated_at", "time_zone", "currency", "parameters")
_PLACE = ("source", "day", "status_id")
_KINDS = {"explained": "basis", "faults": "fault", "unexplained": "unexplained"}
_COUNTS = frozenset({"store_orders", "our_orders", "orders"})
_REPAIRED = "repaired_ids of each cause names them; they differ no more"
_UNFOLLOWED = {
    "store_count": "it is the store's own counter; store_orders are the orders that it lists",
    "order_count": "amount lists the same orders",
    "open_percent": "it is the share of faults and unexplained, by orders or by amounts",
    "repaired_orders": _REPAIRED,
    "repaired_count": _REPAIRED,
    **dict.fromkeys(("kind", "sentence", "advice"), "it says what the cause means"),
    "status": "it is the name of status_id",
}


def follow_reconciliation(
    account: str,
    query: ReconciliationQuery,
    asked: FollowRequest,
    published: PublishedRun,
    *,
    accounts: Accounts,
    lake: Lake,
) -> Json:
    """Return a figure of the report with the orders that sum to it, or what it is made of.

    A row is named by ``source day status_id``, one of its differences by ``cause`` besides, the
    sums of a cause by ``cause`` alone.

    Raises:
        InvalidParameterError: there is no such figure, or nothing stands behind it.
        UnknownResourceError: there is no such row, or a day's orders were not kept.
    """
    report = serve_reconciliation(account, query, accounts=accounts, lake=lake)
    figure = asked.figure
    cells = _cells(report, figure)
    told = {
        **envelope(account, RECONCILIATION, published),
        **{name: report[name] for name in _TOLD if report[name]},
        "figure": figure.name,
        "row": None if figure.key is None else dict(figure.key),
        "value": _value(cells, figure.name),
        **NOTHING,
    }
    if figure.name == "difference":
        return {**told, **_formula(report["parameters"], figure, cells)}
    followed = _Followed(figure, query.basis)
    days = followed.days(told_days(account, query, accounts=accounts, lake=lake))
    rows = followed.rows(days, read_lines(lake, account, days))
    return {**told, **_page(rows, asked, published.data_version, report["currency"])}


def _cells(report: Json, figure: Figure) -> Json:
    """Return the columns of the row of a figure, or of the totals."""
    key = figure.key
    if key is None:
        return dict(report["totals"])
    if key.keys() == {"cause"}:
        row = find_row(report["causes"], ("cause",), key)
    elif "cause" not in key:
        row = find_row(report["rows"], _PLACE, key)
    else:
        differences = [
            {name: row[name] for name in _PLACE} | difference
            for row in report["rows"]
            for difference in row["differences"]
        ]
        row = find_row(differences, (*_PLACE, "cause"), key)
    if row is None:
        message = "the report has no row of these names"
        raise UnknownResourceError(message)
    return {name: value for name, value in row.items() if name not in key}


def _value(cells: Json, figure: str) -> Any:  # noqa: ANN401 - a cell
    if reason := _UNFOLLOWED.get(figure):
        message = f"of: no rows stand behind {figure}: {reason}"
        raise InvalidParameterError(message)
    if figure not in cells or isinstance(cells[figure], list):
        message = f"of: there is no figure {figure}; there are {', '.join(cells)}"
        raise InvalidParameterError(message)
    return cells[figure]


def _formula(parameters: Json, figure: Figure, cells: Json) -> Json:
    """Return what a difference is made of."""
    parts = [
        {
            "figure": name,
            "value": cells[name],
            "follow": follow_link(RECONCILIATION, parameters, None, replace(figure, name=name)),
        }
        for name in ("our_total", "store_total")
    ]
    return {"formula": "our_total - store_total", "parts": parts}


def _page(rows: list[Json], asked: FollowRequest, data_version: str, currency: str) -> Json:
    is_count, end = asked.figure.name in _COUNTS, asked.start + asked.limit

    def spell(amount: int) -> int | str:
        return amount if is_count else str(from_minor(amount, currency))

    return {
        "holds": "lines",
        "totals": {
            "rows": len(rows),
            "rule": "sum",
            "figure": spell(sum(row["amount"] for row in rows)),
        },
        "rows": [row | {"amount": spell(row["amount"])} for row in rows[asked.start : end]],
        "next": f"{data_version}.{end}" if end < len(rows) else None,
    }


class _Followed:
    """A figure, and what of the orders' lines it is made of."""

    def __init__(self, figure: Figure, basis: str) -> None:
        self._figure = figure
        self._counts = figure.name in _COUNTS
        self._signs = _signs(figure, basis)

    def days(self, days: Sequence[Json]) -> list[Json]:
        """Return the days that the figure is of."""
        return [day for day in days if self._is_in({name: day[name] for name in _PLACE[:2]})]

    def rows(
        self,
        days: Sequence[Mapping[str, Any]],
        lines: Mapping[tuple[str, str], Sequence[OrderLine]],
    ) -> list[Json]:
        """Return the orders behind the figure, what adds most first; amounts in minor units.

        Raises:
            UnknownResourceError: a day's orders were not kept.
        """
        found: list[Json] = []
        for day in days:
            source, date = day["source"], day["day"]
            if (source, date) not in lines:
                message = f"the orders of {date} were not kept: POST /v1/reconciliations keeps them"
                raise UnknownResourceError(message)
            found += self._of_day(source, date, lines[source, date])
            found += self._strangers(day)
        return sorted(found, key=_order)

    def _of_day(self, source: str, day: str, lines: Sequence[OrderLine]) -> Iterator[Json]:
        for line in lines:
            sign = self._signs.get(line.line, 0)
            amount = sign * (line.orders if self._counts else line.amount)
            is_told = amount if self._counts else sign
            if is_told and self._is_in({"status_id": str(line.status_id)}):
                yield _row(source, day, line.status_id, line.order_id, line.line, amount)

    def _strangers(self, day: Mapping[str, Any]) -> Iterator[Json]:
        """Yield what the store counts and does not list, or nobody can read: of a cause's sums."""
        if self._figure.name != "orders" or self._figure.key != {"cause": Cause.UNEXPLAINED}:
            return
        source, date, cause = day["source"], day["day"], Cause.UNEXPLAINED.value
        for status_id, excess in day["uncounted"].items():
            yield _row(source, date, int(status_id), None, cause, abs(excess))
        for order_id in day["unreadable"]:
            yield _row(source, date, None, order_id, cause, 1)

    def _is_in(self, place: Mapping[str, str]) -> bool:
        key = self._figure.key or {}
        return all(key.get(column, value) == value for column, value in place.items())


def _signs(figure: Figure, basis: str) -> dict[str, int]:
    """Return the lines that a figure is the sum of, and with which sign."""
    name, cause, left_out = figure.name, figure.value("cause"), BASES[basis]
    if name == "store_total":
        return {STORE: 1, **dict.fromkeys(left_out, -1)}
    if name in {"our_orders", "our_total"}:
        return {OURS: 1}
    if name == "store_orders":
        return {STORE: 1}
    kinds = [each.value for each in Cause if EXPLANATIONS[each].kind == _KINDS.get(name)]
    causes = [cause] if cause else kinds
    # What the store's figure was chosen without is a cause of its own.
    parts = left_out if Cause.TAX_SHIPPING_BASIS in causes else ()
    return dict.fromkeys((*causes, *parts), 1)


def _row(
    source: str, day: str, status_id: int | None, order_id: str | None, line: str, amount: int
) -> Json:
    return {
        "source": source,
        "day": day,
        "status_id": status_id,
        "order_id": order_id,
        "line": line,
        "amount": amount,
        "follow": order_id and _credits(source, order_id),
    }


def _credits(source: str, order_id: str) -> str:
    """Return the link to an order's credits; a duplicate's id names its own source."""
    other, _, own = order_id.rpartition("/")
    return (
        f"/v1/orders/{quote(other or source, safe='')}/{quote(own, safe='')}/credits?explain=true"
    )


def _order(row: Json) -> tuple[Any, ...]:
    return -abs(row["amount"]), row["day"], row["source"], by_number(row["order_id"] or "")
