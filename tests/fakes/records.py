"""Orders, journeys and costs in dictionaries. Each raises its marks before it writes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from headwater.domain.costs import as_first_told
from headwater.domain.erasure import Erased, spared
from headwater.domain.journeys import earlier
from tests.fakes.accounts import FakeMarks
from tests.fakes.events import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.ad_clicks import AdClick
    from headwater.domain.costs import CostRow
    from headwater.domain.journeys import (
        Identification,
        OptIn,
        OrderClaim,
        Profile,
        Touchpoint,
    )
    from headwater.domain.orders import Order
    from headwater.usecases.ports import Clock, Marks
    from headwater.usecases.ports.erasure import Erasures

MAX_CLAIMS = 20


def _day(instant: datetime) -> date:
    return instant.astimezone(UTC).date()


class Marking:
    """A table that marks the days that it changes."""

    def __init__(self, marks: Marks | None = None, clock: Clock | None = None) -> None:
        self.marks = marks or FakeMarks()
        self.clock = clock or FakeClock()

    def raise_marks(self, account: str, table: str, days: Collection[date]) -> None:
        if days:
            self.marks.raise_marks(account, table, sorted(set(days)), self.clock.now())


class FakeErasures:
    def __init__(self) -> None:
        self._since: defaultdict[str, dict[str, datetime]] = defaultdict(dict)

    def of(self, account: str) -> Erased:
        return Erased(self._since[account])

    def add(self, account: str, nodes: Collection[str], at: datetime) -> None:
        self._since[account] |= dict.fromkeys(nodes, at)


class FakeOrders(Marking):
    def __init__(
        self,
        marks: Marks | None = None,
        clock: Clock | None = None,
        erasures: Erasures | None = None,
    ) -> None:
        super().__init__(marks, clock)
        self._erasures = erasures or FakeErasures()
        self._stored: dict[tuple[str, str, str], tuple[Order, datetime]] = {}
        self.stored_at: dict[tuple[str, ...], datetime] = {}

    def upsert(self, account: str, orders: Sequence[Order], fetched_at: datetime) -> int:
        newest: dict[tuple[str, str], Order] = {}
        for order in map(self._erasures.of(account).blank, orders):
            seen = newest.get(order.key)
            if seen is None or order.modified_at > seen.modified_at:
                newest[order.key] = order
        changed = [o for o in newest.values() if self._replaces(account, o, fetched_at)]
        left = [
            self._stored[account, *o.key][0] for o in changed if (account, *o.key) in self._stored
        ]
        self.raise_marks(account, "orders", [_day(o.placed_at) for o in [*left, *changed]])
        for order in changed:
            self._stored[account, *order.key] = (order, fetched_at)
            self.stored_at[account, *order.key] = self.clock.now()
        return len(changed)

    def _replaces(self, account: str, order: Order, fetched_at: datetime) -> bool:
        stored = self._stored.get((account, *order.key))
        if stored is None:
            return True
        old, old_fetch = stored
        apart = fetched_at - old_fetch
        if abs(apart) > timedelta(minutes=2):
            return apart > timedelta(0) and order != old
        is_newer = (order.modified_at, fetched_at) > (old.modified_at, old_fetch)
        return is_newer and order != old

    def get(self, account: str, source: str, order_id: str) -> Order | None:
        stored = self._stored.get((account, source, order_id))
        return stored[0] if stored else None

    def delete_on(self, account: str, source: str, day: date, last: date | None = None) -> int:
        found = {
            key: _day(order.placed_at)
            for key, (order, _) in self._stored.items()
            if key[:2] == (account, source) and day <= _day(order.placed_at) <= (last or day)
        }
        if found:
            self.raise_marks(account, "orders", list(found.values()))
        for key in found:
            del self._stored[key]
        return len(found)

    def get_many(
        self, account: str, order_keys: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Order]:
        found = {key: self.get(account, *key) for key in order_keys}
        return {key: order for key, order in found.items() if order}

    def keys_of(self, account: str, nodes: Collection[str]) -> list[tuple[str, str]]:
        """Return the keys of all orders of these nodes."""
        return [
            order.key
            for key, (order, _) in self._stored.items()
            if key[0] == account and {order.email_node, order.customer_node} & {*nodes} - {""}
        ]

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Order]:
        orders = {key: order for key, (order, _) in self._stored.items()}
        return on_days(orders, account, lambda order: order.placed_at, (day, last))


class FakeJourneys(Marking):
    """Journeys; what was received when stands in ``received``, by the item's key.

    ``stored_at`` says since when an item is as it is.
    """

    def __init__(
        self,
        marks: Marks | None = None,
        clock: Clock | None = None,
        erasures: Erasures | None = None,
    ) -> None:
        super().__init__(marks, clock)
        self._erasures = erasures or FakeErasures()
        self.profiles: dict[tuple[str, str], Profile] = {}
        self.leads: dict[tuple[str, str, str], str] = {}
        self.received: dict[tuple[str, ...], datetime] = {}
        self.stored_at: dict[tuple[str, ...], datetime] = {}
        self.touchpoints: dict[tuple[str, ...], Touchpoint] = {}
        self.identifications: dict[tuple[str, ...], Identification] = {}
        self.opt_ins: dict[tuple[str, ...], OptIn] = {}
        self._claimed: Counter[tuple[str, ...]] = Counter()
        self.claims: dict[tuple[str, ...], OrderClaim] = {}

    def add_touchpoints(
        self, account: str, touchpoints: Sequence[Touchpoint], received_at: datetime
    ) -> int:
        merged: dict[tuple[str, ...], Touchpoint] = {}
        for touch in spared(touchpoints, self._erasures.of(account)):
            owner = ("v", touch.visitor) if touch.visitor else ("c", touch.node)
            key: tuple[str, ...] = (account, *owner, touch.touch_id)
            known = merged.get(key) or self.touchpoints.get(key)
            merged[key] = earlier(known, touch) if known else touch
        changed = {k: t for k, t in merged.items() if self.touchpoints.get(k) != t}
        left = [self.touchpoints[key] for key in changed if key in self.touchpoints]
        self.raise_marks(account, "touchpoints", [_day(t.at) for t in [*left, *changed.values()]])
        self.touchpoints |= changed
        for key in changed:
            self.received.setdefault(key, received_at)
            self.stored_at[key] = self.clock.now()
        return len(changed)

    def add_identifications(
        self, account: str, items: Sequence[Identification], received_at: datetime
    ) -> int:
        kept = spared(items, self._erasures.of(account))
        keyed = [((account, item.visitor, item.event_id), item) for item in kept]
        return self._add(account, "links", self.identifications, keyed, received_at)

    def add_opt_ins(self, account: str, items: Sequence[OptIn], received_at: datetime) -> int:
        kept = spared(items, self._erasures.of(account))
        keyed = [((account, item.node, item.source, item.opt_in_id), item) for item in kept]
        return self._add(account, "optins", self.opt_ins, keyed, received_at)

    def add_claims(self, account: str, items: Sequence[OrderClaim], received_at: datetime) -> int:
        taken = self._claimed
        keyed: dict[tuple[str, ...], OrderClaim] = {}
        for item in spared(items, self._erasures.of(account)):
            key: tuple[str, ...] = (
                *(account, item.source, item.order_id),
                *(item.visitor, item.event_id),
            )
            order = (*key[:3], item.received_at.astimezone(UTC).isoformat()[: len("2026-11-20T09")])
            if key in keyed or key in self.claims or taken[order] >= MAX_CLAIMS:
                continue
            taken[order] += 1
            keyed[key] = item
        return self._add(account, "claims", self.claims, list(keyed.items()), received_at)

    def _add[Item: Identification | OptIn | OrderClaim](
        self,
        account: str,
        table: str,
        stored: dict[tuple[str, ...], Item],
        keyed: Sequence[tuple[tuple[str, ...], Item]],
        received_at: datetime,
    ) -> int:
        new: dict[tuple[str, ...], Item] = {}
        for key, item in keyed:
            if key not in stored:
                new.setdefault(key, item)
        self.raise_marks(account, table, [_day(item.at) for item in new.values()])
        stored |= new
        self.received |= dict.fromkeys(new, received_at)
        self.stored_at |= dict.fromkeys(new, self.clock.now())
        return len(new)

    def add_profiles(self, account: str, items: Sequence[Profile], received_at: datetime) -> int:
        changed = set()
        erased = self._erasures.of(account)
        for item in (item for item in items if not erased.covers(item.node)):
            key = (account, item.node)
            stored = self.profiles.get(key)
            if stored is None:
                self.profiles[key] = item
                self.received[key] = received_at
                changed.add(key)
                continue
            times = [at for at in (stored.created_at, item.created_at) if at]
            phone = stored.phone or item.phone
            better = replace(stored, created_at=min(times, default=None), phone=phone)
            if better != stored:
                self.profiles[key] = better
                changed.add(key)
        return len(changed)

    def link_leads(
        self, account: str, nodes: Mapping[tuple[str, str], str], received_at: datetime
    ) -> None:
        for (source, external_id), node in nodes.items():
            self.leads[account, source, external_id] = node
            self.received[account, source, external_id] = received_at

    def lead_nodes(
        self, account: str, leads: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        return {
            lead: self.leads[account, *lead] for lead in leads if (account, *lead) in self.leads
        }

    def touchpoints_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Touchpoint]:
        return on_days(self.touchpoints, account, lambda item: item.at, (day, last))

    def identifications_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Identification]:
        return on_days(self.identifications, account, lambda item: item.at, (day, last))

    def opt_ins_on(self, account: str, day: date, last: date | None = None) -> Iterator[OptIn]:
        return on_days(self.opt_ins, account, lambda item: item.at, (day, last))

    def claims_on(self, account: str, day: date, last: date | None = None) -> Iterator[OrderClaim]:
        return on_days(self.claims, account, lambda item: item.at, (day, last))


def on_days[Key: tuple[str, ...], Item](
    stored: Mapping[Key, Item],
    account: str,
    at: Callable[[Item], datetime],
    days: tuple[date, date | None],
) -> Iterator[Item]:
    """Yield an account's items of a day, or up to another, in order of day and key."""
    first, last = days[0], days[1] or days[0]
    found = [(_day(at(item)), key) for key, item in stored.items() if key[0] == account]
    return (stored[key] for day, key in sorted(found) if first <= day <= last)


class FakeCosts(Marking):
    def __init__(self, marks: Marks | None = None, clock: Clock | None = None) -> None:
        super().__init__(marks, clock)
        self._rows: dict[tuple[str, ...], CostRow] = {}
        self._clicks: dict[tuple[str, ...], AdClick] = {}
        self._heads: dict[tuple[str, str, str, str], str] = {}
        self._pulled: set[tuple[str, str, str, str]] = set()
        self._days: dict[tuple[str, str, str, str], set[date]] = defaultdict(set)

    def add(self, account: str, load: str, rows: Sequence[CostRow]) -> int:
        written = {_cost_key(account, load, row): row for row in rows}
        self.raise_marks(account, "costs", [row.day for row in written.values()])
        for row in written.values():
            self._days[account, row.platform, row.ad_account, load].add(row.day)
        self._rows |= written
        return len(written)

    def complete(
        self, account: str, platform: str, ad_account: str, load: str, days: Collection[date]
    ) -> int:
        touched = {*days, *self._days.get((account, platform, ad_account, load), ())}
        self.raise_marks(account, "costs", touched)
        moved = 0
        for day in touched:
            head = (account, day.isoformat(), platform, ad_account)
            moved += self._heads.get(head) != load
            self._heads[head] = load
            self._pulled.discard(head)
        return moved

    def replace(
        self,
        account: str,
        platform: str,
        ad_account: str,
        load: str,
        days: Mapping[date, Sequence[CostRow]],
    ) -> int:
        of_account = (account, platform, ad_account)
        return sum(self._replace_day(*of_account, load, day, rows) for day, rows in days.items())

    def _replace_day(
        self,
        account: str,
        platform: str,
        ad_account: str,
        load: str,
        day: date,
        rows: Sequence[CostRow],
    ) -> bool:
        before = {
            _cost_key(
                account, self._heads[account, day.isoformat(), platform, ad_account], row
            ): row
            for row in self.on_day(account, day)
            if (row.platform, row.ad_account) == (platform, ad_account)
        }
        now = as_first_told(rows, before.values())
        if set(before.values()) == set(now):
            return False
        self.raise_marks(account, "costs", [day])
        self._rows |= {_cost_key(account, load, row): row for row in now}
        self._heads[account, day.isoformat(), platform, ad_account] = load
        head = (account, day.isoformat(), platform, ad_account)
        for key in before if head in self._pulled else ():
            del self._rows[key]
        self._pulled.add(head)
        return True

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[CostRow]:
        span = day.isoformat(), (last or day).isoformat()
        for key in sorted(self._rows):
            owner, at, platform, ad_account, load = key[:5]
            if (owner == account and span[0] <= at <= span[1]) and (
                self._heads.get((owner, at, platform, ad_account)) == load
            ):
                yield self._rows[key]

    def add_clicks(self, account: str, clicks: Sequence[AdClick]) -> int:
        written: dict[tuple[str, ...], AdClick] = {
            (account, c.day.isoformat(), c.platform, c.click_id): c for c in clicks
        }
        self.raise_marks(account, "ad_clicks", [click.day for click in written.values()])
        self._clicks |= written
        return len(written)

    def clicks_on_day(self, account: str, day: date, last: date | None = None) -> Iterator[AdClick]:
        span = day.isoformat(), (last or day).isoformat()
        for key in sorted(self._clicks):
            if key[0] == account and span[0] <= key[1] <= span[1]:
                yield self._clicks[key]


def _cost_key(account: str, load: str, row: CostRow) -> tuple[str, ...]:
    return (
        *(account, row.day.isoformat(), row.platform, row.ad_account, load),
        *(row.campaign_id, row.adset_id, row.ad_id),
        *(row.utm_source, row.utm_medium, row.utm_campaign, row.utm_content, row.utm_term),
    )
