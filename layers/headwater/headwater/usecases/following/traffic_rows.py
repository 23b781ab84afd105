"""Lists of clicks and of ad cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.facts import AD_COLUMNS, AD_NAMES, DIMENSIONS, VISIT_NAMES
from headwater.usecases.following.listings import Listing
from headwater.usecases.reports.range_tables import SPENT

if TYPE_CHECKING:
    from datetime import date

    from headwater.usecases.following.listings import Unit
    from headwater.usecases.reports.ranges import Ranges

_CLICKS = ", ".join(("day", *DIMENSIONS, *AD_NAMES, *VISIT_NAMES, *AD_COLUMNS))
_SPEND = ", ".join(
    (
        *("day", "platform", "ad_account", "campaign_id", "adset_id", "ad_id"),
        *(*DIMENSIONS, *AD_NAMES, "ad_match AS method", "cost_minor AS cost"),
        *("clicks AS ad_clicks", "impressions", "conversions AS claimed_conversions"),
        "value_minor AS claimed_value",
    )
)
_UNITS: dict[str, Unit] = {
    "cost": "money",
    "claimed_value": "money",
    "claimed_conversions": "millionths",
}


def list_clicks(ranges: Ranges, wanted: str) -> Listing:
    """Return the clicks of a range that fit a condition: one row per day and names."""
    return clicks_of(ranges.by_day("clicks"), wanted)


def clicks_of(relation: str, wanted: str) -> Listing:
    """Return the clicks of a relation that fit a condition."""
    return Listing("clicks", f"SELECT {_CLICKS}, clicks AS amount FROM {relation} WHERE {wanted}")


def click_ages(relation: str, wanted: str, as_of: date) -> Listing:
    """Return the clicks of a relation that fit a condition, and how old they are, in days."""
    age = f"date_diff('day', day, DATE '{as_of}') AS amount"
    sql = f"SELECT {_CLICKS}, clicks, {age} FROM {relation} WHERE {wanted}"
    return Listing("clicks", sql, rule="greatest")


def list_spend(ranges: Ranges, figure: str, wanted: str) -> Listing:
    """Return the cost rows of a range that fit a condition, by what each adds to a figure."""
    return spend_of(ranges.by_day("spend"), figure, wanted)


def spend_of(relation: str, figure: str, wanted: str) -> Listing:
    """Return the cost rows of a relation that fit a condition; ``figure`` is one of ``SPENT``."""
    amount = f"coalesce({SPENT[figure]}, 0)::BIGINT AS amount"
    return Listing(
        "cost",
        f"SELECT {_SPEND}, {amount} FROM {relation} WHERE {wanted}",
        _UNITS.get(figure, "count"),
    )


def list_not_converted(relation: str, wanted: str = "true") -> Listing:
    """Return the cost rows in a currency without a rate."""
    return Listing(
        "cost",
        f"SELECT {_SPEND}, 1 AS amount FROM {relation} WHERE cost_minor IS NULL AND {wanted}",
    )
