"""Files to begin with: all columns of a kind, and two rows that can be imported as they are."""

from __future__ import annotations

from headwater.domain.file_kinds import COSTS, KINDS, LEADS, ORDERS, TOUCHPOINTS

_ROWS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    TOUCHPOINTS: (
        {
            "email": "ann@example.com",
            "at": "2025-11-19T09:12:40-05:00",
            "url": "https://shop.example.com/?utm_source=google&utm_medium=cpc&gclid=Cj0KCQiA1K",
            "utm_campaign": "brand",
            "opt_in": "yes",
        },
        {
            "email": "bob@example.com",
            "at": "2025-11-20T18:03:05-05:00",
            "referrer": "https://news.example.com/",
            "utm_source": "newsletter",
            "utm_medium": "email",
        },
    ),
    LEADS: (
        {
            "source": "crm",
            "external_id": "1001",
            "email": "ann@example.com",
            "created_at": "2025-11-05T10:00:00Z",
            "phone": "+1 555 0100",
            "first_utm_source": "facebook",
            "first_utm_medium": "paid",
            "first_at": "2025-11-05T09:50:00Z",
        },
        {
            "source": "crm",
            "external_id": "1002",
            "email": "bob@example.com",
            "created_at": "2025-11-06T10:00:00Z",
            "list": "Newsletter",
            "list_joined_at": "2025-11-06T10:00:00Z",
        },
    ),
    COSTS: (
        {
            "day": "2025-11-20",
            "cost": "12.40",
            "clicks": "31",
            "impressions": "904",
            "campaign_id": "21987654321",
            "campaign": "brand",
        },
        {
            "day": "2025-11-20",
            "cost": "3.15",
            "clicks": "7",
            "impressions": "310",
            "conversions": "1",
            "value": "49.95",
            "campaign_id": "21987654322",
            "campaign": "prospecting",
            "utm_source": "google",
        },
    ),
    ORDERS: (
        {
            "order_id": "T-1001",
            "placed_at": "2025-11-20T10:00:00-05:00",
            "total": "129.95",
            "email": "ann@example.com",
            "line_sku": "CD",
            "line_name": "Record",
            "line_quantity": "1",
            "line_total": "29.95",
        },
        {
            "order_id": "T-1001",
            "placed_at": "2025-11-20T10:00:00-05:00",
            "total": "129.95",
            "email": "ann@example.com",
            "line_sku": "LP",
            "line_name": "Box",
            "line_quantity": "2",
            "line_total": "100.00",
        },
    ),
}


def template_of(kind: str) -> tuple[tuple[str, ...], tuple[dict[str, str], ...]]:
    """Return the columns of a kind of file, and two rows by column."""
    return KINDS[kind].columns, _ROWS[kind]
