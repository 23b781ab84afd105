"""A saved view, for those who need any."""

from __future__ import annotations

from datetime import UTC, datetime

from headwater.domain.views import View

SAVED_AT = datetime(2026, 11, 21, 13, 59, tzinfo=UTC)


def a_view(report: str = "roi", name: str = "Last week", **parameters: str) -> View:
    """Return a view that was saved a minute before the clock of the fakes."""
    asked = tuple(sorted((parameters or {"range": "last_7_days", "by": "campaign"}).items()))
    return View("19aa6d1f0a0c0de", name, report, asked, SAVED_AT, SAVED_AT)
