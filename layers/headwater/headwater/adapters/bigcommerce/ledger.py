"""A store's own books for reconciliation: counts, a light list of orders, its clock."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headwater.adapters.bigcommerce.answers import INFORMATION, ORDERS, Resource
from headwater.adapters.bigcommerce.client import (
    COUNT,
    ORDER_LIST,
    REFUNDS,
    BigCommerceOrders,
    highest_id,
    instant_filter,
    narrow_ranges,
    order_of,
)
from headwater.adapters.bigcommerce.orders import order_id_of, to_order
from headwater.adapters.bigcommerce.session import PageSize
from headwater.adapters.bigcommerce.wire import WireStatusCount, WireTimeZone, WireTotals
from headwater.domain.panel_clocks import PanelClock
from headwater.domain.reconciliation import ListedOrder
from headwater.errors import (
    InvalidRowError,
    MalformedAnswerError,
    MissingScopeError,
    StoreNotFoundError,
)
from headwater.usecases.store_ledgers import LedgerList, LedgerLookup

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from headwater.adapters.bigcommerce.session import Query

_STORE = Resource("/v2/store", (INFORMATION,))
# Filters are one second fine and both ends are taken as included.
_SECOND = timedelta(seconds=1)
# As many as a page of orders has: the pull asks for the refunds of so many.
_REFUNDS_OF_AT_ONCE = 250
_LIVE: Query = {}
_ARCHIVED: Query = {"is_deleted": "true"}


class BigCommerceLedger(BigCommerceOrders):
    """The books of one connected store (``store_ledgers.StoreLedger``).

    It asks through the same session as the pull: the same pages, waits and errors.
    """

    def count_by_status(self, start: datetime, end: datetime) -> dict[int, int]:
        """Return the store's own count of live orders created in [start, end), per status."""
        content = self._session.get(COUNT, {**_created(start, end), "is_deleted": "false"})
        try:
            counted = [WireStatusCount.model_validate(row) for row in content["statuses"]]
        except (TypeError, KeyError, ValidationError):
            message = "the store's count of orders names no statuses"
            raise MalformedAnswerError(message) from None
        return {status.id: status.count for status in counted if status.count}

    def list_created(self, start: datetime, end: datetime) -> LedgerList:
        """Return the orders created in [start, end), archived ones included, without lines."""
        rows: dict[int, Any] = {}
        for archived in (_LIVE, _ARCHIVED):
            for row in self._rows({**_created(start, end), **archived}, after=0, last=None):
                rows[order_id_of(row) or 0] = row
        return self._listed(list(rows.values()))

    def look_up(self, order_ids: Collection[str]) -> LedgerLookup:
        """Return these orders wherever they are now; each is found, or said to be gone."""
        wanted = {int(order_id) for order_id in order_ids if order_id.isdecimal()}
        rows: dict[int, Any] = {}
        for first, last in narrow_ranges(sorted(wanted)):
            for archived in (_LIVE, _ARCHIVED):
                for row in self._rows(archived, after=first - 1, last=last):
                    if (order_id := order_id_of(row)) in wanted:
                        rows[order_id or 0] = row
        gone = set()
        for order_id in sorted(wanted - set(rows)):
            row = self._one(order_id)
            if row is None:
                gone.add(str(order_id))
            else:
                rows[order_id] = row
        return LedgerLookup(self._listed(list(rows.values())), frozenset(gone))

    def refunded_between(self, start: datetime, end: datetime) -> Sequence[str]:
        """Return the ids of the orders that have a refund created in [start, end), ascending."""
        query = {
            "created:min": instant_filter(start),
            "created:max": instant_filter(end - _SECOND),
        }
        pages = self._session.pages(REFUNDS, query, self._refund_size)
        return [str(one) for one in sorted({order_of(row) for page in pages for row in page.rows})]

    def panel_clock(self) -> PanelClock | None:
        """Return how the store's panel reads the clock; None where the token may not ask."""
        try:
            content = self._session.get(_STORE, {})
            zone = WireTimeZone.model_validate(content["timezone"])
        except MissingScopeError:
            return None
        except (TypeError, KeyError, ValidationError):
            message = "the store does not say how it reads the clock"
            raise MalformedAnswerError(message) from None
        seconds = zone.raw_offset
        if zone.dst_correction and zone.dst_offset is not None:
            seconds = zone.dst_offset
        return PanelClock(zone.name, timedelta(seconds=seconds), zone.dst_correction)

    def _rows(self, filters: Query, *, after: int, last: int | None) -> Iterator[Any]:
        """Yield the rows of a list by id; always the first page above an id, as the pull does."""
        size, is_last = PageSize(), False
        query = {"sort": "id:asc", **filters} | ({} if last is None else {"max_id": last})
        while not is_last and (last is None or after < last):
            listing = self._session.page(ORDER_LIST, {**query, "min_id": after + 1}, size)
            yield from listing.rows
            after, is_last = highest_id(listing, after), listing.is_last

    def _one(self, order_id: int) -> Any:  # noqa: ANN401 - a row of JSON
        try:
            return self._session.get(Resource(f"/v2/orders/{order_id}", (ORDERS,)), {})
        except StoreNotFoundError:
            return None

    def _listed(self, rows: Sequence[Any]) -> LedgerList:
        ids = sorted(order_id for row in rows if (order_id := order_id_of(row)) is not None)
        refunds: dict[int, list[Any]] = defaultdict(list)
        for some in _chunks(ids):
            for page in self._refunds_of(some):
                for refund in page.rows:
                    refunds[order_of(refund)].append(refund)
        orders: dict[str, ListedOrder] = {}
        unreadable: list[str] = []
        for row in rows:
            order_id = order_id_of(row) or 0
            try:
                orders[str(order_id)] = self._read(row, refunds[order_id])
            except InvalidRowError:
                unreadable.append(str(order_id))
        return LedgerList(orders, tuple(unreadable))

    def _read(self, row: Any, refunds: list[Any]) -> ListedOrder:  # noqa: ANN401
        order = to_order(self._source, row, [], refunds)
        try:
            parts = WireTotals.model_validate(row)
        except ValidationError:
            parts = WireTotals()
        zero = Decimal(0)
        shipping = (parts.shipping_cost_ex_tax or zero) + (parts.handling_cost_ex_tax or zero)
        return ListedOrder(order, parts.total_tax or zero, shipping)


def _created(start: datetime, end: datetime) -> dict[str, str | int]:
    return {
        "min_date_created": instant_filter(start),
        "max_date_created": instant_filter(end - _SECOND),
    }


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut ids into as many as fit into one address."""
    for start in range(0, len(ids), _REFUNDS_OF_AT_ONCE):
        yield ids[start : start + _REFUNDS_OF_AT_ONCE]
