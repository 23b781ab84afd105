"""Why one order was credited as it was: the engine's own shares, and the rule behind each touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.columns import NEVER, microseconds
from headwater.domain.attribution.definitions import ROLE_KINDS, Direct, Kind, Scope
from headwater.domain.attribution.engine import BlockWork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.domain.attribution.block_models import BlockOrders
    from headwater.domain.attribution.columns import Milestones, Orders, Touches
    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.domain.effects import Effects


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one model says of one touch.

    ``weight`` of ``total`` is its share; ``reason`` says why it has none, and is empty otherwise.
    """

    weight: int = 0
    total: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An order's whole path.

    Attributes:
        root: the order whose shares it takes: itself, or a rebill's initial one.
        touches: indexes of all touches of that order's contact, also later ones.
        verdicts: model → a verdict per touch.
        windows: model → the first and the last instant of its window, µs; None where it has none,
            a first of None for no limit.
    """

    root: int
    touches: list[int]
    verdicts: dict[str, list[Verdict]]
    windows: dict[str, tuple[int | None, int] | None]


def explain(
    orders: Orders,
    touches: Touches,
    milestones: Milestones,
    models: Sequence[ModelDefinition],
    effects: Effects | None,
    order: int,
) -> Explanation:
    """Explain one order; takes what ``attribute`` takes, and the order's index."""
    work = BlockWork(orders, touches, milestones, models, effects)
    block = work.models_of(np.array([order]))
    root = int(orders.root[order])
    path = np.flatnonzero(touches.contact == orders.contact[root]).tolist()
    is_usable = bool(orders.is_creditable[order] and not orders.is_begun_before[root])
    shares = {model.name: block.shares(model) for model in models}
    first = path[0] if path else 0
    reader = _Reader(touches, path, block.orders, is_usable=is_usable)
    return Explanation(
        root,
        path,
        {
            model.name: [
                Verdict(*shares[model.name][n - first])
                if n - first in shares[model.name]
                else Verdict(reason=reader.reason(model, n))
                for n in path
            ]
            for model in models
        },
        {model.name: reader.window(model) for model in models},
    )


class _Reader:
    """Reads the rules once more, touch by touch."""

    def __init__(
        self, touches: Touches, path: list[int], order: BlockOrders, *, is_usable: bool
    ) -> None:
        self._touches, self._path, self._order = touches, path, order
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
        others = [self._class(model, n) for n in self._path if not self._own(model, n)]
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
