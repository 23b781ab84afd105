"""The formula behind each figure of coverage and health that is no sum of rows (``formulas``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.domain.formulas import Formulas

COVERAGE_TOTALS: Formulas = {
    "cost_joined_share": "cost_joined / cost",
    "clicks_joined_share": "clicks_joined / clicks",
    "health_attributed_share": "health_attributed_new_sales / health_new_sales",
}
_HEALTH: dict[str, Formulas] = {
    "windows": {
        "orders_seen_share": "orders_seen / orders",
        "attributed_share": "attributed_new_sales / new_sales",
    },
    "landings": {"share": "sessions / all_sessions"},
    "pages": {"share": "hits / all_hits"},
}


def coverage_formulas(part: str, revenue: str, kind: str) -> Formulas:
    """Return those of a row of a part of the coverage report; ``kind`` is the row's, if any.

    A duplicate has no share, and only what is credited has a coverage.
    """
    if part == "cost":
        return {"cost_share": "cost / platform_cost", "clicks_share": "clicks / platform_clicks"}
    if part != "revenue" or kind == "duplicate":
        return {}
    share = {"share": f"{revenue} / store_{revenue}"}
    if kind != "credited":
        return share
    return share | {"coverage": f"{revenue} / ({revenue} + unattributed_{revenue})"}


def health_formulas(part: str) -> Formulas:
    """Return those of a row of a part of the health report; its totals have none."""
    return _HEALTH.get(part, {})
