"""The formula behind each figure that is no sum of rows, over the names of other figures.

Some of these names are no column of the report; they are followed all the same. A formula that
needs the revenue asked for is told which it is: ``gross`` or ``net``.
"""

from __future__ import annotations

from headwater.domain.cohorts import WINDOWS

type Formulas = dict[str, str]


def roi_formulas(revenue: str) -> Formulas:
    """Return those of a row of the ROI report; ``revenue`` is the figure that ratios are of."""
    return {
        "roi": f"({revenue} - cost) / cost",
        "roas": f"{revenue} / cost",
        "cpl": "cost / leads",
        "epl": f"{revenue} / leads",
        "cac": "cost / customers",
        "ncac": "cost / new_customers",
        "aov": f"{revenue} / orders",
        "claimed_roas": "claimed_value / cost",
    }


def roi_total_formulas(revenue: str, basis: str) -> Formulas:
    """Return those of the totals; by click date some are of what the clicks brought."""
    formulas = roi_formulas(revenue) | {"mer": f"{revenue} / cost"}
    if basis == "conversion":
        return formulas | {"coverage": "attributed / (attributed + unattributed)"}
    brought = roi_formulas("attributed")
    return formulas | {
        "roi": brought["roi"],
        "roas": brought["roas"],
        "share": f"attributed / {revenue}",
    }


def change_formula(figure: str) -> str:
    """Return that of the change of a figure from the range that it is compared with."""
    return f"({figure} - previous_{figure}) / previous_{figure}"


def coverage_formulas(revenue: str) -> dict[str, Formulas]:
    """Return those of the coverage report's parts, and of its totals under ``totals``."""
    return {
        "revenue": {
            "share": f"{revenue} / all_{revenue}",
            "coverage": f"{revenue} / ({revenue} + unattributed_{revenue})",
        },
        "cost": {"cost_share": "cost / platform_cost", "clicks_share": "clicks / platform_clicks"},
        "totals": {
            "cost_joined_share": "cost_joined / cost",
            "clicks_joined_share": "clicks_joined / clicks",
            "health_attributed_share": "health_attributed_new_sales / health_new_sales",
        },
    }


def health_formulas() -> dict[str, Formulas]:
    """Return those of the health report's parts."""
    return {
        "windows": {
            "orders_seen_share": "orders_seen / orders",
            "attributed_share": "attributed_new_sales / new_sales",
        },
        "landings": {"share": "sessions / all_sessions"},
        "pages": {"share": "hits / all_hits"},
    }


def cohort_formulas(revenue: str) -> dict[str, Formulas]:
    """Return those of the cohort report's parts; those of ``cohorts`` are the totals', too."""
    at_age = {
        "value": f"cumulative_{revenue} / members",
        "impact": f"(cumulative_{revenue} - first_{revenue}) / first_{revenue}",
        "roi": f"(cumulative_{revenue} - cost) / cost",
    }
    return {
        "cohorts": {
            "cpl": "cost / leads",
            "ncac": "cost / new_customers",
            "value": f"{revenue} / members",
            "ltv": f"{revenue} / customers",
            "aov": f"{revenue} / orders",
            "repeat_rate": "repeat_customers / customers",
            "roi": f"({revenue} - cost) / cost",
            "roas": f"{revenue} / cost",
        },
        "months": {**at_age, "retention": "customers / members"},
        "days": at_age,
        "time_to_purchase": {
            "share": "customers / everybody",
            "cumulative_share": "customers_so_far / everybody",
        },
    }


def ltv_formulas(revenue: str) -> Formulas:
    """Return those of the LTV report."""
    formulas = {
        "ltv": f"{revenue} / customers",
        "ncac": "cost / customers",
        "payback_ratio": f"{revenue} / cost",
        "aov": f"{revenue} / orders",
        "repeat_rate": "repeat_customers / customers",
        "roi": f"({revenue} - cost) / cost",
    }
    for days in WINDOWS:
        by_then, at_first = f"{revenue}_{days}", f"first_{revenue}_{days}"
        formulas[f"value_{days}"] = f"{by_then} / customers_{days}"
        formulas[f"impact_{days}"] = f"({by_then} - {at_first}) / {at_first}"
    return formulas


def subscription_formulas(revenue: str) -> dict[str, Formulas]:
    """Return those of the subscription report's parts; those of ``campaigns`` are the totals'."""
    return {
        "months": {
            "churn": "lapsed / active_before",
            "retention": "(active_before - lapsed) / active_before",
            "monthly_per_active": f"monthly_{revenue} / active",
            "inferred_share": "inferred / active",
        },
        "cycles": {
            "retention": "subscriptions / (subscriptions + lapsed_before)",
            "churn": "lapsed_before / (subscriptions + lapsed_before)",
            "aov": f"{revenue} / orders",
        },
        "campaigns": {
            "inferred_share": "inferred / subscriptions",
            "lapsed_share": "lapsed / subscriptions",
            "ltv": f"{revenue} / subscriptions",
        },
    }
