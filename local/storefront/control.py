"""The merchant's side of the shop: take orders, change them, refund them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from sqlite3 import Connection
from typing import Any, cast
from zoneinfo import ZoneInfo

from local.storefront import directory, webhooks
from local.storefront.database import insert
from local.storefront.dates import to_epoch
from local.storefront.editing import with_lines, with_total
from local.storefront.model import StoreCustomer, StoreOrder, StoreRefund
from local.storefront.premises import Premises
from local.storefront.records import OrderWriter, read_order
from local.storefront.refunding import RefundDesk
from local.storefront.settings import read_settings
from local.storefront.statuses import STATUSES
from local.storefront.totals import REVENUE_STATUSES, Books, StoreTotals


class Store(Premises):
    """A shop with its orders.

    Everything that changes an order moves its ``date_modified`` to the shop's present time. Methods
    that take an ``order_id`` raise ``KeyError`` if there is no such order.
    """

    def load(self, orders: Iterable[StoreOrder]) -> list[int]:
        """Insert many orders as history, all or none, and return their ids.

        An order without ``modified_at`` was last modified when it was placed. The customers,
        products and currencies that they name are entered where they are missing.
        """
        registrar = directory.Registrar()
        with self.database.write() as connection:
            writer = OrderWriter(connection, read_settings(connection).currency)
            ids = writer.insert(registrar.note(order) for order in orders)
            registrar.write(connection)
        return ids

    def create(self, order: StoreOrder) -> int:
        """Take an order now: without ``modified_at`` it is modified now, however old it claims."""
        now = self.now()
        [order_id] = self.load([replace(order, modified_at=order.modified_at or now)])
        with self.database.write() as connection:
            webhooks.announce(connection, now, webhooks.CREATED, order_id)
        return order_id

    def order(self, order_id: int) -> StoreOrder:
        """Return an order as it was entered, without its refunds; its lines have their ids."""
        with self.database.read() as connection:
            return read_order(connection, order_id)

    def edit(self, order_id: int, **changes: object) -> None:
        """Change fields of an order (those of `StoreOrder`); its totals are computed anew.

        Lines that are new or changed drop their discounts, unless ``discount`` or ``coupons`` are
        among the changes.

        Raises:
            ValueError: The discounts exceed the lines.
        """
        with self._change(order_id) as (connection, order):
            fields = dict(cast("dict[str, Any]", changes))
            changed = order
            if "lines" in fields and not fields.keys() & {"discount", "coupons"}:
                changed = with_lines(order, fields.pop("lines"), order.currency)
            writer = OrderWriter(connection, order.currency)
            writer.replace(order_id, replace(changed, **fields))

    def edit_total(self, order_id: int, total: Decimal) -> None:
        """Bring an order to another total by a manual discount, or by handling.

        Raises:
            ValueError: The lines are worth less than the discount that it would take.
        """
        with self._change(order_id) as (connection, order):
            changed = with_total(order, total, order.currency)
            OrderWriter(connection, order.currency).replace(order_id, changed)

    def set_status(self, order_id: int, status_id: int) -> None:
        """Set an order's status by hand; no refund is recorded, even for 4 (Refunded).

        Raises:
            ValueError: There is no such status.
        """
        if status_id not in STATUSES:
            message = f"no such status: {status_id}"
            raise ValueError(message)
        self._update(order_id, status_id=status_id)

    def ship(self, order_id: int, at: datetime | None = None) -> None:
        """Ship an order in full."""
        self._update(order_id, status_id=2, shipped_at=to_epoch(at or self.now()))

    def back_date(self, order_id: int, placed_at: datetime) -> None:
        """Move an order's creation, as the API lets its writers do."""
        self._update(order_id, created_at=to_epoch(placed_at))

    def archive(self, order_id: int, *, archived: bool = True) -> None:
        """Put an order into the bin, or take it out again."""
        self._update(order_id, is_deleted=archived)

    def touch(self, order_id: int) -> None:
        """Modify an order without changing anything that the API shows but ``date_modified``."""
        self._update(order_id)

    def move(
        self, order_id: int, *, customer_id: int | None = None, email: str | None = None
    ) -> None:
        """Give an order to another customer, or to another email."""
        with self._change(order_id) as (connection, order):
            billing = order.billing if email is None else replace(order.billing, email=email)
            customer = order.customer_id if customer_id is None else customer_id
            if customer:
                now = self.present(read_settings(connection))
                newcomer = StoreCustomer(customer, billing.email, now)
                directory.ensure_customer(connection, newcomer)
            moved = replace(order, customer_id=customer, email=billing.email, billing=billing)
            OrderWriter(connection, order.currency).replace(order_id, moved)

    def message(self, order_id: int, subject: str, text: str) -> None:
        """Send the shopper a message about an order."""
        with self._change(order_id) as (connection, _):
            now = to_epoch(self.present(read_settings(connection)))
            row = {"order_id": order_id, "created_at": now, "subject": subject, "message": text}
            insert(connection, "messages", [row])

    def hard_delete(self, order_id: int) -> None:
        """Destroy an order, as happens to incomplete ones; its id is never given again."""
        with self.database.write() as connection:
            read_order(connection, order_id)
            connection.execute("DELETE FROM orders WHERE id = ?", (order_id,))

    def refund(
        self,
        order_id: int,
        refund: StoreRefund | Decimal | None = None,
        *,
        lines: Mapping[int, int] | None = None,
        declined: bool = False,
        reason: str = "",
    ) -> int:
        """Refund an order and return the refund's id.

        Args:
            order_id: The order.
            refund: An amount, or all about the refund; without it and without ``lines``, all
                that is left of the order.
            lines: The quantity to refund per line id.
            declined: Whether the payment provider refuses to pay it back. The refund is recorded
                all the same, but the order keeps its status.
            reason: Why.

        Raises:
            ValueError: It is more than what is left.
        """
        with self._change(order_id, stamps=self.settings.refund_bumps_modified) as (connection, _):
            now = self.present(read_settings(connection))
            desk = RefundDesk(connection, now)
            if isinstance(refund, Decimal):
                refund = StoreRefund(refund, now)
            if refund is None:
                whole = desk.of_the_rest(order_id) if lines is None else None
                refund = whole or desk.of_lines(order_id, lines or {})
            if declined or reason:
                refund = replace(refund, declined=declined, reason=reason)
            refund_id = desk.pay(order_id, refund)
            told = {"refund_id": refund_id}
            webhooks.announce(connection, now, webhooks.REFUNDED, order_id, refund=told)
            return refund_id

    def totals(
        self,
        first: date,
        last: date,
        *,
        zone: str | None = None,
        statuses: Iterable[int] = REVENUE_STATUSES,
    ) -> StoreTotals:
        """Add up the orders placed from the first to the last day in a zone (default: ours)."""
        with self.database.read() as connection:
            settings = read_settings(connection)
            books = Books(connection, settings.currency, ZoneInfo(zone or settings.time_zone))
            return books.totals(first, last, statuses)

    @contextmanager
    def _change(
        self, order_id: int, *, stamps: bool = True
    ) -> Iterator[tuple[Connection, StoreOrder]]:
        """Give an order to be changed, and stamp it as modified after the block."""
        with self.database.write() as connection:
            before = read_order(connection, order_id)
            yield connection, before
            now = self.present(read_settings(connection))
            if stamps:
                connection.execute(
                    "UPDATE orders SET modified_at = ? WHERE id = ?", (to_epoch(now), order_id)
                )
            webhooks.announce_change(connection, now, before, order_id)

    def _update(self, order_id: int, **columns: object) -> None:
        with self._change(order_id) as (connection, _):
            assignments = ", ".join(f"{name} = :{name}" for name in ("id", *columns))
            connection.execute(
                f"UPDATE orders SET {assignments} WHERE id = :id", {"id": order_id, **columns}
            )
