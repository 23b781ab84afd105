"""The kept results of reconciliation: one document per store and day, ids and amounts only.

The latest result of a day replaces the one before, but for what was repaired, which adds up.
"""

from __future__ import annotations

from dataclasses import asdict, astuple
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.day_comparisons import OrderLine
from headwater.domain.reconciliation_causes import OPEN_CAUSES, Cause
from headwater.errors import UnknownResourceError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.day_comparisons import DayComparison
    from headwater.usecases.ports import Lake, Source
    from headwater.usecases.reconcile_day import ReconciledSource

_PER_MILLION = 1_000_000


def days_prefix(account: str, source: str) -> str:
    """Return where the latest results of a store's days are kept, up to the day itself."""
    return f"reconciliations/account={account}/source={source}/day="


def day_key(account: str, source: str, day: date) -> str:
    """Return where the latest result of a day is kept."""
    return f"{days_prefix(account, source)}{day.isoformat()}.json"


def lines_key(account: str, source: str, day: date) -> str:
    """Return where is kept what each order adds to the latest result of a day."""
    return f"{_lines_prefix(account, source)}{day.isoformat()}.json"


def _lines_prefix(account: str, source: str) -> str:
    return f"reconciliations/account={account}/source={source}/lines="


def day_document(
    source: ReconciledSource, day: date, comparison: DayComparison, now: datetime
) -> dict[str, Any]:
    """Return a comparison as plain JSON values; amounts in minor units."""
    return {
        "account": source.account,
        "source": source.source,
        "day": day.isoformat(),
        "compared_at": now.isoformat(),
        "currency": source.rules.currency,
        "time_zone": source.rules.time_zone,
        "panel": source.rules.panel.document(),
        "is_panel_known": source.is_panel_known,
        "figures": [
            {"status_id": status_id, **asdict(figures)}
            for status_id, figures in sorted(comparison.figures.items())
        ],
        "differences": _differences(comparison),
        "box_orders": sorted(comparison.box_orders, key=by_number),
    }


def _differences(comparison: DayComparison) -> list[dict[str, Any]]:
    return [
        {
            "status_id": status_id,
            "cause": cause.value,
            "orders": difference.orders,
            "amount": difference.amount,
            "absolute": difference.absolute,
            "order_ids": sorted(difference.order_ids, key=by_number),
        }
        for (status_id, cause), difference in sorted(comparison.differences.items())
    ]


def lines_document(day: date, comparison: DayComparison, now: datetime) -> dict[str, Any]:
    """Return the orders' lines of a comparison as plain JSON values."""
    return {
        "day": day.isoformat(),
        "compared_at": now.isoformat(),
        "lines": [list(astuple(line)) for line in comparison.lines],
    }


def newly_repaired(before: DayComparison, after: DayComparison, now: datetime) -> list[Any]:
    """Return the faults that were there before the repair and are no more."""
    still_open = after.open_orders()
    repaired: dict[Cause, set[str]] = {}
    for (_, cause), difference in before.differences.items():
        mended = difference.order_ids - still_open
        if cause in OPEN_CAUSES and mended:
            repaired[cause] = repaired.get(cause, set()) | mended
    return [repair(cause, order_ids, now) for cause, order_ids in sorted(repaired.items())]


def repair(cause: Cause, order_ids: Collection[str], now: datetime) -> dict[str, Any]:
    """Return that a fault of some orders was mended."""
    ids = sorted(order_ids, key=by_number)
    return {"cause": cause.value, "order_ids": ids, "at": now.isoformat()}


def repaired_earlier(lake: Lake, source: ReconciledSource, day: date) -> list[Any]:
    """Return what reconciliations before this one have repaired on a day."""
    try:
        known: Mapping[str, Any] = lake.get_json(day_key(source.account, source.source, day))
    except UnknownResourceError:
        return []
    return list(known["repaired"])


def read_days(
    lake: Lake, account: str, sources: Sequence[Source], first: date, last: date
) -> list[dict[str, Any]]:
    """Return the latest results of a range, by source and day; days without one are left out."""
    wanted = {day.isoformat() for day in days_of(first, last)}
    months = sorted({day[: len("2026-11")] for day in wanted})
    return [
        result
        for source in sources
        for month in months
        for result in lake.list_json(days_prefix(account, source.source) + month)
        if result["day"] in wanted
    ]


def read_lines(
    lake: Lake, account: str, days: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], list[OrderLine]]:
    """Return (source, day) → what each order adds to that result.

    Results of earlier versions, which kept no orders, are left out, and one that is being replaced.
    """
    months = sorted({(day["source"], day["day"][: len("2026-11")]) for day in days})
    kept = {
        (source, document["day"], document["compared_at"]): document["lines"]
        for source, month in months
        for document in lake.list_json(_lines_prefix(account, source) + month)
    }
    return {
        (day["source"], day["day"]): [OrderLine(*line) for line in kept[place]]
        for day in days
        if (place := (day["source"], day["day"], day["compared_at"])) in kept
    }


def open_ppm(days: Sequence[Mapping[str, Any]]) -> int:
    """Return the open differences in parts per million of the store's figure.

    By amounts or by numbers of orders, whichever is worse; opposite differences do not cancel out.
    Where the store has nothing at all, any open difference is all of it.
    """
    amount = orders = total = listed = 0
    for day in days:
        for difference in day["differences"]:
            if Cause(difference["cause"]) in OPEN_CAUSES:
                amount += difference["absolute"]
                orders += len(difference["order_ids"])
        orders += sum(abs(n) for n in day["uncounted"].values()) + len(day["unreadable"])
        total += sum(abs(figures["store_total"]) for figures in day["figures"])
        listed += sum(figures["store_orders"] for figures in day["figures"])
    return max(_share(amount, total), _share(orders, listed))


def _share(part: int, whole: int) -> int:
    if not part:
        return 0
    return round(part * _PER_MILLION / whole) if whole else _PER_MILLION


def days_of(first: date, last: date) -> Iterator[date]:
    """Yield the days of a range, both ends included."""
    while first <= last:
        yield first
        first += timedelta(days=1)


def by_number(order_id: str) -> tuple[int, str]:
    """Sort ids of digits as numbers."""
    return len(order_id), order_id
