"""The shop itself: what it is, its clock, its currencies and coupons."""

from datetime import datetime
from zoneinfo import ZoneInfo

from local.storefront.amounts import decimal_places
from local.storefront.call import Call
from local.storefront.dates import rfc_2822
from local.storefront.exchange import Response, json_response
from local.storefront.render_lines import Json

_STORE_CONSTANTS: Json = {
    "store_id": "1025646",
    "account_uuid": "5c1d2f0e-6d0f-4b3a-9a53-0d3f0c7a9b11",
    "status": "live",
    "first_name": "",
    "last_name": "",
    "address": "",
    "phone": "",
    "language": "en",
    "currency_symbol": "$",
    "decimal_separator": ".",
    "thousands_separator": ",",
    "weight_units": "LBS",
    "dimension_units": "Inches",
    "plan_is_trial": False,
    "industry": "",
    "logo": [],
    "default_channel_id": 1,
    "default_site_id": 1000,
    "infrastructure_region": "us-central1",
    "active_comparison_modules": [],
    "features": {
        "stencil_enabled": True,
        "sitewidehttps_enabled": False,
        "checkout_type": "optimized",
        "facebook_catalog_id": "",
        "shopper_consent_tracking_enabled": True,
        "multi_storefront_enabled": False,
        "storefront_limits": {"active": 1, "total_including_inactive": 1},
    },
}


def store(call: Call) -> Response:
    """Return what the shop is; the time zone's offsets are in seconds."""
    settings = call.settings
    base = call.request.base_url
    return json_response(
        {
            **_STORE_CONSTANTS,
            "id": settings.store_hash,
            "domain": base.partition("://")[2],
            "secure_url": base,
            "control_panel_base_url": f"{base}/control",
            "name": settings.name,
            "country": settings.country_code,
            "country_code": settings.country_code,
            "admin_email": settings.admin_email,
            "order_email": settings.admin_email,
            "timezone": _time_zone(call),
            "currency": settings.currency,
            "decimal_places": decimal_places(settings.currency),
            "plan_name": settings.plan_name,
            "plan_level": settings.plan_name,
            "is_price_entered_with_tax": settings.is_price_entered_with_tax,
        }
    )


def time(call: Call) -> Response:
    """Return the shop's clock."""
    return json_response({"time": int(call.now.timestamp())})


def currencies(call: Call) -> Response:
    """Return the shop's currencies."""
    rows = call.connection.execute("SELECT * FROM currencies ORDER BY id")
    return call.slice(
        [
            {
                "id": row["id"],
                "is_default": bool(row["is_default"]),
                "currency_code": row["code"],
                "name": row["code"],
                "currency_exchange_rate": row["rate"],
                "auto_update": False,
                "decimal_places": row["decimal_places"],
                "enabled": bool(row["enabled"]),
                "is_transactional": True,
                "last_updated": rfc_2822(int(call.now.timestamp())),
            }
            for row in rows
        ],
    )


def coupons(call: Call) -> Response:
    """Return the coupons that the control panel lists: none; those in orders have their codes."""
    return call.slice([])


def _time_zone(call: Call) -> Json:
    zone = ZoneInfo(call.settings.time_zone)
    offsets = [
        offset.total_seconds()
        for month in (1, 7)
        if (offset := datetime(call.now.year, month, 1, tzinfo=zone).utcoffset()) is not None
    ]
    return {
        "name": call.settings.time_zone,
        "raw_offset": int(min(offsets)),
        "dst_offset": int(max(offsets)),
        "dst_correction": call.settings.dst_correction,
        "date_format": {
            "display": "M jS Y",
            "export": "M jS Y",
            "extended_display": "M jS Y @ g:i A",
        },
    }
