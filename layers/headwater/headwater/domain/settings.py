"""An account's settings: every rule that a merchant may choose, with its default."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    live hit, and can only be later than it. ``duplicate_owners`` are sources, the strongest first:
    of a sale that stands in two of them, the order of the stronger one counts.
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
    duplicate_owners: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse settings that no report could follow.

        Raises:
            InvalidParameterError: naming the setting and the reason.
        """
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f"time_zone: there is no time zone {self.time_zone!r}"
            raise InvalidParameterError(message) from None
        if never := self.revenue_statuses & NEVER_REVENUE:
            message = f"revenue_statuses: {sorted(never)} are never sales"
            raise InvalidParameterError(message)
        if min(self.last_click_window, self.opt_in_window) <= timedelta(0):
            message = "a window must be longer than nothing"
            raise InvalidParameterError(message)

    def document(self) -> dict[str, Any]:
        """Return the settings as plain JSON values, windows in seconds."""
        return {
            "currency": self.currency,
            "time_zone": self.time_zone,
            "revenue_statuses": sorted(self.revenue_statuses),
            "last_click_window": self.last_click_window.total_seconds(),
            "opt_in_window": self.opt_in_window.total_seconds(),
            "own_domains": list(self.own_domains),
            "tracking_start": self.tracking_start and self.tracking_start.isoformat(),
            "subscription_rules": [asdict(rule) for rule in self.subscription_rules],
            "duplicate_owners": list(self.duplicate_owners),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> AccountSettings:
        """Read settings back; what the document does not name has its default.

        Raises:
            InvalidParameterError: a value that no report could follow.
        """
        readers: dict[str, Callable[[Any], Any]] = {
            "currency": str,
            "time_zone": str,
            "revenue_statuses": frozenset,
            "last_click_window": lambda seconds: timedelta(seconds=seconds),
            "opt_in_window": lambda seconds: timedelta(seconds=seconds),
            "own_domains": tuple,
            "tracking_start": lambda text: datetime.fromisoformat(text) if text else None,
            "subscription_rules": lambda rules: tuple(SubscriptionRule(**r) for r in rules),
            "duplicate_owners": tuple,
        }
        return cls(**{name: readers[name](value) for name, value in document.items()})
