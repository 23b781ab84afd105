"""The models once more, order by order in plain Python: what the engine must equal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.attribution.columns import (
    LATER_THAN_ALL,
    NEVER,
    Milestones,
    Orders,
    Touches,
)
from headwater.domain.attribution.definitions import default_models
from headwater.domain.attribution.weights import exact_decay
from headwater.domain.effects import Effects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from headwater.domain.attribution.columns import Ints
    from headwater.domain.attribution.definitions import ModelDefinition

DAY = 86_400_000_000
CHANNELS = ("paid_search", "email", "organic_search", "direct")
CLICK_DAYS, OPT_IN_DAYS, MULTI_DAYS = 10, 7, 30
MODELS = default_models(timedelta(days=CLICK_DAYS), timedelta(days=OPT_IN_DAYS))
EFFECTS = (5, 0, 3, 1)


@dataclass(frozen=True)
class Touch:
    """A click on a day, by the index of its channel."""

    contact: int
    day: int
    channel: int = 0

    @property
    def is_direct(self) -> bool:
        return CHANNELS[self.channel] == "direct"

    @property
    def is_paid(self) -> bool:
        return CHANNELS[self.channel] == "paid_search"


@dataclass(frozen=True)
class Order:
    """An order on a day; ``root`` is the order whose shares it takes."""

    contact: int
    day: int
    gross: int = 100
    net: int = 100
    root: int = -1


@dataclass(frozen=True)
class Account:
    """Everything that the engine sees, in days."""

    touches: list[Touch] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    opt_ins: list[tuple[int, int]] = field(default_factory=list)
    contacts: int = 4
    known_before: frozenset[int] = frozenset()
    tracking_start: int = 0

    @property
    def sorted_touches(self) -> list[Touch]:
        return sorted(self.touches, key=lambda touch: (touch.contact, touch.day))

    def lead_day(self, contact: int) -> int | None:
        days = [day for who, day in self.opt_ins if who == contact]
        days += [order.day for order in self.orders if order.contact == contact]
        return min(days, default=None)

    def opt_in_day(self, contact: int) -> int | None:
        return min((day for who, day in self.opt_ins if who == contact), default=None)

    def again_days(self, contact: int) -> list[int]:
        return sorted(day for who, day in self.opt_ins if who == contact)[1:]

    def columns(self) -> tuple[Orders, Touches, Milestones, Effects]:
        """Return the account as the engine takes it."""
        touches, orders = self.sorted_touches, self.orders
        again = sorted((who, day) for who in range(self.contacts) for day in self.again_days(who))
        leads = [self.lead_day(contact) for contact in range(self.contacts)]
        firsts = {
            contact: min(
                (order.day, n) for n, order in enumerate(orders) if order.contact == contact
            )[1]
            for contact in {order.contact for order in orders}
        }
        never = np.zeros(len(orders), dtype=bool)
        root = [n if order.root < 0 else order.root for n, order in enumerate(orders)]
        return (
            Orders(
                contact=ints(order.contact for order in orders),
                placed_at=ints(order.day * DAY for order in orders),
                gross=ints(order.gross for order in orders),
                net=ints(order.net for order in orders),
                root=ints(root),
                is_creditable=~never,
                is_begun_before=never,
                is_new=np.array([firsts[o.contact] == n for n, o in enumerate(orders)], dtype=bool),
                is_initial=never,
                ends_cycle=~never,
            ),
            Touches(
                contact=ints(touch.contact for touch in touches),
                at=ints(touch.day * DAY for touch in touches),
                channel=ints(touch.channel for touch in touches),
                campaign=ints(0 for _ in touches),
                is_direct=np.array([touch.is_direct for touch in touches], dtype=bool),
                is_paid=np.array([touch.is_paid for touch in touches], dtype=bool),
                is_referral=np.array([touch.channel == 2 for touch in touches], dtype=bool),
                channels=CHANNELS,
                campaigns=("",),
            ),
            Milestones(
                lead_at=ints(NEVER if day is None else day * DAY for day in leads),
                opted_in_at=ints(
                    LATER_THAN_ALL if day is None else day * DAY
                    for day in map(self.opt_in_day, range(self.contacts))
                ),
                is_known_before=np.array(
                    [contact in self.known_before for contact in range(self.contacts)]
                ),
                again_contact=ints(who for who, _ in again),
                again_at=ints(day * DAY for _, day in again),
                tracking_start=self.tracking_start * DAY,
            ),
            Effects(("1970-01",), ints([0]), CHANNELS, ints([*EFFECTS, 0])[None, :], ("markov",)),
        )


def ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


class Oracle:
    """One order's shares, read plainly from the rules."""

    def __init__(self, account: Account, order: int) -> None:
        self._account = account
        self._touches = account.sorted_touches
        placed = account.orders[order]
        self.order = account.orders[placed.root] if placed.root >= 0 else placed
        self.is_known_before = self.order.contact in account.known_before

    def eligible(
        self,
        first: int | None,
        last: int,
        keep: Callable[[Touch], bool] = lambda _: True,
        *,
        like_any: bool = False,
    ) -> list[int]:
        inside = [
            n
            for n, touch in enumerate(self._touches)
            if touch.contact == self.order.contact
            and touch.day <= last
            and (first is None or touch.day >= first)
            and keep(touch)
        ]
        marked = [n for n in inside if not self._touches[n].is_direct]
        return inside if like_any else marked or inside

    def roles(self) -> list[int | None]:
        day = self.order.day
        lead = self._account.lead_day(self.order.contact)
        again = [d for d in self._account.again_days(self.order.contact) if d < day]
        first = self.eligible(None, day)[:1]
        led = (
            self.eligible(lead - OPT_IN_DAYS, lead)[-1:] if lead is not None and lead <= day else []
        )
        re_led = self.eligible(again[-1] - OPT_IN_DAYS, again[-1])[-1:] if again else []
        last = self.eligible(day - CLICK_DAYS, day)[-1:]
        if self.is_known_before:
            first, led = [], []
        return [each[0] if each else None for each in (first, led, re_led, last)]

    def shares(self, model: str) -> dict[int, Fraction]:  # noqa: PLR0911 - a rule each
        """Return touch → share; they sum to one where any touch is credited."""
        day, roles = self.order.day, self.roles()
        by_role = dict(
            zip(("first_click", "new_lead", "reengaged_lead", "last_click"), roles, strict=True)
        )
        if model in by_role:
            return _all_to(by_role[model])
        if model == "last_touch":
            return _all_to(*self.eligible(day - CLICK_DAYS, day, like_any=True)[-1:])
        if model == "first_paid":
            found = self.eligible(None, day, lambda touch: touch.is_paid)[:1]
            return {} if self.is_known_before else _all_to(*found)
        if model == "last_paid":
            return _all_to(*self.eligible(day - CLICK_DAYS, day, lambda t: t.is_paid)[-1:])
        if model in ("linear", "full_impact", "full_funnel"):
            found = sorted({role for role in roles if role is not None})
            if model == "full_funnel":
                return self._grouped(found, [self._stage(n, roles[0]) for n in found])
            return {n: Fraction(1, 1 if model == "full_impact" else len(found)) for n in found}
        return self._path_shares(model, self.eligible(day - MULTI_DAYS, day), roles[1])

    def _stage(self, touch: int, first_click: int | None) -> int:
        opt_in = self._account.opt_in_day(self.order.contact)
        if touch == first_click:
            return 0
        return 1 if opt_in is None or self._touches[touch].day <= opt_in else 2

    def _path_shares(self, model: str, path: list[int], lead: int | None) -> dict[int, Fraction]:
        touches = [self._touches[n] for n in path]
        if model == "linear_channels":
            return self._grouped(path, [touch.channel for touch in touches])
        rules: dict[str, Callable[[], Sequence[Fraction | int]]] = {
            "linear_all": lambda: [1] * len(path),
            "position_based": lambda: position(len(path)),
            "time_decay": lambda: [
                exact_decay((touches[-1].day - touch.day) * DAY, 7 * DAY) for touch in touches
            ],
            "w_shaped": lambda: w_shaped(path, lead),
            "markov": lambda: [EFFECTS[touch.channel] for touch in touches],
        }
        weights = [Fraction(weight) for weight in rules[model]()]
        total = sum(weights, Fraction(0))
        if not total:
            return {n: Fraction(1, len(path)) for n in path}
        return {n: weight / total for n, weight in zip(path, weights, strict=True)}

    @staticmethod
    def _grouped(path: list[int], groups: list[int]) -> dict[int, Fraction]:
        sizes = Counter(groups)
        return {
            n: Fraction(1, len(sizes) * sizes[group]) for n, group in zip(path, groups, strict=True)
        }


def _all_to(touch: int | None = None) -> dict[int, Fraction]:
    return {} if touch is None else {touch: Fraction(1)}


def position(n: int) -> list[Fraction]:
    if n < 3:
        return [Fraction(1)] * n
    return [Fraction(40), *[Fraction(20, n - 2)] * (n - 2), Fraction(40)]


def w_shaped(path: list[int], lead: int | None) -> list[Fraction]:
    if lead not in path:
        return position(len(path))
    weights = dict.fromkeys(path, Fraction(0))
    holders = [path[0], lead, path[-1]]
    others = [n for n in path if n not in holders]
    for n in holders:
        weights[n] += 30
    for n in others or holders:
        weights[n] += Fraction(10, len(others or holders))
    return [weights[n] for n in path]


def largest_remainder(shares: dict[int, Fraction], revenue: int) -> dict[int, int]:
    """Return touch → minor units; shares sum to one."""
    whole = abs(revenue)
    parts = {n: int(whole * share) for n, share in shares.items()}
    by_remainder = sorted(shares, key=lambda n: (parts[n] - whole * shares[n], n))
    for n in by_remainder[: whole - sum(parts.values())]:
        parts[n] += 1
    return {n: -part if revenue < 0 else part for n, part in parts.items()}


def credited(account: Account, order: int, model: str, revenue: int) -> dict[int, int]:
    """Return touch → minor units of one order under one model."""
    shares = Oracle(account, order).shares(model)
    if model == "full_impact":
        return dict.fromkeys(shares, revenue)
    return largest_remainder(shares, revenue)


def definition(name: str) -> ModelDefinition:
    """Return one of the default models."""
    return next(model for model in MODELS if model.name == name)
