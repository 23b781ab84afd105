"""Items of JourneysTable that become facts: each stands under the UTC day on which it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.adapters.dynamodb import keys
from headwater.adapters.dynamodb.table import BY_DAY
from headwater.domain.reporting_days import utc_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.usecases.ports import Clock, Marks


class DailyItems:
    """The items of one fact table."""

    def __init__(self, name: str, table: Table, marks: Marks, clock: Clock) -> None:
        self._name = name
        self._table = table
        self._marks = marks
        self._clock = clock

    def mark(self, account: str, days: Collection[date]) -> None:
        """Mark days whose items are about to change."""
        if days:
            self._marks.raise_marks(account, self._name, days, self._clock.now())

    def build(
        self,
        account: str,
        key: keys.Key,
        at: datetime,
        received_at: datetime,
        values: Mapping[str, Any],
    ) -> Item:
        """Return an item with its keys, and since when it is as it is.

        What the values say themselves of ``received_at`` wins.
        """
        pk, sk = key
        return {
            "pk": pk,
            "sk": sk,
            "month_key": keys.journey_month(account, utc_day(at), self._name),
            "day_key": keys.day_item(at, key),
            "received_at": keys.instant(received_at),
            "stored_at": keys.instant(self._clock.now()),
            **values,
        }

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Item]:
        """Return the items of a UTC day, or up to another of its month, in order of day and key."""
        partition = keys.journey_month(account, day, self._name)
        return self._table.query(partition, index=BY_DAY, between=keys.days(day, last or day))
