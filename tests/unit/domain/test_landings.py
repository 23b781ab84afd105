from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.journeys import Campaign
from headwater.domain.landings import CLICK_IDS, Landing, read_landing, referrer_host
from headwater.errors import InvalidRowError

SHOP = "https://shop.example/shoes"


def test_reads_the_utm_values_of_the_query() -> None:
    landing = read_landing(
        f"{SHOP}?utm_source=google&utm_medium=cpc&utm_campaign=spring+sale"
        "&utm_content=blue%20shoes&utm_term=shoes"
    )
    campaign = Campaign("google", "cpc", "spring sale", "blue shoes", "shoes")
    assert landing == Landing(campaign, "/shoes")


@pytest.mark.parametrize(
    "tail",
    [
        "#utm_source=google",
        "#!/path?utm_source=google",
        "#/path?utm_source=google",
        "?#utm_source=google",
    ],
)
def test_reads_the_fragment(tail: str) -> None:
    assert read_landing(SHOP + tail).campaign.source == "google"


def test_the_query_wins_over_the_fragment_and_the_first_value_over_the_next() -> None:
    url = f"{SHOP}?utm_source=&utm_source=one&utm_source=two#utm_source=three"
    assert read_landing(url).campaign.source == "one"


def test_names_may_be_written_in_any_case_and_values_are_kept_verbatim() -> None:
    campaign = read_landing(f"{SHOP}?UTM_Source=GooGle&GCLID=AbC").campaign
    assert (campaign.source, campaign.click_id_kind, campaign.click_id) == (
        "GooGle",
        "gclid",
        "AbC",
    )


@pytest.mark.parametrize("name", [*CLICK_IDS, "ScCid", "MSCLKID"])
@pytest.mark.parametrize("mark", "?#")
def test_reads_every_click_id(name: str, mark: str) -> None:
    campaign = read_landing(f"{SHOP}{mark}a=b&{name}=Xy-1_2").campaign
    assert (campaign.click_id_kind, campaign.click_id) == (name.lower(), "Xy-1_2")


def test_a_paid_click_id_wins_over_one_that_any_link_carries() -> None:
    campaign = read_landing(f"{SHOP}?fbclid=1&gad_source=2&ttclid=3").campaign
    assert (campaign.click_id_kind, campaign.click_id) == ("ttclid", "3")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("utm_id=1", ("1", "", "")),
        ("gad_campaignid=1", ("1", "", "")),
        ("campaign_id=1&adset_id=2&ad_id=3", ("1", "2", "3")),
        ("campaignid=1&adgroupid=2&creative=3", ("1", "2", "3")),
        ("hsa_cam=1&hsa_grp=2&hsa_ad=3", ("1", "2", "3")),
        ("hsa_cam=9&utm_id=1", ("1", "", "")),
    ],
)
def test_reads_the_platforms_ids(query: str, ids: tuple[str, str, str]) -> None:
    campaign = read_landing(f"{SHOP}?{query}").campaign
    assert (campaign.campaign_id, campaign.adset_id, campaign.ad_id) == ids


def test_a_page_without_marks_has_no_campaign() -> None:
    assert read_landing("https://shop.example?q=shoes") == Landing(Campaign(), "/")


def test_values_lose_control_characters_and_are_cut() -> None:
    campaign = read_landing(f"{SHOP}?utm_source=a%00b%0Ac&utm_term={'x' * 600}").campaign
    assert campaign.source == "abc"
    assert campaign.term == "x" * 512


@pytest.mark.parametrize(
    "url", ["", "shoes", "javascript:alert(1)", "http://[::1", "https://", "ftp://shop.example/"]
)
def test_what_is_no_web_page_is_refused(url: str) -> None:
    with pytest.raises(InvalidRowError, match="url"):
        read_landing(url)


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://www.Google.com/search?q=shoes", "www.google.com"),
        ("http://blog.example:8080/", "blog.example"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("", ""),
        ("about:blank", ""),
        ("blog.example", ""),
        ("http://[::1", ""),
        ("https://user@blog.example./x", "blog.example"),
    ],
)
def test_a_referrer_is_its_host(referrer: str, host: str) -> None:
    assert referrer_host(referrer) == host


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    for url in (text, f"https://shop.example/{text}", f"https://{text}"):
        referrer_host(url)
        try:
            landing = read_landing(url)
        except InvalidRowError:
            continue
        landing.path.encode()
        landing.campaign.source.encode()


def test_an_id_in_digits_wins_over_a_name_in_utm_id() -> None:
    url = "https://shop.example/?utm_id=spring&gad_campaignid=21987654321"
    assert read_landing(url).campaign.campaign_id == "21987654321"
    assert read_landing("https://shop.example/?utm_id=spring").campaign.campaign_id == "spring"
