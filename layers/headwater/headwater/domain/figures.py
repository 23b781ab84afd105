"""Figures of reports as they are followed: how one is named, and what a ratio is made of.

A figure is named by its column as CSV spells it (``net``, ``previous_net``, ``revenue_linear``) and
by the values that name its row; without such values it is the total. A figure is either the sum of
rows, or made of other figures by a formula over their names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIOUS, CHANGE = "previous_", "change_"
# The reports whose rows are named by their kind and by the dimensions that are asked for.
_FOLLOWED = frozenset({"roi", "models"})
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a report: its column, and the values that name its row; None for a total."""

    name: str
    key: Mapping[str, str] | None = None

    def value(self, column: str) -> str:
        """Return a value that names its row, an empty text where there is none."""
        return (self.key or {}).get(column, "")


def key_columns(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that name a row of a report."""
    return ("kind", *parameters["by"])


def follow_template(report: str, parameters: Mapping[str, Any], data_version: str) -> str | None:
    """Return the RFC 6570 template of the link behind each figure of a report, if there is one.

    ``of`` is the column; a row's own columns are the other variables, which totals leave out.
    """
    if report not in _FOLLOWED:
        return None
    names = ",".join(("of", *key_columns(parameters)))
    return f"{_address(report, parameters, data_version)}{{&{names}}}"


def follow_link(
    report: str, parameters: Mapping[str, Any], data_version: str, figure: Figure
) -> str:
    """Return the link behind one figure."""
    variables = _query({"of": figure.name, **(figure.key or {})})
    return f"{_address(report, parameters, data_version)}&{variables}"


def _address(report: str, parameters: Mapping[str, Any], data_version: str) -> str:
    asked = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in parameters.items()
        if value is not None and name != "is_partial"
    }
    return f"/v1/reports/{report}/rows?{_query({'data_version': data_version, **asked})}"


def _query(parameters: Mapping[str, str]) -> str:
    return urlencode(parameters, quote_via=quote, safe="")


def find_row(
    rows: list[dict[str, Any]], columns: tuple[str, ...], key: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the row that has a key's values, if there is one.

    Raises:
        InvalidParameterError: the key names too little, or columns that name no row.
    """
    for column in (*columns, *key):
        if column not in key or column not in columns:
            message = f"{column}: a row is named by {', '.join(columns)}; a total by none of them"
            raise InvalidParameterError(message)
    fitting = (row for row in rows if all(str(row[name]) == key[name] for name in columns))
    return next(fitting, None)


def names_in(formula: str) -> list[str]:
    """Return the figures that a formula names, each once."""
    return list(dict.fromkeys(_NAME.findall(formula)))


def prefixed(formula: str, prefix: str) -> str:
    """Return a formula over the figures of the other range."""
    return _NAME.sub(lambda name: prefix + name.group(), formula)
