"""What only TikTok does: codes inside of a 200, and links that another permission opens."""

from __future__ import annotations

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
