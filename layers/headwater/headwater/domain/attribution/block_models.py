"""All models on one block of orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution import weights as w
from headwater.domain.attribution.apportion import EQUAL, Weights, apportion
from headwater.domain.attribution.block import View
from headwater.domain.attribution.columns import LATER_THAN_ALL, NONE, microseconds
from headwater.domain.attribution.credits import Credits, ModelCredits
from headwater.domain.attribution.definitions import (
    ROLE_KINDS,
    SINGLE_TOUCH_KINDS,
    Kind,
    Scope,
    TouchFilter,
)
from headwater.domain.attribution.rows import Rows, distinct, expand, single

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from headwater.domain.attribution.block import Allowance, Block, Span
    from headwater.domain.attribution.columns import Bools, Ints
    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.domain.effects import Effects

_FIRST_CLICK, _NEW_LEAD, _REENGAGED, _LAST_CLICK = range(4)


@dataclass(frozen=True, slots=True)
class BlockOrders:
    """The orders of a block, with what decides their credit beside touches.

    ``placed_at lead_at opted_in_at again_at cycle_at is_begun_before is_known_before`` are those
    of the order whose shares it takes.
    """

    which: Ints
    gross: Ints
    net: Ints
    placed_at: Ints
    lead_at: Ints
    opted_in_at: Ints
    again_at: Ints
    cycle_at: Ints | None
    is_begun_before: Bools
    is_known_before: Bools
    is_new: Bools
    is_initial: Bools

    def in_scope(self, scope: Scope) -> Bools | None:
        """Tell which orders a scope holds; None for all."""
        return {
            Scope.ALL: None,
            Scope.NEW: self.is_new,
            Scope.REPEAT: ~self.is_new,
            Scope.SUBSCRIPTION_INITIAL: self.is_initial,
        }[scope]


class BlockModels:
    """Computes models on one block; what several share is computed once."""

    def __init__(
        self,
        block: Block,
        orders: BlockOrders,
        roles: Sequence[ModelDefinition],
        allowance: Allowance,
        effects: Effects | None,
        tracking_start: int,
    ) -> None:
        self._block, self.orders = block, orders
        self._roles, self._effects = roles, effects
        self._allowance, self._tracking_start = allowance, tracking_start
        self._views: dict[tuple[TouchFilter, ...], View] = {}
        self._spans: dict[object, Span] = {}
        self._paths: dict[object, Rows] = {}
        self._role_touches: dict[object, Ints] = {}

    def credits(self, models: Sequence[ModelDefinition], first_touch: int) -> Credits:
        """Return the block's credits; ``first_touch`` is its first touch's index in the input."""
        rows = {model.name: self._rows(model) for model in models}
        roles = self.role_touches()
        journey = self._block.journey
        length = journey.end - journey.start
        base = np.cumsum(length) - length - journey.start
        used = np.zeros(int(length.sum()), dtype=bool)
        places: dict[int, Ints] = {}
        for each in rows.values():
            if id(each) not in places:
                places[id(each)] = np.repeat(base[each.order], each.count) + each.touch
                used[places[id(each)]] = True
        role_rows = [single(roles[:, role]) for role in range(len(self._roles))]
        for each in role_rows:
            used[base[each.order] + each.touch] = True
        row_of = np.cumsum(used) - 1
        # One array for all models of the same touches.
        row = {key: row_of[place] for key, place in places.items()}
        pair_order = np.repeat(np.arange(len(length)), length)[used]
        touch = np.flatnonzero(used) - base[pair_order]
        flags = np.zeros((len(touch), len(self._roles)), dtype=bool)
        for role, each in enumerate(role_rows):
            flags[row_of[base[each.order] + each.touch], role] = True
        return Credits(
            self.orders.which,
            self.orders.which[pair_order],
            touch + first_touch,
            flags,
            {
                model.name: self._model_credits(model, rows[model.name], row[id(rows[model.name])])
                for model in models
            },
        )

    def shares(self, model: ModelDefinition) -> dict[int, tuple[int, int]]:
        """Return, of a block of one order, the block's touch → its weight and all weights' sum."""
        rows = self._rows(model)
        if not len(rows):
            return {}
        weights = self._weights(model, rows)
        own = weights.exact.get(0) or (
            [1] * len(rows) if weights.row is None else weights.row.tolist()
        )
        total = 1 if model.kind is Kind.ROLES_FULL else sum(own)
        return {
            touch: (weight, total) for touch, weight in zip(rows.touch.tolist(), own, strict=True)
        }

    def role_touches(self, filter_: TouchFilter | None = None, *, cycle: bool = False) -> Ints:
        """Return the touches of the four roles, shape (orders, 4), in ``ROLES`` order.

        Args:
            filter_: of a model, beside the roles' own.
            cycle: only those after the contact's previous order.
        """
        key = (filter_, cycle)
        if key not in self._role_touches:
            filters = () if filter_ is None or filter_ == TouchFilter() else (filter_,)
            self._role_touches[key] = np.column_stack(
                [self._one_touch(role, filters, cycle=cycle) for role in self._roles]
            )
        return self._role_touches[key]

    def _rows(self, model: ModelDefinition) -> Rows:
        scope = self.orders.in_scope(model.orders)
        if model.kind in SINGLE_TOUCH_KINDS:
            touch = self._one_touch(model, (), cycle=False)
            return single(touch if scope is None else np.where(scope, touch, NONE))
        is_role_kind = model.kind in ROLE_KINDS
        key = (is_role_kind, model.filter, model.window, model.conversion_cycle, model.orders)
        if key not in self._paths:
            self._paths[key] = (
                self._role_rows(model, scope) if is_role_kind else self._path(model, scope)
            )
        return self._paths[key]

    def _role_rows(self, model: ModelDefinition, scope: Bools | None) -> Rows:
        touches = self.role_touches(model.filter, cycle=model.conversion_cycle)
        return distinct(touches if scope is None else np.where(scope[:, None], touches, NONE))

    def _path(self, model: ModelDefinition, scope: Bools | None) -> Rows:
        view = self._view((model.filter,))
        low, high = view.ranges(self._span(model, cycle=model.conversion_cycle))
        return expand(low, high if scope is None else np.where(scope, high, low), view.position)

    def _one_touch(
        self, model: ModelDefinition, filters: tuple[TouchFilter, ...], *, cycle: bool
    ) -> Ints:
        """Return the touch that a single-touch model picks for each order."""
        view = self._view((model.filter, *filters))
        span = self._span(model, cycle=cycle or model.conversion_cycle)
        touch = view.first(span) if model.kind is Kind.FIRST else view.last(span)
        if model.needs_origin:
            touch = np.where(self.orders.is_known_before, NONE, touch)
        return touch

    def _view(self, filters: tuple[TouchFilter, ...]) -> View:
        if filters not in self._views:
            touches = self._block.touches
            allowed = self._allowance(filters, touches)
            self._views[filters] = View(touches, allowed, filters[0])
        return self._views[filters]

    def _span(self, model: ModelDefinition, *, cycle: bool) -> Span:
        kind = model.kind if model.kind in (Kind.NEW_LEAD, Kind.REENGAGED_LEAD) else None
        key = (kind, model.window, cycle)
        if key not in self._spans:
            window = None if model.window is None else microseconds(model.window)
            if kind is None:
                span = self._block.before_order(window)
            else:
                orders = self.orders
                opted_in = orders.lead_at if kind is Kind.NEW_LEAD else orders.again_at
                span = self._block.before_opt_in(opted_in, window)
            if cycle and self.orders.cycle_at is not None:
                span = span.since(self._block.after(self.orders.cycle_at))
            self._spans[key] = span
        return self._spans[key]

    def _weights(  # noqa: PLR0911 - a kind each
        self, model: ModelDefinition, rows: Rows
    ) -> Weights:
        touches, orders = self._block.touches, self.orders
        match model.kind:
            case Kind.CHANNELS:
                return w.channel_weights(rows, touches.channel[rows.touch])
            case Kind.POSITION:
                return w.position_weights(rows, model.weights)
            case Kind.W_SHAPED:
                return w.w_shaped_weights(rows, self.role_touches()[:, _NEW_LEAD], model.weights)
            case Kind.DECAY:
                return w.decay_weights(rows, touches.at[rows.touch], microseconds(model.half_life))
            case Kind.MARKOV:
                placed_at = orders.placed_at[rows.order]
                channel = touches.channel[rows.touch]
                return w.markov_weights(rows, channel, touches.channels, placed_at, self._effects)
            case Kind.ROLES_FUNNEL:
                roles = self.role_touches(model.filter, cycle=model.conversion_cycle)
                opted_in_at = orders.opted_in_at[rows.order]
                return w.funnel_weights(
                    rows, roles[:, _FIRST_CLICK], touches.at[rows.touch], opted_in_at
                )
            case _:
                return EQUAL

    def _model_credits(self, model: ModelDefinition, rows: Rows, row: Ints) -> ModelCredits:
        orders = self.orders
        gross, net = orders.gross[rows.order], orders.net[rows.order]
        if model.kind in SINGLE_TOUCH_KINDS:
            parts = gross, net
        elif model.kind is Kind.ROLES_FULL:
            parts = gross[rows.segment], net[rows.segment]
        else:
            parts = _both_parts(rows, self._weights(model, rows), gross, net)
        is_credited = np.zeros(len(self._block), dtype=bool)
        is_credited[rows.order] = True
        return ModelCredits(
            row,
            *parts,
            np.where(is_credited, 0, orders.gross),
            np.where(is_credited, 0, orders.net),
            self._pre_tracking(model) & ~is_credited,
        )

    def _pre_tracking(self, model: ModelDefinition) -> Bools:
        """Tell which orders' rest lies before tracking could see the deciding touch."""
        orders = self.orders
        if model.needs_origin:
            precedes = orders.is_known_before
        else:
            has_own = model.kind not in ROLE_KINDS and model.kind is not Kind.REENGAGED_LEAD
            window = model.window if has_own else None
            precedes = orders.placed_at < self._tracked_since(
                window or self._roles[_LAST_CLICK].window
            )
        precedes = precedes | orders.is_begun_before
        scope = orders.in_scope(model.orders)
        return precedes if scope is None else precedes & scope

    def _tracked_since(self, window: timedelta | None) -> int:
        span = 0 if window is None else microseconds(window)
        return min(self._tracking_start, LATER_THAN_ALL - span) + span


def _both_parts(rows: Rows, weights: Weights, gross: Ints, net: Ints) -> tuple[Ints, Ints]:
    """Apportion gross and net; most orders have no refund, so that both are one."""
    parts = apportion(rows, weights, gross)
    refunded = gross != net
    if not refunded.any():
        return parts, parts
    some, kept = rows.chosen(refunded)
    segment_of = np.cumsum(refunded) - 1
    some_weights = Weights(
        None if weights.row is None else weights.row[kept],
        {
            int(segment_of[segment]): exact
            for segment, exact in weights.exact.items()
            if refunded[segment]
        },
    )
    net_parts = parts.copy()
    net_parts[kept] = apportion(some, some_weights, net[refunded])
    return parts, net_parts
