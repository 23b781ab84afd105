"""Cost rows under the names of the clicks that their ads brought, and how the two were joined."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from headwater.domain.cost_join import JOINING_METHODS, UNMATCHED, Ad, Match, UtmTuple
from headwater.domain.facts import AD_NAMES, COLUMNS, DIMENSIONS
from headwater.usecases.ad_names import with_ad_names
from headwater.usecases.row_tables import fill_table
from headwater.usecases.touch_names import Dimensions

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.touch_names import Naming

# What decides the names of a cost row, and how it is known.
_NAMED_BY = (
    "platform",
    "campaign_id",
    "adset_id",
    "ad_id",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "campaign",
)


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


def build_spend(db: duckdb.DuckDBPyConnection, naming: Naming, seen: SeenClicks) -> None:
    """Make ``spend_rows``: each cost row under one set of dimensions, so that sums hold.

    What names a row is read once for all the days that have it.
    """
    keys = db.execute(f"SELECT DISTINCT {', '.join(_NAMED_BY)} FROM costs").fetchall()
    names = (*DIMENSIONS, "ad_match")
    columns = (*(f"raw_{name}" for name in _NAMED_BY), *names)
    rows = [(*key, *_named(key, naming, seen)) for key in keys]
    fill_table(db, "spend_names", dict.fromkeys(columns, "VARCHAR"), rows)
    kept = ", ".join(
        f"{'n' if name in names else 'c'}.{name}"
        for name in COLUMNS["spend"]
        if name not in AD_NAMES
    )
    same = " AND ".join(f"c.{name} IS NOT DISTINCT FROM n.raw_{name}" for name in _NAMED_BY)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE unnamed_spend AS "
        f"SELECT {kept} FROM costs c JOIN spend_names n ON {same}"
    )
    db.execute(f"CREATE OR REPLACE TEMP TABLE spend_rows AS {with_ad_names('unnamed_spend')}")


def _named(keys: tuple[str, ...], naming: Naming, seen: SeenClicks) -> tuple[str, ...]:
    """Return the dimensions of rows with these values of ``_NAMED_BY``, and how they are known."""
    ad, utm, campaign = Ad(*keys[:4]), UtmTuple(*keys[4:9]), keys[9]
    return (*_dimensions(ad, utm, campaign, naming, seen), seen.method(ad))


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
