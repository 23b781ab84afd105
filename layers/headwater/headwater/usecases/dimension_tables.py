"""The run's dimension tables: how each click and each ad's cost is named in reports.

Reads the views ``touchpoints costs ad_clicks`` and makes

* ``touch_dimensions``: raw campaign marks → the six dimensions and the ad they came from;
* ``dimensioned_touches``: ``known_touches`` with their dimensions;
* ``click_rows``: clicks per reporting day, dimensions and ad, whoever made them;
* ``spend_rows``: each cost row under the dimensions of the clicks that its ad brought.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from headwater.domain.cost_join import (
    NO_AD,
    PLATFORM_ONLY,
    Ad,
    AdIndex,
    AdLink,
    Match,
    UtmTuple,
    platform_hint,
)
from headwater.domain.facts import AD_COLUMNS, AD_NAMES, DIMENSIONS
from headwater.domain.journeys import Campaign
from headwater.usecases.ad_names import build_ad_names, with_ad_names
from headwater.usecases.row_tables import fill_table
from headwater.usecases.spend_rows import SeenClicks, build_spend
from headwater.usecases.touch_names import AdNames, Dimensions, Naming, landing_groups

if TYPE_CHECKING:
    from collections.abc import Iterator

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
# A landing page as reports name it; the tables keep paths, and imports may have brought more.
_PAGE = "left(regexp_replace(regexp_replace(t.landing_page, '[?#].*$', ''), '(.)/+$', '\\1'), 200)"
# What names a touch: its marks, a page that stands for its landing page (``landing_groups``), and
# the number of the ad that its click id belongs to.
NAMING_KEYS = {**dict.fromkeys((*RAW_MARKS, "landing"), "VARCHAR"), "clicked": "INTEGER"}
_SAME_MARKS = " AND ".join(f"t.{name} = d.raw_{name}" for name in NAMING_KEYS)
_TOUCH_NAMES = (
    ", ".join(f"d.{name}" for name in (*DIMENSIONS, *AD_NAMES, *AD_COLUMNS))
    + f", {_PAGE} AS landing_page, t.device"
)
# Of a click id that two platforms claim, or one for two ads, nothing is known.
_CLICKED_ADS = """
CREATE OR REPLACE TEMP TABLE clicked_ads AS
WITH named AS (
    SELECT click_id, arg_max((platform, campaign_id, adset_id, ad_id),
        (day, campaign_id, adset_id, ad_id)) AS ad
    FROM ad_clicks GROUP BY click_id HAVING count(DISTINCT platform) = 1
)
SELECT click_id, dense_rank() OVER (ORDER BY ad) AS clicked, ad FROM named
"""


class Marks(NamedTuple):
    """Marks that touches share: the values of ``NAMING_KEYS``, how many have them, and their ad."""

    keys: tuple[str, ...]
    touches: int
    match: Match

    def named_by(self, naming: Naming) -> Dimensions:
        """Return the names of touches with these marks."""
        *marks, referrer, landing, _ = self.keys
        return naming.click(Campaign(*marks), referrer, landing, self.match)

    def joined(self, *, is_paid: bool) -> Match:
        """Return the ad, or for a paid click of an unknown one what its platform is."""
        if not self.match.method and is_paid:
            platform = platform_hint(Campaign(*self.keys[:9]))
            return Match(NO_AD._replace(platform=platform), PLATFORM_ONLY if platform else "")
        return self.match


def build_dimension_tables(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    """Make the dimension tables of a run from its mounted facts."""
    naming, seen = build_touch_dimensions(db, settings)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE click_rows AS "
        "SELECT CAST((t.occurred_at AT TIME ZONE 'UTC') AT TIME ZONE $zone AS DATE) AS day, "
        f"{_TOUCH_NAMES}, count(*) AS clicks "
        f"FROM {marked('touchpoints')} t JOIN named_marks d ON {_SAME_MARKS} "
        "WHERE NOT t.is_bot GROUP BY ALL",
        {"zone": settings.time_zone},
    )
    build_spend(db, naming, seen)


def build_touch_dimensions(
    db: duckdb.DuckDBPyConnection, settings: AccountSettings
) -> tuple[Naming, SeenClicks]:
    """Make ``touch_dimensions dimensioned_touches`` alone.

    Returns:
        How things are named, and the clicks that ads have brought: what costs are named by.
    """
    naming, seen = Naming(settings, AdNames(db)), SeenClicks()
    build_naming_keys(db, settings)
    rows, paid = [], settings.paid_channels
    for marks in read_marks(db):
        dimensions = marks.named_by(naming)
        joined = marks.joined(is_paid=dimensions.channel in paid)
        rows.append((*marks.keys, *dimensions, *joined.ad, joined.method))
        if marks.match.method:
            seen.add(marks.match, dimensions, marks.touches)
    columns = {
        **{f"raw_{name}": kind for name, kind in NAMING_KEYS.items()},
        **dict.fromkeys(DIMENSIONS, "VARCHAR"),
        **AD_COLUMNS,
    }
    fill_table(db, "touch_dimensions", columns, rows)
    build_ad_names(db)
    named = with_ad_names("touch_dimensions", "ad_", "r.raw_{0}")
    db.execute(f"CREATE OR REPLACE TEMP TABLE named_marks AS {named}")
    touch = "t.n, t.contact, t.touch_id, t.visitor, t.occurred_at, t.is_imported"
    db.execute(
        "CREATE OR REPLACE TEMP TABLE dimensioned_touches AS "
        f"SELECT {touch}, {_TOUCH_NAMES} "
        f"FROM {marked('known_touches')} t JOIN named_marks d ON {_SAME_MARKS}"
    )
    return naming, seen


def build_naming_keys(db: duckdb.DuckDBPyConnection, *variants: AccountSettings) -> None:
    """Make what ``marked`` reads.

    ``landings`` names, for each landing page, one that no rule of any variant can tell from it;
    ``clicked_ads`` the ad of each click id that a platform has told us of.
    """
    rules = tuple(rule for each in variants for rule in each.cleaning.channel_rules)
    cleaning = replace(variants[0].cleaning, channel_rules=rules)
    pages = (
        [page for (page,) in db.execute("SELECT DISTINCT landing_page FROM touchpoints").fetchall()]
        if cleaning.landing_patterns
        else []
    )
    columns = {"landing_page": "VARCHAR", "landing": "VARCHAR"}
    fill_table(db, "landings", columns, list(landing_groups(cleaning, pages).items()))
    db.execute(_CLICKED_ADS)


def marked(relation: str) -> str:
    """Return the SQL of touches with their ``NAMING_KEYS``; see ``build_naming_keys``."""
    return (
        "(SELECT t.*, coalesce(l.landing, '') AS landing, coalesce(c.clicked, 0) AS clicked "
        f"FROM {relation} t LEFT JOIN landings l USING (landing_page) "
        "LEFT JOIN clicked_ads c ON c.click_id = t.click_id)"
    )


def read_marks(db: duckdb.DuckDBPyConnection) -> Iterator[Marks]:
    """Yield all marks that touches have, with the ads that they came from; bots have none."""
    index = AdIndex(_ad_links(db))
    known = dict(db.execute("SELECT DISTINCT clicked, ad FROM clicked_ads").fetchall())
    clicked_ads = {number: Ad(*ad) for number, ad in known.items()}
    raw = db.execute(
        f"SELECT {', '.join(NAMING_KEYS)}, count(*) FROM {marked('touchpoints')} "
        "WHERE NOT is_bot GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for *values, touches in raw:
        clicked = clicked_ads.get(values[-1], NO_AD)
        yield Marks(tuple(values), touches, index.match(Campaign(*values[:9]), clicked))


def _ad_links(db: duckdb.DuckDBPyConnection) -> Iterator[AdLink]:
    """Yield every ad under every name and link that it ever had."""
    rows = db.execute(
        "SELECT DISTINCT platform, campaign_id, adset_id, ad_id, utm_source, utm_medium, "
        "utm_campaign, utm_content, utm_term, campaign, adset, ad FROM costs"
    ).fetchall()
    for row in rows:
        yield AdLink(Ad(*row[:4]), UtmTuple(*row[4:9]), *row[9:])
