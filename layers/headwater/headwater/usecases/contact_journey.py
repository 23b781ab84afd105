"""Read a contact's journey: who he is, all that he did in one time line, and what it earned.

It is read live, as explanations are: as it is stored now, cut at the instant at which the published
run looked at the world, through the code of the run. So it agrees with every report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.arrivals import spell_arrivals
from headwater.usecases.databases import open_database
from headwater.usecases.dimension_tables import build_touch_dimensions
from headwater.usecases.duplicate_tables import build_duplicate_tables
from headwater.usecases.engine_columns import read_columns, read_tracking_start
from headwater.usecases.explain_credits import JOURNEY_READ, ExplainPorts, read_since
from headwater.usecases.explained_facts import keep_what_concerns
from headwater.usecases.find_contacts import node_named
from headwater.usecases.journey_credits import read_credited
from headwater.usecases.journey_events import read_events, summary_of
from headwater.usecases.journey_tables import build_journey_tables
from headwater.usecases.published_runs import envelope

if TYPE_CHECKING:
    import duckdb

    from headwater.domain.orders import Order
    from headwater.usecases.ports import Facts
    from headwater.usecases.ports.directory import Edges
    from headwater.usecases.ports.erasure import Erasures
    from headwater.usecases.ports.people import LivePeople
    from headwater.usecases.published_runs import PublishedRun

# Parts the source and the id of an order without email and customer, which is a contact of its own.
_LONE = "#"


@dataclass(frozen=True, slots=True)
class ContactPorts:
    """What reading contacts needs from the outside world."""

    facts: Facts
    people: LivePeople
    edges: Edges
    erasures: Erasures


@dataclass(frozen=True, slots=True)
class _Person:
    """Who is asked about: the contact's present id, its nodes, or the one order that it is."""

    contact: str
    nodes: tuple[str, ...] = ()
    order_keys: tuple[tuple[str, str], ...] = ()


def read_journey(
    account: str, contact: str, model: str, published: PublishedRun, *, ports: ContactPorts
) -> dict[str, Any]:
    """Return a contact's journey, as plain JSON values.

    Args:
        account: the account.
        contact: an id that the contact has or had, or an email.
        model: whose credits are told.
        published: the run that is read.
        ports: where facts and people are.

    Raises:
        InvalidParameterError: that is no contact's id, or the run has no such model.
        UnknownResourceError: the run knows nobody of that name, or he has been erased since.
    """
    if model not in published.manifest.models:
        message = f"model: choose among {', '.join(published.manifest.models)}"
        raise InvalidParameterError(message)
    settings = published.settings
    with open_database() as db:
        ports.facts.mount(db, published.manifest.tables, JOURNEY_READ)
        started = read_tracking_start(db, settings)
        person = _find(db, contact)
        _refuse_erased(account, person, published, ports)
        keep_what_concerns(db, person.order_keys, person.nodes)
        arrivals, edges = read_since(
            db, account, published, ExplainPorts(ports.facts, ports.people, ports.edges)
        )
        build_journey_tables(db, settings)
        build_duplicate_tables(db, settings)
        build_touch_dimensions(db, settings)
        read_columns(db, settings, started)
        orders = _orders_of(db, account, person, ports)
        events = read_events(db, person.contact, settings, orders)
    credited = read_credited(published, model, events, facts=ports.facts)
    return {
        **envelope(account, "journey", published),
        "contact": person.contact,
        "model": model,
        "identities": _identities(account, person, orders, ports),
        "summary": summary_of(events, settings.currency),
        "events": credited,
        "arrived_since": None
        if arrivals is None
        else spell_arrivals(arrivals, edges, settings.currency),
    }


def _find(db: duckdb.DuckDBPyConnection, contact: str) -> _Person:
    """Return whom an id or an email names; raises UnknownResourceError."""
    if _LONE in contact:
        source, _, order_id = contact.partition(_LONE)
        found = db.execute(
            "SELECT 1 FROM orders WHERE source = ? AND order_id = ? "
            "AND coalesce(email_node, '') = '' AND coalesce(customer_node, '') = ''",
            [source, order_id],
        ).fetchall()
        person = _Person(contact, order_keys=((source, order_id),) if found else ())
    else:
        node = node_named(contact, "contact")
        rows = db.execute(
            "SELECT n.contact, n.node FROM contacts c JOIN contacts n ON n.contact = c.contact "
            "WHERE c.node = ? AND NOT c.is_flagged ORDER BY n.node",
            [node],
        ).fetchall()
        person = _Person(rows[0][0] if rows else "", tuple(each for _, each in rows))
    if not person.nodes and not person.order_keys:
        message = "contact: the last run knows nobody of that name"
        raise UnknownResourceError(message)
    return person


def _refuse_erased(
    account: str, person: _Person, published: PublishedRun, ports: ContactPorts
) -> None:
    """Refuse who was erased after the run had looked: the next run knows him no more."""
    since = ports.erasures.of(account).since
    at = max((since[node] for node in person.nodes if node in since), default=None)
    if at is not None and (published.as_of is None or at > published.as_of):
        message = f"contact: erased at {at.isoformat()}"
        raise UnknownResourceError(message)


def _orders_of(
    db: duckdb.DuckDBPyConnection, account: str, person: _Person, ports: ContactPorts
) -> dict[tuple[str, str], Order]:
    """Return the contact's orders as they are stored now: refunds one by one, and the addresses."""
    keys = db.execute(
        "SELECT source, order_id FROM account_orders WHERE contact = ?", [person.contact]
    ).fetchall()
    return {stored.item.key: stored.item for stored in ports.people.orders(account, keys)}


def _identities(
    account: str, person: _Person, orders: dict[tuple[str, str], Order], ports: ContactPorts
) -> list[dict[str, Any]]:
    """Return the contact's ids, the present one first, with the email or customer of each."""
    profiles = ports.people.of_nodes(account, person.nodes).profiles
    emails = {order.email_node: order.email for order in orders.values() if order.email}
    emails |= {profile.node: profile.email for profile in profiles}
    customers = {
        order.customer_node: (order.source, order.customer_key or str(order.customer_id))
        for order in orders.values()
        if order.customer_node
    }
    return [
        {
            "id": node,
            "is_present": node == person.contact,
            "email": emails.get(node),
            "store": customers.get(node, (None, None))[0],
            "customer_id": customers.get(node, (None, None))[1],
        }
        for node in sorted(person.nodes, key=lambda node: (node != person.contact, node))
    ]
