"""Examples of the report answers; a test holds them against their models."""

from __future__ import annotations

from typing import Any

from headwater.domain.models import MODELS
from headwater.domain.report_dimensions import REPORT_DIMENSIONS

RUN: dict[str, Any] = {
    "account": "harbor",
    "data_version": "9f2c41d07be3a865",
    "generated_at": "2026-11-21T14:02:11+00:00",
    "as_of": "2026-11-21",
    "time_zone": "America/New_York",
    "currency": "USD",
}

REPORT_LIST: dict[str, Any] = {
    **RUN,
    "reports": [
        {"name": name, "path": f"/v1/reports/{name}"}
        for name in ("roi", "models", "journeys", "reconciliation")
    ],
    "ranges": {
        "yesterday": {"from": "2026-11-20", "to": "2026-11-20"},
        "last_7_days": {"from": "2026-11-14", "to": "2026-11-20"},
        "last_30_days": {"from": "2026-10-22", "to": "2026-11-20"},
        "last_90_days": {"from": "2026-08-23", "to": "2026-11-20"},
        "month_to_date": {"from": "2026-11-01", "to": "2026-11-21"},
        "last_month": {"from": "2026-10-01", "to": "2026-10-31"},
        "all_time": {"from": "2021-03-04", "to": "2026-11-20"},
    },
    "models": list(MODELS),
    "dimensions": list(REPORT_DIMENSIONS),
}

_FIGURES: dict[str, Any] = {
    "clicks": 412,
    "leads": 38,
    "orders": 21,
    "customers": 20,
    "new_customers": 14,
    "gross": "2310.40",
    "refunds": "110.40",
    "net": "2200.00",
    "cost": "640.00",
    "roi": "2.4375",
    "roas": "3.4375",
    "cpl": "16.84",
    "epl": "57.89",
    "cac": "32.00",
    "ncac": "45.71",
    "aov": "104.76",
    "lifetime_gross": "3010.00",
    "lifetime_net": "2870.00",
    "ltv": "205.00",
    "ad_clicks": 430,
    "impressions": 20180,
    "claimed_conversions": "25.5",
    "claimed_value": "2805.00",
    "claimed_roas": "4.3828",
}

ROI_REPORT: dict[str, Any] = {
    "report": "roi",
    **RUN,
    "history": "complete",
    "parameters": {
        "from": "2026-11-14",
        "to": "2026-11-20",
        "by": ["channel"],
        "model": "last_click",
        "revenue": "net",
        "date": "conversion",
        "orders": "all",
        "compare": None,
        "is_partial": False,
    },
    "totals": {
        **_FIGURES,
        "mer": "3.4375",
        "attributed": "2200.00",
        "pre_tracking": "0.00",
        "unattributed": "0.00",
        "coverage": "1.0000",
        "not_converted_orders": 0,
        "not_converted_costs": 0,
        "duplicate_orders": 0,
        "duplicate_gross": "0.00",
        "duplicate_net": "0.00",
        "suspected_duplicates": 0,
    },
    "rows": [
        {
            "kind": "credited",
            "channel": "paid_search",
            **_FIGURES,
        }
    ],
    "notes": [],
    "effects": None,
    "next": None,
}

CREDIT_TRAIL: dict[str, Any] = {
    "report": "credits",
    **RUN,
    "history": "complete",
    "order": {
        "source": "bigcommerce",
        "order_id": "10042",
        "placed_at": "2026-11-20T15:04:00+00:00",
        "contact": "k5xq2m7ajd4w3tzvb6yhen0ucr",
        "order_class": "store",
        "kind": "initial",
        "is_new": True,
        "gross": "100.00",
        "net": "100.00",
    },
    "touches": [
        {
            "touch_id": "s-01JD3T8Q",
            "at": "2026-11-19T09:12:40+00:00",
            "channel": "paid_search",
            "source": "google",
            "medium": "cpc",
            "campaign": "brand",
            "content": "",
            "term": "",
            "platform": "google",
            "ad_campaign_id": "21987654321",
            "ad_adset_id": "",
            "ad_ad_id": "",
            "ad_match": "campaign_id",
            "roles": ["first_click", "last_click"],
            "credits": {model: {"gross": "100.00", "net": "100.00"} for model in MODELS},
        }
    ],
    "effects": {
        "month": "2026-11",
        "method": "linear_all",
        "reason": "1,204 converting paths, fewer than 2,000",
        "converting_paths": 1_204,
        "null_paths": 15_402,
        "trained_from": "2025-11-01T00:00:00+00:00",
        "trained_until": "2026-11-01T00:00:00+00:00",
    },
    "rest": {model: {"kind": "unattributed", "gross": "0.00", "net": "0.00"} for model in MODELS},
}
