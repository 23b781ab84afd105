"""Ad cost as the platform states it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

# What a platform tells of an ad as it is now, of whatever day the row is: its names, and its link.
_OF_NOW = (
    ("campaign",),
    ("adset",),
    ("ad",),
    ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
)


@dataclass(frozen=True, slots=True)
class CostRow:
    """What one ad (or ad set, or campaign) cost on one day, in its account's currency.

    The ids are the platform's, as strings: they may exceed 2^53. The five utm values are what the
    ad's links carry, where that is known. ``conversions`` and ``value`` are the platform's own
    claims, kept beside.
    """

    day: date
    platform: str
    ad_account: str
    currency: str
    cost: Decimal
    clicks: int = 0
    impressions: int = 0
    conversions: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    campaign_id: str = ""
    campaign: str = ""
    adset_id: str = ""
    adset: str = ""
    ad_id: str = ""
    ad: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""


def as_first_told(rows: Iterable[CostRow], before: Iterable[CostRow]) -> list[CostRow]:
    """Return rows of a day with the names and links that their ads had when it was first told.

    A platform tells today's name of a campaign even of last month, but the clicks of that day bear
    the name of then: each name that an ad has had stays with the days on which it had it. What was
    not known then is taken from now.

    Args:
        rows: what the platform says of the day now.
        before: what it has said of it before.
    """
    told = {(row.campaign_id, row.adset_id, row.ad_id): row for row in before}
    return [
        replace(row, **_told(known)) if known else row
        for row in rows
        for known in [told.get((row.campaign_id, row.adset_id, row.ad_id))]
    ]


def _told(row: CostRow) -> dict[str, Any]:
    """Return the names that a row has, and its link if it has one."""
    values = [{name: getattr(row, name) for name in group} for group in _OF_NOW]
    return {name: value for group in values if any(group.values()) for name, value in group.items()}
