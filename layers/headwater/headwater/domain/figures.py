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

from headwater.domain.facts import OPT_IN_NAMES
from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIOUS, CHANGE = "previous_", "change_"
# Stands for the dimensions that are asked for.
_BY = "by"
# Report → part (empty where it has none) → the columns that name a row.
_KEYS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "roi": {"": ("kind", _BY)},
    "models": {"": ("kind", _BY)},
    "journeys": {"": ("section", "name")},
    "lags": {"percentiles": ("kind", _BY), "distribution": ("kind", _BY, "measure", "days")},
    "forecast": {"": (_BY,)},
    "leads": {"": ("kind", _BY)},
    "coverage": {
        "revenue": ("model", "kind"),
        "cost": ("platform", "method"),
        "unmatched": (
            *("kind", "platform", "campaign_id", "adset_id", "ad_id"),
            *("source", "medium", "campaign"),
        ),
        "causes": ("model", "cause"),
    },
    "health": {
        "windows": ("days",),
        "untagged": ("landing_page", "click_id_kind"),
        "landings": ("page_type",),
        "pages": ("page_type",),
        "scripts": ("source", "storefront"),
        "checks": ("check",),
    },
    "cohorts": {
        "cohorts": ("cohort",),
        "months": ("cohort", "age"),
        "days": ("cohort", "days"),
        "last_clicks": ("cohort", "channel", "source", "campaign"),
        "time_to_purchase": ("measure", "days"),
    },
    "ltv": {"": ("kind", _BY)},
    "reconciliation": {"": ("source", "day", "status_id", "cause")},
    "subscriptions": {
        "months": ("month",),
        "cycles": ("cycle",),
        "campaigns": ("kind", "channel", "source", "campaign"),
    },
}
# Report → columns that are no figures: they follow from what names the row.
_TOLD_BY_NAMES: Mapping[str, tuple[str, ...]] = {
    "coverage": ("model", "is_joined", "paste_into", "template"),
    "health": ("platform", "paste_into", "template"),
    "cohorts": ("month",),
    "ltv": ("channel", "source", "campaign"),
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# What a formula may say besides names of figures, numbers, signs and brackets.
_FUNCTIONS = frozenset({"min", "max"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a report: its column, and the values that name its row; None for a total."""

    name: str
    key: Mapping[str, str] | None = None

    def value(self, column: str) -> str:
        """Return a value that names its row, an empty text where there is none."""
        return (self.key or {}).get(column, "")


def key_columns(report: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that name a row of a report; what the question fixes names none."""
    columns: list[str] = []
    for column in _KEYS[report][parameters.get("part", "")]:
        if column == _BY:
            columns += parameters[_BY]
        elif parameters.get(column) is None:
            columns.append(column)
    return tuple(columns)


def told_by_names(report: str) -> tuple[str, ...]:
    """Return the columns of a report that follow from what names a row."""
    return _TOLD_BY_NAMES.get(report, ())


def has_named_rows(report: str) -> bool:
    """Tell whether the rows of a report can be told apart, so that two ranges can be compared."""
    return report in _KEYS


def naming_columns(report: str, part: str) -> frozenset[str]:
    """Return all columns of a part that can name its rows, or follow from what does."""
    columns = {*_KEYS[report][part], *told_by_names(report)}
    if _BY in columns:
        columns = {*columns, *REPORT_DIMENSIONS, *OPT_IN_NAMES, "contact"}
    return frozenset(columns - {_BY})


def follow_template(
    report: str, parameters: Mapping[str, Any], data_version: str | None
) -> str | None:
    """Return the RFC 6570 template of the link behind each figure of a report, if there is one.

    ``of`` is the column; a row's own columns are the other variables, which totals leave out.
    """
    if not has_named_rows(report):
        return None
    names = ",".join(("of", *key_columns(report, parameters)))
    return f"{_address(report, parameters, data_version)}{{&{names}}}"


def follow_link(
    report: str, parameters: Mapping[str, Any], data_version: str | None, figure: Figure
) -> str:
    """Return the link behind one figure."""
    variables = _query({"of": figure.name, **(figure.key or {})})
    return f"{_address(report, parameters, data_version)}&{variables}"


def _address(report: str, parameters: Mapping[str, Any], data_version: str | None) -> str:
    asked = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in {"data_version": data_version, **parameters}.items()
        if value is not None and name != "is_partial"
    }
    return f"/v1/reports/{report}/rows?{_query(asked)}"


def _query(parameters: Mapping[str, str]) -> str:
    return urlencode(parameters, quote_via=quote, safe="")


def find_row(
    rows: list[dict[str, Any]], columns: tuple[str, ...], key: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the row that has a key's values, if there is one; what a key leaves out is null there.

    Raises:
        InvalidParameterError: the key names too little, or columns that name no row.
    """
    named = f"a row is named by {', '.join(columns)}; a total by none of them"
    for column in key:
        if column not in columns:
            message = f"{column}: {named}"
            raise InvalidParameterError(message)
    wanted = {column: key.get(column) for column in columns}
    for row in rows:
        if all(_as_text(row[column]) == value for column, value in wanted.items()):
            return row
    for column in columns:
        if column not in key:
            message = f"{column}: {named}"
            raise InvalidParameterError(message)
    return None


def is_told(name: str, columns: Mapping[str, Any]) -> bool:
    """Tell whether a row has a value of a figure: not null, nor inside of a column that is null."""
    if name in columns:
        return columns[name] is not None
    return not any(
        value is None and name.startswith(f"{column}_") for column, value in columns.items()
    )


def _as_text(value: Any) -> str | None:  # noqa: ANN401 - a cell
    """Return a cell as a link spells it, and a JSON answer but for its quotes; None for null."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def names_in(formula: str) -> list[str]:
    """Return the figures that a formula names, each once."""
    return [name for name in dict.fromkeys(_NAME.findall(formula)) if name not in _FUNCTIONS]


def prefixed(formula: str, prefix: str) -> str:
    """Return a formula over the figures of the other range."""
    return _NAME.sub(
        lambda name: name.group() if name.group() in _FUNCTIONS else prefix + name.group(), formula
    )
