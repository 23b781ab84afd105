"""An example of the cohort report; a test holds it against its model."""

from __future__ import annotations

from typing import Any

from headwater.runtime.api.report_examples import RUN

_FIGURES: dict[str, Any] = {
    "members": 96,
    "leads": 204,
    "customers": 96,
    "new_customers": 96,
    "repeat_customers": 24,
    "orders": 131,
    "gross": "6550.00",
    "refunds": "150.00",
    "net": "6400.00",
    "cost": "2400.00",
    "cpl": "11.76",
    "ncac": "25.00",
    "value": "66.67",
    "ltv": "66.67",
    "aov": "48.85",
    "repeat_rate": "0.2500",
    "roi": "1.6667",
    "roas": "2.6667",
}

COHORTS_REPORT: dict[str, Any] = {
    "report": "cohorts",
    **RUN,
    "history": "complete",
    "parameters": {
        "from": "2026-08-01",
        "to": "2026-08-31",
        "by": "first_purchase",
        "part": "cohorts",
        "revenue": "net",
        "orders": "all",
        "where": "source = 'google'",
        "is_partial": False,
        "compare": None,
    },
    "totals": {
        **_FIGURES,
        "not_converted_orders": 0,
        "not_converted_costs": 0,
        "click_to_purchase": {"customers": 70, "median": 3, "p75": 9, "p90": 31},
        "opt_in_to_purchase": {"customers": 41, "median": 2, "p75": 8, "p90": 27},
        "purchase_to_repeat": {"customers": 24, "median": 21, "p75": 40, "p90": 66},
    },
    "rows": [
        {
            "cohort": "2026-08",
            **_FIGURES,
            "break_even_month": 0,
            "break_even_day": 0,
            "is_complete": True,
        }
    ],
    "notes": [],
    "next": None,
}
