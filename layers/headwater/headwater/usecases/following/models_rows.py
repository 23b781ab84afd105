"""What stands behind the figures of the comparison of models: those of the ROI report, by model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headwater.usecases.following.follower import Follower
from headwater.usecases.following.roi_rows import build_roi_tables, list_roi
from headwater.usecases.reports.models import MODELS_REPORT
from headwater.usecases.reports.roi import RoiRequest

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.following.listings import Listing
    from headwater.usecases.reports.models import ModelsRequest
    from headwater.usecases.reports.report import Scope

# The first word of a column → the figure of the ROI report; the rest of the column is the model.
_BY_MODEL = ("orders", "attributed", "pre_tracking", "unattributed")
_REVENUE, _COVERAGE = "revenue_", "coverage_"


def _formula(_: ModelsRequest, figure: Figure, scope: Scope) -> str | None:
    if figure.name.startswith(_COVERAGE):
        model = figure.name.removeprefix(_COVERAGE)
        return f"attributed_{model} / (attributed_{model} + unattributed_{model})"
    compared = [f"{_REVENUE}{model}" for model in scope.models if model not in scope.whole]
    if figure.key is None or not compared:
        return None
    of_all = f"({', '.join(compared)})"
    return {
        "lowest": f"min{of_all}",
        "highest": f"max{of_all}",
        "spread": "highest - lowest",
        "relative_spread": f"spread * {len(compared)} / ({' + '.join(compared)})",
    }.get(figure.name)


def _build(db: duckdb.DuckDBPyConnection, request: ModelsRequest, scope: Scope) -> None:
    build_roi_tables(db, request.query, scope)


def _list(request: ModelsRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    name, model = _of_roi(figure.name, request.revenue, scope)
    asked = RoiRequest(request.query, model, request.revenue)
    return list_roi(asked, replace(figure, name=name), scope)


def _models(request: ModelsRequest, figure: Figure, scope: Scope) -> tuple[str, ...]:
    """Return the one model that a figure is of: all sixteen would take five times as long."""
    return (_of_roi(figure.name, request.revenue, scope)[1],)


def _of_roi(column: str, revenue: str, scope: Scope) -> tuple[str, str]:
    """Return a column's figure of the ROI report, and its model; any, where it is of none."""
    for model in scope.models:
        for name in _BY_MODEL:
            if column == f"{name}_{model}":
                return name, model
        if column == f"{_REVENUE}{model}":
            return revenue, model
    return column, scope.models[0]


MODELS_FOLLOWER = Follower(MODELS_REPORT, _formula, _build, _list, models=_models)
"""The comparison's."""
