"""Explain credits: an order's whole path, with the rule behind every touch and every cent.

The facts that the last run was made of, cut down to the order's contact, go through the same code
as in the run; so what is explained is what is stored.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.attribution.explanation import explain
from headwater.domain.effects import effects_of
from headwater.domain.facts import AD_COLUMNS, DIMENSIONS
from headwater.errors import UnknownResourceError
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import build_dimension_tables
from headwater.usecases.duplicate_tables import build_duplicate_tables
from headwater.usecases.effect_tables import read_versions
from headwater.usecases.engine_columns import read_columns, read_tracking_start
from headwater.usecases.journey_columns import JOURNEY_TABLES
from headwater.usecases.journey_tables import build_journey_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from headwater.domain.attribution.explanation import Explanation, Verdict
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun

_READ = (*JOURNEY_TABLES, "duplicates", "effects")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The order, the one whose shares it takes, and what stands for the same sale in another source.
_WANTED = """
CREATE OR REPLACE TEMP TABLE wanted_orders AS
WITH asked AS (
    SELECT $source AS source, $order_id AS order_id
    UNION SELECT root_source, root_order_id FROM chains
    WHERE source = $source AND order_id = $order_id
)
SELECT source, order_id FROM asked
UNION SELECT d.other_source, d.other_order_id
FROM duplicates d JOIN asked a ON a.source = d.source AND a.order_id = d.order_id
UNION SELECT d.source, d.order_id
FROM duplicates d JOIN asked a ON a.source = d.other_source AND a.order_id = d.other_order_id
"""
_NODES = """
CREATE OR REPLACE TEMP TABLE wanted_nodes AS
WITH named AS (
    SELECT unnest([o.email_node, o.customer_node]) AS node
    FROM orders o JOIN wanted_orders USING (source, order_id)
), people AS (SELECT contact FROM contacts JOIN named USING (node) WHERE NOT is_flagged)
SELECT node FROM contacts WHERE contact IN (SELECT contact FROM people)
"""
_VISITORS = """
CREATE OR REPLACE TEMP TABLE wanted_visitors AS
SELECT visitor FROM links WHERE node IN (SELECT node FROM wanted_nodes)
UNION SELECT visitor FROM claims c JOIN orders o USING (source, order_id)
WHERE o.email_node IN (SELECT node FROM wanted_nodes)
    OR o.customer_node IN (SELECT node FROM wanted_nodes)
    OR (c.source, c.order_id) IN (SELECT (source, order_id) FROM wanted_orders)
"""
# Table → which of its rows can have anything to do with the order.
_KEPT = {
    "orders": "email_node IN (SELECT node FROM wanted_nodes) "
    "OR customer_node IN (SELECT node FROM wanted_nodes) "
    "OR (source, order_id) IN (SELECT (source, order_id) FROM wanted_orders)",
    "touchpoints": "node IN (SELECT node FROM wanted_nodes) "
    "OR visitor IN (SELECT visitor FROM wanted_visitors)",
    "links": "visitor IN (SELECT visitor FROM wanted_visitors)",
    "claims": "visitor IN (SELECT visitor FROM wanted_visitors)",
    "optins": "node IN (SELECT node FROM wanted_nodes)",
}


def explain_credits(
    source: str, order_id: str, published: PublishedRun, *, facts: Facts
) -> dict[str, Any]:
    """Return an order's ``path``, ``windows`` and ``inherited_from``, as plain JSON values.

    Args:
        source: the order's.
        order_id: its id there.
        published: the run to explain.
        facts: where its facts are.

    Raises:
        UnknownResourceError: the run holds no such revenue order.
    """
    settings = published.settings
    with open_database() as db:
        facts.mount(db, published.manifest.tables, _READ)
        started = read_tracking_start(db, settings)
        _keep_what_concerns(db, source, order_id)
        build_journey_tables(db, settings)
        build_duplicate_tables(db, settings)
        build_dimension_tables(db, settings)
        columns = read_columns(db, settings, started)
        keys = db.execute("SELECT source, order_id FROM revenue_orders ORDER BY n").fetchall()
        if (source, order_id) not in keys:
            message = f"order {order_id} is no revenue in the last run"
            raise UnknownResourceError(message)
        order = keys.index((source, order_id))
        found = explain(
            columns.orders,
            columns.touches,
            columns.milestones,
            settings.model_definitions,
            effects_of(read_versions(db)),
            order,
        )
        return {
            "path": _spell_path(db, found, settings),
            "windows": {name: _spell_window(span) for name, span in found.windows.items()},
            "inherited_from": None
            if found.root == order
            else dict(zip(("source", "order_id"), keys[found.root], strict=True)),
        }


def _keep_what_concerns(db: duckdb.DuckDBPyConnection, source: str, order_id: str) -> None:
    """Cut the mounted facts down to the order's contact, and all that can touch him."""
    db.execute(_WANTED, {"source": source, "order_id": order_id})
    db.execute(_NODES)
    db.execute(_VISITORS)
    for table, concerns in _KEPT.items():
        db.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table} WHERE {concerns}")
    for table in _KEPT:
        db.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM kept_{table}")


def _spell_path(
    db: duckdb.DuckDBPyConnection, found: Explanation, settings: AccountSettings
) -> list[dict[str, Any]]:
    names = ("touch_id", *DIMENSIONS, *AD_COLUMNS)
    spelled = ", ".join(f'"{name}"' for name in names)
    rows: dict[int, Sequence[Any]] = {
        row[0]: row[1:]
        for row in db.execute(
            f"SELECT n, occurred_at, {spelled} FROM dimensioned_touches"
        ).fetchall()
    }
    return [
        {
            "at": rows[touch][0].replace(tzinfo=UTC).isoformat(),
            **dict(zip(names, rows[touch][1:], strict=True)),
            "models": {
                model: _spell_verdict(found.verdicts[model][place]) for model in settings.models
            },
        }
        for place, touch in enumerate(found.touches)
    ]


def _spell_verdict(verdict: Verdict) -> dict[str, Any]:
    if verdict.reason:
        return {"excluded": verdict.reason}
    return {"weight": verdict.weight, "of": verdict.total}


def _spell_window(span: tuple[int | None, int] | None) -> dict[str, str | None] | None:
    if span is None:
        return None
    first, last = (None if at is None else _instant(at) for at in span)
    return {"from": first, "to": last}


def _instant(microseconds: int) -> str:
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat()
