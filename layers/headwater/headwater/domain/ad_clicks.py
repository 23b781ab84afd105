"""Which ad a click id belongs to, as the ad platform tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.rows import as_row, key_text, refuse_unknown, required_day, text
from headwater.errors import InvalidParameterError, InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from headwater.domain.rows import Row

# The ids that a platform's report names beside a click, the coarsest first.
AD_IDS = ("campaign_id", "adset_id", "ad_id")
AD_CLICK_FIELDS = frozenset({"click_id", "day", *AD_IDS})
AD_CLICKS_POST = frozenset({"platform", "rows"})
# Longer ones are cut in landing URLs, and would meet nothing.
_CLICK_ID = re.compile(r"[A-Za-z0-9._~-]{1,512}", re.ASCII)
_PLATFORM = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AdClick:
    """One click on an ad: the platform's id of it, the day, and the ad's ids (texts)."""

    platform: str
    click_id: str
    day: date
    campaign_id: str
    adset_id: str = ""
    ad_id: str = ""


def read_click_platform(body: Mapping[str, Any]) -> str:
    """Return the platform of a post of clicks; raises InvalidParameterError."""
    try:
        platform = key_text(body, "platform").lower()
    except InvalidRowError as error:
        raise InvalidParameterError(str(error)) from None
    if not _PLATFORM.fullmatch(platform):
        message = "platform: not 1 to 64 letters, digits, _ or -"
        raise InvalidParameterError(message)
    return platform


def read_ad_click(value: object, platform: str, now: datetime) -> AdClick:
    """Read a row of a post of clicks.

    Raises:
        InvalidRowError: with the reason.
    """
    row = as_row(value)
    refuse_unknown(row, AD_CLICK_FIELDS)
    return AdClick(
        platform=platform,
        click_id=_click_id(row),
        day=required_day(row, "day", now),
        campaign_id=key_text(row, "campaign_id"),
        adset_id=text(row, "adset_id"),
        ad_id=text(row, "ad_id"),
    )


def _click_id(row: Row) -> str:
    value = row.get("click_id")
    if not isinstance(value, str) or not _CLICK_ID.fullmatch(value):
        message = "click_id: not 1 to 512 letters, digits or ._~-"
        raise InvalidRowError(message)
    return value
