"""The duplicate guard's tables: suspected pairs, and the orders that another source owns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.duplicates import Sale, find_duplicates, is_open, not_owning
from headwater.domain.facts import COLUMNS
from headwater.usecases.row_tables import fill_table, single_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from headwater.domain.duplicates import DuplicatePair
    from headwater.domain.settings import AccountSettings

# Orders that have somebody in another source to be compared with. What is in no total (not
# converted) or no sale (a test) cannot be counted twice.
# Two orders of one sale may belong to contacts of different buckets, so all are compared.
_SALES = """
WITH sales AS (
    SELECT source, order_id, placed_at, email_node, currency, total_minor, external_source,
        external_id, external_order_id
    FROM account_orders
    WHERE NOT is_archived AND list_contains($statuses, status_id)
        AND gross_minor IS NOT NULL AND NOT is_test
), shared AS (
    SELECT email_node, currency FROM sales WHERE email_node <> ''
    GROUP BY ALL HAVING count(DISTINCT source) > 1
), named AS (
    SELECT one.source, one.order_id, other.source AS other_source, other.order_id AS other_id
    FROM sales one JOIN (
        SELECT source, order_id, external_id AS name FROM sales WHERE external_id <> ''
        UNION ALL
        SELECT source, order_id, external_order_id FROM sales WHERE external_order_id <> ''
    ) other ON other.name = one.order_id AND other.source <> one.source
)
SELECT * EXCLUDE (external_id, external_order_id), [external_id, external_order_id] FROM sales
WHERE (email_node, currency) IN (SELECT (email_node, currency) FROM shared)
    OR (source, order_id) IN (
        SELECT (source, order_id) FROM named UNION SELECT (other_source, other_id) FROM named)
"""

_DUPLICATE_ORDERS = """
CREATE OR REPLACE TEMP TABLE duplicate_orders AS
SELECT n, contact FROM revenue_orders JOIN excluded_keys USING (source, order_id)
"""

# The first order of a contact is the first one that counts.
_NEW_WITHOUT_DUPLICATES = """
UPDATE revenue_orders SET is_new = n IN (
    SELECT min(o.n) FROM revenue_orders o
    WHERE o.n NOT IN (SELECT n FROM duplicate_orders)
    GROUP BY o.contact
)
WHERE contact IN (SELECT contact FROM duplicate_orders)
"""


def build_duplicate_tables(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> None:
    """Make ``duplicate_rows`` (suspected pairs) and ``duplicate_orders`` (``n`` and ``contact``).

    An order among the latter belongs to another source: it is nobody's first one. Reads
    ``account_orders`` and ``revenue_orders``; the pairs are those of the whole account.
    """
    owners = settings.duplicate_owners
    pairs = find_duplicates(_sales(db, settings))
    excluded = not_owning(pairs, owners)
    rows = (
        (
            *_ends(pair),
            pair.reason,
            pair.owner(owners),
            is_open(pair, owners, excluded),
        )
        for pair in pairs
    )
    fill_table(db, "duplicate_rows", COLUMNS["duplicates"], rows)
    fill_table(db, "excluded_keys", {"source": "VARCHAR", "order_id": "VARCHAR"}, excluded)
    db.execute(_DUPLICATE_ORDERS)
    if excluded:
        db.execute(_NEW_WITHOUT_DUPLICATES)


def _ends(pair: DuplicatePair) -> Iterator[object]:
    for sale in (pair.first, pair.second):
        yield from (*sale.key, sale.placed_at, sale.total_minor, sale.currency)


def _sales(db: duckdb.DuckDBPyConnection, settings: AccountSettings) -> list[Sale]:
    (sources,) = single_row(db, "SELECT count(DISTINCT source) FROM account_orders")
    if sources < 2:  # noqa: PLR2004 - one source holds no sale twice
        return []
    return [
        Sale(source, order_id, at, node, currency, total, named, tuple(filter(None, ids)))
        for source, order_id, at, node, currency, total, named, ids in db.execute(
            _SALES, {"statuses": sorted(settings.revenue_statuses)}
        ).fetchall()
    ]
