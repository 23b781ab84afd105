"""What only Meta does: reports that are ordered, and links in creatives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from local.vendors.ad_book import AdLinks
from local.vendors.meta_ads import MetaApplication
from tests.integration.connectors.ad_world import AD_ACCOUNT, TODAY, AdWorld, ad_day
from tests.integration.connectors.cases.meta_ads import META_ADS
from tests.integration.connectors.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[AdWorld]:
    world = AdWorld(META_ADS)
    with world.server:
        world.begin()
        world.connect()
        yield world


def meta(world: AdWorld) -> MetaApplication:
    assert isinstance(world.application, MetaApplication)
    return world.application


def test_what_is_too_much_at_once_is_ordered_as_a_report(world: AdWorld) -> None:
    world.enter(9)
    meta(world).most_rows = 4
    world.pull_all()
    assert world.kept() == world.at_vendor()
    assert [r.method for r in world.server.requests if r.method == "POST"]


def test_a_report_that_fails_is_ordered_for_fewer_days(world: AdWorld) -> None:
    world.enter(9)
    meta(world).most_rows = 4
    meta(world).fails_reports = 2
    world.pull_all()
    assert world.source.status == "ok"
    assert world.kept() == world.at_vendor()


def test_minutes_that_are_asked_for_are_waited(world: AdWorld) -> None:
    world.enter(1)
    meta(world).meter.most = 0
    world.pull_all()
    assert world.source.status == "throttled"


def test_the_token_in_the_next_pages_address_is_neither_kept_nor_sent_again(
    world: AdWorld,
) -> None:
    world.enter(9)
    world.application.rows_per_page = 4
    world.pull_all()
    assert world.kept() == world.at_vendor()
    assert not [r for r in world.server.requests if "access_token" in r.query]


def test_an_app_secret_proves_itself_in_each_call(world: AdWorld) -> None:
    world.enter(1)
    world.connect(app_secret="a-secret-of-the-app")
    world.server.requests.clear()
    world.pull_all()
    proofs = {request.query.get("appsecret_proof") for request in world.server.requests}
    assert len(proofs) == 1
    assert None not in proofs


def test_tags_of_the_creative_are_filled_in_with_ids_and_names(world: AdWorld) -> None:
    world.book.spend(AD_ACCOUNT, [ad_day(1)])
    world.book.links[AD_ACCOUNT, ad_day(1).ad_id] = AdLinks(
        url="https://shop.example/p?ref=1",
        suffix="utm_source=facebook&utm_medium=paid&utm_campaign={{campaign.name}}"
        "&utm_content={{ad.id}}&utm_term={{placement}}",
    )
    world.pull_all()
    [row] = world.costs.on_day(ACCOUNT, TODAY)
    assert (row.utm_source, row.utm_medium) == ("facebook", "paid")
    assert (row.utm_campaign, row.utm_content) == (row.campaign, row.ad_id)
    assert row.utm_term == ""


def test_a_boosted_post_has_its_tags_although_meta_does_not_tell_its_link(world: AdWorld) -> None:
    world.book.spend(AD_ACCOUNT, [ad_day(1)])
    tags = "utm_source=facebook&utm_campaign={{campaign.id}}"
    world.book.links[AD_ACCOUNT, ad_day(1).ad_id] = AdLinks(suffix=tags)
    world.pull_all()
    [row] = world.costs.on_day(ACCOUNT, TODAY)
    assert (row.utm_source, row.utm_campaign) == ("facebook", row.campaign_id)


@pytest.mark.parametrize("month", [1, 2, 3, 5, 12])
def test_the_history_reaches_back_no_further_than_meta_remembers(
    world: AdWorld, month: int
) -> None:
    world.clock.instant = datetime(2027, month, 1, 14, tzinfo=UTC)
    world.pull_all()
    assert (world.source.status, world.source.reason) == ("ok", "")
    [mark] = world.source.cost_bookmarks
    assert mark.is_history_complete
