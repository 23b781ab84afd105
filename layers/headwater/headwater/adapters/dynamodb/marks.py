"""Marks: the days on which the tables differ from the facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.adapters.parallel import in_parallel
from headwater.usecases.ports import Mark

if TYPE_CHECKING:
    from collections.abc import Collection

    from headwater.adapters.dynamodb.table import Table

# Finishing a run clears no mark younger than twenty minutes, so one that was raised a minute ago
# still covers a write that happens now.
_STANDS_FOR = timedelta(minutes=1)
# Up to here a conditional write per day is cheaper than a look at what stands.
_FEW_DAYS = 5


class DynamoMarks:
    """The port ``Marks`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def raise_marks(self, account: str, table: str, days: Collection[date], now: datetime) -> None:
        """Raise marks, each with at most one write; one raised less than a minute ago stands."""
        values = {
            "now": keys.instant(now),
            "a_minute_ago": keys.instant(now - _STANDS_FOR),
            "none": 0,
            "one": 1,
        }

        def raise_one(day: date) -> None:
            self._table.update(
                keys.mark(account, table, day),
                "SET #raised_at = :now, #version = if_not_exists(#version, :none) + :one",
                values,
                condition="attribute_not_exists(#raised_at) OR #raised_at <= :a_minute_ago",
            )

        in_parallel(raise_one, self._lowered(account, table, days, now))

    def _lowered(
        self, account: str, table: str, days: Collection[date], now: datetime
    ) -> list[date]:
        """Return the days whose marks do not stand yet; many days are looked up in one query."""
        wanted = sorted(set(days))
        if len(wanted) <= _FEW_DAYS:
            return wanted
        standing = {
            mark.day for mark in self.raised(account, table) if mark.raised_at > now - _STANDS_FOR
        }
        return [day for day in wanted if day not in standing]

    def raised(self, account: str, table: str = "") -> list[Mark]:
        """Return all marks, or those of one table, by table and day."""
        return [
            Mark(
                table=item["sk"].split("#")[1],
                day=date.fromisoformat(item["sk"].split("#")[2]),
                version=item["version"],
                raised_at=datetime.fromisoformat(item["raised_at"]),
            )
            for item in self._table.query(
                keys.join(account), prefix=f"mark#{table}#" if table else "mark#"
            )
        ]

    def clear(self, account: str, mark: Mark) -> bool:
        """Delete a mark unless it has been raised again since it was read.

        The instant is compared besides the version: versions begin anew once a mark is gone.
        """
        return self._table.delete(
            keys.mark(account, mark.table, mark.day),
            "#version = :version AND #raised_at = :raised_at",
            {"version": mark.version, "raised_at": keys.instant(mark.raised_at)},
        )
