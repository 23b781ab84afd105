"""Labeled order histories of subscribers, app by app, and of people with mere habits.

The histories say what is true of each order; nothing of the program takes part in making them.
Every contact lives through one scenario, drawn with a fixed seed.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.subscription_apps import PAID, App, LabeledLine, LabeledOrder

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_DAY, LAST_DAY = datetime(2023, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
# What an inferred chain needs before it can be known.
FEWEST_MARKED = 3
# Interval (months, days), and how an app spells it.
INTERVALS = {
    (0, 7): "Every week",
    (0, 14): "Every 2 weeks",
    (0, 28): "Every 4 weeks",
    (0, 30): "Every 30 days",
    (1, 0): "1 month",
    (2, 0): "Every 2 months",
    (3, 0): "Quarterly",
    (6, 0): "Every 6 months",
    (12, 0): "Yearly",
}
_WEIGHTS = (6, 8, 12, 20, 30, 10, 8, 3, 3)
_DAYS_PER_MONTH = 30.44
_CANCELED = 5
# A gap of more intervals than this has missed two orders: a chain that no id names has lapsed.
_LONGEST_GAP = 2


@dataclass
class _Writer:
    """Writes one contact's orders and labels."""

    rng: Random
    app: App
    email: str
    numbers: list[int]
    orders: list[LabeledOrder] = field(default_factory=list)

    def next_id(self) -> str:
        self.numbers[0] += 1
        return str(self.numbers[0])

    def one_time(self, at: datetime, product: int, **more: object) -> None:
        line = LabeledLine(product, self.rng.randint(1_000, 9_000))
        order = LabeledOrder(self.next_id(), self.email, at, (line,))
        self.orders.append(replace(order, **more))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Plan:
    """One subscription: how often, how many orders, and what happens to it.

    ``gaps`` overrides how many intervals lie before the n-th order. ``products`` are those of the
    n-th order; ``addons`` the orders that get an unmarked line more.
    """

    interval: tuple[int, int]
    orders: int
    start: datetime
    noise: float = 0.03
    gaps: dict[int, int] = field(default_factory=dict)
    products: Callable[[int], tuple[int, ...]] = lambda _: (1,)
    addons: frozenset[int] = frozenset()
    price: Callable[[int], int] = lambda _: 2_500
    intervals: Callable[[int], tuple[int, int]] | None = None
    canceled: frozenset[int] = frozenset()
    unseen: int = 0


def _later(at: datetime, interval: tuple[int, int], count: int, anchor: int) -> datetime:
    months, days = interval
    if days:
        return at + timedelta(days=days * count)
    year, month = divmod(at.year * 12 + at.month - 1 + months * count, 12)
    return at.replace(year=year, month=month + 1, day=min(anchor, monthrange(year, month + 1)[1]))


def _length(interval: tuple[int, int]) -> float:
    return interval[1] or interval[0] * _DAYS_PER_MONTH


def _moments(writer: _Writer, plan: _Plan) -> list[tuple[datetime, int]]:
    """Return when the orders come, each with how many intervals it lies after the one before."""
    at, moments = plan.start, [(plan.start, 0)]
    for number in range(1, plan.orders):
        interval = plan.intervals(number) if plan.intervals else plan.interval
        count = plan.gaps.get(number, 1)
        # Who renews late is charged from then on; who never does keeps the day of the month.
        due = _later(at, interval, count, at.day if plan.noise else plan.start.day)
        at = due + timedelta(days=writer.rng.uniform(-plan.noise, plan.noise) * _length(interval))
        if at >= LAST_DAY:
            break
        moments.append((at, count))
    return moments


def _subscribe(writer: _Writer, plan: _Plan) -> None:
    """Write a subscription's orders with their labels."""
    app, name = writer.app, f"sub-{writer.next_id()}"
    written: list[tuple[LabeledOrder, int, bool]] = []
    for number, (at, gap) in enumerate(_moments(writer, plan)):
        interval = plan.intervals(number) if plan.intervals else plan.interval
        lines = tuple(LabeledLine(product, plan.price(number)) for product in plan.products(number))
        order = LabeledOrder(writer.next_id(), writer.email, at, lines)
        make = app.initial if number == 0 else app.renewal
        order = make(order, INTERVALS[interval], name)
        if number in plan.addons:
            addon = LabeledLine(900 + number, 700, (("Gift wrap", "yes, for Anna Example"),))
            order = replace(order, lines=(*order.lines, addon))
        if number in plan.canceled:
            order = replace(order, status_id=_CANCELED)
        if number >= plan.unseen:
            written.append((order, gap, number > 0 or app.marks_initial))
    writer.orders += _labeled(app, written, began_before=plan.unseen > 0)


def _labeled(
    app: App, written: list[tuple[LabeledOrder, int, bool]], *, began_before: bool
) -> list[LabeledOrder]:
    """Label one subscription's orders: who lapses and comes back, begins a new chain."""
    segments: list[list[tuple[LabeledOrder, bool]]] = [[]]
    for order, gap, is_marked in written:
        if gap > _LONGEST_GAP and not app.has_ids and segments[-1]:
            segments.append([])
        segments[-1].append((order, is_marked))
    labeled: list[LabeledOrder] = []
    is_known = app.has_ids
    for segment in segments:
        paid = [(order, is_marked) for order, is_marked in segment if order.status_id == PAID]
        is_known |= sum(is_marked for _, is_marked in paid) >= FEWEST_MARKED
        first = paid[0][0].order_id if paid and is_known else ""
        for order, _ in segment:
            if not first or order.status_id != PAID:
                labeled.append(order)
                continue
            is_initial = order.order_id == first and not began_before
            kind = "initial" if is_initial else "rebill"
            labeled.append(replace(order, first=first, kind=kind))
    return labeled


def _draw_plan(rng: Random, **more: object) -> _Plan:
    [interval] = rng.choices(list(INTERVALS), _WEIGHTS)
    latest = max(60, int((LAST_DAY - FIRST_DAY).days - 8 * _length(interval)))
    start = FIRST_DAY + timedelta(days=rng.randrange(30, latest), seconds=rng.randrange(86_400))
    plan = _Plan(interval, rng.randint(4, 14), start)
    return replace(plan, **more)  # type: ignore[arg-type]


def _steady(writer: _Writer) -> None:
    _subscribe(writer, _draw_plan(writer.rng))


def _by_the_calendar(writer: _Writer) -> None:
    start = datetime(2024, 1, 31, 12, tzinfo=UTC)
    plan = _draw_plan(writer.rng, interval=(1, 0), noise=0, start=start)
    _subscribe(writer, plan)


def _noisy(writer: _Writer) -> None:
    _subscribe(writer, _draw_plan(writer.rng, noise=0.2))


def _price_changes(writer: _Writer) -> None:
    _subscribe(writer, _draw_plan(writer.rng, price=lambda n: 2_500 + 400 * n, noise=0.1))


def _swapped(writer: _Writer) -> None:
    if not writer.app.marks_initial:
        # Without any mark only what was bought in the shop before is known again.
        _steady(writer)
        return
    at = writer.rng.randint(1, 4)
    products = lambda n: (1,) if n < at else (2,)  # noqa: E731
    _subscribe(writer, _draw_plan(writer.rng, products=products, noise=0.1))


def _swapped_each_time(writer: _Writer) -> None:
    if not writer.app.marks_initial:
        _steady(writer)
        return
    products = lambda n: (10 + n % 5,)  # noqa: E731
    _subscribe(writer, _draw_plan(writer.rng, products=products))


def _box(writer: _Writer) -> None:
    joins = writer.rng.randint(0, 3)
    products = lambda n: (1,) if n < joins else (1, 2)  # noqa: E731
    _subscribe(writer, _draw_plan(writer.rng, products=products))


def _skipped(writer: _Writer) -> None:
    gaps = {writer.rng.randint(2, 4): 2}
    _subscribe(writer, _draw_plan(writer.rng, gaps=gaps, orders=8, noise=0.1))


def _returned(writer: _Writer) -> None:
    gaps = {writer.rng.randint(4, 6): writer.rng.randint(4, 7)}
    plan = _draw_plan(writer.rng, gaps=gaps, orders=writer.rng.randint(7, 10))
    interval = writer.rng.choice([(0, 14), (0, 28), (0, 30), (1, 0)])
    start = FIRST_DAY + timedelta(days=writer.rng.randrange(30, 600))
    _subscribe(writer, replace(plan, interval=interval, start=start))


def _changed_interval(writer: _Writer) -> None:
    at = writer.rng.randint(3, 5)
    intervals: Callable[[int], tuple[int, int]] = lambda n: (1, 0) if n < at else (2, 0)  # noqa: E731
    _subscribe(writer, _draw_plan(writer.rng, interval=(1, 0), intervals=intervals, orders=9))


def _side_by_side(writer: _Writer) -> None:
    first = _draw_plan(writer.rng, noise=0.1)
    _subscribe(writer, first)
    start = first.start + timedelta(days=writer.rng.randrange(2, 60))
    _subscribe(writer, _draw_plan(writer.rng, noise=0.1, start=start, products=lambda _: (5,)))


def _twice_the_same(writer: _Writer) -> None:
    interval = writer.rng.choice([(0, 28), (0, 30), (1, 0)])
    first = _draw_plan(writer.rng, interval=interval, noise=0.02, orders=8)
    _subscribe(writer, first)
    start = first.start + timedelta(days=writer.rng.randint(3, 8))
    _subscribe(writer, replace(first, start=start, orders=6))


def _with_one_time_orders(writer: _Writer) -> None:
    plan = _draw_plan(writer.rng, noise=0.1, addons=frozenset({2, 3}))
    _subscribe(writer, plan)
    for _ in range(writer.rng.randint(1, 4)):
        at = plan.start + timedelta(days=writer.rng.randrange(3, 200))
        product = writer.rng.choice([1, 77]) if writer.app.marks_initial else 77
        writer.one_time(at, product)


def _too_short(writer: _Writer) -> None:
    _subscribe(writer, _draw_plan(writer.rng, orders=2))


def _canceled_initial(writer: _Writer) -> None:
    _subscribe(writer, _draw_plan(writer.rng, canceled=frozenset({0}), orders=7))


def _begun_before(writer: _Writer) -> None:
    app = writer.app
    if not app.begins_in_shop or app.has_ids or not app.marks_initial:
        _steady(writer)
        return
    _subscribe(writer, _draw_plan(writer.rng, unseen=3, orders=10))


def _habit(writer: _Writer) -> None:
    """No subscriber: a steady buyer in the shop, by phone, or through another system."""
    interval = writer.rng.choice(list(INTERVALS))
    how: dict[str, object] = writer.rng.choice(
        [
            {},
            {"order_source": "manual"},
            {"order_source": "external", "external_source": "NetSuite"},
            {"order_source": "amazon"},
        ]
    )
    line = LabeledLine(3, 3_000, (("Purchase options: subscribe or not", "One-time purchase"),))
    at = FIRST_DAY + timedelta(days=writer.rng.randrange(400))
    for _ in range(writer.rng.randint(4, 12)):
        writer.one_time(at, 3, **how, lines=(line,) if writer.rng.randrange(2) else ())
        if not writer.orders[-1].lines:
            order = writer.orders.pop()
            writer.orders.append(replace(order, lines=(LabeledLine(3, 3_000),)))
        shift = writer.rng.uniform(-0.1, 0.1) * _length(interval)
        at += timedelta(days=_length(interval) + shift)


SCENARIOS = (
    (_steady, 6),
    (_by_the_calendar, 2),
    (_noisy, 6),
    (_price_changes, 3),
    (_swapped, 3),
    (_swapped_each_time, 1),
    (_box, 2),
    (_skipped, 3),
    (_returned, 3),
    (_changed_interval, 2),
    (_side_by_side, 4),
    (_twice_the_same, 1),
    (_with_one_time_orders, 4),
    (_too_short, 2),
    (_canceled_initial, 1),
    (_begun_before, 2),
    (_habit, 10),
)


def make_orders(app: App, contacts: int, seed: int = 20_261_121) -> list[LabeledOrder]:
    """Draw the orders of so many contacts of a store that uses one app."""
    # Not the app itself: its hash differs from one process to the next.
    rng = Random(f"{seed} {app.name}")
    scenarios, weights = zip(*SCENARIOS, strict=True)
    numbers = [0]
    orders: list[LabeledOrder] = []
    for contact in range(contacts):
        writer = _Writer(rng, app, f"buyer{contact}@example.com", numbers)
        rng.choices(scenarios, weights)[0](writer)
        orders += writer.orders
    return sorted(orders, key=lambda order: (order.placed_at, int(order.order_id)))
