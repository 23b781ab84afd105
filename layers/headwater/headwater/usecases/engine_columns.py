"""From the run's working tables to the columns of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.opt_ins import keep_opt_ins
from headwater.domain.orders import MIGRATED_SOURCE, TRACKED_ORDER_SOURCES
from headwater.domain.roles import NEVER, ReOptIns, Touches, microseconds
from headwater.usecases.row_tables import fill_table, single_row

if TYPE_CHECKING:
    from datetime import timedelta

    import duckdb
    from numpy.typing import NDArray

    from headwater.domain.roles import Bools, Ints
    from headwater.domain.settings import AccountSettings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A contact whose first event has not happened yet.
_LATER_THAN_ALL = np.iinfo(np.int64).max

_CONTACT_CODES = """
CREATE OR REPLACE TEMP TABLE contact_codes AS
SELECT contact, row_number() OVER (ORDER BY contact) - 1 AS code
FROM (
    SELECT contact FROM revenue_orders
    UNION SELECT contact FROM known_touches
    UNION SELECT contact FROM kept_opt_ins
)
"""

# One class per order, before any model; a rebill takes its initial's, but that an order is another
# source's holds for itself alone.
_ORDER_CLASSES = """
CREATE OR REPLACE TEMP TABLE order_classes AS
WITH first_touches AS (
    SELECT contact, min(occurred_at) AS touched_at FROM known_touches GROUP BY contact
), own AS (
    SELECT o.n, o.root_n, CASE
        WHEN o.external_source = $migrated THEN 'migrated'
        WHEN o.is_test THEN 'test'
        WHEN NOT list_contains($tracked, o.order_source)
            AND coalesce(t.touched_at > o.placed_at, true) THEN 'untracked_channel'
        ELSE 'store'
    END AS order_class
    FROM revenue_orders o LEFT JOIN first_touches t USING (contact)
)
SELECT own.n, CASE WHEN d.n IS NULL THEN root.order_class ELSE 'duplicate' END AS order_class
FROM own JOIN own root ON root.n = own.root_n LEFT JOIN duplicate_orders d ON d.n = own.n
ORDER BY own.n
"""


@dataclass(frozen=True, slots=True)
class EngineColumns:
    """What the engine computes with.

    Per order, in order of ``revenue_orders.n``: ``contact placed_at gross net root is_creditable
    is_placed_before_tracking is_begun_before`` (its subscription's initial order precedes our
    history). Per touch: ``touches``, in order of ``known_touches.n``. Per
    contact code: ``lead_at is_known_before``. Instants are µs; amounts minor units, 0 where not
    converted.
    """

    contact: Ints
    placed_at: Ints
    gross: Ints
    net: Ints
    root: Ints
    is_creditable: Bools
    is_placed_before_tracking: Bools
    touches: Touches
    re_opt_ins: ReOptIns
    lead_at: Ints
    is_known_before: Bools
    is_begun_before: Bools


def read_columns(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> EngineColumns:
    """Read the engine's columns; also makes ``kept_opt_ins`` and ``order_classes``."""
    _build_kept_opt_ins(db)
    db.execute(_CONTACT_CODES)
    db.execute(
        _ORDER_CLASSES, {"migrated": MIGRATED_SOURCE, "tracked": sorted(TRACKED_ORDER_SOURCES)}
    )
    orders = _columns(
        db,
        "SELECT code AS contact, epoch_us(placed_at) AS placed_at, "
        "coalesce(gross_minor, 0) AS gross, coalesce(gross_minor - refund_minor, 0) AS net, "
        "root_n AS root, order_class = 'store' AND gross_minor IS NOT NULL AS is_creditable, "
        "began_before, "
        "order_class = 'duplicate' AS is_duplicate "
        "FROM revenue_orders o JOIN contact_codes USING (contact) JOIN order_classes USING (n) "
        "ORDER BY n",
    )
    touches = _columns(
        db,
        "SELECT code AS contact, epoch_us(occurred_at) AS moment, "
        "d.channel = 'direct' AS is_direct, is_imported "
        "FROM dimensioned_touches d JOIN contact_codes USING (contact) ORDER BY n",
    )
    opt_ins = _columns(
        db,
        "SELECT code AS contact, epoch_us(occurred_at) AS moment, rank = 0 AS is_first "
        "FROM kept_opt_ins JOIN contact_codes USING (contact) ORDER BY contact, moment",
    )
    started = _tracking_start(db, settings)
    (contacts,) = single_row(db, "SELECT count(*) FROM contact_codes")
    is_first = opt_ins["is_first"].astype(bool)
    opted_in = np.full(contacts, _LATER_THAN_ALL)
    opted_in[opt_ins["contact"][is_first]] = opt_ins["moment"][is_first]
    counts = ~orders["is_duplicate"].astype(bool)
    bought = _earliest(contacts, orders["contact"][counts], orders["placed_at"][counts])
    is_imported = touches["is_imported"].astype(bool)
    imported = _earliest(contacts, touches["contact"][is_imported], touches["moment"][is_imported])
    known_since = np.minimum(opted_in, bought)
    lead_at = np.where(opted_in <= bought, opted_in, bought)
    return EngineColumns(
        orders["contact"],
        orders["placed_at"],
        orders["gross"],
        orders["net"],
        orders["root"],
        orders["is_creditable"].astype(bool),
        orders["placed_at"] < _plus(started, settings.last_click_window),
        Touches(touches["contact"], touches["moment"], touches["is_direct"].astype(bool)),
        ReOptIns(opt_ins["contact"][~is_first], opt_ins["moment"][~is_first]),
        np.where(lead_at == _LATER_THAN_ALL, NEVER, lead_at),
        (known_since < started) & (imported > known_since),
        orders["began_before"].astype(bool),
    )


def _build_kept_opt_ins(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``kept_opt_ins``: contact, instant, rank (0 is the opt-in, others re-engage)."""
    opt_ins = db.execute(
        "SELECT c.contact, o.occurred_at, o.kind FROM optins o "
        "JOIN contacts c ON c.node = o.node AND NOT c.is_flagged"
    ).fetchall()
    orders: dict[str, list[datetime]] = dict(
        db.execute("SELECT contact, list(placed_at) FROM placed_orders GROUP BY contact").fetchall()
    )
    kept = keep_opt_ins(opt_ins, orders)
    fill_table(
        db,
        "kept_opt_ins",
        {"contact": "VARCHAR", "occurred_at": "TIMESTAMP", "rank": "INTEGER"},
        ((contact, at, rank) for contact, times in kept.items() for rank, at in enumerate(times)),
    )


def _tracking_start(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> int:
    """Return when tracking began, µs: the first live hit, or later where the owner says so."""
    (first_hit,) = single_row(
        db,
        "SELECT epoch_us(min(occurred_at)) FROM touchpoints WHERE NOT is_imported AND NOT is_bot",
    )
    if first_hit is None:
        first_hit = _LATER_THAN_ALL
    if settings.tracking_start is None:
        return int(first_hit)
    chosen = settings.tracking_start.astimezone(UTC)
    return max(int(first_hit), microseconds(chosen - _EPOCH))


def _plus(instant: int, span: timedelta) -> int:
    return min(instant, _LATER_THAN_ALL - microseconds(span)) + microseconds(span)


def _earliest(contacts: int, contact: Ints, at: Ints) -> Ints:
    """Return each contact's earliest instant, ``_LATER_THAN_ALL`` where there is none."""
    earliest = np.full(contacts, _LATER_THAN_ALL)
    np.minimum.at(earliest, contact, at)
    return earliest


def _columns(db: duckdb.DuckDBPyConnection, query: str) -> dict[str, NDArray[np.int64]]:
    return {
        name: np.asarray(column, dtype=np.int64)
        for name, column in db.execute(query).fetchnumpy().items()
    }
