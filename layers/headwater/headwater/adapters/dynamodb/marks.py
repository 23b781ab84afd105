"""Marks: the days on which the tables differ from the facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import keys
from headwater.usecases.ports import Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headwater.adapters.dynamodb.table import Table

# Finishing a run clears no mark younger than twenty minutes, so one that was raised a minute ago
# still covers a write that happens now.
_STANDS_FOR = timedelta(minutes=1)
# A process remembers the marks that it has raised, or found raised, for as long: what it found may
# be two minutes old then, of twenty. Beyond so many it begins anew.
_MOST_REMEMBERED = 10_000
# Up to here a conditional write per day is cheaper than a look at all that stands.
_FEW_DAYS = 5


class DynamoMarks:
    """The port ``Marks`` on AccountsTable.

    A write that its condition stops is paid for like any other, and nearly every hit would try one:
    what this process knows to be raised costs nothing.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._seen: dict[tuple[str, str, date], datetime] = {}

    def raise_marks(self, account: str, table: str, days: Collection[date], now: datetime) -> None:
        """Raise marks; one raised less than a minute ago stands.

        Many at once are looked up in one query and written in batches. Two writers that raise the
        same mark at the same moment may give it the same version, but never the same instant.
        """
        wanted = sorted({day for day in days if not self._stands((account, table, day), now)})
        if len(wanted) > _FEW_DAYS:
            self._raise_many(account, table, wanted, now)
        else:
            for day in wanted:
                self._raise_one(account, table, day, now)
        if len(self._seen) > _MOST_REMEMBERED:
            self._seen.clear()
        self._seen |= {(account, table, day): now for day in wanted}

    def _stands(self, mark: tuple[str, str, date], now: datetime) -> bool:
        seen = self._seen.get(mark)
        return seen is not None and timedelta(0) <= now - seen < _STANDS_FOR

    def _raise_one(self, account: str, table: str, day: date, now: datetime) -> None:
        self._table.update(
            keys.mark(account, table, day),
            "SET #raised_at = :now, #version = if_not_exists(#version, :none) + :one",
            {
                "now": keys.instant(now),
                "a_minute_ago": keys.instant(now - _STANDS_FOR),
                "none": 0,
                "one": 1,
            },
            condition="attribute_not_exists(#raised_at) OR #raised_at <= :a_minute_ago",
        )

    def _raise_many(self, account: str, table: str, days: Sequence[date], now: datetime) -> None:
        known = {mark.day: mark for mark in self.raised(account, table)}
        marks = []
        for day in days:
            mark = known.get(day)
            if mark is None or mark.raised_at <= now - _STANDS_FOR:
                pk, sk = keys.mark(account, table, day)
                version = mark.version + 1 if mark else 1
                marks.append(
                    {"pk": pk, "sk": sk, "version": version, "raised_at": keys.instant(now)}
                )
        self._table.put_many(marks)

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
                keys.join(account, "marks"), prefix=f"mark#{table}#" if table else "mark#"
            )
        ]

    def clear(self, account: str, mark: Mark) -> bool:
        """Delete a mark unless it has been raised again since it was read.

        The instant is compared besides the version: versions begin anew once a mark is gone.
        """
        self._seen.pop((account, mark.table, mark.day), None)
        return self._table.delete(
            keys.mark(account, mark.table, mark.day),
            "#version = :version AND #raised_at = :raised_at",
            {"version": mark.version, "raised_at": keys.instant(mark.raised_at)},
        )
