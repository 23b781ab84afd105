"""The figures of the health report, from a run's tables."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.page_types import page_type
from headwater.domain.referrers import referrer_facts
from headwater.usecases.reports.coverage_cells import cover_orders, plain_rows, sales_health
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Span

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from headwater.usecases.reports.report import Scope

HEALTH_TABLES = ("credits", "evidence", "claims", "touchpoints", "page_views")
# How many days back from the end of the range sales are judged, the longest last.
WINDOWS = (7, 30)
# The days before the last one that it is compared with.
_WEEK = timedelta(days=7)
_MOST_UNTAGGED = 500
# An order is seen where a visit of its contact is known, or an order page claimed it and is
# believed: somebody's script may claim what it likes.
_SEEN = """
WITH own AS (
    SELECT DISTINCT span, store, order_id FROM covered_orders
    WHERE outcome IN ('credited', 'unattributed', 'pre_tracking') AND kind <> 'rebill'
), claimed AS (
    SELECT source AS store, order_id, count(DISTINCT visitor) AS visitors FROM claims GROUP BY ALL
)
SELECT span, count(*), count(*) FILTER (
    coalesce(e.touches + e.later_touches, 0) > 0
    OR coalesce(c.visitors, 0) > coalesce(e.conflicting_claims, 0)
)
FROM own LEFT JOIN evidence e USING (store, order_id) LEFT JOIN claimed c USING (store, order_id)
GROUP BY span
"""
# Whoever pays for a click and says no campaign cannot be held against a cost.
_UNTAGGED = f"""
SELECT span, landing_page, click_id_kind, count(*) AS clicks,
    strftime(max(occurred_at), '%Y-%m-%d')
FROM {{touchpoints}}
WHERE NOT is_bot AND click_id_kind IN ({{paid}})
    AND coalesce(campaign, '') = '' AND coalesce(campaign_id, '') = ''
GROUP BY ALL ORDER BY clicks DESC, landing_page, click_id_kind LIMIT {_MOST_UNTAGGED}
"""
_LANDINGS = """
SELECT span, landing_page, count(*) FROM {touchpoints}
WHERE NOT is_bot AND NOT is_imported GROUP BY ALL
"""
# A visitor who comes on two days counts on both: days are all that is kept of him.
_PAGES = """
SELECT span, page_type, sum(hits) AS seen, sum(visitors), sum(bot_hits)
FROM {page_views} GROUP BY ALL ORDER BY seen DESC, page_type
"""


_RECENT = "SELECT span, sum(hits) FROM {page_views} GROUP BY span"


def compute_health(db: duckdb.DuckDBPyConnection, span: Span, scope: Scope) -> dict[str, Any]:
    """Return how well tracking works up to the end of a range, as plain JSON values.

    Args:
        db: holds the views ``HEALTH_TABLES``, at least of the range.
        span: the reporting days; windows longer than it see its days alone.
        scope: the models, the channels that are ads, and the zone that says when a day begins.
    """
    ends = tuple(_last_days(span, days) for days in WINDOWS)
    windows = Ranges(ends, scope.zone)
    cover_orders(db, windows, scope.models)
    seen = windows.named_figures(db, {("orders", "orders_seen"): _SEEN})
    sold = sales_health(db, windows)
    whole = Ranges((span,), scope.zone)
    touchpoints = whole.by_instant("touchpoints", "occurred_at")
    facts = referrer_facts().click_ids.items()
    paid = sorted(kind for kind, fact in facts if fact.channel in scope.paid_channels)
    names = ", ".join(f"'{kind}'" for kind in paid)
    (untagged,) = plain_rows(db, whole, _UNTAGGED.format(touchpoints=touchpoints, paid=names))
    (landings,) = plain_rows(db, whole, _LANDINGS.format(touchpoints=touchpoints))
    (pages,) = plain_rows(db, whole, _PAGES.format(page_views=whole.by_day("page_views")))
    days = Ranges((Span(span.last, span.last), _week_before(span.last)), scope.zone)
    recent = days.figures(db, _RECENT.format(page_views=days.by_day("page_views")))
    return {
        "pages": pages,
        "recent": [int(hits) for (hits,) in recent],
        "windows": [
            {"days": days, **seen[place], **sold[place]} for place, days in enumerate(WINDOWS)
        ],
        "untagged": untagged,
        "landings": _by_type(landings),
    }


def _last_days(span: Span, days: int) -> Span:
    return Span(max(span.first, span.last - timedelta(days=days - 1)), span.last)


def _week_before(day: date) -> Span:
    return Span(day - _WEEK, day - timedelta(days=1))


def _by_type(landings: list[list[Any]]) -> list[list[Any]]:
    sessions: Counter[str] = Counter()
    for path, count in landings:
        sessions[page_type(None, path)] += count
    return [list(pair) for pair in sorted(sessions.items(), key=lambda each: (-each[1], each[0]))]
