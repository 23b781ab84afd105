"""The shop's own books: gross, refunds, net and number of orders, from its SQLite file alone.

Nothing here is shared with the program whose reports are checked against it.

**What counts.** Orders that are not archived, whose status is in the set and that were placed
within the days, in the given time zone. Test and migrated orders count: the shop does not know
them. Refunds are counted on their *order's* day, without declined payments; an order of status 4
(Refunded) without any accepted refund counts as refunded in full.

**Rounding.** In the totals in the store's currency, each order's gross is divided by its own rate
and rounded half-even to the currency's minor unit, and so is the sum of its refunds; net is the
difference of the two. Orders in the store's currency are rounded the same way, with rate 1. The
totals per transactional currency are exact sums of what the orders say, without any rounding.
An order of another currency without a rate is in no total, only in ``not_converted`` and in its
currency's own total.

All sums are of integers, in SQL; the division is an exact integer function that SQL calls.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from local.storefront.amounts import PER_UNIT, decimal_places, divide_half_even, from_units
from local.storefront.refunding import ACCEPTED_REFUNDS
from local.storefront.statuses import REFUNDED

REVENUE_STATUSES = frozenset({2, 3, 4, 8, 9, 10, 11, 14})

_BOOKS = f"""
WITH days AS (
    SELECT value ->> 0 AS day, value ->> 1 AS starts, value ->> 2 AS ends
    FROM json_each(:days)
),
accepted AS ({ACCEPTED_REFUNDS}),
sales AS (
    SELECT
        days.day,
        orders.status_id,
        orders.currency,
        orders.currency = :currency OR orders.rate IS NOT NULL AS is_convertible,
        CASE WHEN orders.currency = :currency THEN '1' ELSE orders.rate END AS rate,
        orders.total_inc AS gross,
        COALESCE(
            accepted.amount,
            CASE WHEN orders.status_id = {REFUNDED} THEN orders.total_inc ELSE 0 END
        ) AS refunds
    FROM days
    JOIN orders ON orders.created_at >= days.starts AND orders.created_at < days.ends
    LEFT JOIN accepted ON accepted.order_id = orders.id
    WHERE NOT orders.is_deleted
        AND orders.status_id IN (SELECT value FROM json_each(:statuses))
)
"""

_BY_DAY = f"""{_BOOKS}
SELECT
    days.day,
    COUNT(sales.day) FILTER (WHERE is_convertible) AS orders,
    COALESCE(SUM(converted(gross, rate)), 0) AS gross,
    COALESCE(SUM(converted(refunds, rate)), 0) AS refunds,
    COUNT(sales.day) FILTER (WHERE NOT is_convertible) AS not_converted
FROM days LEFT JOIN sales ON sales.day = days.day
GROUP BY days.day
ORDER BY days.day
"""

_BY_GROUP = """
SELECT {column} AS label, COUNT(*) AS orders, SUM({gross}) AS gross, SUM({refunds}) AS refunds
FROM sales
WHERE {condition}
GROUP BY {column}
ORDER BY {column}
"""

_BY_STATUS = _BOOKS + _BY_GROUP.format(
    column="status_id",
    gross="converted(gross, rate)",
    refunds="converted(refunds, rate)",
    condition="is_convertible",
)
_BY_CURRENCY = _BOOKS + _BY_GROUP.format(
    column="currency", gross="gross", refunds="refunds", condition="TRUE"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Money and number of some orders."""

    orders: int
    gross: Decimal
    refunds: Decimal

    @property
    def net(self) -> Decimal:
        """Gross less refunds."""
        return self.gross - self.refunds


@dataclass(frozen=True, slots=True)
class DayTotals(Totals):
    """One day in the store's currency; ``not_converted`` orders are in no other number."""

    day: date
    not_converted: int


@dataclass(frozen=True, slots=True)
class StoreTotals(Totals):
    """A range of days in the store's currency ``currency``.

    ``by_status`` is in the store's currency too; ``by_currency`` is in the currencies that the
    orders were paid in, those that could not be converted included.
    """

    currency: str
    not_converted: int
    by_status: dict[int, Totals]
    by_currency: dict[str, Totals]
    days: tuple[DayTotals, ...]


class Books:
    """Adds up the orders of a shop.

    Args:
        connection: The shop's SQLite file.
        currency: The store's own currency.
        zone: The time zone whose midnights part the days.
    """

    def __init__(self, connection: sqlite3.Connection, currency: str, zone: ZoneInfo) -> None:
        self._connection = connection
        self._currency = currency
        self._zone = zone
        self._minor = 10 ** decimal_places(currency)
        connection.create_function("converted", 2, self._convert, deterministic=True)

    def totals(
        self, first: date, last: date, statuses: Iterable[int] = REVENUE_STATUSES
    ) -> StoreTotals:
        """Add up the orders placed from the first to the last day, both included."""
        parameters = {
            "days": json.dumps(list(self._bounds(first, last))),
            "statuses": json.dumps(sorted(statuses)),
            "currency": self._currency,
        }
        days = tuple(
            DayTotals(
                orders=row["orders"],
                gross=self._amount(row["gross"]),
                refunds=self._amount(row["refunds"]),
                day=date.fromisoformat(row["day"]),
                not_converted=row["not_converted"],
            )
            for row in self._connection.execute(_BY_DAY, parameters)
        )
        return StoreTotals(
            orders=sum(day.orders for day in days),
            gross=sum((day.gross for day in days), Decimal(0)),
            refunds=sum((day.refunds for day in days), Decimal(0)),
            currency=self._currency,
            not_converted=sum(day.not_converted for day in days),
            by_status=self._groups(_BY_STATUS, parameters, self._amount),
            by_currency=self._groups(_BY_CURRENCY, parameters, from_units),
            days=days,
        )

    def _groups[Label](
        self, query: str, parameters: dict[str, str], amount: Callable[[int], Decimal]
    ) -> dict[Label, Totals]:
        return {
            row["label"]: Totals(row["orders"], amount(row["gross"]), amount(row["refunds"]))
            for row in self._connection.execute(query, parameters)
        }

    def _bounds(self, first: date, last: date) -> Iterator[tuple[str, int, int]]:
        """Yield each day with the Unix seconds of its start and of its end."""
        day = first
        while day <= last:
            following = day + timedelta(days=1)
            yield day.isoformat(), self._midnight(day), self._midnight(following)
            day = following

    def _midnight(self, day: date) -> int:
        local = datetime.combine(day, time(), self._zone)
        return int(local.astimezone(UTC).timestamp())

    def _convert(self, units: int, rate: str | None) -> int | None:
        """Return ten-thousandths divided by the rate, in minor units of the store's currency."""
        if rate is None:
            return None
        numerator, denominator = Decimal(rate).as_integer_ratio()
        return divide_half_even(units * self._minor * denominator, PER_UNIT * numerator)

    def _amount(self, minor_units: int) -> Decimal:
        return Decimal(minor_units).scaleb(-decimal_places(self._currency))
