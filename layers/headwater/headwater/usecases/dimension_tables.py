"""The run's dimension tables: how each click and each ad's cost is named in reports.

Reads the views ``touchpoints`` and ``costs`` and makes

* ``touch_dimensions``: raw campaign marks → the six dimensions and the ad they came from;
* ``dimensioned_touches``: ``known_touches`` with their dimensions;
* ``click_rows``: clicks per reporting day and dimensions, whoever made them;
* ``spend_rows``: each cost row under the dimensions of the clicks that its ad brought.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from headwater.domain.cost_join import Ad, AdIndex, Match, UtmTuple
from headwater.domain.facts import AD_COLUMNS, COLUMNS, DIMENSIONS
from headwater.domain.journeys import Campaign
from headwater.usecases.row_tables import fill_table
from headwater.usecases.touch_names import AdNames, Dimensions, Naming, landing_groups

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
# What names a touch: its marks, and a page that stands for its landing page (``landing_groups``).
NAMING_KEYS = (*RAW_MARKS, "landing")


class Marks(NamedTuple):
    """Marks that touches share: the values of ``NAMING_KEYS``, how many have them, and their ad."""

    keys: tuple[str, ...]
    touches: int
    match: Match

    def named_by(self, naming: Naming) -> Dimensions:
        """Return the names of touches with these marks."""
        *marks, referrer, landing = self.keys
        return naming.click(Campaign(*marks), referrer, landing, self.match)


def build_dimension_tables(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    """Make the dimension tables of a run from its mounted facts."""
    naming = Naming(settings, AdNames(db))
    build_landings(db, settings)
    rows = []
    seen: defaultdict[Ad, Counter[Dimensions]] = defaultdict(Counter)
    for marks in read_marks(db):
        ad, method = marks.match.ad, marks.match.method
        dimensions = marks.named_by(naming)
        rows.append((*marks.keys, *dimensions, *ad, method))
        if method:
            for parent in {Ad(*ad[:depth]) for depth in (2, 3, 4)}:
                seen[parent][dimensions] += marks.touches
    columns = {
        **{f"raw_{name}": "VARCHAR" for name in NAMING_KEYS},
        **dict.fromkeys(DIMENSIONS, "VARCHAR"),
        **AD_COLUMNS,
    }
    fill_table(db, "touch_dimensions", columns, rows)
    _build_touch_tables(db, settings)
    fill_table(db, "spend_rows", COLUMNS["spend"], _spend(db, naming, seen))


def build_landings(db: duckdb.DuckDBPyConnection, *variants: AccountSettings) -> None:
    """Make ``landings``: each landing page, and one that no rule of any variant tells from it."""
    rules = tuple(rule for each in variants for rule in each.cleaning.channel_rules)
    cleaning = replace(variants[0].cleaning, channel_rules=rules)
    pages = (
        [page for (page,) in db.execute("SELECT DISTINCT landing_page FROM touchpoints").fetchall()]
        if cleaning.landing_patterns
        else []
    )
    columns = {"landing_page": "VARCHAR", "landing": "VARCHAR"}
    fill_table(db, "landings", columns, list(landing_groups(cleaning, pages).items()))


def marked(relation: str) -> str:
    """Return the SQL of touches with their ``NAMING_KEYS``; reads ``landings``."""
    return (
        "(SELECT t.*, coalesce(l.landing, '') AS landing "
        f"FROM {relation} t LEFT JOIN landings l USING (landing_page))"
    )


def read_marks(db: duckdb.DuckDBPyConnection) -> Iterator[Marks]:
    """Yield all marks that touches have, with the ads that they came from; bots have none."""
    index = AdIndex(_ads(db))
    raw = db.execute(
        f"SELECT {', '.join(NAMING_KEYS)}, count(*) FROM {marked('touchpoints')} "
        "WHERE NOT is_bot GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for *values, touches in raw:
        yield Marks(tuple(values), touches, index.match(Campaign(*values[:9])))


def _build_touch_tables(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    same_marks = " AND ".join(f"t.{name} = d.raw_{name}" for name in NAMING_KEYS)
    named = ", ".join(f"d.{name}" for name in (*DIMENSIONS, *AD_COLUMNS))
    db.execute(
        "CREATE OR REPLACE TEMP TABLE dimensioned_touches AS "
        f"SELECT t.n, t.contact, t.touch_id, t.visitor, t.occurred_at, t.is_imported, {named} "
        f"FROM {marked('known_touches')} t JOIN touch_dimensions d ON {same_marks}"
    )
    db.execute(
        "CREATE OR REPLACE TEMP TABLE click_rows AS "
        "SELECT CAST((t.occurred_at AT TIME ZONE 'UTC') AT TIME ZONE $zone AS DATE) AS day, "
        f"{', '.join(f'd.{name}' for name in DIMENSIONS)}, count(*) AS clicks "
        f"FROM {marked('touchpoints')} t JOIN touch_dimensions d ON {same_marks} "
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


def _spend(
    db: duckdb.DuckDBPyConnection, naming: Naming, seen: Mapping[Ad, Counter[Dimensions]]
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
        key = (platform, *ids, *utm, campaign)
        if key not in named:
            named[key] = _cost_dimensions(Ad(platform, *ids), utm, campaign, naming, seen)
        yield (day, platform, ad_account, *ids, *named[key], *amounts)


def _cost_dimensions(
    ad: Ad,
    utm: UtmTuple,
    campaign: str,
    naming: Naming,
    seen: Mapping[Ad, Counter[Dimensions]],
) -> Dimensions:
    """Name a cost row as its ad's clicks are named; without clicks, as its link says.

    Cost cannot be split over the contents or terms of one ad, so it takes them from its clicks
    only where these agree.
    """
    own = seen.get(ad) or Counter()
    in_campaign = seen.get(Ad(*ad[:2])) or own
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
