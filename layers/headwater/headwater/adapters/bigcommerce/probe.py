"""Tries an access token on a store (``check_store.StoreProbe``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce.answers import Resource, Scope
from headwater.adapters.bigcommerce.client import counted
from headwater.adapters.bigcommerce.orders import order_id_of
from headwater.errors import (
    MalformedAnswerError,
    MissingScopeError,
    StoreNotFoundError,
    StoreUnavailableError,
)
from headwater.usecases import check_store
from headwater.usecases.check_store import StoreDescription

if TYPE_CHECKING:
    from headwater.adapters.bigcommerce.session import Session
    from headwater.usecases.check_store import Permission

_REFUNDS = "/v3/orders/payment_actions/refunds"
# Permission → the resources that need it. {order} is any order that the store has.
_TRIALS = {
    check_store.ORDERS: ("/v2/orders/count", "/v2/orders"),
    check_store.TRANSACTIONS: (_REFUNDS, "/v3/orders/{order}/transactions"),
    check_store.CUSTOMERS: ("/v3/customers",),
    check_store.PRODUCTS: ("/v3/catalog/products",),
    check_store.FULFILLMENT: ("/v2/orders/{order}/shipments",),
    check_store.INFORMATION: ("/v2/store",),
    check_store.CHANNELS: ("/v3/channels",),
    check_store.MARKETING: ("/v2/coupons",),
    check_store.CONTENT: ("/v3/content/scripts",),
}
# What takes no page size.
_WHOLE = frozenset({"/v2/orders/count", "/v2/store"})


class BigCommerceProbe:
    """Credentials that are not stored yet, on one store; each question is asked once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: dict[str, Any] = {}

    def count_orders(self) -> int:
        """Return how many orders the store lists."""
        return counted(self._ask("/v2/orders/count", check_store.ORDERS))

    def try_permission(self, permission: Permission) -> bool:
        """Make the calls that need a permission; False where there is no order to try it on."""
        if self._session.is_out_of_time and not permission.is_required:
            message = "there was no time left to try it"
            raise StoreUnavailableError(message)
        for path in _TRIALS[permission]:
            if "{order}" not in path:
                self._ask(path, permission)
            elif not self._try_on_order(path, permission):
                return False
        return True

    def describe(self) -> StoreDescription:
        """Return what the store says of itself."""
        told = self._ask("/v2/store", check_store.INFORMATION)
        try:
            zone = told.get("timezone") or {}
            box = zone.get("dst_correction")
            return StoreDescription(
                name=str(told.get("name") or ""),
                time_zone=str(zone.get("name") or ""),
                currency=str(told.get("currency") or ""),
                dst_correction=box if isinstance(box, bool) else None,
            )
        except AttributeError:
            message = "what the store says of itself cannot be read"
            raise MalformedAnswerError(message) from None

    def _try_on_order(self, path: str, permission: Permission) -> bool:
        try:
            listed = self._ask("/v2/orders", check_store.ORDERS) or []
        except MissingScopeError:  # which the trial of Orders tells
            return False
        order_id = order_id_of(listed[0]) if isinstance(listed, list) and listed else None
        if order_id is None:
            return False
        try:
            self._ask(path.format(order=order_id), permission)
        except StoreNotFoundError:  # the order has gone meanwhile
            return False
        return True

    def _ask(self, path: str, permission: Permission) -> Any:  # noqa: ANN401 - any JSON value
        if path not in self._answers:
            resource = Resource(path, (Scope(permission.title, permission.name),))
            query = {} if path in _WHOLE else {"limit": 1}
            self._answers[path] = self._session.get(resource, query)
        return self._answers[path]
