from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.connectors.sources import ConnectorSources
from headwater.runtime import bootstrap
from local.vendors.ad_book import BookAccount
from local.vendors.klaviyo import KlaviyoApplication
from local.vendors.server import VendorServer
from local.vendors.tiktok_ads import TikTokApplication

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from local.vendors.application import VendorApplication
    from tests.lambda_side import LambdaSide

FIRST, SECOND = "7000000000000000001", "7000000000000000002"


@contextmanager
def reachable(
    application: VendorApplication, side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VendorServer]:
    """Run a vendor that the functions can reach."""

    def connectors(deadline: datetime) -> ConnectorSources:
        clock = side.workshop.clock
        return ConnectorSources(
            side.secrets, clock=clock, deadline=deadline, sleep=lambda _: None, timeouts=(5, 5)
        )

    monkeypatch.setattr(bootstrap, "connectors", connectors)
    with VendorServer(application, clock=side.workshop.clock.now) as server:
        side.other_api_urls.append(server.url)
        yield server


@pytest.fixture
def tiktok(side: LambdaSide, monkeypatch: pytest.MonkeyPatch) -> Iterator[VendorServer]:
    """Return a platform with two ad accounts, which the functions can reach."""
    application = TikTokApplication()
    for number in (FIRST, SECOND):
        application.book.open(BookAccount(number, f"Harbor {number[-1]}", "USD", "Europe/Oslo"))
    with reachable(application, side, monkeypatch) as server:
        yield server


@pytest.fixture
def klaviyo(side: LambdaSide, monkeypatch: pytest.MonkeyPatch) -> Iterator[VendorServer]:
    """Return a CRM without contacts, which the functions can reach."""
    with reachable(KlaviyoApplication(), side, monkeypatch) as server:
        yield server
