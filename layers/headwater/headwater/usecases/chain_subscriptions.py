"""Chain subscriptions: who is whom, and which orders are rebills of which initial order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.chains import REBILL
from headwater.domain.facts import COLUMNS
from headwater.domain.manifests import ALL_DAYS
from headwater.domain.subscriptions import chain_account, state_of
from headwater.usecases.contact_tables import read_contacts
from headwater.usecases.databases import open_database
from headwater.usecases.row_tables import fill_table
from headwater.usecases.run_files import open_frame, present_objects, save_objects
from headwater.usecases.subscription_tables import read_marked_orders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import duckdb

    from headwater.domain.identity import Contacts
    from headwater.domain.subscriptions import Chaining
    from headwater.usecases.ports import Facts
    from headwater.usecases.run_files import Desk


@dataclass(frozen=True, slots=True)
class ChainResult:
    """How many contacts and chains the account has."""

    contacts: int
    flagged: int
    chains: int
    inferred: int
    rebills: int


def chain_subscriptions(account: str, run: str, *, desk: Desk, facts: Facts) -> ChainResult:
    """Write the tables ``contacts chains subscriptions`` of the whole account.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    frame = open_frame(desk, account, run)
    with open_database() as db:
        facts.mount(
            db,
            present_objects(desk.lake, frame),
            ["orders", "lines", "links", "optins", "touchpoints", "edges"],
        )
        contacts = read_contacts(db)
        saved_contacts = _save_contacts(db, facts, account, contacts)
        db.execute("CREATE OR REPLACE TEMP VIEW contacts AS SELECT * FROM found_contacts")
        chaining = chain_account(*read_marked_orders(db, frame.settings.rules, frame.settings))
        changes = {
            "contacts": {ALL_DAYS: saved_contacts},
            "chains": {ALL_DAYS: _save_chains(db, facts, account, chaining)},
            "subscriptions": {
                ALL_DAYS: _save_subscriptions(db, facts, account, chaining, frame.as_of_day)
            },
        }
    save_objects(desk.lake, frame, "chain_subscriptions", changes)
    return ChainResult(
        contacts=len(set(contacts.of_node.values())),
        flagged=len(contacts.flagged),
        chains=len(chaining.chains),
        inferred=sum(chain.is_inferred for chain in chaining.chains),
        rebills=sum(link.kind == REBILL for link in chaining.links.values()),
    )


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
    db: duckdb.DuckDBPyConnection, facts: Facts, account: str, chaining: Chaining
) -> str | None:
    fill_table(db, "found_chains", COLUMNS["chains"], chain_rows(chaining))
    return facts.save(
        db, account, "chains", ALL_DAYS, "SELECT * FROM found_chains ORDER BY source, order_id"
    )


def chain_rows(chaining: Chaining) -> Iterator[tuple[object, ...]]:
    """Yield the rows of table ``chains``: each order of a chain, and what it is there."""
    chains = {chain.chain_id: chain for chain in chaining.chains}
    yield from (
        (
            *key,
            link.chain_id,
            link.kind,
            link.cycle,
            *link.root,
            chains[link.chain_id].is_inferred,
            chains[link.chain_id].began_before,
        )
        for key, link in chaining.links.items()
    )


def _save_subscriptions(
    db: duckdb.DuckDBPyConnection, facts: Facts, account: str, chaining: Chaining, as_of: date
) -> str | None:
    rows = subscription_rows(chaining, as_of)
    fill_table(db, "found_subscriptions", COLUMNS["subscriptions"], rows)
    return facts.save(
        db,
        account,
        "subscriptions",
        ALL_DAYS,
        "SELECT * FROM found_subscriptions ORDER BY chain_id",
    )


def subscription_rows(chaining: Chaining, as_of: date) -> Iterator[tuple[object, ...]]:
    """Yield the rows of table ``subscriptions``: each chain as it stands on a day."""
    for chain in chaining.chains:
        state = state_of(chain, as_of)
        first, last, cadence = chain.orders[0], chain.orders[-1], chain.cadence
        yield (
            chain.chain_id,
            first.key[0],
            last.contact,
            chain.app,
            state.status,
            chain.is_inferred,
            chain.began_before,
            chain.returned_from,
            cadence.name if cadence else "",
            cadence and cadence.months,
            cadence and cadence.days,
            len(chain.orders),
            None if chain.began_before else len(chain.orders) - 1,
            state.skipped,
            state.pauses,
            first.key[1],
            last.key[1],
            first.placed_at,
            last.placed_at,
            state.next_expected,
            state.monthly_net,
            state.lapsed_on,
            state.days_to_churn,
        )
