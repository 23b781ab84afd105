"""Ad cost that is imported: one load of a platform's ad account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.costs import CostRow
from headwater.domain.rows import (
    amount,
    as_row,
    count,
    day,
    flag,
    key_text,
    refuse_unknown,
    required_day,
    required_token,
    text,
)
from headwater.errors import InvalidParameterError, InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.domain.rows import Row

_NAMES = ("campaign_id", "campaign", "adset_id", "adset", "ad_id", "ad")
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_FIELDS = frozenset(
    {"day", "cost", "clicks", "impressions", "conversions", "value", *_NAMES, *_UTM}
)
LOAD_FIELDS = frozenset(
    {"platform", "ad_account", "currency", "load", "complete", "from", "to", "rows"}
)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
# What a platform gives in one report.
_LONGEST_LOAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CostLoad:
    """What all rows of a load share.

    ``days``, where the load names them, are all days that it covers, those without cost included.
    ``is_complete``: from now on these rows alone are what the platform says of their days.
    """

    platform: str
    ad_account: str
    currency: str
    load: str
    is_complete: bool
    days: tuple[date, ...]


def read_load(body: Mapping[str, Any], now: datetime) -> CostLoad:
    """Read the head of a cost import.

    Raises:
        InvalidParameterError: naming the field and the reason; nothing of the load is taken.
    """
    try:
        return CostLoad(
            platform=key_text(body, "platform").lower(),
            ad_account=key_text(body, "ad_account"),
            currency=_currency(body),
            load=required_token(body, "load"),
            is_complete=flag(body, "complete"),
            days=_days(body, now),
        )
    except InvalidRowError as error:
        raise InvalidParameterError(str(error)) from None


def read_cost(value: object, load: CostLoad, now: datetime) -> CostRow:
    """Read a row of a load.

    Raises:
        InvalidRowError: with the reason.
    """
    row = as_row(value)
    refuse_unknown(row, _FIELDS)
    on = required_day(row, "day", now)
    if load.days and on not in load.days:
        message = "day: outside of from and to"
        raise InvalidRowError(message)
    cost = amount(row, "cost")
    if cost is None:
        message = "cost: missing"
        raise InvalidRowError(message)
    return CostRow(
        day=on,
        platform=load.platform,
        ad_account=load.ad_account,
        currency=load.currency,
        cost=_not_negative("cost", cost),
        clicks=count(row, "clicks"),
        impressions=count(row, "impressions"),
        conversions=_not_negative("conversions", amount(row, "conversions") or Decimal(0)),
        # Platforms take the value of returned goods back.
        value=amount(row, "value") or Decimal(0),
        **{name: text(row, name) for name in (*_NAMES, *_UTM)},
    )


def cost_key(row: CostRow) -> tuple[object, ...]:
    """Return what tells a row from the others of its load."""
    ids = (row.day, row.campaign_id, row.adset_id, row.ad_id)
    return (*ids, *(getattr(row, name) for name in _UTM))


def _currency(body: Row) -> str:
    currency = text(body, "currency").upper()
    if not _CURRENCY.fullmatch(currency):
        message = "currency: not three letters of ISO 4217"
        raise InvalidRowError(message)
    return currency


def _days(body: Row, now: datetime) -> tuple[date, ...]:
    first, last = day(body, "from", now), day(body, "to", now)
    if first is None and last is None:
        return ()
    if first is None or last is None or not timedelta(0) <= last - first < _LONGEST_LOAD:
        message = f"from, to: not an interval of 1 to {_LONGEST_LOAD.days} days"
        raise InvalidRowError(message)
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _not_negative(name: str, value: Decimal) -> Decimal:
    if value < 0:
        message = f"{name}: negative"
        raise InvalidRowError(message)
    return value
