"""Who is whom: contacts as the connected components of emails and customer ids."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.domain.nodes import email_node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

# A household shares an address and a shopper has a few; more than this is a placeholder.
MOST_NEIGHBORS = 5
# Addresses that till staff and apps type where there is none.
PLACEHOLDER_NODES = frozenset(
    email_node(address)
    for address in (
        "guest@guest.com",
        "na@na.com",
        "no@email.com",
        "noemail@noemail.com",
        "none@none.com",
        "noreply@noreply.com",
        "test@test.com",
    )
)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Node → contact, and the nodes that join nobody because they stand for too many."""

    of_node: Mapping[str, str]
    flagged: frozenset[str]


class _Components:
    """Disjoint sets with path halving."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, node: str) -> str:
        parent = self._parent
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, one: str, other: str) -> None:
        self._parent[self.find(one)] = self.find(other)


def over_joined(edges: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the nodes that are joined to more than ``MOST_NEIGHBORS`` of the other kind.

    Counted once, on the whole graph, so the outcome does not depend on any order of removal.
    """
    neighbors: defaultdict[str, set[str]] = defaultdict(set)
    for email, customer in edges:
        neighbors[email].add(customer)
        neighbors[customer].add(email)
    return frozenset(node for node, joined in neighbors.items() if len(joined) > MOST_NEIGHBORS)


def find_contacts(
    emails: Mapping[str, datetime],
    customers: Mapping[str, datetime],
    edges: Iterable[tuple[str, str]],
) -> Contacts:
    """Join nodes into contacts.

    A contact's id is the node of its earliest email by first event, else of its earliest customer
    id; ties break by the node itself.

    Args:
        emails: email node → the instant of its first event.
        customers: customer node → the instant of its first event.
        edges: (email node, customer node) pairs that occur in one record.
    """
    pairs = set(edges)
    flagged = over_joined(pairs) | (PLACEHOLDER_NODES & emails.keys())
    components = _Components()
    for email, customer in pairs:
        if email not in flagged and customer not in flagged:
            components.join(email, customer)
    names: dict[str, str] = {}
    of_node: dict[str, str] = {}
    for firsts in (emails, customers):
        for node in sorted(firsts, key=lambda node: (firsts[node], node)):
            if node not in flagged:
                of_node[node] = names.setdefault(components.find(node), node)
    return Contacts(of_node, flagged)
