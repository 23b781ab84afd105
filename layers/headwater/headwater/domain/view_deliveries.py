"""Deliveries of saved views: as a link that stays, or sent again for each day, week or month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

LINK, WEBHOOK = "link", "webhook"
WAYS = (LINK, WEBHOOK)
DAY, WEEK, MONTH = "day", "week", "month"
RHYTHMS = (DAY, WEEK, MONTH)
MOST_DELIVERIES = 100
LONGEST_URL = 2_048


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery of a view.

    Of a link ``link_sha256`` is the hash of its secret part, which nobody can read again, and
    ``every`` is empty: it shows what the view shows now. Of a webhook ``url`` is where it goes and
    ``secret_arn`` where its signing secret is kept.
    """

    delivery_id: str
    view_id: str
    by: str
    created_at: datetime
    every: str = ""
    url: str = ""
    link_sha256: str = ""
    secret_arn: str = ""


def period_of(every: str, day: date) -> str:
    """Return the name of the day, ISO week or month that a reporting day lies in."""
    if every == WEEK:
        monday = day - timedelta(days=day.weekday())
        return f"week-{monday.isoformat()}"
    return day.isoformat() if every == DAY else f"{day:%Y-%m}"
