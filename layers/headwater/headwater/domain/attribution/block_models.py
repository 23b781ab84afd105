"""All models on one block of orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution import weights as w
from headwater.domain.attribution.apportion import EQUAL, Weights
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
from headwater.domain.attribution.revenue import Revenue
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
        self._touches: dict[object, Ints] = {}
        self._parts: dict[object, Rows] = {}
        self._channels: dict[int, Ints] = {}

    def credits(self, models: Sequence[ModelDefinition], first_touch: int) -> Credits:
        """Return the block's credits; ``first_touch`` is its first touch's index in the input."""
        rows = {model.name: self._rows(model) for model in models}
        of_roles = [self._rows(role) for role in self._roles]
        journey = self._block.journey
        length = journey.end - journey.start
        base = np.cumsum(length) - length - journey.start
        # Where each row is among all touches of all orders' journeys; models share rows.
        shared = {id(each): each for each in (*rows.values(), *of_roles)}
        places = {key: each.touch + each.spread(base[each.order]) for key, each in shared.items()}
        used = np.zeros(int(length.sum()), dtype=bool)
        for place in places.values():
            used[place] = True
        row_of = np.cumsum(used) - 1
        row = {key: row_of[place] for key, place in places.items()}
        found = np.flatnonzero(used)
        pair_order = np.repeat(np.arange(len(length)), length)[found]
        flags = np.zeros((len(found), len(self._roles)), dtype=bool)
        for role, each in enumerate(of_roles):
            flags[row[id(each)], role] = True
        gross, net = self.orders.gross, self.orders.net
        revenue = {key: Revenue(each, gross, net) for key, each in shared.items()}
        return Credits(
            self.orders.which,
            self.orders.which[pair_order],
            found - base[pair_order] + first_touch,
            flags,
            {
                name: self._model_credits(model, each, row[id(each)], revenue[id(each)])
                for model, (name, each) in zip(models, rows.items(), strict=True)
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

    def _role_touch(self, role: int, model: ModelDefinition | None = None) -> Ints:
        """Return the touch that plays a role in each order, by the filters of a model, too."""
        filters = () if model is None or model.filter == TouchFilter() else (model.filter,)
        cycle = model is not None and model.conversion_cycle
        return self._one_touch(self._roles[role], filters, cycle=cycle)

    def _rows(self, model: ModelDefinition) -> Rows:
        """Return the touches that take part in a model; the same object for all of the same."""
        is_single = model.kind in SINGLE_TOUCH_KINDS
        family = model.kind if is_single else model.kind in ROLE_KINDS
        key = (family, model.filter, model.window, model.conversion_cycle, model.orders)
        if key not in self._parts:
            scope = self.orders.in_scope(model.orders)
            if is_single:
                touch = self._one_touch(model, (), cycle=False)
                rows = single(touch if scope is None else np.where(scope, touch, NONE))
            elif model.kind in ROLE_KINDS:
                roles = range(len(self._roles))
                touches = np.stack([self._role_touch(role, model) for role in roles])
                rows = distinct(touches if scope is None else np.where(scope, touches, NONE))
            else:
                rows = self._path(model, scope)
            self._parts[key] = rows
        return self._parts[key]

    def _path(self, model: ModelDefinition, scope: Bools | None) -> Rows:
        view = self._view((model.filter,))
        low, high = view.ranges(self._span(model, cycle=model.conversion_cycle))
        return expand(low, high if scope is None else np.where(scope, high, low), view.position)

    def _one_touch(
        self, model: ModelDefinition, filters: tuple[TouchFilter, ...], *, cycle: bool
    ) -> Ints:
        """Return the touch that a single-touch model picks for each order."""
        filters, cycle = (model.filter, *filters), cycle or model.conversion_cycle
        key = (model.kind, model.window, filters, cycle)
        if key not in self._touches:
            view, span = self._view(filters), self._span(model, cycle=cycle)
            touch = view.first(span) if model.kind is Kind.FIRST else view.last(span)
            if model.needs_origin:
                touch = np.where(self.orders.is_known_before, NONE, touch)
            self._touches[key] = touch
        return self._touches[key]

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
                return w.channel_weights(rows, self._channel(rows))
            case Kind.POSITION:
                return w.position_weights(rows, model.weights)
            case Kind.W_SHAPED:
                return w.w_shaped_weights(rows, self._role_touch(_NEW_LEAD), model.weights)
            case Kind.DECAY:
                return w.decay_weights(rows, touches.at[rows.touch], microseconds(model.half_life))
            case Kind.MARKOV:
                placed_at = orders.placed_at[rows.order]
                return w.markov_weights(
                    rows, self._channel(rows), touches.channels, placed_at, self._effects
                )
            case Kind.ROLES_FUNNEL:
                first_click = self._role_touch(_FIRST_CLICK, model)
                opted_in_at = orders.opted_in_at[rows.order]
                return w.funnel_weights(rows, first_click, touches.at[rows.touch], opted_in_at)
            case _:
                return EQUAL

    def _channel(self, rows: Rows) -> Ints:
        if id(rows) not in self._channels:
            self._channels[id(rows)] = self._block.touches.channel[rows.touch]
        return self._channels[id(rows)]

    def _model_credits(
        self, model: ModelDefinition, rows: Rows, row: Ints, revenue: Revenue
    ) -> ModelCredits:
        if model.kind in SINGLE_TOUCH_KINDS or model.kind is Kind.ROLES_FULL:
            gross, net = revenue.whole()
        else:
            gross, net = revenue.apportion(self._weights(model, rows))
        return ModelCredits(
            row,
            gross,
            net,
            revenue.rest_gross,
            revenue.rest_net,
            self._pre_tracking(model) & revenue.is_rest,
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
