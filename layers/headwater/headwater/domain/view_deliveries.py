"""Deliveries of saved views: as a link that stays, or sent again for each day, week or month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

LINK, WEBHOOK, EMAIL = "link", "webhook", "email"
DAY, WEEK, MONTH = "day", "week", "month"
MOST_DELIVERIES = 100
LONGEST_URL = 2_048
GIVEN_UP_AFTER = timedelta(days=5)
# Eight attempts within the first day; after that one every twelve hours.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery of a view.

    Of a link ``link_sha256`` is the hash of its secret part, which nobody can read again, and
    ``every`` is empty: it shows what the view shows now. Of a webhook ``url`` is where it goes and
    ``secret_arn`` where its signing secret is kept; ``to`` is who gets an email. ``sent_period`` is
    the last one that was sent, at ``sent_at``; until ``trying_until`` somebody is sending it. After
    ``failures`` in a row since ``failing_since``, the last for ``reason``, it is tried again at
    ``next_try_at``, unless it ``is_off``.
    """

    delivery_id: str
    view_id: str
    by: str
    created_at: datetime
    every: str = ""
    url: str = ""
    link_sha256: str = ""
    secret_arn: str = ""
    to: str = ""
    sent_period: str = ""
    sent_at: datetime | None = None
    trying_until: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    reason: str = ""
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: sent without a ``reason``; ``is_final``: no other will be better."""

    reason: str = ""
    is_final: bool = False

    @property
    def is_sent(self) -> bool:
        """Tell whether the receiver has taken it."""
        return not self.reason


def is_due(delivery: Delivery, period: str, now: datetime) -> bool:
    """Tell whether a delivery is to be sent for a period, and nobody is at it right now."""
    waits = (delivery.trying_until, delivery.next_try_at)
    return (
        not delivery.is_off
        and delivery.sent_period != period
        and all(until is None or until <= now for until in waits)
    )


def settled(delivery: Delivery, period: str, now: datetime, outcome: Outcome) -> Delivery:
    """Return a delivery after an attempt; one that fails for ``GIVEN_UP_AFTER`` is switched off."""
    if outcome.is_sent:
        return replace(
            delivery,
            sent_period=period,
            sent_at=now,
            trying_until=None,
            failures=0,
            failing_since=None,
            next_try_at=None,
            reason="",
        )
    since = delivery.failing_since or now
    return replace(
        delivery,
        trying_until=None,
        failures=delivery.failures + 1,
        failing_since=since,
        next_try_at=now + min(_FIRST_WAIT * 2**delivery.failures, _LONGEST_WAIT),
        reason=outcome.reason,
        is_off=outcome.is_final or now - since >= GIVEN_UP_AFTER,
    )


def period_of(every: str, day: date) -> str:
    """Return the name of the day, week (from Monday) or month that a reporting day lies in."""
    if every == WEEK:
        monday = day - timedelta(days=day.weekday())
        return f"week-{monday.isoformat()}"
    return day.isoformat() if every == DAY else f"{day:%Y-%m}"
