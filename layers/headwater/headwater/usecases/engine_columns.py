"""From the run's working tables to the columns of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.columns import (
    LATER_THAN_ALL,
    NEVER,
    Milestones,
    Orders,
    Touches,
    microseconds,
)
from headwater.domain.opt_ins import keep_opt_ins
from headwater.domain.orders import MIGRATED_SOURCE, TRACKED_ORDER_SOURCES
from headwater.usecases.row_tables import fill_table, single_row

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from headwater.domain.attribution.columns import Bools, Ints
    from headwater.domain.settings import AccountSettings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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

    Orders are in order of ``revenue_orders.n``, touches in that of ``known_touches.n``, contacts in
    that of their names. Amounts are 0 where not converted.
    """

    orders: Orders
    touches: Touches
    milestones: Milestones


def read_columns(
    db: duckdb.DuckDBPyConnection, settings: AccountSettings, tracking_start: int | None = None
) -> EngineColumns:
    """Read the engine's columns; also makes ``kept_opt_ins`` and ``order_classes``.

    Args:
        db: holds the working tables.
        settings: the account's.
        tracking_start: µs, where ``db`` does not hold all touches of the account.
    """
    _build_kept_opt_ins(db)
    db.execute(_CONTACT_CODES)
    db.execute(
        _ORDER_CLASSES, {"migrated": MIGRATED_SOURCE, "tracked": sorted(TRACKED_ORDER_SOURCES)}
    )
    orders = _read_orders(db)
    touches, is_imported = _read_touches(db, settings.paid_channels)
    started = read_tracking_start(db, settings) if tracking_start is None else tracking_start
    return EngineColumns(
        orders, touches, _read_milestones(db, orders, touches, is_imported, started)
    )


def _read_orders(db: duckdb.DuckDBPyConnection) -> Orders:
    found = _columns(
        db,
        "SELECT code AS contact, epoch_us(placed_at) AS placed_at, "
        "coalesce(gross_minor, 0) AS gross, coalesce(gross_minor - refund_minor, 0) AS net, "
        "root_n AS root, order_class = 'store' AND gross_minor IS NOT NULL AS is_creditable, "
        "began_before, is_new, kind = 'initial' AS is_initial, "
        "order_class NOT IN ('duplicate', 'test') AS ends_cycle "
        "FROM revenue_orders o JOIN contact_codes USING (contact) JOIN order_classes USING (n) "
        "ORDER BY n",
    )
    return Orders(
        found["contact"],
        found["placed_at"],
        found["gross"],
        found["net"],
        found["root"],
        found["is_creditable"].astype(bool),
        found["began_before"].astype(bool),
        found["is_new"].astype(bool),
        found["is_initial"].astype(bool),
        found["ends_cycle"].astype(bool),
    )


def _read_touches(
    db: duckdb.DuckDBPyConnection, paid_channels: frozenset[str]
) -> tuple[Touches, Bools]:
    """Return the touches, and which of them are imported."""
    names = {}
    for name in ("channel", "campaign"):
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE {name}_codes AS "
            f"SELECT {name}, row_number() OVER (ORDER BY {name}) - 1 AS {name}_code "
            f"FROM (SELECT DISTINCT {name} FROM dimensioned_touches)"
        )
        rows = db.execute(f"SELECT {name} FROM {name}_codes ORDER BY {name}_code").fetchall()
        names[name] = tuple(name_ for (name_,) in rows)
    found = _columns(
        db,
        "SELECT code AS contact, epoch_us(d.occurred_at) AS moment, channel_code, campaign_code, "
        "d.channel = 'direct' AS is_direct, list_contains($paid, d.channel) AS is_paid, "
        "concat(t.source, t.medium, t.campaign, t.campaign_id, t.click_id_kind) = '' "
        "AS is_unmarked, "
        "d.is_imported "
        "FROM dimensioned_touches d JOIN known_touches t USING (n) "
        "JOIN contact_codes c ON c.contact = d.contact "
        "JOIN channel_codes USING (channel) "
        "JOIN campaign_codes k ON k.campaign = d.campaign ORDER BY n",
        {"paid": sorted(paid_channels)},
    )
    is_direct = found["is_direct"].astype(bool)
    touches = Touches(
        found["contact"],
        found["moment"],
        found["channel_code"],
        found["campaign_code"],
        is_direct,
        found["is_paid"].astype(bool),
        found["is_unmarked"].astype(bool) & ~is_direct,
        names["channel"],
        names["campaign"],
    )
    return touches, found["is_imported"].astype(bool)


def _read_milestones(
    db: duckdb.DuckDBPyConnection,
    orders: Orders,
    touches: Touches,
    is_imported: Bools,
    started: int,
) -> Milestones:
    opt_ins = _columns(
        db,
        "SELECT code AS contact, epoch_us(occurred_at) AS moment, rank = 0 AS is_first "
        "FROM kept_opt_ins JOIN contact_codes USING (contact) ORDER BY contact, moment",
    )
    (contacts,) = single_row(db, "SELECT count(*) FROM contact_codes")
    (counted,) = (
        db.execute("SELECT order_class <> 'duplicate' AS counts FROM order_classes ORDER BY n")
        .fetchnumpy()
        .values()
    )
    counts = np.asarray(counted, dtype=bool)
    is_first = opt_ins["is_first"].astype(bool)
    opted_in = np.full(contacts, LATER_THAN_ALL)
    opted_in[opt_ins["contact"][is_first]] = opt_ins["moment"][is_first]
    bought = _earliest(contacts, orders.contact[counts], orders.placed_at[counts])
    imported = _earliest(contacts, touches.contact[is_imported], touches.at[is_imported])
    known_since = np.minimum(opted_in, bought)
    return Milestones(
        np.where(known_since == LATER_THAN_ALL, NEVER, known_since),
        opted_in,
        (known_since < started) & (imported > known_since),
        opt_ins["contact"][~is_first],
        opt_ins["moment"][~is_first],
        started,
    )


def _build_kept_opt_ins(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``kept_opt_ins``: contact, instant, rank (0 is the opt-in, others re-engage)."""
    opt_ins = db.execute(
        "SELECT c.contact, o.occurred_at, o.kind FROM optins o "
        "JOIN contacts c ON c.node = o.node AND NOT c.is_flagged WHERE in_bucket(c.contact)"
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


def read_tracking_start(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> int:
    """Return when tracking began, µs: the first live hit, or later where the owner says so."""
    (first_hit,) = single_row(
        db,
        "SELECT epoch_us(min(occurred_at)) FROM touchpoints WHERE NOT is_imported AND NOT is_bot",
    )
    if first_hit is None:
        first_hit = LATER_THAN_ALL
    if settings.tracking_start is None:
        return int(first_hit)
    chosen = settings.tracking_start.astimezone(UTC)
    return max(int(first_hit), microseconds(chosen - _EPOCH))


def _earliest(contacts: int, contact: Ints, at: Ints) -> Ints:
    """Return each contact's earliest instant, ``LATER_THAN_ALL`` where there is none."""
    earliest = np.full(contacts, LATER_THAN_ALL)
    np.minimum.at(earliest, contact, at)
    return earliest


def _columns(
    db: duckdb.DuckDBPyConnection, query: str, parameters: object = None
) -> dict[str, NDArray[np.int64]]:
    return {
        name: np.asarray(column, dtype=np.int64)
        for name, column in db.execute(query, parameters).fetchnumpy().items()
    }
