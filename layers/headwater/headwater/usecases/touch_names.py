"""How clicks and cost rows are named in reports: platforms' names, classification, cleaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from headwater.domain.channels import classify
from headwater.domain.cleaning import Cleaner, Cleaning, fold

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.cost_join import Ad, Match, UtmTuple
    from headwater.domain.journeys import Campaign
    from headwater.domain.settings import AccountSettings

# How a platform's clicks are named where none of them has been seen.
_PLATFORM_DEFAULTS = {
    "google": ("google", "cpc"),
    "facebook": ("facebook", "paid"),
    "microsoft": ("bing", "cpc"),
    "tiktok": ("tiktok", "paid"),
}


class Dimensions(NamedTuple):
    """The names under which something stands in a report; see ``domain.facts.DIMENSIONS``."""

    channel: str
    source: str
    medium: str
    campaign: str
    content: str
    term: str


class AdNames:
    """The platforms' latest names of campaigns, ad sets and ads, from the view ``costs``."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._of: dict[tuple[str, ...], str] = {}
        for depth, name in ((2, "campaign"), (3, "adset"), (4, "ad")):
            ids = ("platform", "campaign_id", "adset_id", "ad_id")[:depth]
            rows = db.execute(
                f"SELECT {', '.join(ids)}, arg_max({name}, (day, {name})) FROM costs "
                f"WHERE {ids[-1]} <> '' AND {name} <> '' GROUP BY ALL"
            ).fetchall()
            self._of.update({tuple(row[:depth]): row[depth] for row in rows})

    def campaign(self, ad: Ad) -> str:
        """Return the name of an ad's campaign, or its id."""
        return self._of.get(ad[:2], ad.campaign_id)

    def adset(self, ad: Ad) -> str:
        """Return the name of an ad's ad set, or its id."""
        return self._of.get(ad[:3], ad.adset_id)

    def ad(self, ad: Ad) -> str:
        """Return an ad's name, or its id."""
        return self._of.get(tuple(ad), ad.ad_id)


class Naming:
    """Names clicks and costs by an account's settings."""

    def __init__(self, settings: AccountSettings, names: AdNames) -> None:
        self._own_domains = settings.own_domains
        self._cleaner = Cleaner(settings.cleaning)
        self._names = names

    def click(
        self, campaign: Campaign, referrer: str, landing_page: str, match: Match
    ) -> Dimensions:
        """Name a click; the platform's names stand in for its ids.

        Aliases come before the classification, which then knows the names, and after it for the
        names that it finds itself.
        """
        clean, ad = self._cleaner.name, match.ad
        named = clean("campaign", self._names.campaign(ad) if ad.campaign_id else campaign.campaign)
        classified = classify(
            source=clean("source", campaign.source),
            medium=clean("medium", campaign.medium),
            campaign=clean("campaign", campaign.campaign),
            click_id_kind=campaign.click_id_kind,
            referrer=referrer,
            own_domains=self._own_domains,
        )
        source, medium = clean("source", classified.source), clean("medium", classified.medium)
        values = {
            "source": source,
            "medium": medium,
            "campaign": named,
            "referrer": referrer,
            "landing_page": landing_page,
            "click_id_kind": campaign.click_id_kind,
        }
        content, term = campaign.content, campaign.term
        return Dimensions(
            self._cleaner.channel(values, classified.channel),
            source,
            medium,
            named,
            self._names.ad(ad) if ad.ad_id and content in ("", ad.ad_id) else content,
            self._names.adset(ad) if ad.adset_id and term in ("", ad.adset_id) else term,
        )

    def unclicked(self, ad: Ad, utm: UtmTuple, campaign: str) -> Dimensions:
        """Name cost whose ad brought no click that is known: as its link says, or the platform.

        Args:
            ad: what the cost is for.
            utm: the values that its links carry.
            campaign: the campaign's name in the cost row.
        """
        clean = self._cleaner.name
        default = _PLATFORM_DEFAULTS.get(ad.platform, (ad.platform, ad.platform))
        classified = classify(
            source=clean("source", utm.source or default[0]),
            medium=clean("medium", utm.medium or default[1]),
            campaign=clean("campaign", utm.campaign),
            click_id_kind="",
            referrer="",
            own_domains=self._own_domains,
        )
        source, medium = clean("source", classified.source), clean("medium", classified.medium)
        named = self.campaign(ad, utm, campaign)
        values = {"source": source, "medium": medium, "campaign": named}
        return Dimensions(
            self._cleaner.channel(values, classified.channel),
            source,
            medium,
            named,
            utm.content or self._names.ad(ad),
            utm.term or self._names.adset(ad),
        )

    def campaign(self, ad: Ad, utm: UtmTuple, campaign: str) -> str:
        """Return the name of a cost row's campaign."""
        named = self._names.campaign(ad) if ad.campaign_id else campaign
        return self._cleaner.name("campaign", named or utm.campaign)


def landing_groups(cleaning: Cleaning, pages: list[str]) -> dict[str, str]:
    """Return, for each landing page, one that no rule can tell from it.

    Without rules on landing pages there is nothing to tell, and the answer is empty.
    """
    patterns = cleaning.landing_patterns
    if not patterns:
        return {}
    first: dict[tuple[bool, ...], str] = {}
    groups = {}
    for page in sorted(pages):
        folded = fold(page)
        groups[page] = first.setdefault(tuple(p.fits(folded) for p in patterns), page)
    return groups
