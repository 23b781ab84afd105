"""Touchpoints, identifications, opt-ins, claims, profiles and leads."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.daily_items import DailyItems
from headwater.adapters.dynamodb.touchpoints import DynamoTouchpoints
from headwater.adapters.parallel import in_parallel
from headwater.domain.erasure import spared
from headwater.domain.journeys import Identification, OptIn, OrderClaim
from headwater.domain.reporting_days import utc_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.domain.journeys import Profile, Touchpoint
    from headwater.usecases.ports import Clock, Marks
    from headwater.usecases.ports.erasure import Erasures

type _Event = Identification | OptIn | OrderClaim

# Anybody can claim any order id, so an order takes no more claims than this in an hour: the first
# ones that arrive. The shopper's own comes within minutes of the order, when a flood of earlier or
# later ones has taken nothing from it.
MAX_CLAIMS = 20
_HOUR = len("2026-11-20T09")


class DynamoJourneys:
    """The port ``Journeys`` on JourneysTable.

    Args:
        table: JourneysTable.
        marks: where the days that change are marked, before they do.
        clock: when a mark is raised; a hit may have waited in the queue for hours.
        erasures: of whom nothing is kept.
    """

    def __init__(self, table: Table, marks: Marks, clock: Clock, erasures: Erasures) -> None:
        self._table = table
        self._erasures = erasures
        self._links = DailyItems("links", table, marks, clock)
        self._opt_ins = DailyItems("optins", table, marks, clock)
        self._claims = DailyItems("claims", table, marks, clock)
        self._touchpoints = DynamoTouchpoints(table, DailyItems("touchpoints", table, marks, clock))

    def add_touchpoints(
        self, account: str, touchpoints: Sequence[Touchpoint], received_at: datetime
    ) -> int:
        """Add touchpoints; hits of one session merge."""
        return self._touchpoints.add(account, self._spared(account, touchpoints), received_at)

    def add_identifications(
        self, account: str, items: Sequence[Identification], received_at: datetime
    ) -> int:
        """Add identifications, once by (visitor, event).

        A node names its visitors, before the identification is there: whoever asks for the
        person behind a node finds them.
        """
        kept = self._spared(account, items)
        keyed = [(keys.identification(account, i.visitor, i.event_id), i) for i in kept]
        new = self._unknown(keyed)
        named = {keys.seen_visitor(account, i.node, i.visitor): i.visitor for _, i in new}
        at = keys.instant(received_at)
        self._table.put_many(
            [
                {"pk": pk, "sk": sk, "visitor": visitor, "received_at": at}
                for (pk, sk), visitor in named.items()
            ]
        )
        return self._write(self._links, account, new, received_at)

    def add_opt_ins(self, account: str, items: Sequence[OptIn], received_at: datetime) -> int:
        """Add opt-ins, once by (node, source, id)."""
        kept = self._spared(account, items)
        keyed = [(keys.opt_in(account, i.node, i.source, i.opt_in_id), i) for i in kept]
        return self._write(self._opt_ins, account, self._unknown(keyed), received_at)

    def add_claims(self, account: str, items: Sequence[OrderClaim], received_at: datetime) -> int:
        """Add order claims, once by (order, visitor, event); twenty of an order in an hour.

        A visitor names his orders, before the claim is there. Two workers that claim one order at
        the same instant may together pass the limit.
        """
        by_order: dict[str, dict[str, OrderClaim]] = defaultdict(dict)
        for item in self._spared(account, items):
            order = keys.claimed_order(account, item.source, item.order_id)
            by_order[order].setdefault(keys.claim(item.visitor, item.event_id), item)

        def accepted(order: str) -> list[tuple[keys.Key, OrderClaim]]:
            items = self._table.query(order, attributes=("sk", "received_at"))
            stored = {item["sk"]: item["received_at"][:_HOUR] for item in items}
            taken = Counter(stored.values())
            new = []
            for key, claim in by_order[order].items():
                hour = keys.instant(claim.received_at)[:_HOUR]
                if key not in stored and taken[hour] < MAX_CLAIMS:
                    taken[hour] += 1
                    new.append(((order, key), claim))
            return new

        keyed = [pair for pairs in in_parallel(accepted, list(by_order)) for pair in pairs]
        self._name_claimed(account, [claim for _, claim in keyed], received_at)
        return self._write(self._claims, account, keyed, received_at)

    def add_profiles(self, account: str, items: Sequence[Profile], received_at: datetime) -> int:
        """Add profiles; a stored one only gains a phone or an earlier ``created_at``."""
        best: dict[keys.Key, Profile] = {}
        erased = self._erasures.of(account)
        for item in items:
            if erased.covers(item.node):
                continue
            key = keys.profile(account, item.node)
            seen = best.setdefault(key, item)
            if item.created_at and (not seen.created_at or item.created_at < seen.created_at):
                best[key] = replace(item, phone=item.phone or seen.phone)
            elif item.phone and not seen.phone:
                best[key] = replace(seen, phone=item.phone)
        stored = self._table.get_many(list(best), ("created_at", "phone"))
        new = {key: profile for key, profile in best.items() if key not in stored}
        self._put_profiles(new, received_at)
        known = {key: profile for key, profile in best.items() if key in stored}
        better = [(key, p) for key, p in known.items() if improves(p, stored[key])]
        called = [(key, p) for key, p in known.items() if p.phone and not stored[key].get("phone")]
        improved = in_parallel(lambda pair: self._improve(*pair, received_at), better)
        improved += in_parallel(lambda pair: self._add_phone(*pair, received_at), called)
        changed = {
            key
            for (key, _), is_changed in zip([*better, *called], improved, strict=True)
            if is_changed
        }
        return len(new) + len(changed)

    def link_leads(
        self, account: str, nodes: Mapping[tuple[str, str], str], received_at: datetime
    ) -> None:
        """Remember which nodes the contact ids (source, id) of CRMs stand for."""
        at = keys.instant(received_at)
        named = {keys.lead(account, *lead): node for lead, node in nodes.items()}
        self._table.put_many(
            [
                {"pk": pk, "sk": sk, "node": node, "received_at": at}
                for (pk, sk), node in named.items()
            ]
        )

    def lead_nodes(
        self, account: str, leads: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """Return which nodes contact ids (source, id) stand for; unknown ones are left out."""
        keyed = {keys.lead(account, *lead): lead for lead in leads}
        stored = self._table.get_many(list(keyed), ("node",))
        return {keyed[key]: item["node"] for key, item in stored.items()}

    def touchpoints_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Touchpoint]:
        """Return the touchpoints of a UTC day, or up to another of its month, in order."""
        return self._touchpoints.on_day(account, day, last)

    def identifications_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Identification]:
        """Return the identifications of a UTC day, or up to another of its month, in order."""
        items = self._links.on_day(account, day, last)
        return (codec.from_plain(Identification, item) for item in items)

    def opt_ins_on(self, account: str, day: date, last: date | None = None) -> Iterator[OptIn]:
        """Return the opt-ins of a UTC day, or up to another of its month, in order."""
        items = self._opt_ins.on_day(account, day, last)
        return (codec.from_plain(OptIn, item) for item in items)

    def claims_on(self, account: str, day: date, last: date | None = None) -> Iterator[OrderClaim]:
        """Return the claims of a UTC day, or up to another of its month, in order."""
        items = self._claims.on_day(account, day, last)
        return (codec.from_plain(OrderClaim, item) for item in items)

    def _spared[Event: _Event | Touchpoint](
        self, account: str, items: Sequence[Event]
    ) -> Sequence[Event]:
        """Return what may be kept; who is nobody's, as most touchpoints are, costs no question."""
        if not any(item.node for item in items):
            return items
        return spared(items, self._erasures.of(account))

    def _unknown[Event: _Event](
        self, keyed: Sequence[tuple[keys.Key, Event]]
    ) -> list[tuple[keys.Key, Event]]:
        """Return the events that are not stored, each once."""
        stored = self._table.get_many([key for key, _ in keyed], ("received_at",))
        new: dict[keys.Key, Event] = {}
        for key, event in keyed:
            if key not in stored:
                new.setdefault(key, event)
        return list(new.items())

    def _name_claimed(
        self, account: str, claims: Sequence[OrderClaim], received_at: datetime
    ) -> None:
        at = keys.instant(received_at)
        named = {
            keys.claimed(account, claim.visitor, *order): order
            for claim in claims
            for order in [(claim.source, claim.order_id)]
        }
        self._table.put_many(
            [
                {"pk": pk, "sk": sk, "source": source, "order_id": order_id, "received_at": at}
                for (pk, sk), (source, order_id) in named.items()
            ]
        )

    def _write(
        self,
        items: DailyItems,
        account: str,
        keyed: Sequence[tuple[keys.Key, _Event]],
        received_at: datetime,
    ) -> int:
        """Write events that no one has written; twins of one moment write the same values."""
        items.mark(account, {utc_day(event.at) for _, event in keyed})
        self._table.put_many(
            [
                items.build(account, key, event.at, received_at, codec.to_attributes(event))
                for key, event in keyed
            ]
        )
        return len(keyed)

    def _put_profiles(self, profiles: Mapping[keys.Key, Profile], received_at: datetime) -> None:
        """Write new profiles in batches.

        Of two that are first seen at the same moment the later write stands; what it may lack is
        the earlier of two creation times, which the next import brings back.
        """
        at = keys.instant(received_at)
        self._table.put_many(
            [
                {"pk": pk, "sk": sk, "received_at": at, **codec.to_attributes(profile)}
                for (pk, sk), profile in profiles.items()
            ]
        )

    def _improve(self, key: keys.Key, profile: Profile, received_at: datetime) -> bool:
        assign = "SET #email = if_not_exists(#email, :email), #node = :node"
        values = {
            "email": profile.email,
            "node": profile.node,
            "received_at": keys.instant(received_at),
        }
        condition = "attribute_not_exists(#pk)"
        if profile.created_at:
            assign += ", #created_at = :created_at"
            values["created_at"] = keys.instant(profile.created_at)
            condition = "attribute_not_exists(#created_at) OR #created_at > :created_at"
        assign += ", #received_at = if_not_exists(#received_at, :received_at)"
        assign += ", #improved_at = :received_at"
        return self._table.update(key, assign, values, condition=condition) is not None

    def _add_phone(self, key: keys.Key, profile: Profile, received_at: datetime) -> bool:
        condition = "attribute_exists(#pk) AND attribute_not_exists(#phone)"
        assign = "SET #phone = :phone, #improved_at = :received_at"
        values = {"phone": profile.phone, "received_at": keys.instant(received_at)}
        changed = self._table.update(key, assign, values, condition=condition)
        return changed is not None


def improves(profile: Profile, stored: Item | None) -> bool:
    """Tell whether a profile knows of an earlier creation than the stored one."""
    if stored is None:
        return True
    if profile.created_at is None:
        return False
    created_at = stored.get("created_at")
    return created_at is None or keys.instant(profile.created_at) < created_at
