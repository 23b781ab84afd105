"""The health report: how much of what happens in a shop tracking sees.

Attribution health = attributed new sales / (the store's own orders - rebills - pre-tracking).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.health_checks import FAILED, FEWEST_ORDERS, HEALTHY, health_checks
from headwater.domain.referrers import referrer_facts
from headwater.domain.roi import ratio
from headwater.domain.url_templates import URL_TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The rows of the report's parts.
PARTS = ("windows", "untagged", "landings", "pages", "scripts", "checks")
# Who sends a click id → the ad platform, as ``URL_TEMPLATES`` calls it.
_PLATFORMS = {"bing": "microsoft"}


def sales_verdict(sales: int, attributed: int) -> str:
    """Return ``healthy``, ``low`` or ``not_enough_data``."""
    if sales < FEWEST_ORDERS:
        return "not_enough_data"
    least, of = HEALTHY
    return "healthy" if attributed * of >= sales * least else "low"


def spell_health(
    document: Mapping[str, Any], scripts: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return the ``totals`` and the parts of a report as they go to the reader.

    Args:
        document: what ``compute_health`` found.
        scripts: how the tracking script was in the pages of the stores, a row per storefront.
    """
    spelled = _parts(document, scripts)
    # Documents of earlier runs do not say how the last day was.
    checks = [*health_checks(spelled, document.get("recent", (0, 0)))]
    failed = sum(check["state"] == FAILED for check in checks)
    return spelled | {"checks": checks, "totals": spelled["totals"] | {"checks_failed": failed}}


def _parts(document: Mapping[str, Any], scripts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    windows = [_window_row(window) for window in document["windows"]]
    untagged = [_untagged_row(*row) for row in document["untagged"]]
    listed = sum(row["clicks"] for row in untagged)
    hits = sum(row[1] for row in document["pages"])
    sessions = sum(count for _, count in document["landings"])
    return {
        "totals": {
            "verdict": windows[-1]["verdict"],
            # Documents of earlier runs count what they list.
            "untagged_clicks": document.get("untagged_clicks", listed),
            "sessions": sessions,
            "hits": hits,
            "scripts_missing": sum(row["state"] != "installed" for row in scripts),
        },
        "scripts": [dict(row) for row in scripts],
        "windows": windows,
        "untagged": untagged,
        "landings": [
            {"page_type": kind, "sessions": count, "share": ratio(count, sessions)}
            for kind, count in document["landings"]
        ],
        "pages": [
            {
                "page_type": kind,
                "hits": seen,
                "share": ratio(seen, hits),
                "daily_visitors": visitors,
                "bot_hits": bots,
            }
            for kind, seen, visitors, bots in document["pages"]
        ],
    }


def _window_row(window: Mapping[str, int]) -> dict[str, Any]:
    sales, attributed = window["new_sales"], window["attributed_new_sales"]
    return {
        **window,
        "orders_seen_share": ratio(window["orders_seen"], window["orders"]),
        "attributed_share": ratio(attributed, sales),
        "verdict": sales_verdict(sales, attributed),
    }


def _untagged_row(landing_page: str, click_id_kind: str, clicks: int, last: str) -> dict[str, Any]:
    """Return paid clicks that name no campaign, with the text that mends it."""
    source = referrer_facts().click_ids[click_id_kind].source
    platform = _PLATFORMS.get(source, source)
    template = URL_TEMPLATES.get(platform)
    return {
        "landing_page": landing_page,
        "click_id_kind": click_id_kind,
        "platform": platform,
        "clicks": clicks,
        "last_seen": last,
        "paste_into": template and template.place,
        "template": template and template.template,
    }
