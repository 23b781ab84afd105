"""Joining clicks to the ads that they came from, so that cost and revenue meet in one row.

A touch and an ad meet at the finest key that they share: the ad's, ad set's or campaign's id in
the URL; else the platform's own word for which ad a click id belongs to; else the utm values,
where exactly one ad has them; else the smallest parent that all ads with these values have in
common. What a later key knows counts only as a part of what an earlier one says: the campaign's id
in the URL and the ad's by click id are that ad. The method is kept beside the match.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headwater.domain.journeys import Campaign

AD_ID, ADSET_ID, CAMPAIGN_ID = "ad_id", "adset_id", "campaign_id"
CLICK_ID = "click_id"
UTM_UNIQUE, UTM_PARENT = "utm_unique", "utm_parent"
# A paid click of which nothing but the platform is known.
PLATFORM_ONLY, UNMATCHED = "platform", ""
# The methods that name a campaign at least, the surest first.
JOINING_METHODS = (AD_ID, ADSET_ID, CAMPAIGN_ID, CLICK_ID, UTM_UNIQUE, UTM_PARENT)

# What a click id or a spelled source says about the ad platform.
_PLATFORM_OF_CLICK_ID = {
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "fbclid": "facebook",
    "msclkid": "microsoft",
    "ttclid": "tiktok",
}
_PLATFORM_OF_SOURCE = {
    "google": "google",
    "adwords": "google",
    "facebook": "facebook",
    "fb": "facebook",
    "instagram": "facebook",
    "ig": "facebook",
    "meta": "facebook",
    "bing": "microsoft",
    "microsoft": "microsoft",
    "tiktok": "tiktok",
}


class Ad(NamedTuple):
    """An ad, or with empty fields its ad set or campaign, on one platform. Ids, not names."""

    platform: str
    campaign_id: str
    adset_id: str = ""
    ad_id: str = ""


NO_AD = Ad("", "")


class AdLink(NamedTuple):
    """An ad under one of the names and one of the links that it ever had."""

    ad: Ad
    utm: UtmTuple
    campaign: str = ""
    adset: str = ""
    ad_name: str = ""


class UtmTuple(NamedTuple):
    """The utm values of a link, normalized."""

    source: str
    medium: str
    campaign: str
    content: str
    term: str


@dataclass(frozen=True, slots=True)
class Match:
    """The ad that a click came from, and how that is known."""

    ad: Ad
    method: str


NO_MATCH = Match(NO_AD, UNMATCHED)


def normalize_value(value: str) -> str:
    """Fold what people spell differently: case, plus signs for blanks, runs of blanks."""
    return re.sub(r"\s+", " ", value.replace("+", " ")).strip().lower()


def platform_hint(campaign: Campaign) -> str:
    """Return the ad platform that a click's own marks point to, or an empty text."""
    return _PLATFORM_OF_CLICK_ID.get(campaign.click_id_kind.lower()) or _PLATFORM_OF_SOURCE.get(
        normalize_value(campaign.source), ""
    )


def smallest_common_parent(ads: Iterable[Ad]) -> Ad:
    """Return the ad, ad set or campaign that holds all of the given ads; NO_AD if none does."""
    distinct = set(ads)
    for depth in (4, 3, 2):
        parents = {Ad(*ad[:depth]) for ad in distinct}
        if len(parents) == 1 and all(ad[depth - 1] for ad in distinct):
            return parents.pop()
    return NO_AD


class AdIndex:
    """All ads that ever cost something, found by id or by the utm values of their links."""

    def __init__(self, links: Iterable[AdLink]) -> None:
        """Index ads; one may come several times, as names and links change."""
        self._by_id: dict[str, defaultdict[str, set[Ad]]] = {
            AD_ID: defaultdict(set),
            ADSET_ID: defaultdict(set),
            CAMPAIGN_ID: defaultdict(set),
        }
        self._by_utm: defaultdict[UtmTuple, set[Ad]] = defaultdict(set)
        self._by_name: defaultdict[tuple[str, str], set[AdLink]] = defaultdict(set)
        for link in links:
            self._add(link)

    def _add(self, link: AdLink) -> None:
        ad = link.ad
        if ad.ad_id:
            self._by_id[AD_ID][ad.ad_id].add(ad)
        if ad.adset_id:
            self._by_id[ADSET_ID][ad.adset_id].add(Ad(*ad[:3]))
        if ad.campaign_id:
            self._by_id[CAMPAIGN_ID][ad.campaign_id].add(Ad(*ad[:2]))
        values = UtmTuple(*map(normalize_value, link.utm))
        if values.campaign:
            for coarser in _coarsenings(values):
                self._by_utm[coarser].add(ad)
        if link.campaign:
            names = (link.campaign, link.adset, link.ad_name)
            named = AdLink(ad, link.utm, *map(normalize_value, names))
            self._by_name[ad.platform, named.campaign].add(named)

    def match(self, campaign: Campaign, clicked: Ad = NO_AD) -> Match:
        """Return the ad that a click with these marks came from, or NO_MATCH.

        Args:
            campaign: the marks.
            clicked: the ad that the platform itself names for the click's id.
        """
        best = NO_MATCH
        for match in self._matches(campaign, clicked):
            if best == NO_MATCH or _is_part(match.ad, best.ad):
                best = match
        return best

    def _matches(self, campaign: Campaign, clicked: Ad) -> Iterator[Match]:
        """Yield what each kind of key says, the surest first."""
        hint = clicked.platform or platform_hint(campaign)
        if match := self._match_ids(campaign, hint):
            yield match
        if clicked.campaign_id:
            yield Match(clicked, CLICK_ID)
        if match := self._match_utm(campaign, hint):
            yield match

    def _match_ids(self, campaign: Campaign, hint: str) -> Match | None:
        # The usual templates put ids where names would stand: ad in content, ad set in term.
        for method, candidates in (
            (AD_ID, (campaign.ad_id, campaign.content, campaign.campaign_id)),
            (ADSET_ID, (campaign.adset_id, campaign.term, campaign.campaign_id)),
            (CAMPAIGN_ID, (campaign.campaign_id, campaign.campaign)),
        ):
            for candidate in filter(None, candidates):
                ads = self._by_id[method].get(candidate.strip(), set())
                ads = {ad for ad in ads if ad.platform == hint} or ads
                if len(ads) == 1:
                    return Match(next(iter(ads)), method)
        return None

    def _match_utm(self, campaign: Campaign, hint: str) -> Match | None:
        marks = (campaign.source, campaign.medium, campaign.campaign, campaign.content)
        values = UtmTuple(*map(normalize_value, (*marks, campaign.term)))
        if not values.campaign:
            return None
        for coarser in _coarsenings(values):
            if ads := self._by_utm.get(coarser):
                return _one_or_parent(ads)
        if named := self._by_name.get((hint, values.campaign)):
            of_ad = {link for link in named if values.content in (link.ad_name, link.ad.ad_id)}
            named = of_ad if values.content and of_ad else named
            of_adset = {link for link in named if values.term in (link.adset, link.ad.adset_id)}
            named = of_adset if values.term and of_adset else named
            return _one_or_parent({link.ad for link in named})
        return None


def _is_part(ad: Ad, whole: Ad) -> bool:
    """Tell whether an ad lies within another one's ad set or campaign, and is not the same."""
    return ad != whole and all(one == known for one, known in zip(ad, whole, strict=True) if known)


def _coarsenings(values: UtmTuple) -> list[UtmTuple]:
    """Return the tuple itself, then without term, then without content, each once."""
    without_term = values._replace(term="")
    return list(dict.fromkeys((values, without_term, without_term._replace(content=""))))


def _one_or_parent(ads: set[Ad]) -> Match | None:
    if len(ads) == 1:
        return Match(next(iter(ads)), UTM_UNIQUE)
    parent = smallest_common_parent(ads)
    return None if parent == NO_AD else Match(parent, UTM_PARENT)
