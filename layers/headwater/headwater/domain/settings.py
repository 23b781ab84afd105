"""An account's settings: every rule that a merchant may choose, with its default."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from datetime import datetime

# BigCommerce: 0 incomplete, 5 canceled, 6 declined. None of them is ever a sale.
NEVER_REVENUE = frozenset({0, 5, 6})


@dataclass(frozen=True, slots=True)
class SubscriptionRule:
    """Where a subscription app leaves its subscription id.

    ``field`` is ``option`` (a line option whose name matches ``name``), ``external_order_id``,
    ``external_id`` or ``staff_notes``; ``pattern`` is a regular expression whose first group, or
    whole match, is the id.
    """

    field: str
    pattern: str = r"\S+"
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The rules of one account.

    ``currency`` is that of the account's first store. ``tracking_start`` overrides the first
    live hit, and can only be later than it.
    """

    currency: str = "USD"
    time_zone: str = "America/New_York"
    revenue_statuses: frozenset[int] = frozenset({2, 3, 4, 8, 9, 10, 11, 14})
    last_click_window: timedelta = timedelta(days=30)
    opt_in_window: timedelta = timedelta(days=7)
    own_domains: tuple[str, ...] = ()
    tracking_start: datetime | None = None
    subscription_rules: tuple[SubscriptionRule, ...] = (
        SubscriptionRule("option", name=r"(?i)subscription[ _-]?id"),
    )

    def __post_init__(self) -> None:
        """Refuse settings that no report could follow.

        Raises:
            InvalidParameterError: naming the setting and the reason.
        """
        if self.time_zone not in zoneinfo.available_timezones():
            message = f"time_zone: there is no time zone {self.time_zone!r}"
            raise InvalidParameterError(message)
        if never := self.revenue_statuses & NEVER_REVENUE:
            message = f"revenue_statuses: {sorted(never)} are never sales"
            raise InvalidParameterError(message)
        if min(self.last_click_window, self.opt_in_window) <= timedelta(0):
            message = "a window must be longer than nothing"
            raise InvalidParameterError(message)
