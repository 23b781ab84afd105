"""The run's working tables: whose each order and each touch is, in one DuckDB.

Reads the views ``orders touchpoints links claims optins contacts chains`` and makes

* ``account_orders``: every order with its contact;
* ``placed_orders``: those of the bucket's contacts;
* ``revenue_orders``: those that count as revenue, numbered by ``n`` in (contact, time, key) order;
* ``known_touches``: the touches that belong to a contact, numbered by ``n`` in
  (contact, time, id) order; bots have none, nor has what a CRM retells of a click that we tracked;

and the macro ``in_bucket(contact)``. But for ``account_orders`` everything is of the bucket's
contacts alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.buckets import WHOLE_ACCOUNT, homes_of
from headwater.domain.journeys import RETOLD
from headwater.usecases.row_tables import fill_table, single_row

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.buckets import Bucket
    from headwater.domain.settings import AccountSettings

# Every order with its contact.
ACCOUNT_ORDERS = """
SELECT o.*, coalesce(e.contact, c.contact, o.source || '#' || o.order_id) AS contact
FROM orders o
LEFT JOIN contacts e ON e.node = o.email_node AND NOT e.is_flagged
LEFT JOIN contacts c ON c.node = o.customer_node AND NOT c.is_flagged
"""

# Pairs of contacts that a chain joins.
_SHARING = """
SELECT DISTINCT o.contact, root.contact
FROM chains c
JOIN account_orders o USING (source, order_id)
JOIN account_orders root ON root.source = c.root_source AND root.order_id = c.root_order_id
WHERE o.contact <> root.contact
"""

_BUCKET_CONTACTS = """
CREATE OR REPLACE TEMP TABLE bucket_contacts AS
SELECT contact
FROM (
    SELECT contact FROM contacts WHERE NOT is_flagged UNION SELECT contact FROM account_orders
) LEFT JOIN contact_homes USING (contact)
WHERE hash(coalesce(home, contact)) % $of = $number
"""

_REVENUE_ORDERS = """
CREATE OR REPLACE TEMP TABLE revenue_orders AS
WITH counted AS (
    SELECT o.*, coalesce(c.kind, 'one_time') AS kind,
        coalesce(c.root_source, o.source) AS root_source,
        coalesce(c.root_order_id, o.order_id) AS root_order_id,
        coalesce(c.began_before, false) AS began_before,
        row_number() OVER (
            ORDER BY o.contact, o.placed_at, o.source, o.order_id
        ) - 1 AS n
    FROM placed_orders o
    LEFT JOIN chains c USING (source, order_id)
    WHERE NOT o.is_archived AND list_contains($statuses, o.status_id)
)
SELECT o.*, root.n AS root_n,
    row_number() OVER (PARTITION BY o.contact ORDER BY o.n) = 1 AS is_new
FROM counted o
JOIN counted root ON root.source = o.root_source AND root.order_id = o.root_order_id
ORDER BY o.n
"""

# How many orders a visitor may claim out of time before he is taken for a script that tries ids.
_MOST_UNTIMELY = 5
# A claim counts when it reached us between five minutes before and an hour after its order (clocks
# differ, pages load late) and names no other email. The first one received wins, and one that was
# received before its order only where no other was: the page that knows an order's id comes after
# it, and ids are easily guessed. Whoever claims many orders, and most of them out of time, is
# believed in none.
_BELIEVED_CLAIMS = f"""
CREATE OR REPLACE TEMP TABLE believed_claims AS
WITH held AS (
    SELECT c.*, o.contact, o.email_node, c.received_at < o.placed_at AS is_early,
        c.received_at BETWEEN o.placed_at - INTERVAL 5 MINUTE
            AND o.placed_at + INTERVAL 60 MINUTE AS is_timely
    FROM claims c JOIN account_orders o USING (source, order_id)
), guessing AS (
    SELECT visitor FROM held GROUP BY visitor
    HAVING count(*) FILTER (NOT is_timely)
        > greatest({_MOST_UNTIMELY}, count(*) FILTER (is_timely))
)
SELECT DISTINCT ON (source, order_id) visitor, session, occurred_at, event_id, contact
FROM held
WHERE is_timely AND (node = '' OR email_node = '' OR node = email_node)
    AND visitor NOT IN (SELECT visitor FROM guessing)
ORDER BY source, order_id, is_early, received_at, event_id, visitor
"""

_IDENTIFIED = """
CREATE OR REPLACE TEMP TABLE identified AS
SELECT l.visitor, l.session, l.occurred_at, l.event_id, c.contact
FROM links l JOIN contacts c ON c.node = l.node AND NOT c.is_flagged
UNION ALL
SELECT visitor, session, occurred_at, event_id, contact FROM believed_claims
"""

# Whose a visitor's touches are depends on everybody who showed himself there, and on no other
# visitor: a bucket leaves the others out.
_BUCKET_VISITORS = """
DELETE FROM identified
WHERE visitor NOT IN (SELECT visitor FROM identified WHERE in_bucket(contact))
"""

# A touch belongs to the contact identified in its own session (the last one there), else to the
# visitor's latest identification before it, else to his first one after it.
_KNOWN_TOUCHES = """
CREATE OR REPLACE TEMP TABLE known_touches AS
WITH in_session AS (
    SELECT DISTINCT ON (visitor, session) visitor, session, contact
    FROM identified WHERE session <> ''
    ORDER BY visitor, session, occurred_at DESC, event_id DESC
), per_instant AS (
    SELECT DISTINCT ON (visitor, occurred_at) visitor, occurred_at, contact
    FROM identified ORDER BY visitor, occurred_at, event_id DESC
), firsts AS (
    SELECT DISTINCT ON (visitor) visitor, contact
    FROM identified ORDER BY visitor, occurred_at, event_id
), tracked AS (
    SELECT t.*, coalesce(s.contact, before.contact, f.contact) AS contact
    FROM (SELECT * FROM touchpoints WHERE visitor <> '' AND NOT is_bot AND {chosen}) t
    LEFT JOIN in_session s ON s.visitor = t.visitor AND s.session = t.touch_id
    ASOF LEFT JOIN per_instant before
        ON before.visitor = t.visitor AND before.occurred_at <= t.occurred_at
    LEFT JOIN firsts f ON f.visitor = t.visitor
), imported AS (
    SELECT t.*, c.contact
    FROM touchpoints t JOIN contacts c ON c.node = t.node AND NOT c.is_flagged
    WHERE t.visitor = '' AND NOT t.is_bot
)
SELECT *, row_number() OVER (ORDER BY contact, occurred_at, touch_id, visitor) - 1 AS n
FROM (
    SELECT * FROM tracked WHERE contact IS NOT NULL AND in_bucket(contact)
    UNION ALL SELECT * FROM imported WHERE in_bucket(contact)
)
ORDER BY n
"""

# What a CRM remembers of a click within the hour of one that we have tracked is that click.
_RETOLD_TOUCHES = f"""
CREATE OR REPLACE TEMP TABLE retold_touches AS
SELECT DISTINCT r.n FROM known_touches r JOIN known_touches t USING (contact)
WHERE r.visitor = '' AND starts_with(r.touch_id, '{RETOLD}') AND NOT t.is_imported
    AND t.occurred_at BETWEEN r.occurred_at - INTERVAL 1 HOUR AND r.occurred_at + INTERVAL 1 HOUR
"""

_WITHOUT_RETOLD = """
CREATE OR REPLACE TEMP TABLE known_touches AS
SELECT * REPLACE (row_number() OVER (ORDER BY n) - 1 AS n)
FROM known_touches WHERE n NOT IN (SELECT n FROM retold_touches)
ORDER BY n
"""


def build_journey_tables(
    db: duckdb.DuckDBPyConnection, settings: AccountSettings, bucket: Bucket = WHOLE_ACCOUNT
) -> None:
    """Make the working tables of a run from its mounted facts."""
    if bucket.is_whole:
        db.execute("CREATE OR REPLACE TEMP MACRO in_bucket(contact) AS true")
        db.execute(f"CREATE OR REPLACE TEMP TABLE placed_orders AS {ACCOUNT_ORDERS}")
        db.execute("CREATE OR REPLACE TEMP VIEW account_orders AS FROM placed_orders")
    else:
        db.execute(f"CREATE OR REPLACE TEMP VIEW account_orders AS {ACCOUNT_ORDERS}")
        _choose_contacts(db, bucket)
        db.execute(
            "CREATE OR REPLACE TEMP TABLE placed_orders AS "
            "FROM account_orders WHERE in_bucket(contact)"
        )
    db.execute(_REVENUE_ORDERS, {"statuses": sorted(settings.revenue_statuses)})
    db.execute(_BELIEVED_CLAIMS)
    db.execute(_IDENTIFIED)
    if not bucket.is_whole:
        db.execute(_BUCKET_VISITORS)
    chosen = "true" if bucket.is_whole else "visitor IN (SELECT visitor FROM identified)"
    db.execute(_KNOWN_TOUCHES.format(chosen=chosen))
    db.execute(_RETOLD_TOUCHES)
    if single_row(db, "SELECT count(*) FROM retold_touches") != (0,):
        db.execute(_WITHOUT_RETOLD)


def _choose_contacts(db: duckdb.DuckDBPyConnection, bucket: Bucket) -> None:
    homes = homes_of(db.execute(_SHARING).fetchall())
    fill_table(db, "contact_homes", {"contact": "VARCHAR", "home": "VARCHAR"}, homes.items())
    db.execute(_BUCKET_CONTACTS, {"of": bucket.of, "number": bucket.number})
    db.execute(
        "CREATE OR REPLACE TEMP MACRO in_bucket(one) AS "
        "one IN (SELECT contact FROM bucket_contacts)"
    )
