"""From the run's working tables to the columns that effects are trained on.

Everybody's journey counts: that of a contact, and that of a visitor whom nothing ever identified.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.transition_counts import Purchases, Trail
from headwater.usecases.dimension_tables import NAMING_KEYS, build_touch_dimensions, marked
from headwater.usecases.duplicate_tables import build_duplicate_tables
from headwater.usecases.engine_columns import read_columns
from headwater.usecases.journey_tables import build_journey_tables

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.attribution.columns import Ints
    from headwater.domain.settings import AccountSettings

# The fact tables that journeys are made of.
JOURNEY_TABLES = (
    "orders",
    "touchpoints",
    "links",
    "optins",
    "claims",
    "costs",
    "ad_clicks",
    "contacts",
    "chains",
)

_SAME_MARKS = " AND ".join(f"t.{name} = d.raw_{name}" for name in NAMING_KEYS)

# A visitor whom nothing identified is a person of his own, behind all contacts.
_STRANGERS = """
CREATE OR REPLACE TEMP TABLE strangers AS
SELECT visitor, (SELECT count(*) FROM contact_codes) + row_number() OVER (ORDER BY visitor) - 1
    AS code
FROM (
    SELECT DISTINCT visitor FROM touchpoints WHERE visitor <> '' AND NOT is_bot
    EXCEPT SELECT visitor FROM identified
)
"""

_EVERYBODYS_TOUCHES = f"""
CREATE OR REPLACE TEMP TABLE everybodys_touches AS
SELECT c.code AS person, t.occurred_at, t.touch_id, t.channel
FROM dimensioned_touches t JOIN contact_codes c USING (contact)
UNION ALL
SELECT s.code, t.occurred_at, t.touch_id, d.channel
FROM {marked("touchpoints")} t JOIN strangers s USING (visitor)
JOIN touch_dimensions d ON {_SAME_MARKS}
WHERE NOT t.is_bot
"""

_TRAIL = """
SELECT person, epoch_us(occurred_at) AS moment, code AS channel, channel = 'direct' AS is_direct
FROM everybodys_touches JOIN trained_channels USING (channel)
ORDER BY person, moment, touch_id
"""

# A rebill renews what its initial order won, and is no path of its own.
_PURCHASES = """
SELECT code AS person, epoch_us(placed_at) AS moment,
    order_class = 'store' AND kind <> 'rebill' AS is_conversion
FROM revenue_orders JOIN contact_codes USING (contact) JOIN order_classes USING (n)
ORDER BY person, moment
"""


@dataclass(frozen=True, slots=True)
class Journeys:
    """What everybody touched and ordered; channels by code."""

    trail: Trail
    purchases: Purchases
    channels: tuple[str, ...]

    @property
    def earliest(self) -> int:
        """Return the first instant of all, µs; 0 where nothing has happened."""
        firsts = [column.min() for column in (self.trail.at, self.purchases.at) if len(column)]
        return int(min(firsts, default=0))

    def before(self, first: int, end: int) -> tuple[Trail, Purchases]:
        """Return what happened in [first, end), µs."""
        touched = (self.trail.at >= first) & (self.trail.at < end)
        bought = (self.purchases.at >= first) & (self.purchases.at < end)
        trail, purchases = self.trail, self.purchases
        return Trail(
            trail.person[touched],
            trail.at[touched],
            trail.channel[touched],
            trail.is_direct[touched],
        ), Purchases(
            purchases.person[bought], purchases.at[bought], purchases.is_conversion[bought]
        )


def read_journeys(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> Journeys:
    """Return everybody's journeys from the mounted ``JOURNEY_TABLES``."""
    build_journey_tables(db, settings)
    build_duplicate_tables(db, settings)
    build_touch_dimensions(db, settings)
    read_columns(db, settings)
    db.execute(_STRANGERS)
    db.execute(_EVERYBODYS_TOUCHES)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE trained_channels AS "
        "SELECT channel, row_number() OVER (ORDER BY channel) - 1 AS code "
        "FROM (SELECT DISTINCT channel FROM everybodys_touches)"
    )
    named = db.execute("SELECT channel FROM trained_channels ORDER BY code").fetchall()
    touched, bought = db.execute(_TRAIL).fetchnumpy(), db.execute(_PURCHASES).fetchnumpy()
    return Journeys(
        Trail(
            _whole(touched["person"]),
            _whole(touched["moment"]),
            _whole(touched["channel"]),
            np.asarray(touched["is_direct"], dtype=bool),
        ),
        Purchases(
            _whole(bought["person"]),
            _whole(bought["moment"]),
            np.asarray(bought["is_conversion"], dtype=bool),
        ),
        tuple(channel for (channel,) in named),
    )


def _whole(column: object) -> Ints:
    return np.asarray(column, dtype=np.int64)
