"""Touchpoints: the only events that merge."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.parallel import in_parallel
from headwater.domain.journeys import Campaign, Touchpoint, earlier
from headwater.domain.reporting_days import utc_day
from headwater.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.daily_items import DailyItems
    from headwater.adapters.dynamodb.table import Table

type _ByKey = dict[keys.Key, Touchpoint]

_CAMPAIGN_MARKS = [field.name for field in fields(Campaign)]
# The hits of one session arrive within seconds, on a handful of workers at most.
_ATTEMPTS = 5


class DynamoTouchpoints:
    """Writes the hits of a session as one touchpoint, whatever order and worker they come by."""

    def __init__(self, table: Table, items: DailyItems) -> None:
        self._table = table
        self._items = items

    def add(self, account: str, touchpoints: Sequence[Touchpoint], received_at: datetime) -> int:
        """Merge touchpoints into the stored ones; return how many are new or changed.

        Raises:
            ConflictError: other workers keep changing the same sessions.
        """
        pending = _merged(account, touchpoints)
        written = 0
        for attempt in range(_ATTEMPTS):
            # What was read too early is found by the condition of the write; and a hit that changes
            # nothing of an older touchpoint changes nothing of a newer one, which is earlier still.
            stored = self._table.get_many(list(pending), is_latest=attempt > 0)
            known = {key: read_touchpoint(item) for key, item in stored.items()}
            changed = {
                key: merged
                for key, touch in pending.items()
                if (merged := earlier(known[key], touch) if key in known else touch)
                != known.get(key)
            }
            days = {utc_day(known[key].at) for key in changed if key in known}
            self._items.mark(account, days | {utc_day(t.at) for t in changed.values()})
            lost = self._write(account, changed, stored, received_at)
            written += len(changed) - len(lost)
            if not lost:
                return written
            pending = {key: pending[key] for key in lost}
        message = f"{len(pending)} sessions keep changing"
        raise ConflictError(message)

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Touchpoint]:
        """Return the touchpoints of a UTC day, or up to another of its month, in order."""
        return map(read_touchpoint, self._items.on_day(account, day, last))

    def _write(
        self, account: str, changed: _ByKey, stored: Mapping[keys.Key, Item], received_at: datetime
    ) -> list[keys.Key]:
        """Write touchpoints over what was read; return the keys that changed meanwhile."""

        def build(key: keys.Key) -> Item:
            old = stored.get(key, {})
            first_received = datetime.fromisoformat(old["received_at"]) if old else received_at
            touch = changed[key]
            item = self._items.build(account, key, touch.at, first_received, _values(touch))
            return item | {"version": old.get("version", 0) + 1}

        def write(key: keys.Key) -> bool:
            if key not in stored:
                return self._table.put(build(key), "attribute_not_exists(#pk)")
            seen = {"seen": stored[key]["version"]}
            return self._table.put(build(key), "#version = :seen", seen)

        # An imported touchpoint is named by what it says: whoever else writes it writes the same.
        imported = {k for k, touch in changed.items() if touch.is_imported and k not in stored}
        self._table.put_many([build(key) for key in changed if key in imported])
        racing = [key for key in changed if key not in imported]
        outcomes = in_parallel(write, racing)
        return [key for key, is_written in zip(racing, outcomes, strict=True) if not is_written]


def _merged(account: str, touchpoints: Sequence[Touchpoint]) -> _ByKey:
    merged: _ByKey = {}
    for touch in touchpoints:
        key = keys.touchpoint(account, touch.visitor, touch.node, touch.touch_id)
        merged[key] = earlier(merged[key], touch) if key in merged else touch
    return merged


def _values(touch: Touchpoint) -> Item:
    """Return a touchpoint's values, its campaign marks among them."""
    values = codec.to_attributes(touch)
    return values | {"campaign": None} | codec.to_attributes(touch.campaign)


def read_touchpoint(item: Item) -> Touchpoint:
    """Return the touchpoint that an item holds."""
    campaign = {name: item[name] for name in _CAMPAIGN_MARKS if name in item}
    return codec.from_plain(Touchpoint, {**item, "campaign": campaign})
