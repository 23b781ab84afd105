"""Ad cost by day, in loads of which one per (day, platform, ad account) is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.domain.ad_clicks import AdClick
from headwater.domain.costs import CostRow, as_first_told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.keys import Key
    from headwater.adapters.dynamodb.table import Table
    from headwater.usecases.ports import Clock, Marks


@dataclass(frozen=True, slots=True)
class _Change:
    """A day that is to show other rows, and the keys of those that it needs no longer."""

    day: date
    rows: Sequence[CostRow]
    obsolete: Sequence[Key]


class DynamoCosts:
    """The port ``Costs`` on CostsTable.

    Args:
        table: CostsTable.
        marks: where the days that change are marked, before they do.
        clock: when a mark is raised.
    """

    def __init__(self, table: Table, marks: Marks, clock: Clock) -> None:
        self._table = table
        self._marks = marks
        self._clock = clock

    def add(self, account: str, load: str, rows: Sequence[CostRow]) -> int:
        """Add rows to a load; the same row again replaces itself. Return how many were written."""
        items = {(item["pk"], item["sk"]): item for item in _row_items(account, load, rows)}
        days = {(row.platform, row.ad_account, row.day) for row in rows}
        self._mark(account, {day for _, _, day in days})
        # The list of the load's days first: no row may stand on a day that `complete` overlooks.
        self._table.put_many(
            [
                {"pk": keys.cost_load(account, platform, ad_account, load), "sk": day.isoformat()}
                for platform, ad_account, day in sorted(days)
            ]
        )
        self._table.put_many(list(items.values()))
        return len(items)

    def complete(
        self, account: str, platform: str, ad_account: str, load: str, days: Collection[date]
    ) -> int:
        """Show this load, and nothing else, on each of its days and on the given ones."""
        listed = self._table.query(keys.cost_load(account, platform, ad_account, load))
        touched = sorted({*days, *(date.fromisoformat(item["sk"]) for item in listed)})
        self._mark(account, touched)
        heads = [keys.cost_head(account, day, platform, ad_account) for day in touched]
        shown = self._table.get_many(heads, ("load",))
        moved = [key for key in heads if key not in shown or shown[key]["load"] != load]
        self._table.put_many([{"pk": pk, "sk": sk, "load": load} for pk, sk in moved])
        return len(moved)

    def replace(
        self,
        account: str,
        platform: str,
        ad_account: str,
        load: str,
        days: Mapping[date, Sequence[CostRow]],
    ) -> int:
        """Show these rows, and nothing else, on some days of an ad account."""
        heads = {day: keys.cost_head(account, day, platform, ad_account) for day in days}
        shown = self._table.get_many(list(heads.values()))
        changes = [
            change
            for day, head in heads.items()
            if (change := self._change(head, shown.get(head), day, days[day]))
        ]
        self._mark(account, [change.day for change in changes])
        for change in changes:
            self._table.put_many(list(_row_items(account, load, change.rows)))
        moved = [heads[change.day] for change in changes]
        self._table.put_many(
            [{"pk": pk, "sk": sk, "load": load, "is_pulled": True} for pk, sk in moved]
        )
        self._table.delete_many([key for change in changes for key in change.obsolete])
        return len(changes)

    def _change(
        self, head: Key, shown: Item | None, day: date, rows: Sequence[CostRow]
    ) -> _Change | None:
        """Return what a day's new rows change, or None where it shows them already."""
        before: dict[Key, CostRow] = {}
        if shown:
            of_platform = head[1].split("#", 2)[2]
            prefix = f"{day.isoformat()}#row#{of_platform}#{keys.join(shown['load'], '')}"
            found = self._table.query(head[0], prefix=prefix)
            before = {(item["pk"], item["sk"]): codec.from_plain(CostRow, item) for item in found}
        now = as_first_told(rows, before.values())
        if set(before.values()) == set(now):
            return None
        # A load that was posted may be completed once more, and needs its rows then.
        is_ours = bool(shown and shown.get("is_pulled"))
        return _Change(day, now, list(before) if is_ours else [])

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[CostRow]:
        """Return the shown rows of a day, or up to another of its month, in order.

        One query reads heads and rows of all loads: superseded loads are few, and queries are what
        an export of years waits for.
        """
        shown: defaultdict[str, list[str]] = defaultdict(list)
        partition, days = keys.cost_month(account, day), keys.days(day, last or day)
        for item in self._table.query(partition, between=days):
            # A day's heads come before its rows: "head" sorts before "row".
            on, kind, rest = item["sk"].split("#", 2)
            if kind == "head":
                shown[on].append(f"{on}#row#{rest}#{keys.join(item['load'])}#")
            elif item["sk"].startswith(tuple(shown[on])):
                yield codec.from_plain(CostRow, item)

    def add_clicks(self, account: str, clicks: Sequence[AdClick]) -> int:
        """Keep which ads click ids belong to; the same click again replaces itself."""
        items = {}
        for click in clicks:
            pk, sk = keys.ad_click(account, click)
            items[pk, sk] = {"pk": pk, "sk": sk, **codec.to_attributes(click)}
        self._mark(account, {click.day for click in clicks}, "ad_clicks")
        self._table.put_many(list(items.values()))
        return len(items)

    def clicks_on_day(self, account: str, day: date, last: date | None = None) -> Iterator[AdClick]:
        """Return the clicks of a day, or up to another of its month, in order."""
        partition, days = keys.ad_click_month(account, day), keys.days(day, last or day)
        for item in self._table.query(partition, between=days):
            yield codec.from_plain(AdClick, item)

    def _mark(self, account: str, days: Collection[date], table: str = "costs") -> None:
        if days:
            self._marks.raise_marks(account, table, days, self._clock.now())


def _row_items(account: str, load: str, rows: Sequence[CostRow]) -> Iterator[Item]:
    for row in rows:
        pk, sk = keys.cost_row(account, load, row)
        yield {"pk": pk, "sk": sk, **codec.to_attributes(row)}
