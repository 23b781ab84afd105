"""Joining clicks to the ads that they came from, so that cost and revenue meet in one row.

A touch and an ad meet at the finest key that they share: the ad's, ad set's or campaign's id in
the URL; else the utm values, where exactly one ad has them; else the smallest parent that all ads
with these values have in common. The method is kept beside the match.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headwater.domain.journeys import Campaign

AD_ID, ADSET_ID, CAMPAIGN_ID = "ad_id", "adset_id", "campaign_id"
UTM_UNIQUE, UTM_PARENT, UNMATCHED = "utm_unique", "utm_parent", ""

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

    def __init__(self, ads: Iterable[tuple[Ad, UtmTuple, str]]) -> None:
        """Index ads.

        Args:
            ads: (ad, the utm values of its links or empty ones, its campaign's name); one ad may
                come several times, as names and links change.
        """
        self._by_id: dict[str, defaultdict[str, set[Ad]]] = {
            AD_ID: defaultdict(set),
            ADSET_ID: defaultdict(set),
            CAMPAIGN_ID: defaultdict(set),
        }
        self._by_utm: defaultdict[UtmTuple, set[Ad]] = defaultdict(set)
        self._by_name: defaultdict[tuple[str, str], set[Ad]] = defaultdict(set)
        for ad, utm, name in ads:
            self._add(ad, utm, name)

    def _add(self, ad: Ad, utm: UtmTuple, name: str) -> None:
        if ad.ad_id:
            self._by_id[AD_ID][ad.ad_id].add(ad)
        if ad.adset_id:
            self._by_id[ADSET_ID][ad.adset_id].add(Ad(*ad[:3]))
        if ad.campaign_id:
            self._by_id[CAMPAIGN_ID][ad.campaign_id].add(Ad(*ad[:2]))
        values = UtmTuple(*map(normalize_value, utm))
        if values.campaign:
            for coarser in _coarsenings(values):
                self._by_utm[coarser].add(ad)
        if name:
            self._by_name[ad.platform, normalize_value(name)].add(ad)

    def match(self, campaign: Campaign) -> Match:
        """Return the ad that a click with these marks came from, or NO_MATCH."""
        hint = platform_hint(campaign)
        return self._match_ids(campaign, hint) or self._match_utm(campaign, hint) or NO_MATCH

    def _match_ids(self, campaign: Campaign, hint: str) -> Match | None:
        # The usual templates put ids where names would stand: ad in content, ad set in term.
        for method, candidates in (
            (AD_ID, (campaign.ad_id, campaign.content)),
            (ADSET_ID, (campaign.adset_id, campaign.term)),
            (CAMPAIGN_ID, (campaign.campaign_id, campaign.campaign)),
        ):
            for candidate in filter(None, candidates):
                ads = self._by_id[method].get(candidate.strip(), set())
                ads = {ad for ad in ads if ad.platform == hint} or ads
                if len(ads) == 1:
                    return Match(next(iter(ads)), method)
        return None

    def _match_utm(self, campaign: Campaign, hint: str) -> Match | None:
        values = UtmTuple(
            *map(
                normalize_value,
                (
                    campaign.source,
                    campaign.medium,
                    campaign.campaign,
                    campaign.content,
                    campaign.term,
                ),
            )
        )
        if not values.campaign:
            return None
        for coarser in _coarsenings(values):
            if ads := self._by_utm.get(coarser):
                return _one_or_parent(ads)
        if ads := self._by_name.get((hint, values.campaign)):
            return _one_or_parent(ads)
        return None


def _coarsenings(values: UtmTuple) -> list[UtmTuple]:
    """Return the tuple itself, then without term, then without content, each once."""
    without_term = values._replace(term="")
    return list(dict.fromkeys((values, without_term, without_term._replace(content=""))))


def _one_or_parent(ads: set[Ad]) -> Match | None:
    if len(ads) == 1:
        return Match(next(iter(ads)), UTM_UNIQUE)
    parent = smallest_common_parent(ads)
    return None if parent == NO_AD else Match(parent, UTM_PARENT)
