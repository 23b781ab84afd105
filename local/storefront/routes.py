"""Which path is answered by what, and which scope it takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.storefront import (
    access,
    directory_v3,
    hooks_v3,
    orders_v2,
    payments_v3,
    scripts_v3,
    shop_v2,
)
from local.storefront.call import Call
from local.storefront.exchange import Response


@dataclass(frozen=True, slots=True)
class Route:
    """A resource: any one of the scopes opens it."""

    pattern: re.Pattern[str]
    answer: Callable[[Call], Response]
    scopes: tuple[str, ...]
    methods: frozenset[str] = frozenset({"GET"})

    @property
    def is_v2(self) -> bool:
        """Whether its errors are arrays and JSON has to be asked for."""
        return self.pattern.pattern.startswith("/v2")


def _route(
    path: str, answer: Callable[[Call], Response], *scopes: str, methods: str = "GET"
) -> Route:
    pattern = re.compile(path.replace("{id}", r"(\d+)").replace("{uuid}", "[0-9a-f-]{36}"))
    return Route(pattern, answer, scopes, frozenset(methods.split()))


_ORDER = "/v2/orders/{id}"
_SCRIPTS = (access.CONTENT, access.CHECKOUT_CONTENT)
_ROUTES = (
    _route("/v2/orders", orders_v2.orders, access.ORDERS),
    _route("/v2/orders/count", orders_v2.order_count, access.ORDERS),
    _route(_ORDER, orders_v2.order, access.ORDERS),
    _route(f"{_ORDER}/products", orders_v2.order_products, access.ORDERS),
    _route(f"{_ORDER}/coupons", orders_v2.order_coupons, access.ORDERS),
    _route(f"{_ORDER}/taxes", orders_v2.order_taxes, access.ORDERS),
    _route(f"{_ORDER}/shipping_?addresses", orders_v2.order_shipping_addresses, access.ORDERS),
    _route(f"{_ORDER}/shipments", orders_v2.order_shipments, access.ORDERS, access.FULFILLMENT),
    _route(f"{_ORDER}/fees", orders_v2.order_fees, access.ORDERS),
    _route(f"{_ORDER}/messages", orders_v2.order_messages, access.ORDERS),
    _route(f"{_ORDER}/consignments", orders_v2.order_consignments, access.ORDERS),
    _route("/v2/order_statuses", orders_v2.order_statuses, access.ORDERS),
    _route("/v2/store", shop_v2.store, access.INFORMATION),
    _route("/v2/time", shop_v2.time, access.INFORMATION),
    _route("/v2/currencies", shop_v2.currencies, access.INFORMATION),
    _route(
        "/v3/orders/payment_actions/refunds",
        payments_v3.refunds,
        access.ORDERS,
        access.TRANSACTIONS,
    ),
    _route(
        "/v3/orders/payment_actions/refunds/{id}",
        payments_v3.refund,
        access.ORDERS,
        access.TRANSACTIONS,
    ),
    _route(
        "/v3/orders/{id}/payment_actions/refunds",
        payments_v3.order_refunds,
        access.ORDERS,
        access.TRANSACTIONS,
    ),
    _route("/v3/orders/{id}/transactions", payments_v3.order_transactions, access.TRANSACTIONS),
    _route("/v3/customers", directory_v3.customers, access.CUSTOMERS),
    _route("/v3/customers/subscribers", directory_v3.subscribers, access.CUSTOMERS),
    _route("/v3/catalog/products", directory_v3.products, access.PRODUCTS),
    _route("/v3/catalog/trees/categories", directory_v3.categories, access.PRODUCTS),
    _route("/v3/channels", directory_v3.channels, access.CHANNELS),
    _route("/v2/coupons", shop_v2.coupons, access.MARKETING),
    _route("/v3/sites", directory_v3.sites, access.SITES),
    _route("/v3/content/scripts", scripts_v3.scripts, *_SCRIPTS, methods="GET POST"),
    _route("/v3/content/scripts/{uuid}", scripts_v3.script, *_SCRIPTS, methods="GET PUT DELETE"),
    _route("/v3/hooks", hooks_v3.hooks, methods="GET POST"),
    _route("/v3/hooks/{id}", hooks_v3.hook, methods="GET PUT DELETE"),
)


def find_route(path: str) -> tuple[Route, tuple[int, ...]] | None:
    """Return the resource of a path below the store, and the numbers in the path."""
    for route in _ROUTES:
        if found := route.pattern.fullmatch(path):
            return route, tuple(int(number) for number in found.groups())
    return None
