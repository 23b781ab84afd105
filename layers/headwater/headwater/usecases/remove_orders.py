"""Delete the orders of a source that is being removed, in steps that a deadline bounds.

The tables cannot list a source's orders, but every day that has any is either in the account's
manifest or still marked: a mark is cleared only after a manifest has its day. Whoever calls holds
the account's lease, so no pull brings the orders back meanwhile.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from headwater.usecases.source_pull import PullPorts

_TABLE = "orders"
_LENGTH_OF_A_MONTH = len("2026-11")


@dataclass(frozen=True, slots=True)
class RemovedOrders:
    """How many orders were deleted. ``more``: the time is over, call it again."""

    deleted: int
    more: bool


def remove_orders(
    account: str, source: str, deadline: datetime, *, ports: PullPorts
) -> RemovedOrders:
    """Delete a source's orders day by day, and then the source itself."""
    deleted = 0
    for day in sorted(_days_with_orders(account, ports)):
        if ports.clock.now() >= deadline:
            return RemovedOrders(deleted, more=True)
        deleted += ports.orders.delete_on(account, source, day)
    ports.accounts.remove_source(account, source)
    return RemovedOrders(deleted, more=False)


def _days_with_orders(account: str, ports: PullPorts) -> set[date]:
    days = {mark.day for mark in ports.marks.raised(account) if mark.table == _TABLE}
    manifest = ports.runs.head(account).manifest
    if manifest:
        partitions = ports.lake.get_manifest(manifest).tables.get(_TABLE, {})
        days.update(day for partition in partitions for day in _days_of(partition))
    return days


def _days_of(partition: str) -> Iterator[date]:
    """Yield the days of a partition: itself, or all of a month."""
    if len(partition) > _LENGTH_OF_A_MONTH:
        yield date.fromisoformat(partition)
        return
    year, month = map(int, partition.split("-"))
    for day in range(1, monthrange(year, month)[1] + 1):
        yield date(year, month, day)
