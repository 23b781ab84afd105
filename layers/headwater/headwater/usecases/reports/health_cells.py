"""The figures of the health report, from a run's tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.page_types import page_type
from headwater.domain.referrers import referrer_facts
from headwater.usecases.reports.coverage_cells import plain_rows
from headwater.usecases.reports.range_orders import OWN_ORDERS, read_orders
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.sales_health import sales_health
from headwater.usecases.reports.summed import Summed, sums_of
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from headwater.usecases.reports.report import Scope

HEALTH_TABLES = ("credits", "evidence", "claims", "touchpoints", "page_views")
# How many days back from the end of the range sales are judged, the longest last.
WINDOWS = (7, 30)
# The days before the last one that it is compared with.
_WEEK = timedelta(days=7)
MOST_UNTAGGED = 500
# Figure → of which of the store's own orders it is the sum.
SEEN = {"orders": Summed("1"), "orders_seen": Summed("1", "is_seen")}
# An order is seen where a visit of its contact is known, or an order page claimed it and is
# believed: somebody's script may claim what it likes.
SEEN_ORDERS = f"""(
    WITH claimed AS (
        SELECT source AS store, order_id, count(DISTINCT visitor) AS visitors FROM claims
        GROUP BY ALL
    )
    SELECT own.*, coalesce(e.touches + e.later_touches, 0) > 0
        OR coalesce(c.visitors, 0) > coalesce(e.conflicting_claims, 0) AS is_seen
    FROM {OWN_ORDERS} own
    LEFT JOIN evidence e USING (store, order_id) LEFT JOIN claimed c USING (store, order_id)
)"""
_UNTAGGED = f"""
SELECT span, landing_page, click_id_kind, count(*) AS clicks,
    strftime(max(occurred_at), '%Y-%m-%d')
FROM {{visits}} GROUP BY ALL ORDER BY clicks DESC, landing_page, click_id_kind
LIMIT {MOST_UNTAGGED}
"""
_LANDINGS = """
SELECT span, page_type, count(*) AS sessions FROM {visits} JOIN landings USING (landing_page)
GROUP BY ALL ORDER BY sessions DESC, page_type
"""
# A visitor who comes on two days counts on both: days are all that is kept of him.
PAGES = {
    "hits": Summed("hits"),
    "daily_visitors": Summed("visitors"),
    "bot_hits": Summed("bot_hits"),
}
_PAGES = f"""
SELECT span, page_type, {sums_of(PAGES)} FROM {{page_views}} GROUP BY ALL ORDER BY 3 DESC, page_type
"""
_RECENT = "SELECT span, sum(hits) FROM {page_views} GROUP BY span"


def compute_health(db: duckdb.DuckDBPyConnection, span: Span, scope: Scope) -> dict[str, Any]:
    """Return how well tracking works up to the end of a range, as plain JSON values.

    Args:
        db: holds the views ``HEALTH_TABLES``, at least of the range.
        span: the reporting days; windows longer than it see its days alone.
        scope: the models, the channels that are ads, and the zone that says when a day begins.
    """
    windows, whole = windows_of(span, scope.zone), Ranges((span,), scope.zone)
    read_orders(db, windows, scope.models)
    seen = f"SELECT span, {sums_of(SEEN)} FROM {SEEN_ORDERS} GROUP BY span"
    sales = zip(
        windows.named_figures(db, {tuple(SEEN): seen}), sales_health(db, windows), strict=True
    )
    untagged = untagged_visits(whole, scope)
    [(untagged_clicks,)] = whole.figures(db, f"SELECT span, count(*) FROM {untagged} GROUP BY span")
    read_landings(db, whole)
    queries = {
        "untagged": _UNTAGGED.format(visits=untagged),
        "landings": _LANDINGS.format(visits=landed_visits(whole)),
        "pages": _PAGES.format(page_views=whole.by_day("page_views")),
    }
    days = Ranges((Span(span.last, span.last), _week_before(span.last)), scope.zone)
    recent = days.figures(db, _RECENT.format(page_views=days.by_day("page_views")))
    return {
        "untagged_clicks": untagged_clicks,
        "recent": [int(hits) for (hits,) in recent],
        "windows": [
            {"days": days, **seen, **sold}
            for days, (seen, sold) in zip(WINDOWS, sales, strict=True)
        ],
        **{name: plain_rows(db, whole, query)[0] for name, query in queries.items()},
    }


def windows_of(span: Span, zone: str) -> Ranges:
    """Return the last days of a range that sales are judged over."""
    ends = (span.last - timedelta(days=days - 1) for days in WINDOWS)
    return Ranges(tuple(Span(max(span.first, first), span.last) for first in ends), zone)


def untagged_visits(whole: Ranges, scope: Scope) -> str:
    """Return the SQL of paid clicks without a campaign: no cost can meet them."""
    facts = referrer_facts().click_ids.items()
    paid = sorted(kind for kind, fact in facts if fact.channel in scope.paid_channels)
    return (
        f"(FROM {whole.by_instant('touchpoints', 'occurred_at')} WHERE NOT is_bot "
        f"AND click_id_kind IN ({', '.join(f"'{kind}'" for kind in paid)}) "
        "AND coalesce(campaign, '') = '' AND coalesce(campaign_id, '') = '')"
    )


def landed_visits(whole: Ranges) -> str:
    """Return the SQL of the visits that our script saw begin."""
    touchpoints = whole.by_instant("touchpoints", "occurred_at")
    return f"(FROM {touchpoints} WHERE NOT is_bot AND NOT is_imported)"


def read_landings(db: duckdb.DuckDBPyConnection, whole: Ranges) -> None:
    """Make ``landings``: the page type of each landing page."""
    pages = db.execute(f"SELECT DISTINCT landing_page FROM {landed_visits(whole)}").fetchall()
    columns = {"landing_page": "VARCHAR", "page_type": "VARCHAR"}
    fill_table(db, "landings", columns, [(page, page_type(None, page)) for (page,) in pages])


def _week_before(day: date) -> Span:
    return Span(day - _WEEK, day - timedelta(days=1))
