"""From what a touchpoint carries to the channel that it came by.

What the link says of itself (utm) wins over a click id, a click id over the referrer, and without
any of them the visit is direct. The facts are in ``referrers.toml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from headwater.domain.referrers import referrer_facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headwater.domain.referrers import ReferrerFacts, Site

NOT_SET = "(not set)"


class Channel(StrEnum):
    """The ways on which visitors come."""

    PAID_SEARCH = "paid_search"
    PAID_SOCIAL = "paid_social"
    PAID_SHOPPING = "paid_shopping"
    PAID_VIDEO = "paid_video"
    DISPLAY = "display"
    PAID_OTHER = "paid_other"
    EMAIL = "email"
    AFFILIATE = "affiliate"
    SMS = "sms"
    PUSH = "push"
    ORGANIC_SEARCH = "organic_search"
    ORGANIC_SOCIAL = "organic_social"
    ORGANIC_SHOPPING = "organic_shopping"
    ORGANIC_VIDEO = "organic_video"
    AI_ASSISTANT = "ai_assistant"
    AUDIO = "audio"
    DIRECT_MAIL = "direct_mail"
    REFERRAL = "referral"
    DIRECT = "direct"
    OTHER = "other"


PAID_CHANNELS: frozenset[str] = frozenset(
    {
        Channel.PAID_SEARCH,
        Channel.PAID_SOCIAL,
        Channel.PAID_SHOPPING,
        Channel.PAID_VIDEO,
        Channel.DISPLAY,
        Channel.PAID_OTHER,
    }
)


@dataclass(frozen=True, slots=True)
class Classification:
    """A channel, and the source and medium that reports group by."""

    channel: Channel
    source: str
    medium: str


_DIRECT = Classification(Channel.DIRECT, "(direct)", "(none)")

# Mediums that name their channel whoever the source is, written without blanks and marks.
_PLAIN_MEDIUMS = {
    "email": Channel.EMAIL,
    "mail": Channel.EMAIL,
    "newsletter": Channel.EMAIL,
    "edm": Channel.EMAIL,
    "sms": Channel.SMS,
    "mms": Channel.SMS,
    "text": Channel.SMS,
    "textmessage": Channel.SMS,
    "push": Channel.PUSH,
    "webpush": Channel.PUSH,
    "mobilepush": Channel.PUSH,
    "pushnotification": Channel.PUSH,
    "notification": Channel.PUSH,
    "affiliate": Channel.AFFILIATE,
    "affiliates": Channel.AFFILIATE,
    "affiliatemarketing": Channel.AFFILIATE,
    "audio": Channel.AUDIO,
    "podcast": Channel.AUDIO,
    "radio": Channel.AUDIO,
    "directmail": Channel.DIRECT_MAIL,
    "postcard": Channel.DIRECT_MAIL,
    "print": Channel.DIRECT_MAIL,
    "catalog": Channel.DIRECT_MAIL,
    "mailer": Channel.DIRECT_MAIL,
}
_PAID_WORDS = frozenset(
    {"ad", "ads", "cpa", "cpc", "cpi", "cpm", "cpp", "cpv", "pla", "ppc", "sem", "remarketing"}
    | {"retargeting", "sponsored", "advertising"}
)
_DISPLAY_MEDIUMS = frozenset(
    {"banner", "cpm", "display", "displayads", "expandable", "interstitial", "native"}
    | {"programmatic", "paiddisplay"}
)
_SOCIAL_MEDIUMS = frozenset(
    {"sm", "social", "socialmedia", "socialnetwork", "organicsocial", "socialorganic", "story"}
    | {"bio", "linkinbio"}
)
_ORGANIC_CHANNELS = {
    "search": Channel.ORGANIC_SEARCH,
    "social": Channel.ORGANIC_SOCIAL,
    "video": Channel.ORGANIC_VIDEO,
    "shopping": Channel.ORGANIC_SHOPPING,
    "ai": Channel.AI_ASSISTANT,
    "email": Channel.EMAIL,
}
_PAID_CHANNELS_BY_KIND = {
    "search": Channel.PAID_SEARCH,
    "social": Channel.PAID_SOCIAL,
    "video": Channel.PAID_VIDEO,
    "shopping": Channel.PAID_SHOPPING,
}
# What a medium means where the source is nobody we know.
_OPEN_MEDIUMS = {
    **dict.fromkeys(("organic", "organicsearch", "search", "seo"), Channel.ORGANIC_SEARCH),
    **dict.fromkeys(("ai", "aiassistant", "chatbot"), Channel.AI_ASSISTANT),
    **dict.fromkeys(("referral", "link", "app", "partner", "blog", "pr"), Channel.REFERRAL),
}
# What the medium of a visit is called that only its referrer tells of.
_REFERRER_MEDIUMS = {"search": "organic"}
_SHOPPING = re.compile(r"(^|[^a-z])(shopping|pla|shop)([^a-z]|$)")
_MARKS = re.compile(r"[\s_./|+-]+")


def classify(
    source: str,
    medium: str,
    campaign: str,
    click_id_kind: str,
    referrer: str,
    own_domains: Iterable[str] = (),
) -> Classification:
    """Return the channel, source and medium of a touchpoint.

    Args:
        source: utm_source as it arrived; the next two likewise.
        medium: utm_medium.
        campaign: utm_campaign.
        click_id_kind: the name of the click id, in lower case; empty without one.
        referrer: the referrer's host.
        own_domains: the shop's own domains, which are no referrers, nor are payment providers.

    Returns:
        Source and medium are the utm values, trimmed; what these leave open is filled from the
        click id, then the referrer. Otherwise ``google / cpc`` for a click id, ``google /
        organic``, ``facebook / social``, ``chatgpt / ai`` … for a known referrer, ``host /
        referral`` for any other, ``(direct) / (none)`` without one.
    """
    facts = referrer_facts()
    unmarked = _without_utm(facts, click_id_kind, _foreign_host(facts, referrer, own_domains))
    source, medium, campaign = source.strip(), medium.strip(), campaign.strip()
    if not (source or medium or campaign) or (source, medium or "(none)") == (
        _DIRECT.source,
        _DIRECT.medium,
    ):
        return unmarked
    return _with_utm(facts, source, medium, campaign, unmarked)


def _foreign_host(facts: ReferrerFacts, referrer: str, own_domains: Iterable[str]) -> str:
    host = referrer.strip().lower().rstrip(".")
    for own in own_domains:
        domain = own.strip().lower().removeprefix("www.")
        if domain and (host == domain or host.endswith("." + domain)):
            return ""
    site = facts.site_of_host(host)
    return "" if site is not None and site.kind == "payment" else host


def _without_utm(facts: ReferrerFacts, click_id_kind: str, host: str) -> Classification:
    """Classify by click id, else by referrer."""
    site = facts.site_of_host(host) if host else None
    if fact := facts.click_ids.get(click_id_kind.lower()):
        channel = Channel(fact.channel)
        # Facebook's id is on Instagram's links as well: the referrer knows which of the two it was.
        if site is not None and channel == _ORGANIC_CHANNELS.get(site.kind):
            return Classification(channel, site.name, fact.medium)
        return Classification(channel, fact.source, fact.medium)
    if site is not None:
        medium = _REFERRER_MEDIUMS.get(site.kind, site.kind)
        return Classification(_ORGANIC_CHANNELS[site.kind], site.name, medium)
    if host:
        return Classification(Channel.REFERRAL, host.removeprefix("www."), "referral")
    return _DIRECT


def _with_utm(
    facts: ReferrerFacts, source: str, medium: str, campaign: str, unmarked: Classification
) -> Classification:
    """Classify by what the link says of itself, gaps filled from ``unmarked``."""
    is_known = unmarked is not _DIRECT
    named = source or (unmarked.source if is_known else NOT_SET)
    site = facts.site_of_source(named)
    if not medium and is_known and _is_same(facts, named, unmarked.source):
        # utm_source=google beside a gclid: the click id says how.
        return Classification(unmarked.channel, named, unmarked.medium)
    channel = _channel_of(facts, named, site, medium.lower(), campaign.lower())
    return Classification(channel, named, medium or NOT_SET)


def _is_same(facts: ReferrerFacts, one: str, other: str) -> bool:
    first, second = facts.site_of_source(one), facts.site_of_source(other)
    return one.lower() == other.lower() or (first is not None and first == second)


def _channel_of(
    facts: ReferrerFacts, source: str, site: Site | None, medium: str, campaign: str
) -> Channel:
    compact = _MARKS.sub("", medium)
    kind = site.kind if site else ""
    if plain := _PLAIN_MEDIUMS.get(compact):
        return plain
    if _is_paid(medium, compact):
        return _paid_channel(kind, medium, compact, campaign)
    if compact in _DISPLAY_MEDIUMS:
        return Channel.DISPLAY
    if sender := facts.senders.get(source.lower()):
        return Channel(sender)
    return _organic_channel(kind, medium, compact, campaign)


def _is_paid(medium: str, compact: str) -> bool:
    words = {word for word in _MARKS.split(medium) if word}
    return bool(words & _PAID_WORDS) or compact.startswith("paid") or compact.endswith("paid")


def _paid_channel(kind: str, medium: str, compact: str, campaign: str) -> Channel:
    if kind == "shopping" or _SHOPPING.search(medium) or _SHOPPING.search(campaign):
        return Channel.PAID_SHOPPING
    if "social" in compact:
        return Channel.PAID_SOCIAL
    if "search" in compact or compact == "sem":
        return Channel.PAID_SEARCH
    if "video" in compact or compact == "cpv":
        return Channel.PAID_VIDEO
    if compact in _DISPLAY_MEDIUMS and kind in {"", "search"}:
        return Channel.DISPLAY
    return _PAID_CHANNELS_BY_KIND.get(kind, Channel.PAID_OTHER)


def _organic_channel(kind: str, medium: str, compact: str, campaign: str) -> Channel:
    if compact in _SOCIAL_MEDIUMS:
        return Channel.ORGANIC_SOCIAL
    if _SHOPPING.search(medium) or (kind == "search" and _SHOPPING.search(campaign)):
        return Channel.ORGANIC_SHOPPING
    if "video" in compact:
        return Channel.ORGANIC_VIDEO
    return _ORGANIC_CHANNELS.get(kind) or _OPEN_MEDIUMS.get(compact, Channel.OTHER)
