"""Ad cost by day, in loads of which one per (day, platform, ad account) is shown."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.parallel import in_parallel
from headwater.domain.costs import CostRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.usecases.ports import Clock, Marks


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
        head = keys.cost_head(platform, ad_account)

        def move(day: date) -> bool:
            moved = self._table.update(
                (keys.cost_day(account, day), head),
                "SET #load = :load",
                {"load": load},
                condition="attribute_not_exists(#load) OR #load <> :load",
            )
            return moved is not None

        return sum(in_parallel(move, touched))

    def on_day(self, account: str, day: date) -> Iterator[CostRow]:
        """Return the shown rows of a day, in order of key.

        One query reads heads and rows of all loads: superseded loads are few, and queries are what
        an export of years waits for.
        """
        shown: list[str] = []
        for item in self._table.query(keys.cost_day(account, day)):
            # The heads come first: "head" sorts before "row".
            if item["sk"].startswith("head#"):
                ad_account = item["sk"].removeprefix("head#")
                shown.append(f"row#{ad_account}#{keys.join(item['load'])}#")
            elif item["sk"].startswith(tuple(shown)):
                yield codec.from_plain(CostRow, item)

    def _mark(self, account: str, days: Collection[date]) -> None:
        if days:
            self._marks.raise_marks(account, "costs", days, self._clock.now())


def _row_items(account: str, load: str, rows: Sequence[CostRow]) -> Iterator[Item]:
    for row in rows:
        pk, sk = keys.cost_row(account, load, row)
        yield {"pk": pk, "sk": sk, **codec.to_attributes(row)}
