"""What of a run's facts concerns some orders: their contacts' journeys, and all that touches them.

Makes ``kept_<table>`` of the tables that journeys are read from. Everything else that is mounted
stays whole: who is whom, which orders renew which, what an ad is called and what a channel weighs
are things that no single journey can tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

# The tables that are cut down, and may be replaced by what is stored now.
CUT = ("orders", "touchpoints", "links", "claims", "optins")

# The asked orders, those whose shares they take, and what stands for the same sales elsewhere.
_WANTED = """
CREATE OR REPLACE TEMP TABLE wanted_orders AS
WITH told AS (
    SELECT source, order_id FROM asked_orders
    UNION SELECT root_source, root_order_id FROM chains JOIN asked_orders USING (source, order_id)
)
SELECT source, order_id FROM told
UNION SELECT d.other_source, d.other_order_id FROM duplicates d JOIN told USING (source, order_id)
UNION SELECT d.source, d.order_id
FROM duplicates d JOIN told t ON t.source = d.other_source AND t.order_id = d.other_order_id
"""
_NODES = """
CREATE OR REPLACE TEMP TABLE wanted_nodes AS
WITH named AS (
    SELECT unnest([o.email_node, o.customer_node]) AS node
    FROM orders o JOIN wanted_orders USING (source, order_id)
    UNION ALL SELECT node FROM asked_nodes
), people AS (SELECT contact FROM contacts JOIN named USING (node) WHERE NOT is_flagged)
SELECT node FROM contacts WHERE contact IN (SELECT contact FROM people)
"""
_PEOPLES_ORDERS = """
CREATE OR REPLACE TEMP TABLE peoples_orders AS
SELECT source, order_id FROM orders
WHERE email_node IN (SELECT node FROM wanted_nodes)
    OR customer_node IN (SELECT node FROM wanted_nodes)
    OR (source, order_id) IN (SELECT (source, order_id) FROM wanted_orders)
"""
_VISITORS = """
CREATE OR REPLACE TEMP TABLE wanted_visitors AS
SELECT visitor FROM links WHERE node IN (SELECT node FROM wanted_nodes)
UNION SELECT visitor FROM claims JOIN peoples_orders USING (source, order_id)
"""
# Whose a shared computer's click is depends on the orders of others that were claimed there; which
# order is a contact's first one, on those that count twice; and a rebill counts with its initial.
_ORDERS = """
CREATE OR REPLACE TEMP TABLE concerned_orders AS
SELECT source, order_id FROM peoples_orders
UNION SELECT source, order_id FROM claims WHERE visitor IN (SELECT visitor FROM wanted_visitors)
UNION SELECT c.root_source, c.root_order_id FROM chains c
JOIN peoples_orders USING (source, order_id)
UNION SELECT d.other_source, d.other_order_id FROM duplicates d
JOIN peoples_orders USING (source, order_id)
UNION SELECT d.source, d.order_id FROM duplicates d
JOIN peoples_orders o ON o.source = d.other_source AND o.order_id = d.other_order_id
"""
_IS_CONCERNED = "(source, order_id) IN (SELECT (source, order_id) FROM concerned_orders)"
# Table → which of its rows can have anything to do with the orders.
_KEPT = {
    "orders": _IS_CONCERNED,
    "touchpoints": "node IN (SELECT node FROM wanted_nodes) "
    "OR visitor IN (SELECT visitor FROM wanted_visitors)",
    "links": "visitor IN (SELECT visitor FROM wanted_visitors)",
    "claims": f"visitor IN (SELECT visitor FROM wanted_visitors) OR {_IS_CONCERNED}",
    "optins": "node IN (SELECT node FROM wanted_nodes)",
}


def keep_what_concerns(
    db: duckdb.DuckDBPyConnection,
    order_keys: Sequence[tuple[str, str]],
    nodes: Sequence[str] = (),
) -> None:
    """Cut the mounted facts down to what concerns some orders (source, order id) and nodes.

    Makes ``kept_<table>`` of each table of ``CUT``, and puts it in that table's place; besides
    ``wanted_nodes wanted_visitors concerned_orders``.
    """
    fill_table(db, "asked_orders", {"source": "VARCHAR", "order_id": "VARCHAR"}, order_keys)
    fill_table(db, "asked_nodes", {"node": "VARCHAR"}, [(node,) for node in nodes])
    for made in (_WANTED, _NODES, _PEOPLES_ORDERS, _VISITORS, _ORDERS):
        db.execute(made)
    for table, concerns in _KEPT.items():
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE kept_{table} AS SELECT * FROM {table} WHERE {concerns}"
        )
    for table in CUT:
        db.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM kept_{table}")
