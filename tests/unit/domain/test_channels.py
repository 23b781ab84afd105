from __future__ import annotations

import pytest

from headwater.domain.channels import Channel, classify
from headwater.domain.landings import CLICK_IDS
from headwater.domain.referrers import referrer_facts

OWN = ("shop.example", "www.other-shop.example")


def _classified(
    source: str = "",
    medium: str = "",
    campaign: str = "",
    *,
    click_id: str = "",
    referrer: str = "",
) -> tuple[str, str, str]:
    result = classify(source, medium, campaign, click_id, referrer, OWN)
    return result.channel.value, result.source, result.medium


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("google", "cpc", "brand", "paid_search"),
        ("bing", "ppc", "", "paid_search"),
        ("Google Ads", "paid", "", "paid_search"),
        ("somewhere", "paid_search", "", "paid_search"),
        ("google", "cpc", "us-shopping-all", "paid_shopping"),
        ("google", "shopping_cpc", "", "paid_shopping"),
        ("amazon", "cpc", "", "paid_shopping"),
        ("facebook", "paid", "lookalike", "paid_social"),
        ("ig", "paidsocial", "", "paid_social"),
        ("fb", "cpm", "", "paid_social"),
        ("m.facebook.com", "ads", "", "paid_social"),
        ("youtube", "cpv", "", "paid_video"),
        ("yt", "cpc", "", "paid_video"),
        ("google", "display", "", "display"),
        ("google", "cpm", "", "display"),
        ("criteo", "retargeting", "", "paid_other"),
        ("the-daily", "banner", "", "display"),
        ("taboola", "", "", "display"),
        ("the-daily", "cpc", "", "paid_other"),
        ("klaviyo", "email", "welcome", "email"),
        ("newsletter", "", "", "email"),
        ("Klaviyo", "flow", "", "email"),
        ("facebook", "e-mail", "", "email"),
        ("attentive", "sms", "", "sms"),
        ("postscript", "", "", "sms"),
        ("onesignal", "web-push", "", "push"),
        ("jane-blog", "affiliate", "", "affiliate"),
        ("awin", "", "", "affiliate"),
        ("spotify", "podcast", "", "audio"),
        ("postpilot", "direct mail", "", "direct_mail"),
        ("google", "organic", "", "organic_search"),
        ("unheard-of", "organic", "", "organic_search"),
        ("google", "organic", "free shopping listings", "organic_shopping"),
        ("etsy", "", "", "organic_shopping"),
        ("facebook", "", "", "organic_social"),
        ("instagram", "linkinbio", "", "organic_social"),
        ("hootsuite", "social", "", "organic_social"),
        ("youtube", "description", "", "organic_video"),
        ("chatgpt.com", "", "", "ai_assistant"),
        ("unheard-of", "referral", "", "referral"),
        ("unheard-of", "hologram", "", "other"),
        ("", "", "spring", "other"),
    ],
)
def test_utm_values_tell_the_channel(source: str, medium: str, campaign: str, channel: str) -> None:
    assert _classified(source, medium, campaign)[0] == channel


def test_reports_group_by_the_utm_values_as_they_are_written_but_for_blanks() -> None:
    assert _classified(" Google ", " CPC ") == ("paid_search", "Google", "CPC")


def test_a_gap_in_the_utm_values_is_named() -> None:
    assert _classified("unheard-of") == ("other", "unheard-of", "(not set)")
    assert _classified("", "email") == ("email", "(not set)", "email")


def test_a_gap_in_the_utm_values_is_filled_from_the_click_id() -> None:
    assert _classified("google", click_id="gclid") == ("paid_search", "google", "cpc")
    assert _classified("", "", "spring", click_id="msclkid") == ("paid_search", "bing", "cpc")


def test_a_gap_in_the_utm_values_is_filled_from_the_referrer() -> None:
    assert _classified("", "cpc", referrer="www.bing.com") == ("paid_search", "bing", "cpc")


def test_a_click_id_of_another_platform_does_not_speak_for_the_source() -> None:
    assert _classified("klaviyo", click_id="gclid") == ("email", "klaviyo", "(not set)")


def test_utm_values_win_over_the_click_id() -> None:
    result = _classified("newsletter", "email", click_id="gclid", referrer="www.google.com")
    assert result == ("email", "newsletter", "email")


def test_utm_values_that_mean_direct_say_nothing() -> None:
    assert _classified("(direct)", "(none)") == ("direct", "(direct)", "(none)")
    assert _classified("(direct)", "", referrer="bing.com")[0] == "organic_search"


@pytest.mark.parametrize(
    ("click_id", "expected"),
    [
        ("gclid", ("paid_search", "google", "cpc")),
        ("wbraid", ("paid_search", "google", "cpc")),
        ("gad_source", ("paid_search", "google", "cpc")),
        ("dclid", ("display", "google", "display")),
        ("msclkid", ("paid_search", "bing", "cpc")),
        ("yclid", ("paid_search", "yandex", "cpc")),
        ("ttclid", ("paid_social", "tiktok", "cpc")),
        ("twclid", ("paid_social", "twitter", "cpc")),
        ("sccid", ("paid_social", "snapchat", "cpc")),
        ("irclid", ("affiliate", "impact", "affiliate")),
        ("_kx", ("email", "klaviyo", "email")),
        ("mc_eid", ("email", "mailchimp", "email")),
        ("srsltid", ("organic_shopping", "google", "organic")),
        ("fbclid", ("organic_social", "facebook", "social")),
    ],
)
def test_a_click_id_alone_tells_the_channel(click_id: str, expected: tuple[str, str, str]) -> None:
    assert _classified(click_id=click_id) == expected


def test_every_click_id_that_landings_read_is_classified() -> None:
    facts = referrer_facts().click_ids
    assert facts.keys() == set(CLICK_IDS)
    assert {fact.channel for fact in facts.values()} <= {channel.value for channel in Channel}


def test_a_click_id_wins_over_the_referrer() -> None:
    assert _classified(click_id="gclid", referrer="www.google.com")[2] == "cpc"


def test_facebooks_click_id_on_a_link_from_instagram_is_instagrams() -> None:
    result = _classified(click_id="fbclid", referrer="l.instagram.com")
    assert result == ("organic_social", "instagram", "social")


def test_facebooks_click_id_is_paid_where_the_link_says_so() -> None:
    assert _classified("facebook", "paid", click_id="fbclid")[0] == "paid_social"


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("www.google.com", ("organic_search", "google", "organic")),
        ("google.co.uk", ("organic_search", "google", "organic")),
        ("www.google.com.au", ("organic_search", "google", "organic")),
        ("r.search.yahoo.com", ("organic_search", "yahoo", "organic")),
        ("com.google.android.googlequicksearchbox", ("organic_search", "google", "organic")),
        ("duckduckgo.com", ("organic_search", "duckduckgo", "organic")),
        ("l.facebook.com", ("organic_social", "facebook", "social")),
        ("t.co", ("organic_social", "twitter", "social")),
        ("out.reddit.com", ("organic_social", "reddit", "social")),
        ("m.youtube.com", ("organic_video", "youtube", "video")),
        ("www.amazon.de", ("organic_shopping", "amazon", "shopping")),
        ("chatgpt.com", ("ai_assistant", "chatgpt", "ai")),
        ("gemini.google.com", ("ai_assistant", "gemini", "ai")),
        ("mail.google.com", ("email", "gmail", "email")),
        ("com.google.android.gm", ("email", "gmail", "email")),
        ("www.a-blog.example", ("referral", "a-blog.example", "referral")),
    ],
)
def test_a_referrer_alone_tells_the_channel(referrer: str, expected: tuple[str, str, str]) -> None:
    assert _classified(referrer=referrer) == expected


@pytest.mark.parametrize(
    "referrer",
    ["docs.google.com", "google.evil.example", "notgoogle.com", "google.com.evil.example"],
)
def test_a_host_that_only_looks_like_a_search_engine_is_a_referral(referrer: str) -> None:
    assert _classified(referrer=referrer)[0] == "referral"


@pytest.mark.parametrize(
    "referrer",
    [
        "",
        "shop.example",
        "www.shop.example",
        "checkout.other-shop.example",
        "www.paypal.com",
        "hooks.stripe.com",
        "payments.amazon.com",
    ],
)
def test_own_domains_and_payment_providers_are_no_referrers(referrer: str) -> None:
    assert _classified(referrer=referrer) == ("direct", "(direct)", "(none)")


def test_a_domain_that_ends_like_an_own_one_is_a_referrer() -> None:
    assert _classified(referrer="not-shop.example")[0] == "referral"


def test_aliases_and_senders_name_what_exists() -> None:
    facts = referrer_facts()
    assert {site.kind for site in facts.names.values()} == {
        *("search", "social", "video", "shopping", "ai", "email", "payment")
    }
    assert set(facts.senders.values()) <= {channel.value for channel in Channel}
