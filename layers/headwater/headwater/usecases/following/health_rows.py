"""What stands behind the figures of the health report: its own tables, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.coverage_formulas import health_formulas
from headwater.usecases.following.follower import Follower
from headwater.usecases.following.listings import Listing, named, quoted
from headwater.usecases.following.sales_rows import list_orders, list_sales, list_visits
from headwater.usecases.reports.health import HEALTH
from headwater.usecases.reports.health_cells import (
    PAGES,
    SEEN,
    SEEN_ORDERS,
    WINDOWS,
    landed_visits,
    read_landings,
    untagged_visits,
    windows_of,
)
from headwater.usecases.reports.range_orders import read_orders
from headwater.usecases.reports.ranges import Ranges

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.figures import Figure
    from headwater.usecases.reports.health import HealthRequest
    from headwater.usecases.reports.report import Scope

_TEMPLATE = "it is the text that gives every click its ad's ids"
_FOUND = (
    "it is what was found, and no sum; cause, fix and fault say what to do, "
    "POST /v1/validations tests a page or a sale"
)
_UNFOLLOWED = {
    "verdict": "it is what attributed_share of a window comes to",
    "checks_failed": "part=checks lists them, each with what to do about it",
    "scripts_missing": "part=scripts lists the storefronts, each with what to do about it",
    "platform": "the kind of the click id tells it",
    "last_seen": "it is the day of the latest of the clicks",
    "paste_into": _TEMPLATE,
    "template": _TEMPLATE,
    **dict.fromkeys(("state", "value", "cause", "fix"), _FOUND),
    **dict.fromkeys(("pages", "consent_category", "fault"), _FOUND),
}


def _formula(request: HealthRequest, figure: Figure, _scope: Scope) -> str | None:
    return None if figure.key is None else health_formulas(request.part).get(figure.name)


def _build(db: duckdb.DuckDBPyConnection, request: HealthRequest, scope: Scope) -> None:
    """Make the tables of the part that is asked about."""
    span = request.query.span
    if request.part == "windows":
        read_orders(db, windows_of(span, scope.zone), scope.models, kept="VIEW")
    if request.part == "landings":
        read_landings(db, Ranges((span,), scope.zone))


def _list(request: HealthRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the list behind a figure, or None if there is no such figure."""
    whole = Ranges((request.query.span,), scope.zone)
    if figure.key is None:
        return _total(figure.name, whole, scope)
    if request.part == "windows":
        return _of_window(request, figure, scope)
    if request.part == "untagged":
        return _untagged(figure, whole, scope)
    of_type = f"page_type = {quoted(figure.value('page_type'))}"
    lists = {
        "landings": {
            "sessions": list_visits(
                f"{landed_visits(whole)} JOIN landings USING (landing_page)", of_type
            ),
            "all_sessions": list_visits(landed_visits(whole)),
        },
        "pages": {
            **{name: _page_views(whole, name, of_type) for name in PAGES},
            "all_hits": _page_views(whole, "hits"),
        },
    }
    return lists.get(request.part, {}).get(figure.name)


def _total(figure: str, whole: Ranges, scope: Scope) -> Listing | None:
    return {
        "untagged_clicks": list_visits(untagged_visits(whole, scope)),
        "sessions": list_visits(landed_visits(whole)),
        "hits": _page_views(whole, "hits"),
    }.get(figure)


def _of_window(request: HealthRequest, figure: Figure, scope: Scope) -> Listing | None:
    """Return the orders or visits of the last so many days."""
    windows, place = (
        windows_of(request.query.span, scope.zone),
        WINDOWS.index(int(figure.value("days"))),
    )
    if figure.name in SEEN:
        return list_orders(SEEN_ORDERS, SEEN[figure.name], f"span = {place}")
    return list_sales(figure.name, windows, place)


def _untagged(figure: Figure, whole: Ranges, scope: Scope) -> Listing | None:
    columns = ("landing_page", "click_id_kind")
    if figure.name != "clicks":
        return None
    return list_visits(untagged_visits(whole, scope), named(columns, map(figure.value, columns)))


def _page_views(whole: Ranges, figure: str, wanted: str = "true") -> Listing:
    """Return the days' page views of a type; ``figure`` is one of ``PAGES``."""
    return Listing(
        "page_views",
        "SELECT day, page_type, hits, visitors AS daily_visitors, bot_hits, "
        f"{PAGES[figure].amount} AS amount FROM {whole.by_day('page_views')} WHERE {wanted}",
    )


HEALTH_FOLLOWER = Follower(HEALTH, _formula, _build, _list, _UNFOLLOWED)
"""The health report's."""
