"""Orders and ad cost that an import of a file has written: removed, or put back as they were."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.adapters.dynamodb.orders import Incoming
from headwater.adapters.parallel import in_parallel
from headwater.domain.file_imports import CostHead, Undone
from headwater.domain.reporting_days import utc_day

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.domain.orders import Order
    from headwater.usecases.ports import Clock, Marks
    from headwater.usecases.ports.erasure import Erasures


class DynamoImportedOrders:
    """The port ``ImportedOrders`` on OrdersTable.

    Args:
        table: OrdersTable.
        marks: where the days that change are marked, before they do.
        erasures: whose orders are kept without their person.
    """

    def __init__(self, table: Table, marks: Marks, erasures: Erasures) -> None:
        self._table = table
        self._marks = marks
        self._erasures = erasures

    def put_back(
        self,
        account: str,
        written: Sequence[Order],
        before: Mapping[tuple[str, str], Order],
        now: datetime,
    ) -> Undone:
        """Remove orders, or put back what was before, where they are as they were written."""
        erased = self._erasures.of(account)
        ours = [Incoming(account, erased.blank(order), now, now) for order in written]
        stored = self._table.get_many([one.key for one in ours], ("content",))
        there = [one for one in ours if one.key in stored]
        content = {one.key: stored[one.key]["content"] for one in there}
        same = [one for one in there if _content(one) == content[one.key]]
        older = {
            order.key: Incoming(account, erased.blank(order), now, now) for order in before.values()
        }
        days = {utc_day(each.order.placed_at) for each in (*same, *older.values())}
        if same:
            self._marks.raise_marks(account, "orders", days, now)
        done = in_parallel(lambda one: self._put_back(one, older.get(one.order.key)), same)
        restored = sum(
            is_done and one.order.key in older for one, is_done in zip(same, done, strict=True)
        )
        back = {one.key for one in older.values() if _content(one) == content.get(one.key)}
        kept = [one for one in there if one not in same and one.key not in back]
        kept += [one for one, is_done in zip(same, done, strict=True) if not is_done]
        names = tuple(one.order.order_id for one in kept)
        return Undone(sum(done) - restored, restored, len(kept), names)

    def _put_back(self, one: Incoming, before: Incoming | None) -> bool:
        """Undo one order, if it is still as it was a moment ago."""
        condition, values = "#content = :seen", {"seen": _content(one)}
        if before is None:
            return self._table.delete(one.key, condition, values)
        return self._table.put(before.item, condition, values)


class DynamoImportedCosts:
    """The port ``ImportedCosts`` on CostsTable.

    Args:
        table: CostsTable.
        marks: where the days that change are marked, before they do.
        clock: when a mark is raised.
    """

    def __init__(self, table: Table, marks: Marks, clock: Clock) -> None:
        self._table = table
        self._marks = marks
        self._clock = clock

    def cost_heads(
        self, account: str, platform: str, ad_account: str, days: Collection[date]
    ) -> list[CostHead]:
        """Return what each of some days shows of an ad account."""
        keyed = {day: keys.cost_head(account, day, platform, ad_account) for day in sorted(days)}
        stored = self._table.get_many(list(keyed.values()))
        found = ((day, stored.get(key, {})) for day, key in keyed.items())
        return [
            CostHead(day, item.get("load", ""), bool(item.get("is_pulled"))) for day, item in found
        ]

    def remove_load(
        self, account: str, platform: str, ad_account: str, load: str, before: Sequence[CostHead]
    ) -> Undone:
        """Show again what was before, on days that still show this load; then remove its rows."""
        shown = self.cost_heads(account, platform, ad_account, [head.day for head in before])
        ours = {head.day for head in shown if head.load == load}
        if ours:
            self._marks.raise_marks(account, "costs", ours, self._clock.now())
        heads = [head for head in before if head.day in ours]
        is_back = in_parallel(
            lambda head: self._show(account, platform, ad_account, load, head), heads
        )
        restored = sum(bool(head.load) and done for head, done in zip(heads, is_back, strict=True))
        removed = self._remove_rows(account, platform, ad_account, load)
        loads = {head.day: head.load for head in shown}
        kept = sum(loads[head.day] not in {load, head.load} for head in before)
        return Undone(removed, restored, kept)

    def _show(
        self, account: str, platform: str, ad_account: str, load: str, head: CostHead
    ) -> bool:
        key = keys.cost_head(account, head.day, platform, ad_account)
        condition, values = "#load = :ours", {"ours": load}
        if not head.load:
            return self._table.delete(key, condition, values)
        item: Item = {"pk": key[0], "sk": key[1], "load": head.load}
        item |= {"is_pulled": True} if head.is_pulled else {}
        return self._table.put(item, condition, values)

    def _remove_rows(self, account: str, platform: str, ad_account: str, load: str) -> int:
        """Remove a load's rows day by day, and each day from its list last."""
        removed = 0
        listed = list(self._table.query(keys.cost_load(account, platform, ad_account, load)))
        for item in listed:
            day = date.fromisoformat(item["sk"])
            prefix = keys.join(day.isoformat(), "row", platform, ad_account, load, "")
            found = self._table.query(
                keys.cost_month(account, day), prefix=prefix, attributes=("pk", "sk")
            )
            rows = [(row["pk"], row["sk"]) for row in found]
            self._table.delete_many(rows)
            self._table.delete_many([(item["pk"], item["sk"])])
            removed += len(rows)
        return removed


def _content(one: Incoming) -> str:
    return str(one.item["content"])
