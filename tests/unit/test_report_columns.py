"""Every column that a report answers is defined in ``docs/reports.md``, and nothing else is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import BaseModel

from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.runtime.api import (
    models_cohorts,
    models_comparisons,
    models_coverage,
    models_health,
    models_lags,
    models_leads,
    models_ltv,
    models_reconciliation,
    models_reports,
    models_subscription_report,
)
from headwater.runtime.api.models_effects import EffectsSummary
from headwater.runtime.api.models_reports import Envelope
from headwater.usecases.reports.registry import REPORTS
from tests.lambda_side import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = (EVENTS.parent / "docs" / "reports.md").read_text()
# Heading → the report's name and shape.
SECTIONS: dict[str, tuple[str, type[BaseModel]]] = {
    "Return on investment": ("roi", models_reports.RoiReport),
    "Models": ("models", models_comparisons.ModelsReport),
    "Journeys": ("journeys", models_comparisons.JourneysReport),
    "Lags": ("lags", models_lags.LagsReport),
    "Forecast": ("forecast", models_lags.ForecastReport),
    "Leads": ("leads", models_leads.LeadsReport),
    "Coverage": ("coverage", models_coverage.CoverageReport),
    "Health": ("health", models_health.HealthReport),
    "Cohorts": ("cohorts", models_cohorts.CohortsReport),
    "Lifetime value": ("ltv", models_ltv.LtvReport),
    "Subscriptions": ("subscriptions", models_subscription_report.SubscriptionsReport),
    "Reconciliation": ("reconciliation", models_reconciliation.ReconciliationReport),
}
# What an answer says of itself, which is no figure.
_OF_ITSELF = {*Envelope.model_fields, "parameters", "notes", "next", "effects", "previous"}
# What stands in every row beside another range, defined once for all.
_COMPARED = {"previous", "change"}
_OF_RECONCILIATION = {"state", "stores"}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - a type
    """Yield the models that a field can hold, whatever they lie in."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def columns_of(model: type[BaseModel]) -> set[str]:
    """Return the columns of a row or total, those of what stands in it included."""
    columns = set()
    for name, field in model.model_fields.items():
        columns.add(field.alias or name)
        for inner in models_in(field.annotation):
            columns |= columns_of(inner)
    return columns


def answered(report: type[BaseModel]) -> set[str]:
    """Return all columns of a report; of a family like ``value_30``, the first and the last."""
    columns: set[str] = set()
    for name, field in report.model_fields.items():
        if name not in _OF_ITSELF | _OF_RECONCILIATION:
            for model in models_in(field.annotation):
                if model is not EffectsSummary:
                    columns |= columns_of(model)
    return columns - {f"{name}_{days}" for days in (30, 60, 90, 180) for name in _FAMILIES}


_FAMILIES = ("customers", "value", "impact")


def defined(heading: str) -> set[str]:
    """Return the names in the first cells of a section's tables."""
    [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_report_has_a_section() -> None:
    names = {name for name, _ in SECTIONS.values()}
    assert names == {report.name for report in REPORTS} | {"reconciliation"}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_column_is_defined_and_every_definition_is_a_columns(heading: str) -> None:
    columns, found = answered(SECTIONS[heading][1]), defined(heading)
    assert columns - set(REPORT_DIMENSIONS) - found == _COMPARED & columns
    assert found - columns == set()


def test_the_names_of_rows_are_defined_once_for_all() -> None:
    assert defined("Names") == set(REPORT_DIMENSIONS)


def test_what_stands_beside_another_range_is_defined_once_for_all() -> None:
    assert defined("Beside another range") == _COMPARED


def test_a_column_without_a_definition_would_be_found() -> None:
    class Row(BaseModel):
        net: str
        surprise: int

    class Report(Envelope):
        rows: list[Row]

    assert answered(Report) - defined("Return on investment") == {"surprise"}
