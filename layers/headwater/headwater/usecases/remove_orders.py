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
    """Delete a source's orders month by month, and then the source itself."""
    deleted = 0
    for first, last in sorted(_months_with_orders(account, ports)):
        if ports.clock.now() >= deadline:
            return RemovedOrders(deleted, more=True)
        deleted += ports.orders.delete_on(account, source, first, last)
    ports.accounts.remove_source(account, source)
    return RemovedOrders(deleted, more=False)


def _months_with_orders(account: str, ports: PullPorts) -> set[tuple[date, date]]:
    """Return the first and the last day of each month that has orders, or had some."""
    months = {f"{mark.day:%Y-%m}" for mark in ports.marks.raised(account) if mark.table == _TABLE}
    manifest = ports.runs.head(account).manifest
    if manifest:
        partitions = ports.lake.get_manifest(manifest).tables.get(_TABLE, {})
        months |= {partition[:_LENGTH_OF_A_MONTH] for partition in partitions}
    return {_days_of(month) for month in months}


def _days_of(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])
