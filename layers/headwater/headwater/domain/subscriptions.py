"""From an account's marked orders to its chains, and what is known of each chain.

Explicit ids chain first, for ever; what carries a mark and no id is chained by inference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from headwater.domain.cadence import MISSED_TWO, Cadence, missed_cycles
from headwater.domain.chains import ChainLink, SubscriptionOrder, chain_orders
from headwater.domain.inferred_chains import Visit, infer_tracks
from headwater.domain.steady_orders import fitting_cadence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from headwater.domain.chains import OrderKey
    from headwater.domain.steady_orders import Track

ACTIVE, PAUSED, LAPSED = "active", "paused", "lapsed"
# An app's renewals are known to follow an order of the shop if that was seen for one chain in
# twenty: by chance it happens less often, and a young history shows more.
_SHOP_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class MarkedOrder:
    """An order that carries a subscription mark.

    Attributes:
        key: the order.
        contact: whose it is.
        placed_at: when, UTC.
        day: its day in the account's zone, by which cadences count.
        is_revenue: it counts as revenue; what does not is only looked back at.
        net: its net revenue, minor units; None where not converted.
        app: the app whose rule holds.
        renewals: ``never auto always``, of that rule.
        ids: explicit subscription ids.
        items: the marked products, each with the interval that it states.
    """

    key: OrderKey
    contact: str
    placed_at: datetime
    day: date
    is_revenue: bool
    net: int | None
    app: str
    renewals: str
    ids: tuple[str, ...]
    items: tuple[tuple[str, Cadence | None], ...]


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order of the shop without a mark, which may have begun a subscription unnoticed."""

    key: OrderKey
    contact: str
    placed_at: datetime
    day: date
    is_revenue: bool
    net: int | None
    products: frozenset[str]


@dataclass(slots=True)
class Chain:
    """A chain: its revenue orders by time, and how it was found."""

    chain_id: str
    orders: list[MarkedOrder]
    is_inferred: bool
    cadence: Cadence | None
    products: frozenset[str]
    began_before: bool = False
    returned_from: str = ""

    @property
    def app(self) -> str:
        """Return the app that makes the chain's later orders."""
        apps = Counter(order.app for order in self.orders[1:] or self.orders)
        return min(apps, key=lambda app: (-apps[app], app))


@dataclass(frozen=True, slots=True)
class ChainState:
    """How a chain stands on a day.

    Attributes:
        status: ``active``; ``paused`` after one missed order; ``lapsed`` after two.
        skipped: missed orders between two that came.
        pauses: longer gaps, in which an explicit id lives on.
        next_expected: the day of the next order; None if lapsed or without a known cadence.
        monthly_net: net of the latest order per month, minor units; None where not known.
        lapsed_on: when the second missed order was due.
        days_to_churn: from the initial order to then; None if that order is not known.
    """

    status: str
    skipped: int
    pauses: int
    next_expected: date | None
    monthly_net: int | None
    lapsed_on: date | None
    days_to_churn: int | None


@dataclass(slots=True)
class Chaining:
    """The outcome for an account."""

    chains: list[Chain] = field(default_factory=list)
    links: dict[OrderKey, ChainLink] = field(default_factory=dict)


def chain_account(marked: Iterable[MarkedOrder], shop: Iterable[ShopOrder] = ()) -> Chaining:
    """Chain an account's subscriptions.

    Args:
        marked: all marked orders, whether they count as revenue or not.
        shop: unmarked orders of the same contacts that the shop itself took.
    """
    by_contact: defaultdict[tuple[str, str], list[MarkedOrder]] = defaultdict(list)
    for order in marked:
        by_contact[order.contact, order.key[0]].append(order)
    unmarked: defaultdict[tuple[str, str], list[ShopOrder]] = defaultdict(list)
    for candidate in shop:
        unmarked[candidate.contact, candidate.key[0]].append(candidate)
    chains = _explicit([order for orders in by_contact.values() for order in orders])
    for owner in sorted(by_contact):
        chains += _inferred(by_contact[owner])
    _find_beginnings(chains, by_contact, unmarked)
    return _linked(chains)


def state_of(chain: Chain, as_of: date) -> ChainState:
    """Return how a chain stands on a day of the account's zone."""
    days, cadence = [order.day for order in chain.orders], chain.cadence
    if cadence is None:
        return ChainState(ACTIVE, 0, 0, None, None, None, None)
    gaps = [missed_cycles((later - earlier).days, cadence) for earlier, later in pairwise(days)]
    last, anchor = chain.orders[-1], days[0].day
    missed = missed_cycles((as_of - last.day).days, cadence)
    lapsed_on = cadence.due(last.day, 2, anchor=anchor) if missed > 1 else None
    is_known = lapsed_on is not None and not chain.began_before
    return ChainState(
        status=(ACTIVE, PAUSED, LAPSED)[missed],
        skipped=sum(gap == 1 for gap in gaps),
        pauses=sum(gap > 1 for gap in gaps),
        next_expected=None if lapsed_on else cadence.due(last.day, missed + 1, anchor=anchor),
        monthly_net=None if last.net is None else cadence.per_month(last.net),
        lapsed_on=lapsed_on,
        days_to_churn=(lapsed_on - days[0]).days if lapsed_on and is_known else None,
    )


def _by_time(order: MarkedOrder | ShopOrder) -> tuple[datetime, OrderKey]:
    return order.placed_at, order.key


def _explicit(orders: Sequence[MarkedOrder]) -> list[Chain]:
    """Return one chain per subscription id, with pauses of any length."""
    members: defaultdict[str, list[MarkedOrder]] = defaultdict(list)
    for order in orders:
        if order.is_revenue:
            for name in order.ids:
                members[f"{order.key[0]}#{name}"].append(order)
    chains = []
    for chain_id in sorted(members):
        own = sorted(members[chain_id], key=_by_time)
        stated = next((c for order in reversed(own) for _, c in order.items if c), None)
        cadence = stated or fitting_cadence([order.day for order in own])
        products = frozenset(product for order in own for product, _ in order.items)
        chains.append(Chain(chain_id, own, is_inferred=False, cadence=cadence, products=products))
    return chains


def _inferred(orders: Sequence[MarkedOrder]) -> list[Chain]:
    own = sorted((o for o in orders if o.is_revenue and not o.ids), key=_by_time)
    tracks = infer_tracks([Visit(order.day, order.items) for order in own])
    names = {id(track): _inferred_id(own, track) for track in tracks}
    return [
        Chain(
            names[id(track)],
            [own[position] for position in track.orders],
            is_inferred=True,
            cadence=track.cadence,
            products=frozenset(track.products),
            returned_from=names[id(track.returned_from)] if track.returned_from else "",
        )
        for track in tracks
    ]


def _inferred_id(orders: Sequence[MarkedOrder], track: Track) -> str:
    """Name a chain by its first order, and by a product where another one begins in it, too."""
    source, order_id = orders[track.orders[0]].key
    return f"{source}#inferred#{order_id}#{min(track.products, default='')}"


def _find_beginnings(
    chains: Sequence[Chain],
    marked: dict[tuple[str, str], list[MarkedOrder]],
    unmarked: dict[tuple[str, str], list[ShopOrder]],
) -> None:
    """Find the initial order of the chains that are first seen in a renewal.

    It may be an order of the shop that carries no mark; it may have left the revenue set, then
    the next order takes its place; else it precedes our history. A chain that returned is none of
    these: it begins where the old one ended.
    """
    found: dict[str, ShopOrder | MarkedOrder] = {}
    total: Counter[str] = Counter()
    begun: Counter[str] = Counter()
    for chain in chains:
        first = chain.orders[0]
        app = first.app if first.renewals != "never" else chain.app
        total[app] += 1
        if first.renewals == "never":
            begun[app] += 1
        elif not chain.returned_from:
            owner = first.contact, first.key[0]
            beginning = _beginning(chain, marked.get(owner, ()), unmarked.get(owner, ()))
            if beginning:
                found[chain.chain_id] = beginning
                begun[app] += isinstance(beginning, ShopOrder) or beginning.renewals == "never"
    for chain in chains:
        first = chain.orders[0]
        is_renewal = first.renewals == "always" or (
            first.renewals == "auto" and begun[first.app] >= _SHOP_SHARE * total[first.app] > 0
        )
        if not is_renewal or chain.returned_from:
            continue
        beginning = found.get(chain.chain_id)
        if beginning is None:
            chain.began_before = True
        elif beginning.is_revenue and isinstance(beginning, ShopOrder):
            chain.orders.insert(0, _as_marked(beginning, chain))


def _beginning(
    chain: Chain, marked: Iterable[MarkedOrder], unmarked: Iterable[ShopOrder]
) -> ShopOrder | MarkedOrder | None:
    """Return the latest order before a chain's first one that can be its initial."""
    if chain.cadence is None:
        return None
    first, longest = chain.orders[0], MISSED_TWO * chain.cadence.length
    shortest = chain.cadence.length - chain.cadence.tolerance
    candidates: list[ShopOrder | MarkedOrder] = [
        order for order in unmarked if order.products & chain.products
    ]
    candidates += [
        order
        for order in marked
        if not order.is_revenue and chain.products & {product for product, _ in order.items}
    ]
    fitting = [order for order in candidates if shortest <= (first.day - order.day).days < longest]
    due = chain.cadence.length
    return min(
        fitting,
        key=lambda order: (abs((first.day - order.day).days - due), order.key),
        default=None,
    )


def _as_marked(order: ShopOrder, chain: Chain) -> MarkedOrder:
    return replace(
        chain.orders[0],
        key=order.key,
        placed_at=order.placed_at,
        day=order.day,
        net=order.net,
        renewals="never",
        items=tuple((product, None) for product in sorted(order.products & chain.products)),
    )


def _linked(chains: list[Chain]) -> Chaining:
    names: defaultdict[OrderKey, list[str]] = defaultdict(list)
    placed: dict[OrderKey, datetime] = {}
    for chain in chains:
        for order in chain.orders:
            names[order.key].append(chain.chain_id)
            placed[order.key] = order.placed_at
    links = chain_orders(
        [SubscriptionOrder(key, placed[key], tuple(ids)) for key, ids in names.items()],
        {chain.chain_id for chain in chains if chain.began_before},
    )
    return Chaining(chains, links)
