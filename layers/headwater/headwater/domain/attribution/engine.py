"""The attribution engine: columns in, credits of all models out, to the cent.

Orders are taken in blocks whose touches fit the processor's cache. Each order is computed from its
own contact's touches alone, so neither the blocks nor the rest of the account can change it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.block import Allowance, Block, Clock
from headwater.domain.attribution.block_models import BlockModels, BlockOrders
from headwater.domain.attribution.columns import NEVER, Touches
from headwater.domain.attribution.credits import Credits, join_credits
from headwater.domain.attribution.definitions import role_definitions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headwater.domain.attribution.columns import Ints, Milestones, Orders
    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.domain.effects import Effects

# Fewer need more calls, more leave the cache: measured by `make bench-attribution`.
BLOCK_ORDERS = 50_000
# As many (order, touch of its contact) pairs keep a block's columns within some tens of MB.
_MOST_PAIRS = 400_000


def attribute(
    orders: Orders,
    touches: Touches,
    milestones: Milestones,
    models: Sequence[ModelDefinition],
    effects: Effects | None = None,
    *,
    block_orders: int = BLOCK_ORDERS,
) -> Credits:
    """Credit all orders under all models; one object, whose rows are by order and touch.

    See ``attribute_blocks``, which needs less memory.
    """
    blocks = attribute_blocks(
        orders, touches, milestones, models, effects, block_orders=block_orders
    )
    return join_credits(list(blocks), len(orders), [model.name for model in models])


def attribute_blocks(
    orders: Orders,
    touches: Touches,
    milestones: Milestones,
    models: Sequence[ModelDefinition],
    effects: Effects | None = None,
    *,
    block_orders: int = BLOCK_ORDERS,
    threads: int = 1,
) -> Iterator[Credits]:
    """Credit orders block by block; every order is in exactly one block.

    Args:
        orders: all orders, in any order.
        touches: all touches, sorted.
        milestones: of the contacts.
        models: the models, among them the four that define the roles.
        effects: for ``markov``; None gives equal shares.
        block_orders: at most so many orders in a block.
        threads: how many blocks are computed at once; NumPy works outside of Python's lock.

    Yields:
        The blocks' credits, always in the same order.

    Raises:
        ValueError: the touches are not sorted.
    """
    touches.require_sorted()
    work = BlockWork(orders, touches, milestones, models, effects)
    cuts = work.cut(block_orders)
    if threads == 1:
        yield from map(work.compute, cuts)
        return
    with ThreadPoolExecutor(threads) as pool:
        # A few blocks ahead, not all: results wait in memory.
        pending = []
        for cut in cuts:
            pending.append(pool.submit(work.compute, cut))
            if len(pending) > threads:
                yield pending.pop(0).result()
        for each in pending:
            yield each.result()


class BlockWork:
    """What is the same for all blocks; takes what ``attribute_blocks`` takes."""

    def __init__(
        self,
        orders: Orders,
        touches: Touches,
        milestones: Milestones,
        models: Sequence[ModelDefinition],
        effects: Effects | None,
    ) -> None:
        self._orders, self._touches = orders, touches
        self._milestones, self._effects = milestones, effects
        self._models = tuple(models)
        self._roles = role_definitions(self._models)
        self._allowance = Allowance(touches.channels, touches.campaigns)
        self._clock = Clock(touches.at)
        # Whose journey an order is credited to, and from when: its root's.
        self._contact = orders.contact[orders.root]
        self._at = orders.placed_at[orders.root]
        self._usable = orders.is_creditable & ~orders.is_begun_before[orders.root]
        contacts = len(milestones.lead_at)
        counts = np.bincount(touches.contact, minlength=contacts)
        self._offset = np.concatenate([[0], np.cumsum(counts)])
        self._by_contact = _by_contact(self._contact)
        self._again = _EventSearch(milestones.again_contact, milestones.again_at, contacts)
        self._cycles = (
            _cycle_search(orders, contacts)
            if any(model.conversion_cycle for model in self._models)
            else None
        )

    def cut(self, block_orders: int) -> list[Ints]:
        """Return the orders of each block."""
        contact = self._contact[self._by_contact]
        pairs = np.cumsum(self._offset[contact + 1] - self._offset[contact])
        cuts, start = [], 0
        while start < len(contact):
            before = int(pairs[start - 1]) if start else 0
            end = min(
                start + block_orders,
                int(np.searchsorted(contact, contact[start] + self._clock.most_contacts)),
                int(np.searchsorted(pairs, before + _MOST_PAIRS, "right")),
            )
            end = max(end, start + 1)
            cuts.append(self._by_contact[start:end])
            start = end
        return cuts

    def compute(self, which: Ints) -> Credits:
        """Return the credits of one block."""
        first = int(self._offset[self._contact[which[0]]])
        return self.models_of(which).credits(self._models, first)

    def models_of(self, which: Ints) -> BlockModels:
        """Return what computes models on some orders, sorted by contact."""
        orders, milestones = self._orders, self._milestones
        contact, at = self._contact[which], self._at[which]
        first = int(self._offset[contact[0]])
        last = int(self._offset[contact[-1] + 1])
        block = Block(
            _slice(self._touches, first, last),
            self._clock,
            contact=contact,
            at=at,
            start=self._offset[contact] - first,
            usable=self._usable[which],
        )
        root = orders.root[which]
        block_orders = BlockOrders(
            which,
            gross=orders.gross[which],
            net=orders.net[which],
            placed_at=at,
            lead_at=milestones.lead_at[contact],
            opted_in_at=milestones.opted_in_at[contact],
            again_at=self._again.latest_before(contact, at),
            cycle_at=self._cycles.latest_before(contact, at) if self._cycles else None,
            is_begun_before=orders.is_begun_before[root],
            is_known_before=milestones.is_known_before[contact],
            is_new=orders.is_new[which],
            is_initial=orders.is_initial[which],
        )
        return BlockModels(
            block,
            block_orders,
            self._roles,
            self._allowance,
            self._effects,
            milestones.tracking_start,
        )


class _EventSearch:
    """Finds contacts' latest events; they are sorted by (contact, at)."""

    def __init__(self, contact: Ints, at: Ints, contacts: int) -> None:
        self._at = at
        counts = np.bincount(contact, minlength=contacts)
        self._offset = np.concatenate([[0], np.cumsum(counts)])

    def latest_before(self, contact: Ints, at: Ints) -> Ints:
        """Return the instant of the contact's latest event before each instant, or ``NEVER``.

        A binary search among each contact's own events, for all contacts at once.
        """
        first, high = self._offset[contact], self._offset[contact + 1]
        low = first.copy()
        while (open_ := low < high).any():
            middle = (low + high) // 2
            is_before = open_ & (self._at[np.where(open_, middle, 0)] < at)
            low, high = (
                np.where(is_before, middle + 1, low),
                np.where(open_ & ~is_before, middle, high),
            )
        found = low > first
        if not len(self._at):
            return np.full(len(contact), NEVER)
        return np.where(found, self._at[np.where(found, low - 1, 0)], NEVER)


def _cycle_search(orders: Orders, contacts: int) -> _EventSearch:
    contact, at = orders.contact[orders.ends_cycle], orders.placed_at[orders.ends_cycle]
    by_contact = _sorted_by(contact, at)
    return _EventSearch(contact[by_contact], at[by_contact], contacts)


def _by_contact(contact: Ints) -> Ints:
    """Return the order by contact, ties as they come; cheap where it is sorted already."""
    if (contact[1:] >= contact[:-1]).all():
        return np.arange(len(contact))
    return np.argsort(contact, kind="stable")


def _sorted_by(contact: Ints, at: Ints) -> Ints:
    """Return the order by (contact, at), ties as they come; cheap where it is sorted already."""
    is_sorted = (contact[1:] > contact[:-1]) | ((contact[1:] == contact[:-1]) & (at[1:] >= at[:-1]))
    return np.arange(len(contact)) if is_sorted.all() else np.lexsort((at, contact))


def _slice(touches: Touches, first: int, last: int) -> Touches:
    part = slice(first, last)
    return Touches(
        touches.contact[part],
        touches.at[part],
        touches.channel[part],
        touches.campaign[part],
        touches.is_direct[part],
        touches.is_paid[part],
        touches.is_referral[part],
        touches.channels,
        touches.campaigns,
    )
