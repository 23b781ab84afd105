"""An account's rules over its facts: which orders carry a subscription mark, and on which lines.

Rules are regular expressions of Python's, so they are held against the distinct traces of orders
and lines, which are few, and joined back by SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.cadence import Cadence
from headwater.domain.orders import TRACKED_ORDER_SOURCES
from headwater.domain.subscription_marks import (
    LineTraces,
    OrderTraces,
    match_line,
    match_order,
    stated_interval,
)
from headwater.domain.subscription_rules import NOTES
from headwater.domain.subscriptions import MarkedOrder, ShopOrder
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.domain.settings import AccountSettings
    from headwater.domain.subscription_rules import SubscriptionRule

# What rules look at in an order, with what stands for it where no rule does.
_ORDER_COLUMNS = {
    "order_source": "''",
    "external_source": "''",
    "channel_id": "0",
    "external_id": "''",
    "external_order_id": "''",
    "notes": "[]::VARCHAR[]",
}
_HIT_COLUMNS = {
    "rule": "INTEGER",
    "trace": "INTEGER",
    "subscription_id": "VARCHAR",
}
_TRACED_ORDERS = """
CREATE OR REPLACE TEMP TABLE traced_orders AS
WITH looked_at AS (
    SELECT o.source, o.order_id, {columns} FROM orders o
)
SELECT source, order_id, dense_rank() OVER (ORDER BY {names}) AS trace, {names} FROM looked_at
"""
_TRACED_LINES = """
CREATE OR REPLACE TEMP TABLE traced_lines AS
WITH looked_at AS (
    SELECT source, order_id, line_id, {sku} AS sku, option_names, option_values,
        CASE WHEN product_id > 0 THEN product_id::VARCHAR
            WHEN l.sku <> '' THEN 'sku ' || l.sku ELSE name END AS product
    FROM lines l WHERE line_id <> 0
)
SELECT source, order_id, line_id, product,
    dense_rank() OVER (ORDER BY sku, option_names, option_values) AS trace,
    sku, option_names, option_values
FROM looked_at
"""
_MARKED_LINES = """
CREATE OR REPLACE TEMP TABLE marked_lines AS
WITH matched AS (
    SELECT o.source, o.order_id, h.rule, h.subscription_id
    FROM traced_orders o JOIN order_hits h USING (trace)
), matched_lines AS (
    SELECT m.source, m.order_id, m.rule, l.line_id, l.product,
        CASE WHEN m.subscription_id <> '' THEN m.subscription_id ELSE h.subscription_id END
            AS subscription_id
    FROM matched m
    JOIN rule_kinds k ON k.rule = m.rule AND k.has_line_conditions
    JOIN traced_lines l ON l.source = m.source AND l.order_id = m.order_id
    JOIN line_hits h ON h.rule = m.rule AND h.trace = l.trace
), marked_orders AS (
    SELECT m.source, m.order_id, m.rule, m.subscription_id
    FROM matched m JOIN rule_kinds k ON k.rule = m.rule AND NOT k.has_line_conditions
    UNION
    SELECT m.source, m.order_id, m.rule, m.subscription_id
    FROM matched_lines m JOIN rule_kinds k ON k.rule = m.rule AND NOT k.marks_lines
), marks AS (
    SELECT source, order_id, rule, line_id, subscription_id, true AS is_of_line
    FROM matched_lines JOIN rule_kinds k USING (rule) WHERE k.marks_lines
    UNION ALL
    SELECT m.source, m.order_id, m.rule, coalesce(l.line_id, 0), m.subscription_id, false
    FROM marked_orders m LEFT JOIN traced_lines l USING (source, order_id)
)
SELECT m.*, coalesce(l.product, '') AS product, t.months, t.days
FROM marks m
LEFT JOIN traced_lines l USING (source, order_id, line_id)
LEFT JOIN line_intervals t USING (trace)
"""
# A rule that asks for a repeated product holds where the shop sold it to the contact before.
_DROP_FIRST_TIMES = """
DELETE FROM marked_lines m
WHERE EXISTS (SELECT 1 FROM rule_kinds k WHERE k.rule = m.rule AND k.repeats)
AND NOT EXISTS (
    SELECT 1 FROM owned_orders o
    JOIN owned_orders s ON s.contact = o.contact AND s.source = o.source
        AND s.placed_at < o.placed_at AND list_contains($shop, s.order_source)
    JOIN traced_lines l ON l.source = s.source AND l.order_id = s.order_id
    WHERE o.source = m.source AND o.order_id = m.order_id AND l.product = m.product
)
"""
_OWNED_ORDERS = """
CREATE OR REPLACE TEMP TABLE owned_orders AS
SELECT o.source, o.order_id, o.placed_at, o.order_source, o.gross_minor - o.refund_minor AS net,
    CAST((o.placed_at AT TIME ZONE 'UTC') AT TIME ZONE $zone AS DATE) AS day,
    NOT o.is_archived AND list_contains($statuses, o.status_id) AS is_revenue,
    coalesce(e.contact, c.contact, o.source || '#' || o.order_id) AS contact
FROM orders o
LEFT JOIN contacts e ON e.node = o.email_node AND NOT e.is_flagged
LEFT JOIN contacts c ON c.node = o.customer_node AND NOT c.is_flagged
"""
# Where an app marks lines, only they are the subscription's; the first rule that holds names it.
_MARKED_ORDERS = """
WITH finest AS (
    SELECT *, max(is_of_line) OVER (PARTITION BY source, order_id) AS has_lines FROM marked_lines
)
SELECT source, order_id, any_value(o.contact), any_value(o.placed_at), any_value(o.day),
    any_value(o.is_revenue), any_value(o.net), min(m.rule),
    list(DISTINCT m.subscription_id ORDER BY m.subscription_id)
        FILTER (WHERE m.subscription_id <> ''),
    list(DISTINCT {'p': m.product, 'm': m.months, 'd': m.days})
        FILTER (WHERE m.is_of_line OR NOT m.has_lines)
FROM finest m JOIN owned_orders o USING (source, order_id)
GROUP BY source, order_id ORDER BY source, order_id
"""
_SHOP_ORDERS = """
SELECT o.source, o.order_id, any_value(o.contact), any_value(o.placed_at), any_value(o.day),
    any_value(o.is_revenue), any_value(o.net), list(DISTINCT l.product)
FROM owned_orders o JOIN traced_lines l USING (source, order_id)
WHERE list_contains($shop, o.order_source)
    AND (o.source, o.order_id) NOT IN (SELECT (source, order_id) FROM marked_lines)
    AND (o.contact, o.source) IN (
        SELECT (w.contact, w.source) FROM owned_orders w
        JOIN marked_lines m USING (source, order_id) JOIN rule_kinds k USING (rule)
        WHERE k.renewals <> 'never'
    )
GROUP BY o.source, o.order_id ORDER BY o.source, o.order_id
"""


def read_marked_orders(
    db: duckdb.DuckDBPyConnection, rules: Sequence[SubscriptionRule], settings: AccountSettings
) -> tuple[list[MarkedOrder], list[ShopOrder]]:
    """Return the orders that carry a mark, and the unmarked shop orders of the same contacts.

    Reads the views ``orders lines contacts``.
    """
    shop = {"shop": sorted(TRACKED_ORDER_SOURCES)}
    db.execute(
        _OWNED_ORDERS, {"zone": settings.time_zone, "statuses": sorted(settings.revenue_statuses)}
    )
    _match(db, rules)
    db.execute(_MARKED_LINES)
    if any(rule.repeats for rule in rules):
        db.execute(_DROP_FIRST_TIMES, shop)
    marked = [_marked_order(row, rules) for row in _rows(db, _MARKED_ORDERS)]
    unmarked = [
        ShopOrder((source, order_id), contact, at, day, is_revenue, net, frozenset(products))
        for source, order_id, contact, at, day, is_revenue, net, products in _rows(
            db, _SHOP_ORDERS, shop
        )
    ]
    return marked, unmarked


def _match(db: duckdb.DuckDBPyConnection, rules: Sequence[SubscriptionRule]) -> None:
    """Make ``order_hits line_hits line_intervals rule_kinds`` from the distinct traces."""
    _trace(db, rules)
    orders, lines = list(_order_traces(db)), list(_line_traces(db))
    _fill_hits(db, rules, orders, lines)
    stated = ((trace, stated_interval(line)) for trace, line in lines)
    fill_table(
        db,
        "line_intervals",
        {"trace": "INTEGER", "months": "INTEGER", "days": "INTEGER"},
        ((trace, cadence.months, cadence.days) for trace, cadence in stated if cadence),
    )
    _fill_rule_kinds(db, rules)


def _trace(db: duckdb.DuckDBPyConnection, rules: Sequence[SubscriptionRule]) -> None:
    """Make ``traced_orders`` and ``traced_lines``: what the rules look at, numbered."""
    used = _used_columns(rules)
    db.execute(
        _TRACED_ORDERS.format(
            columns=", ".join(
                f"o.{name}" if name in used else f"{default} AS {name}"
                for name, default in _ORDER_COLUMNS.items()
            ),
            names=", ".join(_ORDER_COLUMNS),
        )
    )
    has_prefixes = any(rule.sku_prefixes for rule in rules)
    db.execute(_TRACED_LINES.format(sku="l.sku" if has_prefixes else "''"))


def _fill_hits(
    db: duckdb.DuckDBPyConnection,
    rules: Sequence[SubscriptionRule],
    orders: Sequence[tuple[int, OrderTraces]],
    lines: Sequence[tuple[int, LineTraces]],
) -> None:
    fill_table(
        db,
        "order_hits",
        _HIT_COLUMNS,
        (
            (number, trace, found)
            for number, rule in enumerate(rules)
            for trace, order in orders
            if (found := match_order(rule, order)) is not None
        ),
    )
    fill_table(
        db,
        "line_hits",
        _HIT_COLUMNS,
        (
            (number, trace, found)
            for number, rule in enumerate(rules)
            if rule.has_line_conditions
            for trace, line in lines
            if (found := match_line(rule, line)) is not None
        ),
    )


def _fill_rule_kinds(db: duckdb.DuckDBPyConnection, rules: Sequence[SubscriptionRule]) -> None:
    fill_table(
        db,
        "rule_kinds",
        {
            "rule": "INTEGER",
            "has_line_conditions": "BOOLEAN",
            "marks_lines": "BOOLEAN",
            "repeats": "BOOLEAN",
            "renewals": "VARCHAR",
        },
        (
            (number, rule.has_line_conditions, rule.marks == "line", rule.repeats, rule.renewals)
            for number, rule in enumerate(rules)
        ),
    )


def _used_columns(rules: Sequence[SubscriptionRule]) -> set[str]:
    """Return the columns of orders that some rule looks at: what none does, sets nothing apart."""
    used = {
        name
        for rule in rules
        for name in ("external_source", "external_id", "external_order_id")
        if getattr(rule, name) or rule.id_from == name
    }
    used |= {"order_source" for rule in rules if rule.order_sources}
    used |= {"channel_id" for rule in rules if rule.channel_ids}
    used |= {
        "notes"
        for rule in rules
        if rule.id_from in NOTES or any(getattr(rule, name) for name in NOTES)
    }
    return used


def _order_traces(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, OrderTraces]]:
    names = ", ".join(_ORDER_COLUMNS)
    query = f"SELECT DISTINCT ON (trace) trace, {names} FROM traced_orders ORDER BY trace"
    for trace, *columns, notes in _rows(db, query):
        named: dict[str, Any] = dict(zip(_ORDER_COLUMNS, (*columns, tuple(notes)), strict=True))
        yield trace, OrderTraces(**named)


def _line_traces(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, LineTraces]]:
    for trace, sku, names, values in _rows(
        db,
        "SELECT DISTINCT ON (trace) trace, sku, option_names, option_values FROM traced_lines "
        "ORDER BY trace",
    ):
        yield trace, LineTraces(sku, tuple(zip(names, values, strict=True)))


def _marked_order(row: tuple[Any, ...], rules: Sequence[SubscriptionRule]) -> MarkedOrder:
    source, order_id, contact, at, day, is_revenue, net, rule, ids, items = row
    return MarkedOrder(
        key=(source, order_id),
        contact=contact,
        placed_at=at,
        day=day,
        is_revenue=is_revenue,
        net=net,
        app=rules[rule].app,
        renewals=rules[rule].renewals,
        ids=tuple(ids or ()),
        items=tuple(
            sorted(
                (
                    (item["p"], None if item["m"] is None else Cadence(item["m"], item["d"]))
                    for item in items
                ),
                key=lambda item: (item[0], item[1] or Cadence(0, 0)),
            )
        ),
    )


def _rows(
    db: duckdb.DuckDBPyConnection, query: str, parameters: object = None
) -> list[tuple[Any, ...]]:
    return db.execute(query, parameters).fetchall()
