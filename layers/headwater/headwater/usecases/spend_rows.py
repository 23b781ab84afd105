"""Cost rows under the names of the clicks that their ads brought, and how the two were joined."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from headwater.domain.cost_join import JOINING_METHODS, UNMATCHED, Ad, Match, UtmTuple
from headwater.usecases.touch_names import Dimensions

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from headwater.usecases.touch_names import Naming


class SeenClicks:
    """The clicks of each ad, ad set and campaign: how they are named, and how each is known."""

    def __init__(self) -> None:
        self._names: defaultdict[Ad, Counter[Dimensions]] = defaultdict(Counter)
        self._within: defaultdict[Ad, Counter[str]] = defaultdict(Counter)
        self._exact: defaultdict[Ad, Counter[str]] = defaultdict(Counter)

    def add(self, match: Match, dimensions: Dimensions, clicks: int) -> None:
        """Take clicks that came from an ad."""
        self._exact[match.ad][match.method] += clicks
        for parent in {Ad(*match.ad[:depth]) for depth in (2, 3, 4)}:
            self._names[parent][dimensions] += clicks
            self._within[parent][match.method] += clicks

    def names(self, ad: Ad) -> Counter[Dimensions]:
        """Return the names of the clicks of an ad, ad set or campaign."""
        return self._names.get(ad) or Counter()

    def method(self, ad: Ad) -> str:
        """Return how most clicks of an ad are known; nothing if no click can be its own.

        An ad without clicks of its own shares those of which only its ad set or campaign is known.
        """
        known = (self._within.get(ad), *(self._exact.get(Ad(*ad[:depth])) for depth in (3, 2)))
        methods = next(filter(None, known), None)
        if not methods:
            return UNMATCHED
        return min(methods, key=lambda method: (-methods[method], JOINING_METHODS.index(method)))


def read_spend(
    db: duckdb.DuckDBPyConnection, naming: Naming, seen: SeenClicks
) -> Iterator[tuple[object, ...]]:
    """Yield the cost rows under their dimensions; each row has exactly one set, so sums hold."""
    rows = db.execute(
        "SELECT day, platform, ad_account, campaign_id, adset_id, ad_id, utm_source, "
        "utm_medium, utm_campaign, utm_content, utm_term, campaign, cost_minor, clicks, "
        "impressions, conversions, value_minor FROM costs ORDER BY ALL"
    ).fetchall()
    named: dict[tuple[str, ...], Dimensions] = {}
    for day, platform, ad_account, *rest in rows:
        ids, utm, campaign, amounts = rest[:3], UtmTuple(*rest[3:8]), rest[8], rest[9:]
        ad = Ad(platform, *ids)
        key = (*ad, *utm, campaign)
        if key not in named:
            named[key] = _dimensions(ad, utm, campaign, naming, seen)
        yield (day, platform, ad_account, *ids, *named[key], seen.method(ad), *amounts)


def _dimensions(
    ad: Ad, utm: UtmTuple, campaign: str, naming: Naming, seen: SeenClicks
) -> Dimensions:
    """Name a cost row as its ad's clicks are named; without clicks, as its link says.

    Cost cannot be split over the contents or terms of one ad, so it takes them from its clicks
    only where these agree.
    """
    own = seen.names(ad)
    in_campaign = seen.names(Ad(*ad[:2])) or own
    unclicked = naming.unclicked(ad, utm, campaign)
    usual = _most_frequent(in_campaign) if in_campaign else unclicked
    return Dimensions(
        usual.channel,
        usual.source,
        usual.medium,
        unclicked.campaign,
        _only({dimensions.content for dimensions in own}, unclicked.content),
        _only({dimensions.term for dimensions in own}, unclicked.term),
    )


def _most_frequent(counted: Counter[Dimensions]) -> Dimensions:
    return min(counted, key=lambda dimensions: (-counted[dimensions], dimensions))


def _only(values: set[str], otherwise: str) -> str:
    """Return the one value, ``otherwise`` for no value, and an empty text for several."""
    if not values:
        return otherwise
    return values.pop() if len(values) == 1 else ""
