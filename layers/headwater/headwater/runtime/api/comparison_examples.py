"""Examples of the comparison of models and the journey facts; a test holds them to their models."""

from __future__ import annotations

from typing import Any

from headwater.domain.models import MODELS
from headwater.runtime.api.report_examples import RUN

_EACH = dict.fromkeys(MODELS, "2200.00")
_NOTHING = dict.fromkeys(MODELS, "0.00")

MODELS_REPORT: dict[str, Any] = {
    "report": "models",
    **RUN,
    "history": "complete",
    "parameters": {
        "from": "2026-11-14",
        "to": "2026-11-20",
        "by": ["campaign"],
        "date": "conversion",
        "orders": "all",
        "is_partial": False,
        "compare": None,
        "revenue": "net",
    },
    "totals": {
        "orders": 21,
        "gross": "2310.40",
        "refunds": "110.40",
        "net": "2200.00",
        "cost": "640.00",
        "attributed": _EACH,
        "pre_tracking": _NOTHING,
        "unattributed": _NOTHING,
        "coverage": dict.fromkeys(MODELS, "1.0000"),
    },
    "rows": [
        {
            "kind": "credited",
            "campaign": "brand",
            "cost": "640.00",
            "lowest": "1650.00",
            "highest": "2200.00",
            "spread": "550.00",
            "relative_spread": "0.2632",
            "revenue": {**_EACH, "linear": "1650.00"},
            "orders": dict.fromkeys(MODELS, 21),
        }
    ],
    "notes": [],
    "next": None,
}

_SPREAD = {"orders": 14, "median": 3, "p75": 9, "p90": 24}
JOURNEYS_REPORT: dict[str, Any] = {
    "report": "journeys",
    **RUN,
    "history": "complete",
    "parameters": {
        "from": "2026-11-14",
        "to": "2026-11-20",
        "orders": "all",
        "is_partial": False,
        "compare": None,
    },
    "totals": {
        "orders": 21,
        "orders_with_path": 18,
        "rebills": 4,
        "gross": "2310.40",
        "net": "2200.00",
        **dict.fromkeys(
            ("touches", "days", "touch_to_opt_in", "opt_in_to_purchase", "touch_to_purchase"),
            _SPREAD,
        ),
    },
    "rows": [
        {
            "section": "path",
            "name": "paid_social > email",
            "orders": 6,
            "gross": "640.00",
            "net": "640.00",
            "last_orders": None,
            "assists_per_last": None,
        },
        {
            "section": "assist_channel",
            "name": "paid_social",
            "orders": 9,
            "gross": "910.00",
            "net": "880.00",
            "last_orders": 4,
            "assists_per_last": "2.2500",
        },
    ],
    "notes": [],
    "next": None,
}
