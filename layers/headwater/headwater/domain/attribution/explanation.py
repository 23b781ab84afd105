"""Why one order was credited as it was: the engine's own shares, and the rule behind each touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.columns import NEVER, microseconds
from headwater.domain.attribution.definitions import ROLE_KINDS, Direct, Kind, Scope
from headwater.domain.attribution.engine import BlockWork
from headwater.domain.models import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.domain.attribution.block_models import BlockModels, BlockOrders
    from headwater.domain.attribution.columns import Milestones, Orders, Touches
    from headwater.domain.attribution.credits import Credits, ModelCredits
    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.domain.effects import Effects


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one model says of one touch.

    Attributes:
        weight: its share is ``weight`` of ``total``.
        total: the weights of all touches of the order; 0 where it has no share.
        gross: what that is of the order's gross, minor units.
        net: the same of net.
        reason: why it has no share; empty otherwise.
        place: ``before``, ``inside`` or ``after`` the model's window; empty where that has none.
    """

    weight: int = 0
    total: int = 0
    gross: int = 0
    net: int = 0
    reason: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Remainder:
    """What no touch gets under one model, minor units; it may precede tracking."""

    gross: int
    net: int
    is_pre_tracking: bool


@dataclass(frozen=True, slots=True)
class Lead:
    """What decides an order's credit beside its touches; instants in µs, ``NEVER`` where none.

    Attributes:
        lead_at: when the contact became a lead, at an order if not at an opt-in.
        opted_in_at: his first opt-in; ``LATER_THAN_ALL`` where he has none.
        again_at: when he last came back to a list before the order.
        is_known_before: he opted in or bought before tracking could see him.
        is_begun_before: the subscription began before our history.
    """

    lead_at: int
    opted_in_at: int
    again_at: int
    is_known_before: bool
    is_begun_before: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """An order's whole path.

    Attributes:
        root: the order whose shares it takes: itself, or a rebill's initial one.
        touches: indexes of all touches of that order's contact, also later ones.
        roles: the roles of each touch, in ``ROLES`` order.
        verdicts: model → a verdict per touch.
        windows: model → the first and the last instant of its window, µs; None where it has none,
            a first of None for no limit.
        rest: model → what no touch gets.
        lead: of the contact, as the root order saw him.
        tracking_start: µs; ``LATER_THAN_ALL`` where nothing was ever tracked.
    """

    root: int
    touches: list[int]
    roles: list[list[str]]
    verdicts: dict[str, list[Verdict]]
    windows: dict[str, tuple[int | None, int] | None]
    rest: dict[str, Remainder]
    lead: Lead
    tracking_start: int


class Explainer:
    """Explains orders, one at a time, with the engine's own shares and cents.

    It is made of what ``attribute`` takes.
    """

    def __init__(
        self,
        orders: Orders,
        touches: Touches,
        milestones: Milestones,
        models: Sequence[ModelDefinition],
        effects: Effects | None,
    ) -> None:
        self._orders, self._touches, self._models = orders, touches, tuple(models)
        self._tracking_start = milestones.tracking_start
        self._work = BlockWork(orders, touches, milestones, models, effects)

    def explain(self, order: int) -> Explanation:
        """Explain the order of this index."""
        block = self._work.models_of(np.array([order]))
        root = int(self._orders.root[order])
        contact = self._orders.contact[root]
        first = int(np.searchsorted(self._touches.contact, contact))
        path = list(range(first, int(np.searchsorted(self._touches.contact, contact, "right"))))
        credits_ = block.credits(self._models, first)
        is_usable = bool(self._orders.is_creditable[order] and not block.orders.is_begun_before[0])
        reader = _Reader(self._touches, path, block.orders, is_usable=is_usable)
        of_order = block.orders
        return Explanation(
            root,
            path,
            _roles(credits_, path),
            {model.name: self._verdicts(model, reader, block, credits_) for model in self._models},
            {model.name: reader.window(model) for model in self._models},
            {name: _remainder(given) for name, given in credits_.models.items()},
            Lead(
                int(of_order.lead_at[0]),
                int(of_order.opted_in_at[0]),
                int(of_order.again_at[0]),
                bool(of_order.is_known_before[0]),
                bool(of_order.is_begun_before[0]),
            ),
            self._tracking_start,
        )

    def _verdicts(
        self, model: ModelDefinition, reader: _Reader, block: BlockModels, credits_: Credits
    ) -> list[Verdict]:
        shares = block.shares(model)
        given = credits_.models[model.name]
        amounts = {
            int(credits_.touch[row]): (int(gross), int(net))
            for row, gross, net in zip(given.row, given.gross, given.net, strict=True)
        }
        first = reader.path[0] if reader.path else 0
        return [
            Verdict(*shares[n - first], *amounts[n], place=reader.place(model, n))
            if n in amounts
            else Verdict(reason=reader.reason(model, n), place=reader.place(model, n))
            for n in reader.path
        ]


def _roles(credits_: Credits, path: Sequence[int]) -> list[list[str]]:
    flags = dict(zip(credits_.touch.tolist(), credits_.roles.tolist(), strict=True))
    return [
        [role for role, fills in zip(ROLES, flags.get(n, ()), strict=False) if fills] for n in path
    ]


def _remainder(given: ModelCredits) -> Remainder:
    return Remainder(
        int(given.rest_gross[0]), int(given.rest_net[0]), bool(given.is_pre_tracking[0])
    )


class _Reader:
    """Reads the rules once more, touch by touch."""

    def __init__(
        self, touches: Touches, path: list[int], order: BlockOrders, *, is_usable: bool
    ) -> None:
        self._touches, self.path, self._order = touches, path, order
        self._is_usable = is_usable
        self._placed_at = int(order.placed_at[0])

    def window(self, model: ModelDefinition) -> tuple[int | None, int] | None:
        if model.kind in ROLE_KINDS:
            return None
        end = self._placed_at
        if model.kind in (Kind.NEW_LEAD, Kind.REENGAGED_LEAD):
            lead = model.kind is Kind.NEW_LEAD
            end = int((self._order.lead_at if lead else self._order.again_at)[0])
            if end == NEVER or end > self._placed_at:
                return None
        return (None if model.window is None else end - microseconds(model.window)), end

    def place(self, model: ModelDefinition, touch: int) -> str:
        """Return where a touch lies: before, inside or after a model's window, if it has one."""
        window = self.window(model)
        if window is None:
            return ""
        first, last = window
        at = int(self._touches.at[touch])
        if at > last:
            return "after"
        return "before" if first is not None and at < first else "inside"

    def reason(self, model: ModelDefinition, touch: int) -> str:
        """Return why a touch has no part in a model."""
        whole = self._whole_order(model)
        if whole:
            return whole
        reason = self._own(model, touch)
        if reason:
            return reason
        if model.kind in ROLE_KINDS:
            return "no_role"
        others = [self._class(model, n) for n in self.path if not self._own(model, n)]
        if self._class(model, touch) > min(others):
            is_direct = bool(self._touches.is_direct[touch])
            return "direct_beside_others" if is_direct else "referral_beside_campaign"
        return "not_the_first" if model.kind is Kind.FIRST else "not_the_last"

    def _whole_order(self, model: ModelDefinition) -> str:
        """Return why no touch at all can have a part."""
        scope = self._order.in_scope(model.orders)
        if not self._is_usable:
            return "order_not_creditable"
        if model.orders is not Scope.ALL and scope is not None and not scope[0]:
            return "order_not_in_scope"
        if model.needs_origin and self._order.is_known_before[0]:
            return "known_before_tracking"
        is_lead = model.kind in (Kind.NEW_LEAD, Kind.REENGAGED_LEAD)
        return "no_opt_in" if is_lead and self.window(model) is None else ""

    def _own(self, model: ModelDefinition, touch: int) -> str:
        """Return what excludes a touch whatever the others are."""
        touches, at = self._touches, int(self._touches.at[touch])
        start, end = self.window(model) or (None, self._placed_at)
        cycle = None if self._order.cycle_at is None else int(self._order.cycle_at[0])
        filter_ = model.filter
        checks = {
            "after_order": at > self._placed_at,
            "after_opt_in": at > end,
            "before_window": start is not None and at < start,
            "before_previous_order": model.conversion_cycle and cycle is not None and at <= cycle,
            "channel": not filter_.lets_channel(touches.channels[touches.channel[touch]]),
            "campaign": not filter_.lets_campaign(touches.campaigns[touches.campaign[touch]]),
            "not_paid": filter_.paid_only and not touches.is_paid[touch],
            "direct": filter_.direct is Direct.NEVER and bool(touches.is_direct[touch]),
        }
        return next((reason for reason, holds in checks.items() if holds), "")

    def _class(self, model: ModelDefinition, touch: int) -> int:
        """Return a touch's class, of which the lowest in a window counts."""
        is_direct = bool(self._touches.is_direct[touch])
        if model.filter.campaign_first:
            return 2 if is_direct else int(self._touches.is_referral[touch])
        return int(is_direct and model.filter.direct is Direct.ALONE)
