"""What kind of number a figure of a report is: a name means the same in all reports.

Counts and amounts grow from nothing, so that of nobody there are none of them, and they change by a
share of what they were. A ratio, an amount per head, an age in days or a date of nobody is nothing
that could be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_ORDERS = (
    *("orders", "attributed_orders", "duplicate_orders", "future_orders", "last_orders"),
    *("not_converted_orders", "orders_seen", "orders_with_path", "orders_with_conflicting_claims"),
    *("orders_without_identity", "new_sales", "attributed_new_sales", "suspected_duplicates"),
)
_OF_PEOPLE = (
    *("customers", "new_customers", "repeat_customers", "members", "leads", "reengaged"),
    *(f"customers_{days}" for days in (0, 30, 60, 90, 180, 365)),
)
_OF_VISITS = (
    *("clicks", "clicks_joined", "clicks_without_cost", "ad_clicks", "impressions", "touches"),
    *("bot_touches", "untagged_clicks", "sessions", "hits", "bot_hits", "daily_visitors"),
)
_OF_SUBSCRIPTIONS = (
    *("subscriptions", "active", "paused", "lapsed", "returned", "began_before", "inferred"),
    *("skipped", "active_at_end", "active_before", "new", "continued", "initials", "rebills"),
    "waiting",
)
COUNTS = frozenset(
    {
        *(*_OF_ORDERS, *_OF_PEOPLE, *_OF_VISITS, *_OF_SUBSCRIPTIONS),
        *("not_converted_costs", "claimed_conversions", "scripts_missing", "checks_failed"),
    }
)
AMOUNTS = frozenset(
    {
        *("gross", "refunds", "net", "revenue", "attributed", "pre_tracking", "unattributed"),
        *("cost", "cost_joined", "cost_without_clicks", "claimed_value"),
        *("lowest", "highest", "spread"),
        *(
            f"{what}_{money}"
            for what in ("future", "lifetime", "duplicate", "cumulative", "rebill", "monthly")
            for money in ("gross", "net")
        ),
    }
)
_PERCENTILES = frozenset({"median", "p75", "p90"})


def grows(figure: str) -> bool:
    """Tell whether a figure is a count or an amount."""
    return figure in COUNTS or figure in AMOUNTS


def figure_inside(column: str, name: str, inside: Mapping[str, Any]) -> str:
    """Return which figure stands under a name inside a column.

    A column that is called like a figure holds it for several models, unless it holds percentiles.
    """
    return column if grows(column) and not inside.keys() >= _PERCENTILES else name


def nothing(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return the same figures of nobody and nothing; what cannot be told stays untold."""
    return {name: _nothing(name, value, currency) for name, value in row.items()}


def _nothing(figure: str, value: Any, currency: str) -> Any:  # noqa: ANN401 - a figure
    if isinstance(value, dict):
        return {
            name: _nothing(figure_inside(figure, name, value), each, currency)
            for name, each in value.items()
        }
    if value is None or not grows(figure):
        return None
    return str(from_minor(0, currency)) if figure in AMOUNTS else type(value)(0)


def untold(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same figures where none of them can be told."""
    return {name: untold(value) if isinstance(value, dict) else None for name, value in row.items()}
