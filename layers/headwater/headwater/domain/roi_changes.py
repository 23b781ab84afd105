"""An ROI report beside that of another range, row by row."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor
from headwater.domain.report_dimensions import REPORT_DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

# The figures of which a reader is told by how much they have changed.
CHANGES = ("clicks", "leads", "orders", "customers", "new_customers", "gross", "net", "cost")
# What is an amount where there is nothing; ratios and amounts per head are null then.
_AMOUNTS = frozenset({"gross", "refunds", "net", "cost", "claimed_value"})
_AMOUNTS |= {"future_gross", "future_net", "lifetime_gross", "lifetime_net"}
_DECIMALS = Decimal("0.0001")
type Row = dict[str, Any]


def compare_answers(answer: Row, before: Mapping[str, Any], currency: str) -> Row:
    """Return an answer with ``previous`` and ``change`` in each row, and ``previous`` of the whole.

    A name that only the other range has gets a row of nothing, at the end.

    Args:
        answer: the report of the range that is asked about.
        before: the same report of the range that it is compared with.
        currency: the account's.
    """
    earlier = {_names(row): _figures(row) for row in before["rows"]}
    rows = []
    for row in answer["rows"]:
        previous = earlier.pop(_names(row), None) or _nothing(_figures(row), currency)
        rows.append({**row, "previous": previous, "change": _change(row, previous)})
    for names, previous in earlier.items():
        row = {**dict(names), **_nothing(previous, currency)}
        rows.append({**row, "previous": previous, "change": _change(row, previous)})
    return {
        **answer,
        "rows": rows,
        "previous": {
            "from": before["parameters"]["from"],
            "to": before["parameters"]["to"],
            "totals": before["totals"],
            "change": _change(answer["totals"], before["totals"]),
        },
    }


def _names(row: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, row[name]) for name in ("kind", *REPORT_DIMENSIONS) if name in row)


def _figures(row: Mapping[str, Any]) -> Row:
    return {name: row[name] for name in row if name != "kind" and name not in REPORT_DIMENSIONS}


def _nothing(figures: Mapping[str, Any], currency: str) -> Row:
    """Return the same figures of nobody and nothing; what cannot be told stays untold."""
    zero = str(from_minor(0, currency))
    empty: Row = {}
    for name, value in figures.items():
        is_counted = isinstance(value, int) or name == "claimed_conversions"
        none = zero if name in _AMOUNTS else None
        empty[name] = None if value is None else (type(value)(0) if is_counted else none)
    return empty


def _change(row: Mapping[str, Any], previous: Mapping[str, Any]) -> Row:
    return {name: _grown(row[name], previous[name]) for name in CHANGES if name in row}


def _grown(now: Any, then: Any) -> str | None:  # noqa: ANN401 - a figure
    if now is None or then is None or not Decimal(then):
        return None
    return str(((Decimal(now) - Decimal(then)) / Decimal(then)).quantize(_DECIMALS))
