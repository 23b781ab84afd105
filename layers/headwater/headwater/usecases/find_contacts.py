"""Find contacts: whom an id or an email names, as the last finished run found them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headwater.domain.identity import PLACEHOLDER_NODES
from headwater.domain.nodes import email_node
from headwater.errors import InvalidParameterError, InvalidRowError
from headwater.usecases.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Collection

    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun

# 128 bits in base32, see domain.nodes.
_NODE = re.compile(r"[a-z2-7]{26}")


def is_contact_id(text: str) -> bool:
    """Tell whether a text has the shape of a contact's id."""
    return _NODE.fullmatch(text) is not None


def node_named(name: str, field: str) -> str:
    """Return the node that a contact's id or an email names.

    Args:
        name: the id or email.
        field: where it stands, for the error.

    Raises:
        InvalidParameterError: it is neither, or stands for nobody.
    """
    node = name
    if "@" in name:
        try:
            node = email_node(name)
        except InvalidRowError as error:
            message = f"{field}: {error}"
            raise InvalidParameterError(message) from None
    elif not is_contact_id(name):
        message = f"{field}: no contact's id; an order without email and customer has none"
        raise InvalidParameterError(message)
    if node in PLACEHOLDER_NODES:
        message = f"{field}: this address is a placeholder and stands for nobody"
        raise InvalidParameterError(message)
    return node


def contacts_of(published: PublishedRun, facts: Facts, nodes: Collection[str]) -> dict[str, str]:
    """Return node → contact in a run, empty for a node that is flagged; strangers are left out."""
    query = "SELECT node, contact FROM contacts WHERE list_contains(?, node)"
    return dict(_ask(published, facts, query, [list(nodes)]))


def nodes_beside(published: PublishedRun, facts: Facts, node: str) -> set[str]:
    """Return all nodes of the contact that a node belongs to; none if the run does not know it."""
    query = (
        "SELECT n.node FROM contacts c JOIN contacts n "
        "ON n.node = c.node OR (n.contact = c.contact AND c.contact <> '') WHERE c.node = ?"
    )
    return {row[0] for row in _ask(published, facts, query, [node])}


def _ask(published: PublishedRun, facts: Facts, query: str, values: list[Any]) -> list[Any]:
    with open_database() as db:
        tables = published.manifest.tables
        facts.mount(db, {"contacts": tables.get("contacts", {})}, ["contacts"])
        return db.execute(query, values).fetchall()
