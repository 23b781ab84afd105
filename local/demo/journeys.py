"""Visits and sign-ups around the purchases: what led to each order, and what led to none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from local.demo.chance import geometric, happens, stream, zipf
from local.demo.landings import Landing, choose_channel, land

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from random import Random

    from local.demo.order_plans import OrderPlan
    from local.demo.people import Person

MOST_VISITS = 20
_VISITS_OF_A_BUYER, _VISITS_PER_ORDER = 1.2, 0.4
# Between its first visit and its last, a campaign's name changed this long before the end.
RENAMED_BEFORE_END = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Visit:
    """One session in the shop; ``order`` is what it ended with, where that is known."""

    person: Person
    at: datetime
    device: str
    landing: Landing
    order: OrderPlan | None = None

    @property
    def key(self) -> tuple[int, datetime]:
        """The visit's name: nobody begins two at once."""
        return self.person.number, self.at


@dataclass(frozen=True, slots=True)
class SignUp:
    """Somebody agrees to be written to, minutes after a visit began."""

    person: Person
    at: datetime
    visit: Visit
    is_first: bool


@dataclass(frozen=True, slots=True)
class Period:
    """The time that is told of: live hits begin at ``live_from``, nothing happens after ``end``."""

    live_from: datetime
    end: datetime

    def is_live(self, at: datetime) -> bool:
        """Tell whether an instant belongs to the days that the collector sees itself."""
        return at >= self.live_from


class _Diary:
    """Writes down the visits of one person at given instants."""

    def __init__(self, rng: Random, person: Person, period: Period) -> None:
        self._rng, self._person, self._period = rng, person, period

    def write(self, instants: dict[datetime, OrderPlan | None]) -> list[Visit]:
        """Return visits in order of time; the first one discovers the shop."""
        renamed_at = self._period.end - RENAMED_BEFORE_END
        visits = []
        for position, at in enumerate(sorted(instants)):
            channel = choose_channel(self._rng, is_first=position == 0)
            device = self._rng.choices(self._person.devices, zipf(len(self._person.devices)))[0]
            landing = land(self._rng, channel, at, renamed_at)
            visits.append(Visit(self._person, at, device, landing, instants[at]))
        return visits


def visits_of_buyers(plans: Sequence[OrderPlan], period: Period, seed: int) -> list[Visit]:
    """Return 1 to 20 visits for everybody who ever sat before a browser to order."""
    rng = stream(seed, "visits of buyers")
    orders: defaultdict[int, list[OrderPlan]] = defaultdict(list)
    for plan in plans:
        if plan.has_session:
            orders[plan.person.number].append(plan)
    visits: list[Visit] = []
    for number in sorted(orders):
        own = orders[number]
        instants = _instants(rng, own, period)
        visits += _Diary(rng, own[0].person, period).write(instants)
    return visits


def visits_of_leads(
    people: Sequence[Person], plans: Sequence[OrderPlan], period: Period, seed: int
) -> list[Visit]:
    """Return 1 to 20 visits for people who never buy, in the seasons in which others do."""
    rng = stream(seed, "visits of leads")
    visits: list[Visit] = []
    for person in people:
        first = rng.choice(plans).placed_at - _lead_time(rng)
        visits += _Diary(rng, person, period).write(_visits_from(rng, first, period))
    return visits


def visits_of_newcomers(people: Sequence[Person], period: Period, seed: int) -> list[Visit]:
    """Return visits of people who discover the shop while the collector watches."""
    rng = stream(seed, "visits of newcomers")
    seconds = int((period.end - period.live_from).total_seconds())
    visits: list[Visit] = []
    for person in people:
        first = period.live_from + timedelta(seconds=rng.randrange(seconds))
        visits += _Diary(rng, person, period).write(_visits_from(rng, first, period))
    return visits


def sign_ups(visits: Sequence[Visit], period: Period, seed: int) -> list[SignUp]:
    """Let all leads and some buyers sign up at one of their visits, and a few once more."""
    rng = stream(seed, "sign-ups")
    by_person: defaultdict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_person[visit.person.number].append(visit)
    joined: list[SignUp] = []
    for number in sorted(by_person):
        own = by_person[number]
        if own[0].person.is_buyer and not happens(rng, 0.45):
            continue
        position = 0 if happens(rng, 0.6) else rng.randrange(len(own))
        joined.append(_sign_up(rng, own[position], is_first=True))
        again = own[position + 1 :]
        if again and happens(rng, 0.2):
            joined.append(_sign_up(rng, rng.choice(again), is_first=False))
    return [each for each in joined if each.at <= period.end]


def _sign_up(rng: Random, visit: Visit, *, is_first: bool) -> SignUp:
    at = visit.at + timedelta(seconds=rng.randrange(40, 110))
    return SignUp(visit.person, at, visit, is_first)


def _instants(
    rng: Random, orders: Sequence[OrderPlan], period: Period
) -> dict[datetime, OrderPlan | None]:
    """Return when a buyer visits: before his first order, before others, now and then after."""
    instants: dict[datetime, OrderPlan | None] = {}
    for order in orders:
        if period.is_live(order.placed_at):
            instants[order.placed_at - timedelta(seconds=rng.randrange(120, 1_500))] = order
    if not period.is_live(orders[0].placed_at):
        instants[orders[0].placed_at - _lead_time(rng)] = None
    count = max(
        geometric(rng, _VISITS_OF_A_BUYER + _VISITS_PER_ORDER * len(orders), MOST_VISITS),
        len(instants),
    )
    while len(instants) < count:
        if happens(rng, 0.06):
            at = orders[-1].placed_at + timedelta(seconds=rng.randrange(86_400, 90 * 86_400))
        else:
            at = _anchor(rng, orders).placed_at - _lead_time(rng)
        if at < period.end:
            instants.setdefault(at, None)
    return instants


def _visits_from(rng: Random, first: datetime, period: Period) -> dict[datetime, OrderPlan | None]:
    """Return a first visit and those of the next two months, none of which ends in an order."""
    instants: dict[datetime, OrderPlan | None] = {first: None}
    for _ in range(geometric(rng, 2.5, MOST_VISITS) - 1):
        later = first + timedelta(seconds=rng.randrange(3_600, 60 * 86_400))
        if later < period.end:
            instants[later] = None
    return instants


def _anchor(rng: Random, orders: Sequence[OrderPlan]) -> OrderPlan:
    return orders[0] if happens(rng, 0.4) else rng.choice(orders)


def _lead_time(rng: Random) -> timedelta:
    """Return how long before an order a visit happens: within the hour, days or months."""
    nearest, furthest = rng.choices(
        ((120, 3_000), (3_000, 86_400), (86_400, 14 * 86_400), (14 * 86_400, 90 * 86_400)),
        (30, 20, 32, 18),
    )[0]
    return timedelta(seconds=rng.randrange(nearest, furthest))
