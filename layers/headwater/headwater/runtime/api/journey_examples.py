"""Examples of a journey and of searches, for the contract."""

from __future__ import annotations

from typing import Any

from headwater.runtime.api.report_examples import RUN

_ANN = "zc6hyqgbvvqhjbb6fdkmpn2bhy"
_MONEY = {"gross": "100.00", "net": "100.00"}
_NAMES = {
    "channel": "paid_search",
    "source": "google",
    "medium": "cpc",
    "campaign": "brand",
    "content": "",
    "term": "",
}
_TOUCH: dict[str, Any] = {
    "type": "touch",
    "at": "2026-11-19T09:12:40+00:00",
    "touch_id": "s-01JD3T8Q",
    "visitor": "v-01JD3T8Q",
    "referrer": "www.google.com",
    "is_imported": False,
    "is_bot": False,
    **_NAMES,
    "adset": "",
    "ad": "",
    "landing_page": "/mugs",
    "device": "mobile",
    "platform": "google",
    "ad_campaign_id": "21987654321",
    "ad_adset_id": "",
    "ad_ad_id": "",
    "ad_match": "campaign_id",
    "credited_orders": [{"store": "bigcommerce", "order_id": "10042", **_MONEY}],
}
_ORDER: dict[str, Any] = {
    "type": "order",
    "at": "2026-11-20T15:04:00+00:00",
    "store": "bigcommerce",
    "order_id": "10042",
    "status_id": 10,
    "is_archived": False,
    "is_revenue": True,
    "order_class": "store",
    "order_kind": "one_time",
    "is_new": True,
    "gross": "100.00",
    "refunds": "0.00",
    "net": "100.00",
    "chain": None,
    "cycle": None,
    "is_inferred": None,
    "credits": "/v1/orders/bigcommerce/10042/credits",
    "credited": [
        {
            "touch_id": "s-01JD3T8Q",
            "at": "2026-11-19T09:12:40+00:00",
            "roles": ["first_click", "last_click"],
            **_MONEY,
        }
    ],
    "rest": {"kind": "unattributed", "gross": "0.00", "net": "0.00"},
}
JOURNEY: dict[str, Any] = {
    "report": "journey",
    **RUN,
    "history": "complete",
    "contact": _ANN,
    "model": "last_click",
    "identities": [
        {
            "id": _ANN,
            "is_present": True,
            "email": "a…@e….com",
            "store": None,
            "customer_id": None,
        }
    ],
    "summary": {
        "orders": 1,
        "gross": "100.00",
        "refunds": "0.00",
        "net": "100.00",
        "first_order_at": "2026-11-20T15:04:00+00:00",
        "last_order_at": "2026-11-20T15:04:00+00:00",
        "touches": 1,
        "bot_touches": 0,
        "opt_ins": 0,
        "chains": 0,
    },
    "events": [_TOUCH, _ORDER],
    "arrived_since": None,
}
CONTACT_LIST: dict[str, Any] = {
    "report": "contacts",
    **RUN,
    "history": "complete",
    "rows": [
        {
            "contact": _ANN,
            "emails": ["a…@e….com"],
            "orders": 1,
            "gross": "100.00",
            "refunds": "0.00",
            "net": "100.00",
            "first_order_on": "2026-11-20",
            "last_order_on": "2026-11-20",
            "opted_in_on": None,
            "journey": f"/v1/contacts/{_ANN}/journey",
        }
    ],
}
ORDER_LIST: dict[str, Any] = {
    "report": "orders",
    **RUN,
    "history": "complete",
    "parameters": {
        "from": "2026-11-14",
        "to": "2026-11-20",
        "order_id": None,
        "contact": None,
        **dict.fromkeys(_NAMES),
        "campaign": "brand",
        "kind": None,
        "only_attributed": True,
        "model": "last_click",
        "is_partial": False,
    },
    "totals": {
        "orders": 1,
        **_MONEY,
        "attributed_gross": "100.00",
        "attributed_net": "100.00",
    },
    "rows": [
        {
            "store": "bigcommerce",
            "order_id": "10042",
            "day": "2026-11-20",
            "placed_at": "2026-11-20T15:04:00+00:00",
            "contact": _ANN,
            "kind": "credited",
            "order_kind": "one_time",
            "is_new": True,
            "refunds": "0.00",
            **_MONEY,
            "attributed_gross": "100.00",
            "attributed_net": "100.00",
            "touches": 1,
            **_NAMES,
            "credits": "/v1/orders/bigcommerce/10042/credits",
        }
    ],
    "notes": [],
    "effects": None,
    "next": None,
}
