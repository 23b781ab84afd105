from __future__ import annotations

import pytest

from headwater.domain.cost_join import (
    Ad,
    AdIndex,
    AdLink,
    Match,
    UtmTuple,
    smallest_common_parent,
)
from headwater.domain.journeys import Campaign

NO_UTM = UtmTuple("", "", "", "", "")
SHOES = Ad("google", "11", "21", "31")
BOOTS = Ad("google", "11", "21", "32")
HATS = Ad("google", "11", "22", "33")
COATS = Ad("google", "12", "23", "34")


@pytest.fixture
def index() -> AdIndex:
    return AdIndex(AdLink(ad, NO_UTM) for ad in (SHOES, BOOTS, HATS, COATS))


def utm(content: str = "", term: str = "", campaign: str = "Spring Sale") -> UtmTuple:
    return UtmTuple("google", "cpc", campaign, content, term)


@pytest.mark.parametrize(
    ("marks", "ad", "method"),
    [
        ({"ad_id": "31"}, SHOES, "ad_id"),
        ({"campaign": "11", "term": "21", "content": "31"}, SHOES, "ad_id"),
        (
            {"campaign": "11", "term": "21", "content": "a picture"},
            Ad("google", "11", "21"),
            "adset_id",
        ),
        ({"campaign_id": "11"}, Ad("google", "11"), "campaign_id"),
        ({"campaign": "11", "content": "a picture"}, Ad("google", "11"), "campaign_id"),
        ({"campaign": "summer"}, Ad("", ""), ""),
        ({}, Ad("", ""), ""),
    ],
)
def test_a_click_meets_its_ad_at_the_finest_id_in_the_url(
    index: AdIndex, marks: dict[str, str], ad: Ad, method: str
) -> None:
    assert index.match(Campaign(**marks)) == Match(ad, method)


def test_utm_values_that_one_ad_has_are_that_ad_whatever_their_spelling() -> None:
    index = AdIndex([AdLink(SHOES, utm("red")), AdLink(BOOTS, utm("blue"))])
    click = Campaign("Google", "CPC", "spring+sale", " RED ")
    assert index.match(click) == Match(SHOES, "utm_unique")


def test_utm_values_that_several_ads_share_are_their_smallest_common_parent() -> None:
    same = utm("red")
    click = Campaign("google", "cpc", "spring sale", "red")
    in_adset = AdIndex([AdLink(SHOES, same), AdLink(BOOTS, same)])
    in_campaign = AdIndex([AdLink(SHOES, same), AdLink(HATS, same)])
    nowhere = AdIndex([AdLink(SHOES, same), AdLink(COATS, same)])
    assert in_adset.match(click) == Match(Ad("google", "11", "21"), "utm_parent")
    assert in_campaign.match(click) == Match(Ad("google", "11"), "utm_parent")
    assert nowhere.match(click).method == ""


def test_a_term_that_the_ad_does_not_know_does_not_hide_it() -> None:
    index = AdIndex([AdLink(SHOES, utm("red"))])
    click = Campaign("google", "cpc", "spring sale", "red", "running shoes")
    assert index.match(click) == Match(SHOES, "utm_unique")


def test_a_click_on_another_link_of_an_ad_that_differs_in_content_alone_is_the_ads() -> None:
    index = AdIndex([AdLink(SHOES, utm("card_1")), AdLink(COATS, utm("card_1", campaign="Coats"))])
    click = Campaign("google", "cpc", "spring sale", "card_2")
    assert index.match(click) == Match(SHOES, "utm_unique")


def test_an_old_name_of_a_campaign_still_finds_it() -> None:
    campaign = Ad("google", "11")
    index = AdIndex([AdLink(campaign, NO_UTM, "Spring"), AdLink(campaign, NO_UTM, "Spring 2026")])
    for name in ("spring", "Spring+2026"):
        assert index.match(Campaign("google", "cpc", name)) == Match(campaign, "utm_unique")


def test_one_id_on_two_platforms_is_told_apart_by_the_click_id() -> None:
    ours, theirs = Ad("google", "1", "", "9"), Ad("facebook", "2", "", "9")
    index = AdIndex([AdLink(ours, NO_UTM), AdLink(theirs, NO_UTM)])
    assert index.match(Campaign(ad_id="9", click_id_kind="fbclid")).ad == theirs
    assert index.match(Campaign(ad_id="9", click_id_kind="gclid")).ad == ours
    assert index.match(Campaign(ad_id="9")).method == ""


def test_ids_longer_than_53_bits_stay_what_they_are() -> None:
    index = AdIndex([AdLink(Ad("facebook", "120210000000000001"), NO_UTM)])
    click = Campaign(campaign="120210000000000001")
    assert index.match(click).ad.campaign_id == "120210000000000001"
    assert index.match(Campaign(campaign="120210000000000002")).method == ""


def test_campaigns_without_ads_share_no_ad() -> None:
    assert smallest_common_parent([Ad("google", "11"), SHOES]) == Ad("google", "11")


def test_the_platforms_word_for_a_click_id_finds_the_ad(index: AdIndex) -> None:
    assert index.match(Campaign(click_id_kind="gclid"), SHOES) == Match(SHOES, "click_id")
    unknown = Ad("google", "99", "98", "97")
    assert index.match(Campaign(campaign="summer"), unknown) == Match(unknown, "click_id")


def test_a_later_key_counts_only_as_a_part_of_what_an_earlier_one_says(index: AdIndex) -> None:
    in_campaign = Campaign(campaign_id="11", click_id_kind="gclid")
    assert index.match(in_campaign, SHOES) == Match(SHOES, "click_id")
    assert index.match(in_campaign, COATS) == Match(Ad("google", "11"), "campaign_id")
    assert index.match(Campaign(ad_id="32"), SHOES) == Match(BOOTS, "ad_id")
    linked = AdIndex([AdLink(SHOES, utm("red")), AdLink(BOOTS, utm("blue"))])
    click = Campaign("google", "cpc", "spring sale", "red", campaign_id="11")
    assert linked.match(click) == Match(SHOES, "utm_unique")


def test_an_ad_id_may_stand_in_utm_id(index: AdIndex) -> None:
    assert index.match(Campaign(campaign_id="31")) == Match(SHOES, "ad_id")


def test_names_of_ad_and_ad_set_tell_the_ads_of_a_campaign_apart() -> None:
    index = AdIndex(
        [
            AdLink(SHOES, NO_UTM, "Spring", "Men", "Red"),
            AdLink(BOOTS, NO_UTM, "Spring", "Men", "Blue"),
            AdLink(HATS, NO_UTM, "Spring", "Women", "Red"),
        ]
    )
    men = Campaign("google", "cpc", "spring", "red", "men")
    assert index.match(men) == Match(SHOES, "utm_unique")
    assert index.match(Campaign("google", "cpc", "spring", "", "men")) == Match(
        Ad("google", "11", "21"), "utm_parent"
    )
    assert index.match(Campaign("google", "cpc", "spring", "green")) == Match(
        Ad("google", "11"), "utm_parent"
    )
