"""A saved view and a link, for those who need any."""

from __future__ import annotations

from datetime import UTC, datetime

from headwater.domain.view_deliveries import LINK, Delivery
from headwater.domain.views import View
from headwater.usecases.manage_deliveries import hash_of_link

SAVED_AT = datetime(2026, 11, 21, 13, 59, tzinfo=UTC)


def a_view(report: str = "roi", name: str = "Last week", **parameters: str) -> View:
    """Return a view that was saved a minute before the clock of the fakes."""
    asked = tuple(sorted((parameters or {"range": "last_7_days", "by": "campaign"}).items()))
    return View("19aa6d1f0a0c0de", name, report, asked, SAVED_AT, SAVED_AT)


def a_link(secret: str = "5ec2e7") -> Delivery:
    """Return a link to another view; nobody would guess a longer secret."""
    digest = hash_of_link(secret)
    return Delivery("19aa6d1f0a0beef", "19aa6d1f0a0cafe", LINK, SAVED_AT, link_sha256=digest)
