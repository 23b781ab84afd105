"""What a CRM remembers of a click that we have tracked ourselves."""

from __future__ import annotations

import pytest

from headwater.domain.imported_touchpoints import imported_touch
from headwater.domain.journeys import Campaign
from headwater.domain.nodes import email_node
from tests.workshop import ACCOUNT, Workshop, at


def retold(shop: Workshop, when: str, source: str, email: str = "ann@example.com") -> None:
    touch = imported_touch(
        at(when), Campaign(source=source, medium="cpc"), node=email_node(email), is_retold=True
    )
    shop.journeys.add_touchpoints(ACCOUNT, [touch], shop.clock.now())


@pytest.fixture
def shop() -> Workshop:
    shop = Workshop()
    shop.visit("2026-11-19 10:00", "v1", source="google", medium="cpc", campaign="tracked")
    shop.identify("2026-11-19 10:05", "v1", "ann@example.com")
    shop.order(1, "2026-11-20 15:00", "100.00")
    return shop


def sources(shop: Workshop) -> list[str]:
    shop.run(reported=False)
    return [touch["source"] for touch in shop.trail(1)["touches"]]


@pytest.mark.parametrize("when", ["2026-11-19 09:00", "2026-11-19 10:00", "2026-11-19 11:00"])
def test_it_is_that_click_within_the_hour(shop: Workshop, when: str) -> None:
    retold(shop, when, "crm")
    assert sources(shop) == ["google"]


@pytest.mark.parametrize("when", ["2026-11-19 08:59", "2026-11-19 11:01"])
def test_it_is_another_click_beyond_the_hour(shop: Workshop, when: str) -> None:
    retold(shop, when, "crm")
    assert sorted(sources(shop)) == ["crm", "google"]


def test_another_persons_click_takes_nothing_away(shop: Workshop) -> None:
    shop.order(2, "2026-11-20 15:00", "100.00", email="bob@example.com")
    retold(shop, "2026-11-19 10:00", "crm", "bob@example.com")
    shop.run(reported=False)
    assert [touch["source"] for touch in shop.trail(2)["touches"]] == ["crm"]


def test_an_imported_click_stays_beside_a_tracked_one(shop: Workshop) -> None:
    shop.click("2026-11-19 10:10", source="phone", medium="offline")
    assert sorted(sources(shop)) == ["google", "phone"]


def test_a_visitor_who_is_identified_later_takes_it_away_then(shop: Workshop) -> None:
    shop.visit("2026-11-18 10:00", "v2", source="bing", medium="cpc")
    retold(shop, "2026-11-18 10:20", "crm")
    assert sorted(sources(shop)) == ["crm", "google"]
    shop.identify("2026-11-18 10:30", "v2", "ann@example.com")
    assert sorted(sources(shop)) == ["bing", "google"]
