"""What only Google does: cost beside ads, click ids, managers, and links by level."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headwater.domain.ad_clicks import AdClick
from local.vendors.ad_book import AdDay, AdLinks
from local.vendors.google_ads import GoogleApplication
from tests.integration.connectors.ad_world import AD_ACCOUNT, TODAY, AdWorld, ad_day
from tests.integration.connectors.cases.google_ads import GOOGLE_ADS
from tests.integration.connectors.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

MANAGER = "9000000000000000001"


@pytest.fixture
def world() -> Iterator[AdWorld]:
    world = AdWorld(GOOGLE_ADS)
    with world.server:
        world.begin()
        yield world


def google(world: AdWorld) -> GoogleApplication:
    assert isinstance(world.application, GoogleApplication)
    return world.application


def test_what_a_campaign_cost_beside_its_ads_is_a_row_without_an_ad(world: AdWorld) -> None:
    ad = ad_day(1)
    beside = AdDay(
        *(TODAY, ad.campaign_id, ad.campaign, "", "", "", ""), cost=Decimal("5.5"), clicks=3
    )
    alone = AdDay(TODAY, "77", "Performance Max", "", "", "", "", cost=Decimal("20.01"))
    world.book.spend(AD_ACCOUNT, [ad, beside, alone])
    world.connect()
    world.pull_all()
    assert world.kept() == world.at_vendor()
    rows = list(world.costs.on_day(ACCOUNT, TODAY))
    assert sum(row.cost for row in rows) == ad.cost + Decimal("25.51")


def test_click_ids_lead_to_ads_and_a_day_that_is_over_is_asked_for_once(world: AdWorld) -> None:
    ad, yesterday = ad_day(1), TODAY - timedelta(days=1)
    google(world).clicks[AD_ACCOUNT, TODAY] = [("Cj0K_today", ad)]
    google(world).clicks[AD_ACCOUNT, yesterday] = [("Cj0K_over", ad)]
    world.connect()
    world.pull_all()
    kept = list(world.costs.clicks_on_day(ACCOUNT, yesterday, TODAY))
    ids = (ad.campaign_id, ad.adset_id, ad.ad_id)
    assert kept == [
        AdClick("google", "Cj0K_over", yesterday, *ids),
        AdClick("google", "Cj0K_today", TODAY, *ids),
    ]
    world.server.requests.clear()
    world.pull_all()
    asked = [r.body for r in world.server.requests if b"FROM click_view" in r.body]
    assert len(asked) == 1
    assert TODAY.isoformat().encode() in asked[0]


def test_accounts_below_a_manager_are_reached_through_it(world: AdWorld) -> None:
    google(world).manager = MANAGER
    world.enter(4)
    world.connect()
    [chosen] = world.source.ad_accounts
    assert (chosen.id, chosen.via) == (AD_ACCOUNT, MANAGER)
    world.pull_all()
    assert world.kept() == world.at_vendor()


def test_a_manager_that_is_named_is_the_one_that_is_asked(world: AdWorld) -> None:
    google(world).manager = MANAGER
    world.connect(login_customer_id=f"{MANAGER[:3]}-{MANAGER[3:]}")
    assert not [r for r in world.server.requests if "listAccessible" in r.path]


def test_the_suffix_of_the_lowest_level_counts(world: AdWorld) -> None:
    google(world).suffix = "utm_source=google&utm_medium=cpc&utm_campaign={campaignid}"
    first, second = ad_day(1), ad_day(2)
    world.book.spend(AD_ACCOUNT, [first, second])
    world.book.links[AD_ACCOUNT, second.ad_id] = AdLinks(
        url="https://shop.example/?utm_term=own",
        suffix="utm_source=google&utm_content={creative}&utm_campaign={keyword}",
    )
    world.connect()
    world.pull_all()
    rows = {row.ad_id: row for row in world.costs.on_day(ACCOUNT, TODAY)}
    assert rows[first.ad_id].utm_campaign == first.campaign_id
    assert rows[second.ad_id].utm_content == second.ad_id
    assert rows[second.ad_id].utm_term == "own"
    assert rows[second.ad_id].utm_campaign == ""


def test_a_version_that_was_sunset_is_gone(world: AdWorld) -> None:
    world.connect()
    world.application.routes = lambda: ()  # type: ignore[method-assign]
    # The token still serves; its desk is another host's.
    world.pull_all()
    assert world.source.status == "gone"
