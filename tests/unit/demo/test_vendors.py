from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.connectors.sources import ConnectorSources
from local.demo.campaigns import CAMPAIGNS
from local.demo.landings import utm_values
from local.demo.vendors import CREDENTIALS, Vendors
from tests.fakes import FakeClock, FakeSecrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from headwater.domain.costs import CostRow
    from headwater.usecases.ports.connectors import AdPlatform
    from local.demo.scenario import Scenario

PLATFORMS = {"google_ads": "google", "meta_ads": "facebook"}


@pytest.fixture
def vendors(tmp_path: Path, scenario: Scenario) -> Iterator[Vendors]:
    with Vendors(tmp_path) as vendors:
        vendors.fill(scenario)
        yield vendors


def opened(vendors: Vendors, kind: str) -> AdPlatform:
    clock = FakeClock()
    sources = ConnectorSources(FakeSecrets(), clock=clock, deadline=clock.now())
    platform: AdPlatform = sources.connect(kind, CREDENTIALS[kind], vendors.urls[kind])
    return platform


def costs(platform: AdPlatform, last: date) -> list[CostRow]:
    [ad_account] = platform.ad_accounts()
    pages = platform.costs(ad_account, last - timedelta(days=20), last)
    return [row for page in pages for row in page.rows]


@pytest.mark.parametrize("kind", PLATFORMS)
def test_a_platform_tells_what_its_ads_cost_and_the_links_that_the_shop_gave_them(
    vendors: Vendors, scenario: Scenario, yesterday: date, kind: str
) -> None:
    told = costs(opened(vendors, kind), yesterday)
    expected = [
        row
        for row in scenario.spending.rows[PLATFORMS[kind]]
        if row["day"] >= (yesterday - timedelta(days=20)).isoformat()
    ]
    assert sum(row.cost for row in told) == sum(Decimal(row["cost"]) for row in expected)
    assert {row.campaign for row in told} == {row["campaign"] for row in expected}
    links = {
        (campaign.campaign_id, ad.ad_id if campaign.reports_ads else ""): utm_values(campaign, ad)
        for campaign in CAMPAIGNS
        for ad in campaign.ads
    }
    assert told
    for row in told:
        link = links[row.campaign_id, row.ad_id]
        assert {name: getattr(row, name) for name in link} == link


def test_google_tells_which_ads_the_clicks_of_its_last_days_came_from(
    vendors: Vendors, scenario: Scenario, yesterday: date
) -> None:
    google = opened(vendors, "google_ads")
    [ad_account] = google.ad_accounts()
    days = [yesterday - timedelta(days=n) for n in range(10)]
    told = {click.click_id: click for day in days for click in google.clicks(ad_account, day)}
    expected = [one for one in scenario.spending.clicks if one.day in days]
    assert told.keys() == {one.click_id for one in expected}
    for one in expected:
        ad_id = one.ad.ad_id if one.campaign.reports_ads else ""
        click = told[one.click_id]
        assert (click.campaign_id, click.ad_id) == (one.campaign.campaign_id, ad_id)
