"""What only Microsoft does: reports as zipped files, and refresh tokens that are good once."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import pytest

from headwater.adapters.connectors.vendors.microsoft_zones import ZONES
from local.vendors.ad_book import AdDay, AdLinks
from local.vendors.microsoft_ads import MicrosoftApplication
from local.vendors.server import Fault
from tests.integration.connectors.ad_world import AD_ACCOUNT, TODAY, AdWorld, ad_day
from tests.integration.connectors.cases.microsoft_ads import MICROSOFT_ADS
from tests.integration.connectors.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[AdWorld]:
    world = AdWorld(MICROSOFT_ADS)
    with world.server:
        world.begin()
        world.connect()
        yield world


def kept_refresh_token(world: AdWorld) -> str:
    [kept] = world.secrets.tokens.values()
    token: str = json.loads(kept)["refresh_token"]
    return token


def good_refresh_token(world: AdWorld) -> str:
    assert isinstance(world.application, MicrosoftApplication)
    return world.application.refresh_token


def test_the_refresh_token_that_comes_with_a_trial_is_the_one_that_is_kept(
    world: AdWorld,
) -> None:
    assert kept_refresh_token(world) == good_refresh_token(world)
    assert kept_refresh_token(world) != MICROSOFT_ADS.credentials["refresh_token"]


def test_a_refresh_token_is_used_once_and_the_next_one_kept_each_day(world: AdWorld) -> None:
    world.enter(3)
    for _ in range(3):
        world.application.expire()
        world.pull_all()
        assert world.source.status == "ok"
    assert kept_refresh_token(world) == good_refresh_token(world)


def test_a_report_is_downloaded_without_our_credentials(world: AdWorld) -> None:
    world.enter(3)
    world.pull_all()
    downloads = [r for r in world.server.requests if "/download/" in r.path]
    assert downloads
    assert not [r for r in downloads if {"authorization", "developertoken"} & r.headers.keys()]


def test_an_archive_that_broke_off_is_no_report(world: AdWorld) -> None:
    world.enter(3)
    world.server.trouble(Fault.TRUNCATE, path="/download/")
    world.pull_all()
    assert world.source.status == "unavailable"
    assert world.kept() == []


def test_what_a_campaign_cost_beside_its_ads_is_a_row_without_an_ad(world: AdWorld) -> None:
    alone = AdDay(TODAY, "77", "Performance Max", "", "", "", "", cost=Decimal("20.01"))
    world.book.spend(AD_ACCOUNT, [ad_day(1), alone])
    world.pull_all()
    assert world.kept() == world.at_vendor()


def test_links_come_with_the_cost(world: AdWorld) -> None:
    world.book.spend(AD_ACCOUNT, [ad_day(1)])
    world.book.links[AD_ACCOUNT, ad_day(1).ad_id] = AdLinks(
        url="https://shop.example/", template="{lpurl}?utm_source=bing&utm_content={AdId}"
    )
    world.pull_all()
    [row] = world.costs.on_day(ACCOUNT, TODAY)
    assert (row.utm_source, row.utm_content) == ("bing", row.ad_id)


def test_days_are_those_of_the_ad_account(world: AdWorld) -> None:
    world.pull_all()
    zones = {
        json.loads(r.body)["ReportRequest"]["Time"]["ReportTimeZone"]
        for r in world.server.requests
        if r.path.endswith("/Submit")
    }
    assert zones == {"EasternTimeUSCanada"}
    assert set(ZONES.values()) <= available_timezones()


def test_no_day_before_the_vendors_memory_is_asked_for(world: AdWorld) -> None:
    world.pull_all()
    assert world.source.status == "ok"
    [mark] = world.source.cost_bookmarks
    assert mark.is_history_complete
    assert mark.history_from
    assert date(2023, 11, 1) < mark.history_from < date(2023, 12, 31)
