"""A test of the tracking that is under way, for those who need any."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from headwater.domain.validations import (
    LONGEST_TEST,
    SALES,
    Validation,
    link_with_code,
    named_by_time,
)

STARTED = datetime(2026, 11, 21, 13, 59, tzinfo=UTC)
SHOP = "https://shop.example/"


def a_validation(url: str = SHOP, kind: str = SALES, **more: Any) -> Validation:  # noqa: ANN401
    """Return a test that began a minute before the clock of the fakes."""
    code = named_by_time(STARTED, "c0de")
    link = link_with_code(url, code)
    closes_at = STARTED + LONGEST_TEST
    return Validation(code, kind, url, link, STARTED, closes_at, **more)
