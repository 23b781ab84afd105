"""Ad cost as the platform states it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


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
