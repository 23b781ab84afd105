"""What an import of a file would write to the journeys, or has written there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.adapters.dynamodb.journeys import improves
from headwater.adapters.parallel import in_parallel
from headwater.domain.file_imports import Undone
from headwater.domain.journeys import Identification, OptIn, Profile, Touchpoint
from headwater.usecases.ports.imports import Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.domain.erasure import Erased
    from headwater.usecases.ports import Clock, Marks
    from headwater.usecases.ports.erasure import Erasures
    from headwater.usecases.ports.imports import JourneyItem

_DECIDED_BY = ("received_at", "created_at", "phone")
_SEEN = ("received_at", "version", "improved_at", "created_at", "phone", "month_key", "day_key")


class DynamoImportedJourneys:
    """The port ``ImportedJourneys`` on JourneysTable.

    Args:
        table: JourneysTable.
        marks: where the days that change are marked, before they do.
        clock: when a mark is raised.
        erasures: of whom nothing is kept.
    """

    def __init__(self, table: Table, marks: Marks, clock: Clock, erasures: Erasures) -> None:
        self._table = table
        self._marks = marks
        self._clock = clock
        self._erasures = erasures

    def standings(
        self, account: str, items: Sequence[JourneyItem], received_at: datetime
    ) -> list[Standing]:
        """Return what adding each item would do, or has done at this very instant."""
        keyed = [_key(account, item) for item in items]
        stored = self._table.get_many(keyed, _DECIDED_BY, is_latest=False)
        erased, added_at = self._erasures.of(account), keys.instant(received_at)
        return [
            Standing.UNCHANGED
            if _is_erased(item, erased)
            else _standing(item, stored.get(key), added_at)
            for key, item in zip(keyed, items, strict=True)
        ]

    def remove(self, account: str, items: Sequence[JourneyItem], received_at: datetime) -> Undone:
        """Remove items that were added at this very instant, and that nobody has changed since."""
        keyed = {_key(account, item): item for item in items}
        added_at = keys.instant(received_at)
        stored = self._table.get_many(list(keyed), _SEEN)
        ours = {key: item for key, item in stored.items() if item["received_at"] == added_at}
        left = {key: item for key, item in ours.items() if _is_as_added(item, added_at)}
        profiles = [key for key in left if isinstance(keyed[key], Profile)]
        known = in_parallel(lambda key: self._knows_more(key, added_at), profiles)
        lonely = {key for key, is_known in zip(profiles, known, strict=True) if not is_known}
        gone = [key for key in left if key in lonely or not isinstance(keyed[key], Profile)]
        self._mark(account, [left[key] for key in gone])
        self._table.delete_many(gone)
        return Undone(removed=len(gone), kept=len(ours) - len(gone))

    def leads_before(
        self, account: str, leads: Collection[tuple[str, str]], received_at: datetime
    ) -> dict[tuple[str, str], str]:
        """Return which nodes contact ids stand for, but for those linked at this very instant."""
        return {
            lead: item["node"]
            for lead, item in self._links(account, leads).items()
            if item["received_at"] != keys.instant(received_at)
        }

    def remove_leads(
        self, account: str, leads: Collection[tuple[str, str]], received_at: datetime
    ) -> None:
        """Forget contact ids (source, id) that were linked last at this very instant."""
        self._table.delete_many(
            [
                keys.lead(account, *lead)
                for lead, item in self._links(account, leads).items()
                if item["received_at"] == keys.instant(received_at)
            ]
        )

    def _links(
        self, account: str, leads: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Item]:
        keyed = {keys.lead(account, *lead): lead for lead in leads}
        stored = self._table.get_many(list(keyed), ("node", "received_at"))
        return {keyed[key]: item for key, item in stored.items()}

    def _knows_more(self, profile: keys.Key, added_at: str) -> bool:
        """Tell whether anything else lies with a profile's node.

        What names a visitor of whom the import told is no knowledge of its own.
        """
        return any(
            item["sk"] != profile[1]
            and not (item["sk"].startswith("visitor#") and item.get("received_at") == added_at)
            for item in self._table.query(profile[0], attributes=("sk", "received_at"))
        )

    def _mark(self, account: str, items: Sequence[Item]) -> None:
        days: defaultdict[str, set[date]] = defaultdict(set)
        for item in items:
            if "month_key" in item:
                days[item["month_key"].rpartition("#")[2]].add(keys.day_of(item["day_key"]))
        for table, changed in sorted(days.items()):
            self._marks.raise_marks(account, table, changed, self._clock.now())


def _key(account: str, item: JourneyItem) -> keys.Key:
    match item:
        case Touchpoint():
            return keys.touchpoint(account, item.visitor, item.node, item.touch_id)
        case Identification():
            return keys.identification(account, item.visitor, item.event_id)
        case OptIn():
            return keys.opt_in(account, item.node, item.source, item.opt_in_id)
        case Profile():
            return keys.profile(account, item.node)


def _is_erased(item: JourneyItem, erased: Erased) -> bool:
    return erased.covers(item.node, None if isinstance(item, Profile) else item.at)


def _standing(item: JourneyItem, stored: Item | None, added_at: str) -> Standing:
    """Return what writing an item does; but for profiles, its key is all that it says."""
    if stored is None or stored["received_at"] == added_at:
        return Standing.NEW
    if not isinstance(item, Profile):
        return Standing.UNCHANGED
    is_better = improves(item, stored) or (item.phone and not stored.get("phone"))
    return Standing.CHANGED if is_better else Standing.UNCHANGED


def _is_as_added(item: Item, added_at: str) -> bool:
    return (item.get("version", 1), item.get("improved_at", added_at)) == (1, added_at)
