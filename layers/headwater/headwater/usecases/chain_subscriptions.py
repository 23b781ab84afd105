"""Chain subscriptions: who is whom, and which orders are rebills of which initial order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.chains import ChainLink, SubscriptionOrder, chain_orders
from headwater.domain.facts import COLUMNS
from headwater.domain.manifests import ALL_DAYS
from headwater.usecases.contact_tables import read_contacts
from headwater.usecases.databases import open_database
from headwater.usecases.row_tables import fill_table
from headwater.usecases.run_files import open_frame, present_objects, save_objects

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.identity import Contacts
    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import Desk, RunFrame


@dataclass(frozen=True, slots=True)
class ChainResult:
    """How many contacts and chains the account has."""

    contacts: int
    flagged: int
    chains: int
    rebills: int


def chain_subscriptions(account: str, run: str, *, desk: Desk, facts: Facts) -> ChainResult:
    """Write the tables ``contacts`` and ``chains`` of the whole account.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    frame = open_frame(desk, account, run)
    with open_database() as db:
        facts.mount(
            db,
            present_objects(desk.lake, frame),
            ["orders", "links", "optins", "touchpoints", "edges"],
        )
        contacts = read_contacts(db)
        links = chain_orders(_subscription_orders(db, frame))
        changes = {
            "contacts": {ALL_DAYS: _save_contacts(db, facts, account, contacts)},
            "chains": {ALL_DAYS: _save_chains(db, facts, account, links)},
        }
    save_objects(desk.lake, frame, "chain_subscriptions", changes)
    return ChainResult(
        contacts=len(set(contacts.of_node.values())),
        flagged=len(contacts.flagged),
        chains=len({link.chain_id for link in links.values()}),
        rebills=sum(link.cycle > 0 for link in links.values()),
    )


def _subscription_orders(db: duckdb.DuckDBPyConnection, frame: RunFrame) -> list[SubscriptionOrder]:
    """Return the revenue orders that carry a subscription id."""
    rows = db.execute(
        "SELECT source, order_id, placed_at, subscription_ids FROM orders "
        "WHERE len(subscription_ids) > 0 AND NOT is_archived AND list_contains(?, status_id)",
        [sorted(frame.settings.revenue_statuses)],
    ).fetchall()
    return [
        SubscriptionOrder((source, order_id), at, tuple(f"{source}#{name}" for name in ids))
        for source, order_id, at, ids in rows
    ]


def _save_contacts(
    db: duckdb.DuckDBPyConnection, facts: Facts, account: str, contacts: Contacts
) -> str | None:
    rows = [(node, contact, False) for node, contact in contacts.of_node.items()]
    rows += [(node, "", True) for node in contacts.flagged]
    fill_table(db, "found_contacts", COLUMNS["contacts"], rows)
    return facts.save(
        db, account, "contacts", ALL_DAYS, "SELECT * FROM found_contacts ORDER BY node"
    )


def _save_chains(
    db: duckdb.DuckDBPyConnection,
    facts: Facts,
    account: str,
    links: dict[tuple[str, str], ChainLink],
) -> str | None:
    rows = [(*key, link.chain_id, link.kind, link.cycle, *link.root) for key, link in links.items()]
    fill_table(db, "found_chains", COLUMNS["chains"], rows)
    return facts.save(
        db, account, "chains", ALL_DAYS, "SELECT * FROM found_chains ORDER BY source, order_id"
    )
