"""The same sale in two sources: who suspects it, and whose order counts.

A till that hands its orders on to the store, a marketplace's feed beside the store's own copy: each
source is right by itself, and their sum counts a sale twice. Nothing is decided by guess: pairs
are suspected, the account says which source owns such sales, and until it does both count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.money import to_minor
from headwater.domain.subscription_evidence import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from headwater.domain.orders import Order

type OrderKey = tuple[str, str]

# A till posts its sale when the payment is through, an app a few minutes later; two orders of one
# person, alike to the cent and closer than this, are rarely two sales.
WINDOW = timedelta(minutes=10)
# Sources round taxes and rates by themselves, each to a minor unit.
CLOSE_MINOR = 1
BY_ID, BY_LIKENESS = "external_id", "email_amount_time"


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as far as the guard looks at it.

    ``total_minor`` is in minor units of the order's own ``currency``. ``external_ids`` are what
    the order is called elsewhere, and ``external_source`` where that is, if it says.
    """

    source: str
    order_id: str
    placed_at: datetime
    email_node: str
    currency: str
    total_minor: int
    external_source: str = ""
    external_ids: tuple[str, ...] = ()

    @property
    def key(self) -> OrderKey:
        """The order's name within its account."""
        return self.source, self.order_id

    def is_alike(self, other: Sale) -> bool:
        """Tell whether both cost the same, to a minor unit."""
        is_close = abs(self.total_minor - other.total_minor) <= CLOSE_MINOR
        return is_close and self.currency == other.currency

    def names(self, other: Sale) -> bool:
        """Tell whether this order names the other by its id.

        Ids are small numbers in many systems. So besides the id one of these has to be the same:
        the source that it names, the email, or the amount.
        """
        if other.order_id not in self.external_ids or other.source == self.source:
            return False
        is_same_person = bool(self.email_node) and self.email_node == other.email_node
        is_named = self.external_source.casefold() == other.source.casefold()
        return is_named or is_same_person or self.is_alike(other)


def sale_of(order: Order) -> Sale:
    """Return an order as the guard looks at it."""
    ids = (identifier(order.external_id), identifier(order.external_order_id))
    return Sale(
        order.source,
        order.order_id,
        order.placed_at,
        order.email_node,
        order.currency,
        to_minor(order.total, order.currency),
        order.external_source,
        tuple(filter(None, ids)),
    )


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two orders of different sources that are suspected to be one sale; the earlier one first."""

    first: Sale
    second: Sale
    reason: str

    def owner(self, owners: Sequence[str]) -> str:
        """Return which of both sources owns such sales; nothing as long as nobody has said it.

        Args:
            owners: sources, the strongest first. One that is not listed yields to all that are.
        """
        sources = (self.first.source, self.second.source)
        return next((name for name in owners if name in sources), "")


def find_duplicates(sales: Sequence[Sale]) -> list[DuplicatePair]:
    """Return the pairs of orders that are suspected to be one sale, by time.

    Never within one source: two equal orders there are two sales. An order is paired at most once
    with each other source: first by ids, then with the nearest in time.
    """
    candidates = [*_named(sales), *_alike(sales)]
    candidates.sort(key=_certainty)
    taken: set[tuple[OrderKey, str]] = set()
    pairs: list[DuplicatePair] = []
    for pair in candidates:
        ends = {(pair.first.key, pair.second.source), (pair.second.key, pair.first.source)}
        if not ends & taken:
            taken |= ends
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: (pair.first.placed_at, pair.first.key, pair.second.key))


def not_owning(pairs: Sequence[DuplicatePair], owners: Sequence[str]) -> frozenset[OrderKey]:
    """Return the orders that another source owns: those that do not count."""
    return frozenset(
        sale.key
        for pair in pairs
        if (owner := pair.owner(owners))
        for sale in (pair.first, pair.second)
        if sale.source != owner
    )


def is_open(pair: DuplicatePair, owners: Sequence[str], excluded: frozenset[OrderKey]) -> bool:
    """Tell whether both orders of a pair count: nobody owns it, and no other pair takes one out."""
    return not pair.owner(owners) and not {pair.first.key, pair.second.key} & excluded


def _certainty(pair: DuplicatePair) -> tuple[object, ...]:
    apart = abs(pair.second.placed_at - pair.first.placed_at)
    return pair.reason != BY_ID, apart, pair.first.key, pair.second.key


def _pair(one: Sale, other: Sale, reason: str) -> DuplicatePair:
    first, second = sorted((one, other), key=lambda sale: (sale.placed_at, sale.key))
    return DuplicatePair(first, second, reason)


def _named(sales: Sequence[Sale]) -> Iterator[DuplicatePair]:
    by_id: defaultdict[str, list[Sale]] = defaultdict(list)
    for sale in sales:
        by_id[sale.order_id].append(sale)
    for sale in sales:
        for name in sale.external_ids:
            for other in by_id.get(name, ()):
                if sale.names(other):
                    yield _pair(sale, other, BY_ID)


def _alike(sales: Sequence[Sale]) -> Iterator[DuplicatePair]:
    by_person: defaultdict[tuple[str, str], list[Sale]] = defaultdict(list)
    for sale in sales:
        if sale.email_node:
            by_person[sale.email_node, sale.currency].append(sale)
    for orders in by_person.values():
        orders.sort(key=lambda sale: (sale.placed_at, sale.key))
        for position, sale in enumerate(orders):
            for other in orders[position + 1 :]:
                if other.placed_at - sale.placed_at > WINDOW:
                    break
                if other.source != sale.source and sale.is_alike(other):
                    yield _pair(sale, other, BY_LIKENESS)
