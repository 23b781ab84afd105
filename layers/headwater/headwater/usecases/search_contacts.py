"""Search contacts: by email, by an order's id, or by whatever one has at hand."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headwater.domain.money import from_minor
from headwater.domain.nodes import customer_node
from headwater.domain.reporting_days import reporting_day
from headwater.errors import InvalidParameterError
from headwater.usecases.databases import open_database
from headwater.usecases.find_contacts import is_contact_id, node_named
from headwater.usecases.journey_tables import ACCOUNT_ORDERS
from headwater.usecases.published_runs import envelope
from headwater.usecases.row_tables import fill_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    import duckdb

    from headwater.usecases.contact_journey import ContactPorts
    from headwater.usecases.published_runs import PublishedRun

_READ = ("contacts", "orders", "credits", "leads")
# An order's id may stand in several sources, and a customer's in several stores.
_MOST_CONTACTS = 50
_FIGURES = """
WITH bought AS (
    SELECT contact, count(*) AS orders, sum(order_gross)::BIGINT AS gross,
        sum(order_net)::BIGINT AS net, min(placed_at) AS first_order_at,
        max(placed_at) AS last_order_at
    FROM credits SEMI JOIN found USING (contact)
    WHERE touch_id = '' AND order_class <> 'duplicate' GROUP BY contact
), opted AS (
    SELECT contact, min(opted_in_at) AS opted_in_at FROM leads SEMI JOIN found USING (contact)
    GROUP BY contact
), named AS (
    SELECT contact, list_sort(list(node)) AS nodes FROM contacts SEMI JOIN found USING (contact)
    WHERE NOT is_flagged GROUP BY contact
)
SELECT contact, coalesce(orders, 0), coalesce(gross, 0), coalesce(net, 0), first_order_at,
    last_order_at, opted_in_at, coalesce(nodes, [])
FROM found LEFT JOIN bought USING (contact) LEFT JOIN opted USING (contact)
LEFT JOIN named USING (contact)
ORDER BY last_order_at DESC NULLS LAST, contact
"""


def search_contacts(
    account: str, field: str, text: str, published: PublishedRun, *, ports: ContactPorts
) -> dict[str, Any]:
    """Return the contacts that fit, at most ``_MOST_CONTACTS``; there may be none.

    Args:
        account: the account.
        field: ``email``, ``order`` or ``q``: what the text is; ``q`` is any of an email, a
            contact's id, an order's id in any source, and a customer's id in any store.
        text: the question.
        published: the run that is read.
        ports: where facts and people are.

    Raises:
        InvalidParameterError: the text names nobody.
    """
    with open_database() as db:
        ports.facts.mount(db, published.manifest.tables, _READ, published.manifest.models)
        found = _find(db, field, text.strip())
        fill_table(db, "found", {"contact": "VARCHAR"}, [(each,) for each in sorted(found)])
        rows = db.execute(_FIGURES).fetchall()[:_MOST_CONTACTS]
    nodes = {node for row in rows for node in row[-1]}
    erased = ports.erasures.of(account).since
    emails = {each.node: each.email for each in ports.people.of_nodes(account, nodes).profiles}
    return {
        **envelope(account, "contacts", published),
        "rows": [
            _spell(row, emails, published)
            for row in rows
            if not any(_is_gone(node, erased, published) for node in row[-1])
        ],
    }


def _find(db: duckdb.DuckDBPyConnection, field: str, text: str) -> set[str]:
    if field == "email" or (field == "q" and ("@" in text or is_contact_id(text))):
        if field == "email" and "@" not in text:
            message = "email: not an email address"
            raise InvalidParameterError(message)
        return _contacts_of(db, [node_named(text, field)])
    found = db.execute(
        f"SELECT contact FROM ({ACCOUNT_ORDERS} WHERE o.order_id = ?)", [text]
    ).fetchall()
    contacts = {contact for (contact,) in found}
    if field == "q":
        stores = db.execute("SELECT DISTINCT source FROM orders").fetchall()
        customers = (customer_node(store, text) for (store,) in stores)
        contacts |= _contacts_of(db, [node for node in customers if node])
    return contacts


def _contacts_of(db: duckdb.DuckDBPyConnection, nodes: Collection[str]) -> set[str]:
    query = "SELECT contact FROM contacts WHERE list_contains(?, node) AND NOT is_flagged"
    return {contact for (contact,) in db.execute(query, [list(nodes)]).fetchall()}


def _is_gone(node: str, erased: Mapping[str, datetime], published: PublishedRun) -> bool:
    """Tell whether a node was erased after the run had looked."""
    at = erased.get(node)
    return at is not None and (published.as_of is None or at > published.as_of)


def _spell(row: tuple[Any, ...], emails: dict[str, str], published: PublishedRun) -> dict[str, Any]:
    contact, orders, gross, net, first, last, opted_in, nodes = row
    settings = published.settings

    def money(minor: int) -> str:
        return str(from_minor(minor, settings.currency))

    def day(naive: datetime | None) -> str | None:
        if naive is None:
            return None
        return reporting_day(naive.replace(tzinfo=UTC), settings.time_zone).isoformat()

    return {
        "contact": contact,
        "emails": [emails[node] for node in nodes if node in emails],
        "orders": orders,
        "gross": money(gross),
        "refunds": money(gross - net),
        "net": money(net),
        "first_order_on": day(first),
        "last_order_on": day(last),
        "opted_in_on": day(opted_in),
        "journey": f"/v1/contacts/{quote(contact, safe='')}/journey",
    }
