"""A store's orders, whole: header, lines and refunds, in few calls.

A thousand orders cost about ten calls: lines come inside their orders, refunds for a page of
orders at once, and only an order whose lines were cut off, or whose coupons left no
trace on them, costs a call of its own.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce.answers import ORDERS, TRANSACTIONS, Resource
from headwater.adapters.bigcommerce.orders import (
    lacks_codes,
    lacks_lines,
    order_id_of,
    rejected,
    to_order,
)
from headwater.adapters.bigcommerce.session import PageSize
from headwater.adapters.bigcommerce.wire import read_whole
from headwater.errors import (
    InvalidRowError,
    MalformedAnswerError,
    StoreNotFoundError,
    StoreUnavailableError,
)
from headwater.usecases.ports import OrderPage, RejectedRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from headwater.adapters.bigcommerce.session import Listing, Query, Session
    from headwater.domain.orders import Order

COUNT = Resource("/v2/orders/count", (ORDERS,))
ORDER_LIST = Resource("/v2/orders", (ORDERS,))
REFUNDS = Resource("/v3/orders/payment_actions/refunds", (ORDERS, TRANSACTIONS))
_WHOLE: Query = {
    "sort": "id:asc",
    "include": "consignments.line_items,fees",
    "consignment_structure": "object",
}
# Orders are asked for one by one or by a range of ids. A range may hold strangers, which cost
# time but no call; with more than these few they would cost too much time.
_WIDEST_RANGE = 50
# Each costs a call of its own then, and a page has to fit into the time that is left.
_ORDERS_WITH_TRANSACTIONS = 50


class BigCommerceOrders:
    """The orders of one connected store (``ports.OrderSource``)."""

    def __init__(self, session: Session, source: str, *, with_transactions: bool = False) -> None:
        self._session = session
        self._source = source
        self._with_transactions = with_transactions
        self._order_size = PageSize(_ORDERS_WITH_TRANSACTIONS) if with_transactions else PageSize()
        self._refund_size = PageSize()
        self._line_size = PageSize()
        self._transaction_size = PageSize()

    def server_time(self) -> datetime:
        """Return the store's clock, from the ``Date`` of a cheap call: no scope but Orders."""
        return self._session.store_time(COUNT).astimezone(UTC)

    def count_orders(self) -> int:
        """Return how many orders the store lists."""
        return counted(self._session.get(COUNT, {}))

    def page(
        self,
        *,
        modified_since: datetime | None,
        after_id: int,
        archived: bool,
        created_since: datetime | None = None,
    ) -> OrderPage:
        """Return the next orders by id, with their refunds.

        Always the first page above an id, never page two: orders that change while we read
        cannot push others over a page's edge.
        """
        query = dict(_WHOLE) | {"min_id": after_id + 1}
        if modified_since:
            query["min_date_modified"] = instant_filter(modified_since)
        if created_since:
            query["min_date_created"] = instant_filter(created_since)
        if archived:
            query["is_deleted"] = "true"
        listing = self._session.page(ORDER_LIST, query, self._order_size)
        last_id = highest_id(listing, after_id)
        return self._whole([listing], listing.rows, last_id=last_id, is_last=listing.is_last)

    def refunded_since(self, since: datetime) -> Sequence[int]:
        """Return the ids of the orders with a refund created since an instant, ascending."""
        pages = self._session.pages(
            REFUNDS, {"created:min": instant_filter(since)}, self._refund_size
        )
        return sorted({order_of(refund) for page in pages for refund in page.rows})

    def orders(self, order_ids: Collection[int]) -> OrderPage:
        """Return these orders, with their refunds; neighbors share a call.

        What the store does not list is asked for once more, among its archived orders.
        """
        wanted = set(order_ids)
        listings = list(self._listings_of(wanted, {}))
        unlisted = wanted - {order_id_of(row) for page in listings for row in page.rows}
        listings += self._listings_of(unlisted, {"is_deleted": "true"})
        rows = [row for page in listings for row in page.rows if order_id_of(row) in wanted]
        return self._whole(listings, rows, last_id=max(wanted, default=0), is_last=True)

    def _listings_of(self, order_ids: Collection[int], filters: Query) -> Iterator[Listing]:
        for first, last in narrow_ranges(sorted(order_ids)):
            after = first - 1
            while after < last:
                query = {**_WHOLE, **filters, "min_id": after + 1, "max_id": last}
                listing = self._session.page(ORDER_LIST, query, self._order_size)
                yield listing
                after = last if listing.is_last else highest_id(listing, after)

    def _whole(
        self, listings: Sequence[Listing], rows: Sequence[Any], *, last_id: int, is_last: bool
    ) -> OrderPage:
        ids = [order_id for row in rows if (order_id := order_id_of(row)) is not None]
        pages = self._refunds_of(ids)
        refunds: dict[int, list[Any]] = defaultdict(list)
        for refund in (refund for page in pages for refund in page.rows):
            refunds[order_of(refund)].append(refund)
        orders: list[Order] = []
        bad: list[RejectedRow] = []
        for row in rows:
            try:
                orders.append(self._order(row, refunds))
            except InvalidRowError as error:
                bad.append(rejected(str(error), row))
        raw = _raw(listings, pages) if rows else b""
        fetched_at = min(page.asked_at for page in listings)
        return OrderPage(tuple(orders), tuple(bad), last_id, raw, is_last, fetched_at)

    def _order(self, row: Any, refunds: dict[int, list[Any]]) -> Order:  # noqa: ANN401
        order_id = order_id_of(row)
        if order_id is None:
            message = "an order without a readable id"
            raise InvalidRowError(message)
        lines = self._part_of(order_id, "products") if lacks_lines(row) else None
        coupons = self._part_of(order_id, "coupons") if lacks_codes(row, lines) else None
        transactions = self._transactions_of(order_id)
        return to_order(self._source, row, lines, refunds[order_id], coupons or (), transactions)

    def _transactions_of(self, order_id: int) -> list[Any]:
        """Return an order's transactions; none where they are not wanted.

        The store's payments may be down while all else works. Then orders come without them, and
        the weekly sweep brings them.
        """
        if not self._with_transactions:
            return []
        part = Resource(f"/v3/orders/{order_id}/transactions", (TRANSACTIONS,))
        try:
            pages = self._session.pages(part, {}, self._transaction_size)
        except StoreNotFoundError:
            return []
        except (StoreUnavailableError, MalformedAnswerError):
            self._with_transactions = False
            return []
        return [row for page in pages for row in page.rows]

    def _part_of(self, order_id: int, name: str) -> list[Any] | None:
        """Return all lines or coupons of one order, or None if the order has meanwhile gone."""
        part = Resource(f"/v2/orders/{order_id}/{name}", (ORDERS,))
        try:
            pages = self._session.pages(part, {}, self._line_size)
        except StoreNotFoundError:
            return None
        return [row for page in pages for row in page.rows]

    def _refunds_of(self, order_ids: Sequence[int]) -> tuple[Listing, ...]:
        if not order_ids:
            return ()
        wanted = ",".join(str(order_id) for order_id in order_ids)
        return self._session.pages(REFUNDS, {"order_id:in": wanted}, self._refund_size)


def counted(content: Any) -> int:  # noqa: ANN401 - any JSON value
    """Read the store's count of orders.

    Raises:
        MalformedAnswerError: it is none.
    """
    try:
        return read_whole(content["count"])
    except (TypeError, KeyError, ValueError):
        message = "the store's count of orders is no number"
        raise MalformedAnswerError(message) from None


def instant_filter(at: datetime) -> str:
    """Write an instant as the store's filters read it: whole seconds, rounded down."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def order_of(refund: Any) -> int:  # noqa: ANN401 - a row of JSON
    """Return the order that a refund belongs to; raises MalformedAnswerError without one."""
    try:
        return read_whole(refund["order_id"])
    except (TypeError, KeyError, ValueError):
        message = "the store lists a refund without an order"
        raise MalformedAnswerError(message) from None


def highest_id(listing: Listing, after_id: int) -> int:
    """Return the highest order id up to this page.

    Raises:
        MalformedAnswerError: more is to come, but the ids do not rise: there would be no end.
    """
    highest = max((order_id_of(row) or 0 for row in listing.rows), default=0)
    if highest <= after_id and not listing.is_last:
        message = f"the store's orders after {after_id} do not go on from there"
        raise MalformedAnswerError(message)
    return max(highest, after_id)


def narrow_ranges(ascending: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cover ascending ids with as few narrow ranges as possible: (first, last) of each."""
    start = 0
    for position in range(1, len(ascending) + 1):
        ends = position == len(ascending)
        if ends or ascending[position] - ascending[start] >= _WIDEST_RANGE:
            yield ascending[start], ascending[position - 1]
            start = position


def _raw(orders: Sequence[Listing], refunds: Sequence[Listing]) -> bytes:
    """Join the bodies, byte by byte as they came, into one JSON object."""
    order_pages = b",".join(page.body for page in orders if page.body)
    refund_pages = b",".join(page.body for page in refunds if page.body)
    return b'{"orders":[' + order_pages + b'],"refunds":[' + refund_pages + b"]}"
