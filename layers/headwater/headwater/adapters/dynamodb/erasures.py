"""Who was erased, and the removal of what is kept of a person."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.adapters.parallel import in_parallel
from headwater.domain.erasure import Erased

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.domain.journeys import Identification, Touchpoint
    from headwater.usecases.ports import Clock, Marks

# Where an item stands among the facts; its own key comes by itself.
_PLACE = ("month_key", "day_key")
_WORDS = {"edge": "link", "cut": "unlink"}


class DynamoErasures:
    """The port ``Erasures`` on AccountsTable, which every writer may read."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, account: str) -> Erased:
        """Return who was erased in an account."""
        items = self._table.query(keys.erased(account), attributes=("sk", "erased_at"))
        return Erased({item["sk"]: datetime.fromisoformat(item["erased_at"]) for item in items})

    def add(self, account: str, nodes: Collection[str], at: datetime) -> None:
        """Remember that these nodes were erased."""
        pk, erased_at = keys.erased(account), keys.instant(at)
        self._table.put_many(
            [{"pk": pk, "sk": node, "erased_at": erased_at} for node in sorted(nodes)]
        )


class DynamoForgetting:
    """The port ``Forgetting`` on JourneysTable."""

    def __init__(self, table: Table, marks: Marks, clock: Clock) -> None:
        self._table = table
        self._marks = marks
        self._clock = clock

    def visits(
        self,
        account: str,
        touchpoints: Sequence[Touchpoint],
        identifications: Sequence[Identification],
    ) -> None:
        """Remove touchpoints and identifications of visitors."""
        touched = [keys.touchpoint(account, t.visitor, "", t.touch_id) for t in touchpoints]
        shown = [keys.identification(account, i.visitor, i.event_id) for i in identifications]
        # Whose touches they are is known by the identifications, which go after them.
        for gone in (touched, shown):
            self._remove(account, self._table.get_many(gone, _PLACE).values())

    def claims(self, account: str, order_keys: Collection[tuple[str, str]]) -> None:
        """Remove all claims on these orders, and what leads from their visitors to them."""
        claims = self._all_of([keys.claimed_order(account, *k) for k in order_keys])
        named = {
            keys.claimed(account, claim["visitor"], claim["source"], claim["order_id"])
            for claim in claims
        }
        # The claims last: whoever dies on the way finds them, and so the rest, again.
        self._table.delete_many(sorted(named))
        self._remove(account, claims)

    def nodes(self, account: str, nodes: Collection[str]) -> int:
        """Remove all that lies with these nodes; what a person said of one lies with both."""
        found = self._all_of([keys.node(account, node) for node in nodes])
        mirrored = [key for item in found if (key := _mirror(account, item))]
        # What leads to the other node's items goes after them.
        elsewhere = self._table.get_many(mirrored, _PLACE).values()
        for gone in (elsewhere, found):
            self._remove(account, gone)
        return len({(item["pk"], item["sk"]) for item in (*elsewhere, *found)})

    def _all_of(self, partitions: Sequence[str]) -> list[Item]:
        found = in_parallel(lambda each: list(self._table.query(each)), sorted(partitions))
        return [item for items in found for item in items]

    def _remove(self, account: str, items: Iterable[Item]) -> None:
        """Mark the days of the items that are facts, and remove all."""
        gone = {(item["pk"], item["sk"]): item for item in items}
        days: defaultdict[str, set[date]] = defaultdict(set)
        for item in gone.values():
            if "month_key" in item:
                days[item["month_key"].rpartition("#")[2]].add(keys.day_of(item["day_key"]))
        for table, changed in sorted(days.items()):
            self._marks.raise_marks(account, table, changed, self._clock.now())
        self._table.delete_many(list(gone))


def _mirror(account: str, item: Item) -> keys.Key | None:
    """Return where the other node keeps the same word, if the item is one that a person said."""
    kind, _, other = item["sk"].partition("#")
    if kind not in _WORDS:
        return None
    node = item["node"] if item["other"] == other else item["other"]
    return keys.hand_edge(account, other, node, _WORDS[kind])
