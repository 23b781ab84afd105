"""The document of an ROI report: all models side by side, in minor units, before it is spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.models import LEAD_ROLES, lead_role
from headwater.domain.roi import CREDITED, REST_KINDS
from headwater.domain.roi_rows import RoiCells, RoiRow, RoiTotals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What a row's ``models`` lists per model; ``future_...`` is the part ordered after the range, and
# ``lifetime_...`` what its new customers have bought to date.
FIGURES = (
    "orders",
    "customers",
    "new_customers",
    "gross",
    "net",
    "future_orders",
    "future_gross",
    "future_net",
    "lifetime_gross",
    "lifetime_net",
)
# What a row's ``claims`` lists: what the platforms say of the ads under its names.
CLAIMS = ("ad_clicks", "impressions", "claimed_conversions", "claimed_value")
# Stands for every model: what none of them credits.
ALL_MODELS = "*"


def cells_of(document: Mapping[str, Any], model: str) -> RoiCells:
    """Return one model's totals and rows: credited ones by revenue, then what no click gets.

    By conversion date every kind of the latter has a row, be it empty.
    """
    totals = dict(document["totals"])
    own = totals.pop("models")[model]
    rows = list(_rows(document, model))
    credited = sorted(
        (row for row in rows if row.kind == CREDITED),
        key=lambda row: (-row.gross, -(row.cost or 0), row.names),
    )
    rest: list[RoiRow] = []
    for kind in REST_KINDS if document["basis"] == "conversion" else ():
        found = sorted((row for row in rows if row.kind == kind), key=lambda row: row.names)
        rest += found or [_empty(kind, document)]
    # Documents of earlier runs tell one number of leads, whatever the model.
    return RoiCells(RoiTotals(**totals | own), (*credited, *rest))


def _rows(document: Mapping[str, Any], model: str) -> Iterator[RoiRow]:
    """Yield the rows that hold anything under a model."""
    told = document["told"]
    role = LEAD_ROLES.index(lead_role(model))
    for row in document["rows"]:
        figures = row["models"].get(model) or row["models"].get(ALL_MODELS)
        leads = row.get("leads", (0,) * len(LEAD_ROLES))[role]
        if figures or leads or "clicks" in row or "cost" in row:
            yield RoiRow(
                row["kind"],
                tuple(row["names"]),
                clicks=row.get("clicks", 0) if told["clicks"] else None,
                leads=leads if told["leads"] else None,
                cost=row.get("cost", 0) if told["cost"] else None,
                **_claims(row, document),
                **_no_lifetimes(document) | dict(zip(FIGURES, figures or (), strict=False)),
            )


def _empty(kind: str, document: Mapping[str, Any]) -> RoiRow:
    told = document["told"]
    return RoiRow(
        kind,
        ("",) * document["width"],
        clicks=0 if told["clicks"] else None,
        leads=0 if told["leads"] else None,
        cost=0 if told["cost"] else None,
        **_claims({}, document),
        **_no_lifetimes(document),
    )


def _claims(row: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of a row; documents of earlier runs tell none."""
    if not document["told"]["cost"] or not document["totals"].keys() >= set(CLAIMS):
        return dict.fromkeys(CLAIMS)
    return dict(zip(CLAIMS, row.get("claims", (0,) * len(CLAIMS)), strict=True))


def _no_lifetimes(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lifetimes of nobody; documents of earlier runs tell none."""
    nothing = 0 if "lifetime_net" in document["totals"] else None
    return {"lifetime_gross": nothing, "lifetime_net": nothing}
