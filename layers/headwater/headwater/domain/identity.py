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


type Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HandLinks:
    """What people have said of pairs of nodes: one person's (``links``), or not (``cuts``).

    Each pair is sorted and stands in one of the two. ``links`` are in the order in which they were
    made.
    """

    links: tuple[Pair, ...] = ()
    cuts: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class Contacts:
    """Node → contact, and the nodes that join nobody because they stand for too many."""

    of_node: Mapping[str, str]
    flagged: frozenset[str]


class _Components:
    """Disjoint sets with path halving, in which the two nodes of a cut never meet."""

    def __init__(self, cuts: Iterable[Pair]) -> None:
        self._parent: dict[str, str] = {}
        # Root → the nodes that its set must not take in.
        self._apart: defaultdict[str, set[str]] = defaultdict(set)
        for one, other in cuts:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def find(self, node: str) -> str:
        parent = self._parent
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, one: str, other: str) -> None:
        """Join the sets of two nodes, unless that would undo a cut."""
        root, new_root = self.find(one), self.find(other)
        if root == new_root or any(self.find(n) == new_root for n in self._apart.get(root, ())):
            return
        self._parent[root] = new_root
        if root in self._apart:
            self._apart[new_root] |= self._apart.pop(root)


def sorted_pair(one: str, other: str) -> Pair:
    """Return the pair of two nodes, the same whichever is named first."""
    return (one, other) if one <= other else (other, one)


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
    edges: Iterable[Pair],
    hand: HandLinks | None = None,
) -> Contacts:
    """Join nodes into contacts.

    A contact's id is the node of its earliest email by first event, else of its earliest customer
    id; ties break by the node itself.

    What people say wins. The nodes of a cut are never in one contact, whatever orders say: edges
    join in the order in which both of their nodes were known, and one that would undo a cut is
    left out, so a node between the two stays with the one that it was first seen with. A link
    joins any two nodes, also one that is flagged for being joined to too many: it belongs to the
    linked contact, while what its own edges would join stays apart. A placeholder is nobody, by
    hand neither.

    Args:
        emails: email node → the instant of its first event.
        customers: customer node → the instant of its first event.
        edges: (email node, customer node) pairs that occur in one record.
        hand: what people have said.
    """
    hand = hand or HandLinks()
    pairs = {pair for pair in edges if sorted_pair(*pair) not in hand.cuts}
    placeholders = PLACEHOLDER_NODES & emails.keys()
    flagged = over_joined(pairs) | placeholders
    components = _Components(hand.cuts)
    links = [pair for pair in hand.links if not placeholders & {*pair}]
    for one, other in links:
        components.join(one, other)
    for email, customer in sorted(pairs, key=lambda pair: _known_since(pair, emails, customers)):
        if email not in flagged and customer not in flagged:
            components.join(email, customer)
    nobody = flagged - {node for pair in links for node in pair}
    names: dict[str, str] = {}
    of_node: dict[str, str] = {}
    for firsts in (emails, customers):
        for node in sorted(firsts, key=lambda node: (firsts[node], node)):
            if node not in nobody:
                of_node[node] = names.setdefault(components.find(node), node)
    return Contacts(of_node, frozenset(nobody))


def _known_since(
    pair: Pair, emails: Mapping[str, datetime], customers: Mapping[str, datetime]
) -> tuple[datetime, Pair]:
    email, customer = pair
    return max(emails[email], customers[customer]), pair
