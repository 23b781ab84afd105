"""The formula behind each figure that is no sum of rows, over the names of other figures.

Some of these names are no column of the report; they are followed all the same. A formula that
needs the revenue asked for is told which it is: ``gross`` or ``net``.
"""

from __future__ import annotations

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
        "ltv": f"lifetime_{revenue} / new_customers",
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
        "epl": brought["epl"],
        "share": f"attributed / {revenue}",
    }


def change_formula(figure: str) -> str:
    """Return that of the change of a figure from the range that it is compared with."""
    return f"({figure} - previous_{figure}) / previous_{figure}"


def leads_formulas(revenue: str) -> Formulas:
    """Return those of the leads report; ``revenue`` is the figure that ratios are of."""
    return {
        "conversion": "customers / leads",
        "cpl": "cost / leads",
        "epl": f"{revenue} / leads",
        "ltv": f"{revenue} / customers",
        "cac": "cost / customers",
        "roi": f"({revenue} - cost) / cost",
    }


# Who of a row's names has the lag, and who has taken at most so many days: no columns.
CUSTOMERS_OF_MEASURE, CUSTOMERS_SO_FAR = "customers_of_measure", "customers_so_far"


def lag_formulas() -> Formulas:
    """Return those of the distribution of lags."""
    return {
        "share": f"customers / {CUSTOMERS_OF_MEASURE}",
        "cumulative_share": f"{CUSTOMERS_SO_FAR} / {CUSTOMERS_OF_MEASURE}",
    }


def subscription_formulas(revenue: str) -> Formulas:
    """Return those of subscriptions that began in a range."""
    return {
        "inferred_share": "inferred / subscriptions",
        "lapsed_share": "lapsed / subscriptions",
        "ltv": f"{revenue} / subscriptions",
    }


def subscription_month_formulas(revenue: str) -> Formulas:
    """Return those of a month of subscriptions; ``inferred`` are those of the active ones."""
    return {
        "churn": "lapsed / active_before",
        "retention": "(active_before - lapsed) / active_before",
        "monthly_per_active": f"monthly_{revenue} / active",
        "inferred_share": "inferred / active",
    }


def subscription_cycle_formulas(revenue: str, cycle: int) -> Formulas:
    """Return those of a cycle of subscriptions.

    ``lapsed_before`` are those that came no farther than the cycle before. A figure of another
    cycle has its number behind its name.
    """
    retained = "(subscriptions{0} / (subscriptions{0} + lapsed_before{0}))"
    return {
        "retention": retained.format(""),
        "churn": "lapsed_before / (subscriptions + lapsed_before)",
        "survival": " * ".join(retained.format(f"_{number}") for number in range(cycle + 1)),
        "aov": f"{revenue} / orders",
    }
