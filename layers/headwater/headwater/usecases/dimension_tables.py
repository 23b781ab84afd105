"""The run's dimension tables: how each click and each ad's cost is named in reports.

Reads the views ``touchpoints`` and ``costs`` and makes

* ``touch_dimensions``: raw campaign marks → the six dimensions and the ad they came from;
* ``dimensioned_touches``: ``known_touches`` with their dimensions;
* ``click_rows``: clicks per reporting day and dimensions, whoever made them;
* ``spend_rows``: each cost row under the dimensions of the clicks that its ad brought.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from headwater.domain.channels import classify
from headwater.domain.cost_join import Ad, AdIndex, Match, UtmTuple
from headwater.domain.facts import AD_COLUMNS, COLUMNS, DIMENSIONS
from headwater.domain.journeys import Campaign
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from headwater.domain.settings import AccountSettings

# The columns of a touchpoint that decide its dimensions.
RAW_MARKS = (
    "source",
    "medium",
    "campaign",
    "content",
    "term",
    "campaign_id",
    "adset_id",
    "ad_id",
    "click_id_kind",
    "referrer",
)
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


class _Names:
    """The platforms' latest names of campaigns, ad sets and ads."""

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
        return self._of.get(ad[:2], ad.campaign_id)

    def adset(self, ad: Ad) -> str:
        return self._of.get(ad[:3], ad.adset_id)

    def ad(self, ad: Ad) -> str:
        return self._of.get(tuple(ad), ad.ad_id)


def build_dimension_tables(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    """Make the dimension tables of a run from its mounted facts."""
    index = AdIndex(_ads(db))
    names = _Names(db)
    marks = ", ".join(RAW_MARKS)
    raw = db.execute(
        f"SELECT {marks}, count(*) FROM touchpoints WHERE NOT is_bot GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    rows = []
    seen: defaultdict[Ad, Counter[Dimensions]] = defaultdict(Counter)
    for *values, clicks in raw:
        campaign, referrer = Campaign(*values[:9]), values[9]
        match = index.match(campaign)
        dimensions = _touch_dimensions(campaign, referrer, match, names, settings)
        rows.append((*values, *dimensions, *match.ad, match.method))
        if match.method:
            for parent in {Ad(*match.ad[:depth]) for depth in (2, 3, 4)}:
                seen[parent][dimensions] += clicks
    columns = {
        **{f"raw_{name}": "VARCHAR" for name in RAW_MARKS},
        **dict.fromkeys(DIMENSIONS, "VARCHAR"),
        **AD_COLUMNS,
    }
    fill_table(db, "touch_dimensions", columns, rows)
    _build_touch_tables(db, settings)
    fill_table(db, "spend_rows", COLUMNS["spend"], _spend(db, names, seen, settings))


def _build_touch_tables(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    same_marks = " AND ".join(f"t.{name} = d.raw_{name}" for name in RAW_MARKS)
    named = ", ".join(f"d.{name}" for name in (*DIMENSIONS, *AD_COLUMNS))
    db.execute(
        "CREATE OR REPLACE TEMP TABLE dimensioned_touches AS "
        f"SELECT t.n, t.contact, t.touch_id, t.visitor, t.occurred_at, t.is_imported, {named} "
        f"FROM known_touches t JOIN touch_dimensions d ON {same_marks}"
    )
    db.execute(
        "CREATE OR REPLACE TEMP TABLE click_rows AS "
        "SELECT CAST((t.occurred_at AT TIME ZONE 'UTC') AT TIME ZONE $zone AS DATE) AS day, "
        f"{', '.join(f'd.{name}' for name in DIMENSIONS)}, count(*) AS clicks "
        f"FROM touchpoints t JOIN touch_dimensions d ON {same_marks} "
        "WHERE NOT t.is_bot GROUP BY ALL",
        {"zone": settings.time_zone},
    )


def _ads(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[Ad, UtmTuple, str]]:
    """Yield every ad under every name and link that it ever had."""
    rows = db.execute(
        "SELECT DISTINCT platform, campaign_id, adset_id, ad_id, "
        "utm_source, utm_medium, utm_campaign, utm_content, utm_term, campaign FROM costs"
    ).fetchall()
    for row in rows:
        yield Ad(*row[:4]), UtmTuple(*row[4:9]), row[9]


def _touch_dimensions(
    campaign: Campaign, referrer: str, match: Match, names: _Names, settings: AccountSettings
) -> Dimensions:
    """Name a click; the platform's names stand in for its ids."""
    classified = classify(
        source=campaign.source,
        medium=campaign.medium,
        campaign=campaign.campaign,
        click_id_kind=campaign.click_id_kind,
        referrer=referrer,
        own_domains=settings.own_domains,
    )
    ad, content, term = match.ad, campaign.content, campaign.term
    return Dimensions(
        classified.channel,
        classified.source,
        classified.medium,
        names.campaign(ad) if ad.campaign_id else campaign.campaign,
        names.ad(ad) if ad.ad_id and content in ("", ad.ad_id) else content,
        names.adset(ad) if ad.adset_id and term in ("", ad.adset_id) else term,
    )


def _spend(
    db: duckdb.DuckDBPyConnection,
    names: _Names,
    seen: Mapping[Ad, Counter[Dimensions]],
    settings: AccountSettings,
) -> Iterator[tuple[object, ...]]:
    """Yield the cost rows under their dimensions; each row has exactly one set, so sums hold."""
    rows = db.execute(
        "SELECT day, platform, ad_account, campaign_id, adset_id, ad_id, ad, utm_source, "
        "utm_medium, utm_campaign, utm_content, utm_term, campaign, cost_minor, clicks, "
        "impressions, conversions, value_minor FROM costs ORDER BY ALL"
    ).fetchall()
    named: dict[tuple[str, ...], Dimensions] = {}
    for day, platform, ad_account, *rest in rows:
        ids, utm, amounts = rest[:3], UtmTuple(*rest[4:9]), rest[10:]
        key = (platform, *ids, *utm)
        if key not in named:
            named[key] = _cost_dimensions(Ad(platform, *ids), utm, rest[9], names, seen, settings)
        yield (day, platform, ad_account, *ids, *named[key], *amounts)


def _cost_dimensions(
    ad: Ad,
    utm: UtmTuple,
    campaign_name: str,
    names: _Names,
    seen: Mapping[Ad, Counter[Dimensions]],
    settings: AccountSettings,
) -> Dimensions:
    """Name a cost row as its ad's clicks are named; without clicks, as its link says.

    Cost cannot be split over the contents or terms of one ad, so it takes them from its clicks
    only where these agree.
    """
    own = seen.get(ad) or Counter()
    in_campaign = seen.get(Ad(*ad[:2])) or own
    if in_campaign:
        usual = _most_frequent(in_campaign)
        channel, source, medium = usual.channel, usual.source, usual.medium
    else:
        default = _PLATFORM_DEFAULTS.get(ad.platform, (ad.platform, ad.platform))
        classified = classify(
            source=utm.source or default[0],
            medium=utm.medium or default[1],
            campaign=utm.campaign,
            click_id_kind="",
            referrer="",
            own_domains=settings.own_domains,
        )
        channel, source, medium = classified.channel, classified.source, classified.medium
    return Dimensions(
        channel,
        source,
        medium,
        (names.campaign(ad) if ad.campaign_id else campaign_name) or utm.campaign,
        _only({dimensions.content for dimensions in own}, utm.content or names.ad(ad)),
        _only({dimensions.term for dimensions in own}, utm.term or names.adset(ad)),
    )


def _most_frequent(counted: Counter[Dimensions]) -> Dimensions:
    return min(counted, key=lambda dimensions: (-counted[dimensions], dimensions))


def _only(values: set[str], otherwise: str) -> str:
    """Return the one value, ``otherwise`` for no value, and an empty text for several."""
    if not values:
        return otherwise
    return values.pop() if len(values) == 1 else ""
