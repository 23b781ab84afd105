"""Link contacts: say by hand that two are one person, or that they are not.

What is said is kept and becomes an edge of the next run; taking it back gives the next run what it
would have had without. Contacts are looked up as the last finished run found them: an id that a
contact had before it was joined with another one leads to the present one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.identity import sorted_pair
from headwater.domain.journeys import Edge
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.find_contacts import contacts_of, node_named, nodes_beside

if TYPE_CHECKING:
    from collections.abc import Collection

    from headwater.usecases.ports import Clock, Facts
    from headwater.usecases.ports.directory import Edges
    from headwater.usecases.published_runs import PublishedRun

KINDS = ("link", "unlink")


@dataclass(frozen=True, slots=True)
class LinkPorts:
    """What linking needs from the outside world."""

    published: PublishedRun
    facts: Facts
    edges: Edges
    clock: Clock


def link_contacts(
    account: str, contact: str, other: str, kind: str, *, ports: LinkPorts
) -> dict[str, Any]:
    """Say that a contact and another one are one person (``link``) or are not (``unlink``).

    Args:
        account: the account.
        contact: the contact's id, or one that it had before.
        other: another id, or an email address.
        kind: link or unlink; the last word counts.
        ports: the outside world.

    Returns:
        The contact's links as ``read_links`` gives them, and whether this changed anything.

    Raises:
        InvalidParameterError: the two are the same, or one of them stands for nobody.
        UnknownResourceError: the last run knows no such contact.
    """
    if kind not in KINDS:
        message = f"kind: choose {' or '.join(KINDS)}"
        raise InvalidParameterError(message)
    pair = node_named(contact, "contact"), node_named(other, "with")
    if pair[0] == pair[1]:
        message = "with: a contact cannot be linked with itself"
        raise InvalidParameterError(message)
    known = _contacts_of(ports, pair)
    for node, name in zip(pair, ("contact", "with"), strict=True):
        if node not in known:
            message = f"{name}: the last run knows nobody of that name"
            raise UnknownResourceError(message)
    now = ports.clock.now()
    edge = Edge(*sorted_pair(*pair), now, kind)
    changed = ports.edges.put(account, edge, now)
    return read_links(account, contact, ports=ports) | {"changed": changed}


def remove_link(account: str, contact: str, other: str, *, ports: LinkPorts) -> dict[str, Any]:
    """Take back what was said of a contact and another one, by ids.

    Raises:
        UnknownResourceError: nothing was said of the two.
    """
    node = node_named(other, "with")
    nodes = _nodes_of_contact(ports, node_named(contact, "contact"))
    said = [
        edge
        for edge in ports.edges.said_of(account, nodes)
        if node in (edge.node, edge.other) and {edge.node, edge.other} - {node} <= nodes
    ]
    if not said:
        message = "with: nothing was said of these two"
        raise UnknownResourceError(message)
    for edge in said:
        ports.edges.remove(account, edge)
    return read_links(account, contact, ports=ports) | {"changed": True}


def read_links(account: str, contact: str, *, ports: LinkPorts) -> dict[str, Any]:
    """Return what was said by hand of a contact, and which contact its id stands for now.

    Raises:
        UnknownResourceError: the last run knows no such contact.
    """
    node = node_named(contact, "contact")
    nodes = _nodes_of_contact(ports, node)
    said = ports.edges.said_of(account, nodes)
    others = [_seen_from(node, nodes, edge) for edge in said]
    present = _contacts_of(ports, [node, *(other for _, other in others)])
    return {
        "account": account,
        "data_version": ports.published.data_version,
        "contact": present[node],
        "links": [
            {
                "node": own,
                "with": other,
                "contact": present.get(other, ""),
                "kind": edge.kind,
                "at": edge.at.isoformat(),
            }
            for edge, (own, other) in zip(said, others, strict=True)
        ],
    }


def _seen_from(node: str, nodes: Collection[str], edge: Edge) -> tuple[str, str]:
    """Return the contact's own node of an edge, and the other one."""
    if edge.other == node or edge.node not in nodes:
        return edge.other, edge.node
    return edge.node, edge.other


def _contacts_of(ports: LinkPorts, nodes: Collection[str]) -> dict[str, str]:
    return contacts_of(ports.published, ports.facts, nodes)


def _nodes_of_contact(ports: LinkPorts, node: str) -> set[str]:
    """Return the nodes of the contact that a node belongs to; raises UnknownResourceError."""
    found = nodes_beside(ports.published, ports.facts, node)
    if not found:
        message = "contact: the last run knows nobody of that name"
        raise UnknownResourceError(message)
    return found
