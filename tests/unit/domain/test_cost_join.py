from __future__ import annotations

import pytest

from headwater.domain.cost_join import Ad, AdIndex, Match, UtmTuple, smallest_common_parent
from headwater.domain.journeys import Campaign

NO_UTM = UtmTuple("", "", "", "", "")
SHOES = Ad("google", "11", "21", "31")
BOOTS = Ad("google", "11", "21", "32")
HATS = Ad("google", "11", "22", "33")
COATS = Ad("google", "12", "23", "34")


@pytest.fixture
def index() -> AdIndex:
    return AdIndex((ad, NO_UTM, "") for ad in (SHOES, BOOTS, HATS, COATS))


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
    index = AdIndex([(SHOES, utm("red"), ""), (BOOTS, utm("blue"), "")])
    click = Campaign("Google", "CPC", "spring+sale", " RED ")
    assert index.match(click) == Match(SHOES, "utm_unique")


def test_utm_values_that_several_ads_share_are_their_smallest_common_parent() -> None:
    same = utm("red")
    click = Campaign("google", "cpc", "spring sale", "red")
    in_adset = AdIndex([(SHOES, same, ""), (BOOTS, same, "")])
    in_campaign = AdIndex([(SHOES, same, ""), (HATS, same, "")])
    nowhere = AdIndex([(SHOES, same, ""), (COATS, same, "")])
    assert in_adset.match(click) == Match(Ad("google", "11", "21"), "utm_parent")
    assert in_campaign.match(click) == Match(Ad("google", "11"), "utm_parent")
    assert nowhere.match(click).method == ""


def test_a_term_that_the_ad_does_not_know_does_not_hide_it() -> None:
    index = AdIndex([(SHOES, utm("red"), "")])
    click = Campaign("google", "cpc", "spring sale", "red", "running shoes")
    assert index.match(click) == Match(SHOES, "utm_unique")


def test_an_old_name_of_a_campaign_still_finds_it() -> None:
    campaign = Ad("google", "11")
    index = AdIndex([(campaign, NO_UTM, "Spring"), (campaign, NO_UTM, "Spring 2026")])
    for name in ("spring", "Spring+2026"):
        assert index.match(Campaign("google", "cpc", name)) == Match(campaign, "utm_unique")


def test_one_id_on_two_platforms_is_told_apart_by_the_click_id() -> None:
    ours, theirs = Ad("google", "1", "", "9"), Ad("facebook", "2", "", "9")
    index = AdIndex([(ours, NO_UTM, ""), (theirs, NO_UTM, "")])
    assert index.match(Campaign(ad_id="9", click_id_kind="fbclid")).ad == theirs
    assert index.match(Campaign(ad_id="9", click_id_kind="gclid")).ad == ours
    assert index.match(Campaign(ad_id="9")).method == ""


def test_ids_longer_than_53_bits_stay_what_they_are() -> None:
    index = AdIndex([(Ad("facebook", "120210000000000001"), NO_UTM, "")])
    click = Campaign(campaign="120210000000000001")
    assert index.match(click).ad.campaign_id == "120210000000000001"
    assert index.match(Campaign(campaign="120210000000000002")).method == ""


def test_campaigns_without_ads_share_no_ad() -> None:
    assert smallest_common_parent([Ad("google", "11"), SHOES]) == Ad("google", "11")
