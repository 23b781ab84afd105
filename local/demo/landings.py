"""Where a visit comes from: referrer, landing page and the marks on its link."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from local.demo.campaigns import CAMPAIGNS, Ad, Campaign, Channel, Tagging
from local.demo.chance import happens, pick, zipf

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

SHOP_ORIGIN = "https://www.shop.example"

_PAGES = ("/", "/new-releases", "/bestsellers", "/jazz", "/classical", "/rock", "/blue-harbor-cd")
_CLICK_IDS = {"google": "gclid", "facebook": "fbclid", "microsoft": "msclkid"}
_CLICK_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_REFERRERS = {
    Channel.GOOGLE_ADS: ("https://www.google.com/",),
    Channel.MICROSOFT_ADS: ("https://www.bing.com/",),
    Channel.FACEBOOK_ADS: ("https://l.facebook.com/", "https://m.facebook.com/", ""),
    Channel.ORGANIC_SEARCH: (
        *["https://www.google.com/"] * 8,
        "https://www.bing.com/",
        "https://duckduckgo.com/",
    ),
    Channel.ORGANIC_SOCIAL: ("https://l.instagram.com/", "https://www.reddit.com/"),
    Channel.REFERRAL: (
        "https://jazz-reviews.example/best-of",
        "https://forum.hifi.example/t/4711",
        "https://record-collector.example/",
    ),
}
_BY_CHANNEL = {
    channel: [
        campaign
        for campaign in CAMPAIGNS
        if campaign.channel is channel and campaign.tagging is not Tagging.NO_CLICKS
    ]
    for channel in Channel
}


@dataclass(frozen=True, slots=True)
class Landing:
    """The beginning of a visit; ``marks`` are the parameters of its URL."""

    path: str = "/"
    referrer: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    campaign: Campaign | None = None
    ad: Ad | None = None

    @property
    def url(self) -> str:
        """The whole URL, as a browser shows it."""
        query = f"?{urlencode(self.marks)}" if self.marks else ""
        return f"{SHOP_ORIGIN}{self.path}{query}"


def land(rng: Random, channel: Channel, at: datetime, renamed_at: datetime) -> Landing:
    """Return a landing through a channel; campaigns with a former name changed it then."""
    referrer = rng.choice(_REFERRERS.get(channel, ("",)))
    path = rng.choice(_PAGES)
    campaigns = _BY_CHANNEL[channel]
    if not campaigns:
        return Landing(path, referrer)
    campaign = rng.choices(campaigns, zipf(len(campaigns)))[0]
    ad = _ad(rng, campaign, is_renamed=at >= renamed_at)
    return Landing(path, referrer, _marks(rng, campaign, ad), campaign, ad)


def utm_values(campaign: Campaign, ad: Ad) -> dict[str, str]:
    """Return the utm values that a campaign's links carry; none if it is not tagged."""
    values = {"utm_source": campaign.source, "utm_medium": campaign.medium}
    if campaign.tagging in {Tagging.CLICK_ID, Tagging.NO_CLICKS}:
        return {}
    if campaign.tagging is Tagging.IDS:
        values["utm_campaign"] = campaign.campaign_id
        if campaign.reports_ads:
            values |= {"utm_term": ad.adset_id, "utm_content": ad.ad_id}
        return values
    content = (
        {"utm_content": ad.ad.rsplit(" / ")[-1].replace(" ", "_")} if campaign.platform else {}
    )
    return {**values, "utm_campaign": ad.slug, **content}


def _ad(rng: Random, campaign: Campaign, *, is_renamed: bool) -> Ad:
    if campaign.former_name:
        return campaign.ads[1 if is_renamed else 0]
    return rng.choices(campaign.ads, zipf(len(campaign.ads)))[0]


def _marks(rng: Random, campaign: Campaign, ad: Ad) -> dict[str, str]:
    marks = utm_values(campaign, ad)
    if campaign.tagging is Tagging.NAMES and happens(rng, 0.04):
        # Somebody typed the link by hand.
        marks["utm_campaign"] = marks["utm_campaign"].replace("_", " ").title()
    if campaign.tagging is Tagging.OWN_FIELDS:
        marks |= {
            "campaign_id": campaign.campaign_id,
            "adset_id": ad.adset_id,
            "ad_id": ad.ad_id,
        }
    if kind := _CLICK_IDS.get(campaign.platform):
        lengths = {"gclid": 56, "fbclid": 61, "msclkid": 32}
        if campaign.tagging is Tagging.CLICK_ID or happens(rng, 0.9):
            marks[kind] = "".join(rng.choices(_CLICK_ID_ALPHABET, k=lengths[kind]))
    return marks


_DISCOVERY = {
    Channel.GOOGLE_ADS: 27,
    Channel.FACEBOOK_ADS: 27,
    Channel.ORGANIC_SEARCH: 15,
    Channel.REFERRAL: 8,
    Channel.PARTNER: 6,
    Channel.DIRECT: 5,
    Channel.MICROSOFT_ADS: 4,
    Channel.DIRECT_MAIL: 4,
    Channel.ORGANIC_SOCIAL: 4,
}
_RETURN = {
    Channel.GOOGLE_ADS: 24,
    Channel.EMAIL: 20,
    Channel.FACEBOOK_ADS: 18,
    Channel.DIRECT: 13,
    Channel.ORGANIC_SEARCH: 13,
    Channel.REFERRAL: 3,
    Channel.MICROSOFT_ADS: 3,
    Channel.DIRECT_MAIL: 3,
    Channel.ORGANIC_SOCIAL: 2,
    Channel.PARTNER: 1,
}


def choose_channel(rng: Random, *, is_first: bool) -> Channel:
    """Return a channel: ads and search bring strangers, email brings people back."""
    return pick(rng, _DISCOVERY if is_first else _RETURN)
