"""What only TikTok does: codes inside of a 200, and links that another permission opens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from local.vendors.ad_book import AdLinks
from tests.integration.connectors.ad_world import AD_ACCOUNT, TODAY, AdWorld, ad_day
from tests.integration.connectors.cases.tiktok_ads import TIKTOK_ADS
from tests.integration.connectors.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.domain.costs import CostRow


@pytest.fixture
def world() -> Iterator[AdWorld]:
    world = AdWorld(TIKTOK_ADS)
    world.book.spend(AD_ACCOUNT, [ad_day(1)])
    world.book.links[AD_ACCOUNT, ad_day(1).ad_id] = AdLinks(
        url="https://shop.example/?utm_source=tiktok&utm_content=__CID__",
        suffix="utm_campaign=__CAMPAIGN_NAME__&utm_term=__PLACEMENT__",
    )
    with world.server:
        world.begin()
        yield world


def pulled(world: AdWorld) -> CostRow:
    world.pull_all()
    assert world.source.status == "ok"
    [row] = world.costs.on_day(ACCOUNT, TODAY)
    return row


def test_macros_of_links_are_filled_in(world: AdWorld) -> None:
    world.connect()
    row = pulled(world)
    assert (row.utm_source, row.utm_content) == ("tiktok", row.ad_id)
    assert (row.utm_campaign, row.utm_term) == (row.campaign, "")


SMART = "1850472306618481"
SMART_LINKS = AdLinks(
    url="https://shop.example/smart",
    suffix="utm_source=tiktok&utm_campaign=__CAMPAIGN_ID__&utm_content=__CID__",
)


def as_smart(world: AdWorld, *pairs: tuple[str, str]) -> None:
    """Let ads be creatives of Smart+ ads, which have the links."""
    world.book.links.clear()
    world.application.smart = dict(pairs)  # type: ignore[attr-defined]  # TikTok's
    world.book.links[AD_ACCOUNT, SMART] = SMART_LINKS


def test_ads_of_a_smart_campaign_lead_where_the_smart_ad_does(world: AdWorld) -> None:
    as_smart(world, (ad_day(1).ad_id, SMART))
    world.connect()
    row = pulled(world)
    assert (row.utm_source, row.utm_campaign) == ("tiktok", row.campaign_id)
    assert row.utm_content == row.ad_id


def test_a_smart_ad_that_a_report_calls_by_its_own_id_is_found(world: AdWorld) -> None:
    world.book.forget(AD_ACCOUNT, ad_day(1))
    world.book.spend(AD_ACCOUNT, [replace(ad_day(1), ad_id=SMART)])
    as_smart(world, (SMART, SMART))
    world.connect()
    assert pulled(world).utm_content == SMART


def test_of_two_smart_ads_with_other_links_in_one_ad_group_nothing_is_guessed(
    world: AdWorld,
) -> None:
    other = replace(ad_day(1), ad_id="999")
    world.book.spend(AD_ACCOUNT, [other])
    as_smart(world, (ad_day(1).ad_id, SMART), ("999", "another"))
    world.connect()
    world.pull_all()
    rows = list(world.costs.on_day(ACCOUNT, TODAY))
    assert len(rows) == 2
    assert {row.utm_campaign for row in rows} == {""}


def test_without_the_permission_for_links_cost_comes_all_the_same(world: AdWorld) -> None:
    world.application.lacks.add("Ads Management")
    world.connect()
    assert world.source.missing_scopes == ("Ads Management",)
    row = pulled(world)
    assert (row.cost, row.utm_source) == (ad_day(1).cost, "")


def test_quota_is_never_exceeded_by_our_own_haste(world: AdWorld) -> None:
    world.connect()
    world.application.meter.most = 600  # type: ignore[attr-defined]
    pulled(world)
    assert world.waits
    assert max(world.waits) <= 0.1
