"""The attribution engine: role columns in, credit columns of all models out, to the cent.

An order's credit is split over the distinct touches that fill its four roles. Everything is
integer minor units; what no touch gets stays with the order as unattributed or pre-tracking, so
that per order and model credits and rest sum to the revenue.

Formulas, with R the revenue and T the distinct touches of the roles, sorted by time:

* ``first_click new_lead reengaged_lead last_click``: R to the touch of that role.
* ``linear``: R / |T| each; the minor units that do not divide go to the earliest touches.
* ``full_impact``: R to each of T; rows may sum to more than R.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.models import MODELS, ROLES, SINGLE_TOUCH_MODELS
from headwater.domain.roles import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headwater.domain.roles import Bools, Ints

    type MaskedInts = np.ma.MaskedArray[tuple[int], np.dtype[np.int64]]

# The roles of an event that can precede tracking, and so can have an unseen touch.
_ORIGIN_ROLES = [ROLES.index("first_click"), ROLES.index("new_lead")]


@dataclass(frozen=True, slots=True)
class Credits:
    """Credits of many orders, one row per (order, touch).

    Attributes:
        order: index of each row's order, ascending; rows of one order are in touch order.
        touch: index of each row's touch.
        roles: bool, shape (rows, 4), which roles the touch fills, in ``ROLES`` order.
        gross: model → minor units per row, masked where the touch takes no part in the model.
        net: the same for revenue less refunds.
        rest_gross: model → minor units per order that no touch gets.
        rest_net: the same, net.
        is_pre_tracking: model → bool per order: its rest precedes tracking.
    """

    order: Ints
    touch: Ints
    roles: NDArray[np.bool_]
    gross: dict[str, MaskedInts]
    net: dict[str, MaskedInts]
    rest_gross: dict[str, Ints]
    rest_net: dict[str, Ints]
    is_pre_tracking: dict[str, Bools]


@dataclass(frozen=True, slots=True)
class _Distinct:
    """The distinct touches of each order's roles: one row per (order, touch), by touch."""

    order: Ints
    touch: Ints
    roles: NDArray[np.bool_]
    rank: Ints
    count: Ints


def attribute(
    roles: Ints,
    *,
    gross: Ints,
    net: Ints,
    is_known_before: Bools,
    is_placed_before_tracking: Bools,
) -> Credits:
    """Credit orders to the touches of their roles, under every model.

    Args:
        roles: shape (orders, 4), touch indexes in ``ROLES`` order, -1 where vacant. A rebill
            brings the roles of its chain's initial order.
        gross: revenue per order, minor units; negative where the order gave money.
        net: the same less refunds.
        is_known_before: the contact opted in or bought before tracking could see him, so that
            his first click and his becoming a lead are unknown.
        is_placed_before_tracking: the order (a rebill: its initial) was placed before the start
            of tracking plus the last-click window.

    Returns:
        The credits. For every model but ``full_impact`` and for gross and net alike,
        credits + rest = revenue, order by order.
    """
    seen = roles.copy()
    seen[np.ix_(is_known_before, _ORIGIN_ROLES)] = NONE
    distinct = _distinct_touches(seen)
    credits_gross, credits_net = {}, {}
    for model in MODELS:
        credits_gross[model] = _credit(model, distinct, gross)
        credits_net[model] = _credit(model, distinct, net)
    credited = {model: _credited(model, seen) for model in MODELS}
    return Credits(
        distinct.order,
        distinct.touch,
        distinct.roles,
        credits_gross,
        credits_net,
        {model: np.where(credited[model], 0, gross) for model in MODELS},
        {model: np.where(credited[model], 0, net) for model in MODELS},
        {
            model: ~credited[model]
            & (
                is_known_before
                if model in ("first_click", "new_lead")
                else is_placed_before_tracking
            )
            for model in MODELS
        },
    )


def _credited(model: str, roles: Ints) -> Bools:
    filled: Bools = roles >= 0
    columns = [ROLES.index(model)] if model in SINGLE_TOUCH_MODELS else list(range(len(ROLES)))
    credited: Bools = filled[:, columns].any(axis=1)
    return credited


def _distinct_touches(roles: Ints) -> _Distinct:
    """List each order's role touches once, in touch order, with the roles that each fills."""
    by_touch = np.sort(roles, axis=1)
    is_new = by_touch >= 0
    is_new[:, 1:] &= by_touch[:, 1:] != by_touch[:, :-1]
    order, column = np.nonzero(is_new)
    touch = by_touch[order, column]
    rank = (np.cumsum(is_new, axis=1) - 1)[order, column]
    count = is_new.sum(axis=1)[order]
    return _Distinct(order, touch, roles[order] == touch[:, None], rank, count)


def _credit(model: str, distinct: _Distinct, revenue: Ints) -> MaskedInts:
    """Return each row's credit under one model, in minor units."""
    whole = revenue[distinct.order]
    if model == "full_impact":
        return np.ma.masked_array(whole)
    if model == "linear":
        each, left_over = np.divmod(np.abs(whole), distinct.count)
        return np.ma.masked_array(np.sign(whole) * (each + (distinct.rank < left_over)))
    return np.ma.masked_array(whole, mask=~distinct.roles[:, ROLES.index(model)])
