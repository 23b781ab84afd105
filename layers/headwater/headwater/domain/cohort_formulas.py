"""The formula behind each figure of cohorts and of lifetime value that is no sum of rows.

Beside columns they name figures that are followed all the same: of cohorts ``net_day_0``, what
members bought on day 0; of lifetime value ``net_30`` and ``first_net_30``, what those who became
customers more than 30 days ago bought up to day 30, and on day 0. Where they need the revenue asked
for it is ``gross`` or ``net``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.cohorts import WINDOWS
from headwater.domain.formulas import lag_formulas

if TYPE_CHECKING:
    from headwater.domain.formulas import Formulas


def cohort_formulas(part: str, revenue: str) -> Formulas:
    """Return those of a part of the cohort report; totals have those of ``cohorts``."""
    if part == "cohorts":
        return {
            "cpl": "cost / leads",
            "ncac": "cost / new_customers",
            "value": f"{revenue} / members",
            "ltv": f"{revenue} / customers",
            "aov": f"{revenue} / orders",
            "repeat_rate": "repeat_customers / customers",
            "roi": f"({revenue} - cost) / cost",
            "roas": f"{revenue} / cost",
        }
    if part in {"months", "days"}:
        return {
            "retention": "customers / members",
            "value": f"cumulative_{revenue} / members",
            "impact": f"(cumulative_{revenue} - {revenue}_day_0) / {revenue}_day_0",
            "roi": f"(cumulative_{revenue} - cost) / cost",
        }
    return lag_formulas() if part == "time_to_purchase" else {}


def ltv_formulas(revenue: str) -> Formulas:
    """Return those of the LTV report, of customers by name and of the totals."""
    return {
        "ltv": f"{revenue} / customers",
        "ncac": "cost / customers",
        "payback_ratio": f"{revenue} / cost",
        "repeat_rate": "repeat_customers / customers",
        "roi": f"({revenue} - cost) / cost",
        **contact_formulas(revenue),
        **{f"value_{days}": f"{revenue}_{days} / customers_{days}" for days in WINDOWS},
        **{
            f"impact_{days}": f"({revenue}_{days} - first_{revenue}_{days}) / "
            f"first_{revenue}_{days}"
            for days in WINDOWS
        },
    }


def contact_formulas(revenue: str) -> Formulas:
    """Return those of a single customer."""
    return {"aov": f"{revenue} / orders"}
