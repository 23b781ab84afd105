"""The orders as the stores have them now."""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.table import BY_DAY, ConditionalPut
from headwater.adapters.parallel import in_parallel
from headwater.domain.orders import Order
from headwater.domain.readings import Reading
from headwater.domain.reporting_days import utc_day
from headwater.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.usecases.ports import Clock, Marks
    from headwater.usecases.ports.erasure import Erasures

# Two pulls of one account exclude each other by its lease, so an order that keeps changing under
# our hands is no race that time heals.
_ATTEMPTS = 5
# DynamoDB takes 100 items and 4 MB in one transaction; a character may be four bytes.
_MOST_ITEMS, _MOST_BYTES = 100, 1_000_000
# An order's keys, hashes and instants, beside its document.
_KEYS_SIZE = 600
# What a decision needs to know of a stored order, and the day that it would leave.
_DECIDED_BY = ("modified_at", "fetched_at", "content", "day_key")


class DynamoOrders:
    """The port ``Orders`` on OrdersTable.

    Args:
        table: OrdersTable.
        marks: where the days that change are marked, before they do.
        clock: when a mark is raised; what was fetched long ago is written now.
        erasures: whose orders are kept without their person.
    """

    def __init__(self, table: Table, marks: Marks, clock: Clock, erasures: Erasures) -> None:
        self._table = table
        self._marks = marks
        self._clock = clock
        self._erasures = erasures

    def upsert(self, account: str, orders: Sequence[Order], fetched_at: datetime) -> int:
        """Write the orders that were read later and are different; return how many that were.

        Raises:
            ConflictError: somebody else keeps writing the same orders.
        """
        received_at = self._clock.now()
        blanked = map(self._erasures.of(account).blank, orders)
        pending = _newest(Incoming(account, order, fetched_at, received_at) for order in blanked)
        written = 0
        for _ in range(_ATTEMPTS):
            stored = self._table.get_many([new.key for new in pending], _DECIDED_BY)
            changed = [new for new in pending if new.replaces(stored.get(new.key))]
            if not changed:
                return written
            self._mark(account, changed, stored)
            pending = self._write(changed, stored)
            written += len(changed) - len(pending)
        if pending:
            message = f"{len(pending)} orders keep changing"
            raise ConflictError(message)
        return written

    def get(self, account: str, source: str, order_id: str) -> Order | None:
        """Return one order."""
        item = self._table.get(keys.order(account, source, order_id))
        return _read(item) if item else None

    def get_many(
        self, account: str, order_keys: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Order]:
        """Return those of the orders that are stored, by (source, order id)."""
        found = self._table.get_many([keys.order(account, *key) for key in order_keys])
        return {order.key: order for order in map(_read, found.values())}

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Order]:
        """Return the orders placed on a UTC day, or up to another of its month.

        They come in order of day and key over all shards.
        """
        shards = [
            self._table.query(
                keys.order_month(account, day, number),
                index=BY_DAY,
                between=keys.days(day, last or day),
                attributes=("day_key", "document"),
            )
            for number in range(keys.ORDER_SHARDS)
        ]
        return map(_read, heapq.merge(*shards, key=lambda item: str(item["day_key"])))

    def delete_on(self, account: str, source: str, day: date, last: date | None = None) -> int:
        """Delete a source's orders placed on a UTC day, or up to another of its month.

        Marks the days first; returns how many orders there were.
        """
        prefix = f"{keys.join(account, source)}#"
        found = {
            (item["pk"], item["sk"]): keys.day_of(item["day_key"])
            for number in range(keys.ORDER_SHARDS)
            for item in self._table.query(
                keys.order_month(account, day, number),
                index=BY_DAY,
                between=keys.days(day, last or day),
                attributes=("pk", "sk", "day_key"),
            )
            if item["pk"].startswith(prefix)
        }
        if found:
            self._marks.raise_marks(account, "orders", {*found.values()}, self._clock.now())
            self._table.delete_many(list(found))
        return len(found)

    def _mark(
        self, account: str, changed: Sequence[Incoming], stored: dict[keys.Key, Item]
    ) -> None:
        entered = {utc_day(new.order.placed_at) for new in changed}
        left = {keys.day_of(stored[new.key]["day_key"]) for new in changed if new.key in stored}
        self._marks.raise_marks(account, "orders", entered | left, self._clock.now())

    def _write(self, changed: Sequence[Incoming], stored: dict[keys.Key, Item]) -> list[Incoming]:
        """Write orders, each only over what the decision saw; return those that lost the race.

        A hundred in one transaction are as quick as a few by themselves. Where one of them has
        lost the race, the others of its transaction are written one by one.
        """
        lost: list[Incoming] = []
        for together in _transactions(changed):
            puts = [_over(new, stored.get(new.key)) for new in together]
            if not self._table.put_together(puts):
                outcomes = in_parallel(
                    lambda put: self._table.put(put.item, put.condition, put.values), puts
                )
                written = zip(together, outcomes, strict=True)
                lost.extend(new for new, is_written in written if not is_written)
        return lost


@dataclass(frozen=True)
class Incoming:
    """An order on its way into the table, and the item that it would be."""

    account: str
    order: Order
    fetched_at: datetime
    received_at: datetime

    @cached_property
    def key(self) -> keys.Key:
        """The item's key."""
        return keys.order(self.account, self.order.source, self.order.order_id)

    @cached_property
    def item(self) -> Item:
        """The item, with the hash of its document as ``content``."""
        order = self.order
        day = utc_day(order.placed_at)
        document = codec.to_document(order)
        return {
            "pk": self.key[0],
            "sk": self.key[1],
            "document": document,
            "modified_at": keys.instant(order.modified_at),
            "fetched_at": keys.instant(self.fetched_at),
            "content": hashlib.sha256(document.encode()).hexdigest(),
            "month_key": keys.order_month(self.account, day, keys.shard(order.order_id)),
            "day_key": keys.day_item(order.placed_at, self.key),
            "email_key": self._node_key(order.email_node),
            "customer_key": self._node_key(order.customer_node),
            "received_at": keys.instant(self.received_at),
        }

    def replaces(self, stored: Item | None) -> bool:
        """Tell whether this order was read later than the stored one, and is another."""
        if stored is None:
            return True
        if self.item["content"] == stored["content"]:
            return False
        modified_at, fetched_at = (
            datetime.fromisoformat(stored[name]) for name in ("modified_at", "fetched_at")
        )
        mine = Reading(self.order.modified_at, self.fetched_at)
        return mine.is_after(Reading(modified_at, fetched_at))

    def _node_key(self, node: str) -> str | None:
        return keys.order_node(self.account, node) if node else None


def _over(new: Incoming, seen: Item | None) -> ConditionalPut:
    """Return the write of an order over what was seen of it, or over nothing."""
    if seen is None:
        return ConditionalPut(new.item, "attribute_not_exists(#pk)")
    return ConditionalPut(new.item, "#content = :seen", {"seen": seen["content"]})


def _transactions(changed: Sequence[Incoming]) -> Iterator[list[Incoming]]:
    """Cut orders into what one transaction takes."""
    together: list[Incoming] = []
    size = 0
    for new in changed:
        more = len(new.item["document"]) + _KEYS_SIZE
        if together and (len(together) == _MOST_ITEMS or size + more > _MOST_BYTES):
            yield together
            together, size = [], 0
        together.append(new)
        size += more
    if together:
        yield together


def _newest(incoming: Iterator[Incoming]) -> list[Incoming]:
    """Return each order once: the last modified of those that came together."""
    newest: dict[keys.Key, Incoming] = {}
    for new in incoming:
        seen = newest.get(new.key)
        if seen is None or new.order.modified_at > seen.order.modified_at:
            newest[new.key] = new
    return list(newest.values())


def _read(item: Item) -> Order:
    return codec.from_document(Order, item["document"])
