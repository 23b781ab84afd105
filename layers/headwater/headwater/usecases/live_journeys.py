"""Read live: what is stored of an order's contact now, as the run saw it, and what came since.

What has stood as it is since before the run looked is taken as it is stored. What arrived or
changed later counts as the run knew it, if it did, and is told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain import fact_rows
from headwater.domain.facts import COLUMNS
from headwater.usecases.explained_facts import CUT
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import duckdb

    from headwater.domain.fact_rows import Row
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports.people import LivePeople, Stored

# The columns that name a row of each table.
_KEYS = {
    "orders": ("source", "order_id"),
    "touchpoints": ("visitor", "node", "touch_id"),
    "links": ("visitor", "event_id"),
    "claims": ("source", "order_id", "visitor", "event_id"),
    "optins": ("node", "source", "opt_in_id"),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row of a fact table as it is now, where the run knew another one (``before``) or none."""

    table: str
    stored_at: datetime
    row: Mapping[str, Any]
    before: Mapping[str, Any] | None

    @property
    def is_new(self) -> bool:
        """Tell whether the run knew nothing of it."""
        return self.before is None


def read_live(
    db: duckdb.DuckDBPyConnection,
    account: str,
    as_of: datetime,
    settings: AccountSettings,
    people: LivePeople,
) -> list[Arrival]:
    """Put what is stored in place of the kept facts; return what came after the run had looked.

    Args:
        db: what ``keep_what_concerns`` has made.
        account: whose.
        as_of: when the run looked at the world.
        settings: the run's.
        people: where they are stored.
    """
    spelled = _spelled(_fetch(db, account, people), settings)
    arrivals: list[Arrival] = []
    for table in CUT:
        kept = _kept_rows(db, table)
        rows: list[Row] = []
        for stored_at, row in spelled[table]:
            key = _key(table, row)
            if stored_at <= as_of:
                rows.append(row)
                continue
            before = kept.get(key)
            if before is not None:
                rows.append(before)
            if before != row:
                known = None if before is None else _named(table, before)
                arrivals.append(Arrival(table, stored_at, _named(table, row), known))
        fill_table(db, f"live_{table}", COLUMNS[table], rows)
        db.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM live_{table}")
    return sorted(arrivals, key=lambda arrival: arrival.stored_at)


def _fetch(
    db: duckdb.DuckDBPyConnection, account: str, people: LivePeople
) -> dict[str, list[Stored[Any]]]:
    """Walk from the run's nodes and orders to all that is stored of them, each item once."""
    nodes = _column(db, "SELECT node FROM wanted_nodes")
    known = {*db.execute("SELECT source, order_id FROM concerned_orders").fetchall()}
    theirs = people.orders_of(account, nodes)
    others = people.orders(account, known - {stored.item.key for stored in theirs})
    orders = [*theirs, *others]
    claims = people.claims_on(account, {stored.item.key for stored in orders})
    of_nodes = people.of_nodes(account, nodes)
    # Others may have claimed the same orders; whose clicks those are is no matter of these orders.
    own = {stored.item.key for stored in theirs} | _asked(db)
    claiming = {claim.item.visitor for claim in claims if _order_of(claim) in own}
    visitors = _column(db, "SELECT visitor FROM wanted_visitors") | of_nodes.visitors | claiming
    of_visitors = people.of_visitors(account, visitors)
    return {
        "orders": orders,
        "touchpoints": [*of_nodes.touchpoints, *of_visitors.touchpoints],
        "links": [*of_visitors.identifications],
        "claims": claims,
        "optins": [*of_nodes.opt_ins],
    }


def _asked(db: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    return {*db.execute("SELECT source, order_id FROM wanted_orders").fetchall()}


def _order_of(claim: Stored[Any]) -> tuple[str, str]:
    return claim.item.source, claim.item.order_id


def _spelled(
    found: Mapping[str, Sequence[Stored[Any]]], settings: AccountSettings
) -> dict[str, list[tuple[datetime, Row]]]:
    """Return fact rows with since when they are stored; lists as the tables give them back."""
    spell: dict[str, Callable[[Any], Row]] = {
        "orders": lambda order: fact_rows.order_row(order, settings),
        "touchpoints": fact_rows.touchpoint_row,
        "links": fact_rows.link_row,
        "claims": fact_rows.claim_row,
        "optins": fact_rows.opt_in_row,
    }
    return {
        table: [(stored.stored_at, spell[table](stored.item)) for stored in items]
        for table, items in found.items()
    }


def _kept_rows(db: duckdb.DuckDBPyConnection, table: str) -> dict[tuple[Any, ...], Row]:
    columns = ", ".join(f'"{column}"' for column in COLUMNS[table])
    rows = db.execute(f"SELECT {columns} FROM kept_{table}").fetchall()
    return {_key(table, row): row for row in rows}


def _key(table: str, row: Row) -> tuple[Any, ...]:
    places = list(COLUMNS[table])
    return tuple(row[places.index(column)] for column in _KEYS[table])


def _named(table: str, row: Row) -> dict[str, Any]:
    return dict(zip(COLUMNS[table], row, strict=True))


def _column(db: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {value for (value,) in db.execute(query).fetchall()}
