"""The engine's columns: what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headwater.domain.attribution.columns import Bools, Ints

    type MaskedInts = np.ma.MaskedArray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class ModelCredits:
    """What one model gives.

    Attributes:
        row: which rows of the credits take part, in no particular order.
        gross: their credit, minor units.
        net: the same of revenue less refunds.
        rest_gross: per order, what no touch gets.
        rest_net: the same, net.
        is_pre_tracking: per order, whether that rest precedes tracking.
    """

    row: Ints
    gross: Ints
    net: Ints
    rest_gross: Ints
    rest_net: Ints
    is_pre_tracking: Bools


@dataclass(frozen=True, slots=True)
class Credits:
    """Credits of some orders, a row per (order, touch) that takes part in any model.

    For every model but ``full_impact``, and for gross and net alike, the credits of an order and
    its rest sum to its revenue.

    Attributes:
        orders: the orders, as indexes of the engine's input; ``rest…`` columns follow them.
        order: per row, the order's index in the input, grouped by order.
        touch: per row, the touch's index in the input, ascending within an order.
        roles: shape (rows, 4), which roles the touch fills, in ``ROLES`` order.
        models: name → what the model gives.
    """

    orders: Ints
    order: Ints
    touch: Ints
    roles: NDArray[np.bool_]
    models: dict[str, ModelCredits]

    def gross(self, model: str) -> MaskedInts:
        """Return minor units per row, masked where the touch takes no part in the model."""
        return self._dense(self.models[model].row, self.models[model].gross)

    def net(self, model: str) -> MaskedInts:
        """Return the same for revenue less refunds."""
        return self._dense(self.models[model].row, self.models[model].net)

    def _dense(self, row: Ints, amounts: Ints) -> MaskedInts:
        dense = np.zeros(len(self.order), dtype=np.int64)
        mask = np.ones(len(self.order), dtype=bool)
        dense[row] = amounts
        mask[row] = False
        return np.ma.masked_array(dense, mask=mask)


def join_credits(blocks: Sequence[Credits], orders: int, models: Sequence[str]) -> Credits:
    """Return the credits of all blocks as one, orders ascending.

    Args:
        blocks: every order is in exactly one of them.
        orders: how many there are.
        models: the names.
    """
    empty = np.zeros(0, dtype=np.int64)
    order = np.concatenate([empty, *(block.order for block in blocks)])
    touch = np.concatenate([empty, *(block.touch for block in blocks)])
    by_order = np.argsort(order, kind="stable")
    place = np.empty_like(by_order)
    place[by_order] = np.arange(len(by_order))
    which = np.concatenate([empty, *(block.orders for block in blocks)])
    offsets = np.cumsum([0, *(len(block.order) for block in blocks)])
    roles = np.concatenate([np.zeros((0, 4), dtype=bool), *(block.roles for block in blocks)])
    return Credits(
        np.arange(orders),
        order[by_order],
        touch[by_order],
        roles[by_order],
        {model: _join(model, blocks, place, which, offsets) for model in models},
    )


def _join(
    model: str, blocks: Sequence[Credits], place: Ints, which: Ints, offsets: Ints
) -> ModelCredits:
    parts = [block.models[model] for block in blocks]
    empty = np.zeros(0, dtype=np.int64)

    def of_rows(name: str, by_row: Ints) -> Ints:
        values = np.concatenate([empty, *(getattr(part, name) for part in parts)])
        return values[by_row]

    def of_orders(name: str) -> Ints:
        values = np.concatenate([empty, *(getattr(part, name) for part in parts)])
        placed = np.empty_like(values)
        placed[which] = values
        return placed

    row = np.concatenate(
        [empty, *(part.row + offset for part, offset in zip(parts, offsets, strict=False))]
    )
    row = place[row]
    by_row = np.argsort(row, kind="stable")
    return ModelCredits(
        row[by_row],
        of_rows("gross", by_row),
        of_rows("net", by_row),
        of_orders("rest_gross"),
        of_orders("rest_net"),
        of_orders("is_pre_tracking").astype(bool),
    )
