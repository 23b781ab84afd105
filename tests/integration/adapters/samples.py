"""Small domain objects of which a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from headwater.domain.costs import CostRow
from headwater.domain.journeys import Campaign, Identification, OptIn, OrderClaim, Touchpoint
from headwater.domain.orders import Order

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = NOON.date()
NEXT_DAY = DAY + timedelta(days=1)


def an_order(order_id: str = "101", **changes: Any) -> Order:  # noqa: ANN401
    values: dict[str, Any] = {
        "source": "store",
        "order_id": order_id,
        "placed_at": NOON,
        "modified_at": NOON,
        "status_id": 2,
        "is_archived": False,
        "currency": "USD",
        "total": Decimal("49.90"),
        "email": "ann@example.com",
    }
    return Order(**{**values, **changes})


def a_touchpoint(touch_id: str = "session-1", **changes: Any) -> Touchpoint:  # noqa: ANN401
    values: dict[str, Any] = {
        "touch_id": touch_id,
        "at": NOON,
        "visitor": "visitor-1",
        "campaign": Campaign(source="google", medium="cpc", campaign="brand"),
        "landing_page": "/lamps",
    }
    return Touchpoint(**{**values, **changes})


def an_identification(event_id: str = "event-1", **changes: Any) -> Identification:  # noqa: ANN401
    values: dict[str, Any] = {
        "at": NOON,
        "visitor": "visitor-1",
        "session": "session-1",
        "node": "node-1",
        "kind": "form",
    }
    return Identification(event_id, **{**values, **changes})


def an_opt_in(opt_in_id: str = "opt-in-1", **changes: Any) -> OptIn:  # noqa: ANN401
    values: dict[str, Any] = {"at": NOON, "node": "node-1", "source": "site", "kind": "form"}
    return OptIn(opt_in_id, **{**values, **changes})


def a_claim(event_id: str = "event-1", **changes: Any) -> OrderClaim:  # noqa: ANN401
    values: dict[str, Any] = {
        "source": "store",
        "order_id": "101",
        "visitor": "visitor-1",
        "session": "session-1",
        "at": NOON,
        "received_at": NOON,
    }
    return OrderClaim(event_id, **{**values, **changes})


def a_cost(campaign_id: str = "c1", **changes: Any) -> CostRow:  # noqa: ANN401
    values: dict[str, Any] = {
        "day": DAY,
        "platform": "google_ads",
        "ad_account": "123-456",
        "currency": "USD",
        "cost": Decimal("12.34"),
        "campaign_id": campaign_id,
    }
    return CostRow(**{**values, **changes})


def day_after(day: date, days: int = 1) -> date:
    return day + timedelta(days=days)
