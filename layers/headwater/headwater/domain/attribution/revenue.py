"""The revenue of the orders that a set of rows credits; models of the same rows share it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.apportion import Weights, apportion

if TYPE_CHECKING:
    from headwater.domain.attribution.columns import Bools, Ints
    from headwater.domain.attribution.rows import Rows


class Revenue:
    """Gross and net of some orders, apart in what rows credit and what they leave.

    Args:
        rows: the touches that take part.
        gross: per order, minor units.
        net: the same less refunds.

    Attributes:
        rest_gross: per order, what no row credits.
        rest_net: the same, net.
        is_rest: which orders have no row.
    """

    def __init__(self, rows: Rows, gross: Ints, net: Ints) -> None:
        self._rows = rows
        self._gross, self._net = gross[rows.order], net[rows.order]
        self.rest_gross, self.rest_net = gross.copy(), net.copy()
        self.is_rest: Bools = np.ones(len(gross), dtype=bool)
        for column in (self.rest_gross, self.rest_net, self.is_rest):
            column[rows.order] = 0

    @cached_property
    def _is_refunded(self) -> Bools:
        is_refunded: Bools = self._gross != self._net
        return is_refunded

    @cached_property
    def _refunded(self) -> tuple[Rows, Ints]:
        return self._rows.chosen(self._is_refunded)

    def whole(self) -> tuple[Ints, Ints]:
        """Return its order's gross and net for each row."""
        return self._rows.spread(self._gross), self._rows.spread(self._net)

    def apportion(self, weights: Weights) -> tuple[Ints, Ints]:
        """Return each row's part of its order's gross and net."""
        parts = apportion(self._rows, weights, self._gross)
        # Most orders have no refund: their net credit is the gross one.
        refunded, kept = self._refunded
        if not len(kept):
            return parts, parts
        segment_of = np.cumsum(self._is_refunded) - 1
        some = Weights(
            None if weights.row is None else weights.row[kept],
            {
                int(segment_of[segment]): exact
                for segment, exact in weights.exact.items()
                if self._is_refunded[segment]
            },
        )
        net_parts = parts.copy()
        net_parts[kept] = apportion(refunded, some, self._net[self._is_refunded])
        return parts, net_parts
