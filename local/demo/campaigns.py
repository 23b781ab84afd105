"""The demo's marketing: some thirty campaigns on six channels, tagged well, badly or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Channel(StrEnum):
    """How somebody gets to the shop."""

    GOOGLE_ADS = "google ads"
    FACEBOOK_ADS = "facebook ads"
    MICROSOFT_ADS = "microsoft ads"
    DIRECT_MAIL = "direct mail"
    EMAIL = "email"
    PARTNER = "partner"
    ORGANIC_SEARCH = "organic search"
    ORGANIC_SOCIAL = "organic social"
    REFERRAL = "referral"
    DIRECT = "direct"


class Tagging(StrEnum):
    """What the links of a campaign tell about it."""

    IDS = "ids"
    """The platform's template: campaign id in utm_campaign, of ad set in term, ad in content."""
    OWN_FIELDS = "own fields"
    """Names in the utm values, the ids beside them under names of their own."""
    NAMES = "names"
    """Names in the utm values, and nothing else."""
    CLICK_ID = "click id"
    """Not tagged: only the click id that the platform adds by itself."""
    NO_CLICKS = "no clicks"
    """It costs money and nobody ever arrives by it."""


@dataclass(frozen=True, slots=True)
class Ad:
    """An ad of a campaign; ``slug`` is the utm_campaign of its links where names are used."""

    adset_id: str
    adset: str
    ad_id: str
    ad: str
    slug: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign; ``platform`` says who bills it, empty where nobody reports a cost.

    A renamed campaign has ads from before, whose links carry the slug of the former name, and ads
    from after; the platform reports all of them under the present name. ``cost_per_visit`` is in
    dollars; a campaign without clicks costs ``cost_per_day`` instead.
    """

    channel: Channel
    name: str
    source: str
    medium: str
    tagging: Tagging
    campaign_id: str
    ads: tuple[Ad, ...]
    platform: str = ""
    former_name: str = ""
    cost_per_visit: Decimal = Decimal(0)
    cost_per_day: Decimal = Decimal(0)
    reports_ads: bool = True
    """Whether the platform's cost comes by ad, and not for the whole campaign."""


def slug(name: str) -> str:
    """Return a name as people write it into a link: ``Search | Brand`` → ``search_brand``."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return "_".join(words)


_BY_AD = frozenset({Channel.GOOGLE_ADS, Channel.FACEBOOK_ADS})


class _Desk:
    """Sets campaigns up on one platform and gives them ids as that platform does."""

    def __init__(self, channel: Channel, platform: str, marks: tuple[str, str], first: int) -> None:
        self._channel, self._platform = channel, platform
        self._source, self._medium = marks
        self._ids: Iterator[int] = count(first, 137)

    def plan(
        self,
        name: str,
        tagging: Tagging = Tagging.NAMES,
        cost: str = "0",
        *,
        ads: int = 1,
        former: str = "",
        is_whole: bool = False,
    ) -> Campaign:
        """Return a campaign; ``cost`` is per visit, or per day where there are no visits.

        Of one that ``is_whole`` the platform does not tell what its ads cost.
        """
        per_day = tagging is Tagging.NO_CLICKS
        return Campaign(
            channel=self._channel,
            name=name,
            source=self._source,
            medium=self._medium,
            tagging=tagging,
            campaign_id=str(next(self._ids)),
            ads=tuple(self._ad(name, former, number) for number in range(ads)),
            platform=self._platform,
            former_name=former,
            cost_per_visit=Decimal(0) if per_day else Decimal(cost),
            cost_per_day=Decimal(cost) if per_day else Decimal(0),
            reports_ads=self._channel in _BY_AD and not is_whole,
        )

    def _ad(self, name: str, former: str, number: int) -> Ad:
        """Return an ad; of a renamed campaign the first one still carries the former name."""
        return Ad(
            adset_id=str(next(self._ids)),
            adset=f"{name} / group {number + 1}",
            ad_id=str(next(self._ids)),
            ad=f"{name} / ad {number + 1}",
            slug=slug(former if former and number == 0 else name),
        )


# The first ids have the length of the platforms' own; Meta's exceed 2^53.
_google = _Desk(Channel.GOOGLE_ADS, "google", ("google", "cpc"), 20_511_400_001).plan
_facebook = _Desk(
    Channel.FACEBOOK_ADS, "facebook", ("facebook", "paid"), 120_211_690_000_000_001
).plan
_microsoft = _Desk(Channel.MICROSOFT_ADS, "microsoft", ("bing", "cpc"), 528_300_001).plan
_mail = _Desk(Channel.DIRECT_MAIL, "direct_mail", ("postcard", "direct_mail"), 7_001).plan
_email = _Desk(Channel.EMAIL, "", ("klaviyo", "email"), 9_001).plan
_partner = _Desk(Channel.PARTNER, "", ("vinyl-hour", "podcast"), 9_501).plan

# Within a channel, the most visited first; visits follow Zipf's law.
CAMPAIGNS = (
    _google("Search | Brand", Tagging.IDS, "2.90", ads=2),
    _google("Shopping | All CDs", Tagging.IDS, "7.20", ads=2),
    _google("Performance Max", Tagging.OWN_FIELDS, "8.40", is_whole=True),
    _google("Search | Generic 2026", cost="12.60", ads=2, former="Search | Generic"),
    _google("Search | Artists", Tagging.CLICK_ID, "9.10"),
    _google("YouTube | Listening Room", cost="24.00"),
    _google("Display | Awareness", Tagging.NO_CLICKS, "5.40"),
    _facebook("Prospecting | Lookalike", Tagging.IDS, "9.80", ads=3),
    _facebook("Retargeting | Visitors", Tagging.IDS, "3.70", ads=2),
    _facebook("Catalog | Bestsellers", cost="7.50", ads=2),
    _facebook("Always on | Music lovers", cost="13.20", ads=2, former="Broad | Music lovers"),
    _facebook("Stories | New releases", Tagging.CLICK_ID, "17.50"),
    _facebook("Lead form | Free sampler", Tagging.OWN_FIELDS, "6.10"),
    _facebook("Boosted posts", Tagging.NO_CLICKS, "3.10"),
    _microsoft("Bing | Brand", Tagging.IDS, "3.40"),
    _microsoft("Bing | Generic", cost="9.90"),
    _microsoft("Bing | Audience network", Tagging.NO_CLICKS, "1.80"),
    _mail("Spring catalog", cost="11.00"),
    _mail("Holiday postcard", cost="26.00"),
    _email("Weekly newsletter"),
    _email("Welcome flow"),
    _email("Abandoned cart"),
    _email("Win back"),
    _email("New releases"),
    _partner("Vinyl Hour podcast"),
    _partner("Vinyl Hour | Summer special"),
)
