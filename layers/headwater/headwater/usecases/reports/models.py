"""The comparison of models: what each of them gives to each campaign, or any other name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.model_comparison import spell_comparison
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi import (
    ROI_TABLES,
    RoiQuery,
    compute_documents,
    parameters_of,
    refuse_revenue,
    refuse_unknown_history,
    tables_of,
)

if TYPE_CHECKING:
    from headwater.usecases.published_runs import PublishedRun


@dataclass(frozen=True, slots=True)
class ModelsRequest:
    """A reader's question; its document is that of the ROI report."""

    query: RoiQuery
    revenue: str
    model: None = None

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        refuse_revenue(self.revenue)
        self.query.span.refuse_long()
        if self.query.basis != "conversion":
            message = "date: models are compared by conversion date"
            raise InvalidParameterError(message)


def _spell(
    request: ModelsRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query = request.query
    refuse_unknown_history(query, published)
    return {
        "parameters": parameters_of(query, published) | {"revenue": request.revenue},
        **spell_comparison(
            document,
            by=query.by,
            models=published.manifest.models,
            revenue=request.revenue,
            currency=published.settings.currency,
        ),
        "notes": [],
        "next": None,
    }


MODELS_REPORT = Report(
    "models",
    ROI_TABLES,
    lambda _: (),
    compute_documents,
    _spell,
    tables_of=tables_of,
    documents_of="roi",
)
