"""What stands around the orders: customers, subscribers, products, channels, currencies."""

import json
import sqlite3
from collections.abc import Iterable
from decimal import Decimal

from local.storefront.amounts import decimal_places, to_units
from local.storefront.database import Row, upsert
from local.storefront.dates import to_epoch
from local.storefront.model import (
    StoreChannel,
    StoreCurrency,
    StoreCustomer,
    StoreOrder,
    StoreProduct,
    StoreSubscriber,
)


def write_customers(connection: sqlite3.Connection, customers: Iterable[StoreCustomer]) -> None:
    """Insert customers, or replace those with the same id."""
    upsert(connection, "customers", [_customer_row(customer) for customer in customers])


def write_products(connection: sqlite3.Connection, products: Iterable[StoreProduct]) -> None:
    """Insert products, or replace those with the same id."""
    written = list(products)
    upsert(connection, "products", [_product_row(product) for product in written])
    for product in written:
        connection.execute("DELETE FROM product_categories WHERE product_id = ?", (product.id,))
        for name in product.categories:
            connection.execute("INSERT OR IGNORE INTO categories (name) VALUES (?)", (name,))
            connection.execute(
                "INSERT INTO product_categories SELECT ?, id FROM categories WHERE name = ?",
                (product.id, name),
            )


def write_subscribers(
    connection: sqlite3.Connection, subscribers: Iterable[StoreSubscriber]
) -> None:
    """Insert subscribers."""
    rows: list[Row] = [
        {
            "id": subscriber.id,
            "email": subscriber.email,
            "first_name": subscriber.first_name,
            "last_name": subscriber.last_name,
            "source": subscriber.source,
            "order_id": subscriber.order_id,
            "channel_id": subscriber.channel_id,
            "consents": json.dumps(subscriber.consents),
            "created_at": to_epoch(subscriber.created_at),
            "modified_at": to_epoch(subscriber.modified_at or subscriber.created_at),
        }
        for subscriber in subscribers
    ]
    upsert(connection, "subscribers", rows)


def write_channels(connection: sqlite3.Connection, channels: Iterable[StoreChannel]) -> None:
    """Insert channels with their sites, or replace those with the same id."""
    written = list(channels)
    rows: list[Row] = [
        {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "platform": channel.platform,
            "status": channel.status,
        }
        for channel in written
    ]
    upsert(connection, "channels", rows)
    sites: list[Row] = [{"channel_id": one.id, "url": one.url} for one in written if one.url]
    upsert(connection, "sites", sites, key="channel_id")


def write_currencies(connection: sqlite3.Connection, currencies: Iterable[StoreCurrency]) -> None:
    """Insert currencies, or replace those with the same code; at most one is the default."""
    rows: list[Row] = [
        {
            "code": currency.code,
            "rate": f"{currency.rate:.10f}",
            "decimal_places": currency.decimal_places,
            "is_default": currency.is_default,
            "enabled": currency.enabled,
        }
        for currency in currencies
    ]
    if any(row["is_default"] for row in rows):
        connection.execute("UPDATE currencies SET is_default = 0")
    upsert(connection, "currencies", rows, key="code")


def furnish(connection: sqlite3.Connection, name: str, currency: str) -> None:
    """Give a new shop its default channel and currency."""
    if not connection.execute("SELECT 1 FROM channels").fetchone():
        write_channels(connection, [StoreChannel(1, name)])
        connection.execute("INSERT INTO sites (channel_id, url) VALUES (1, '')")
    if not connection.execute("SELECT 1 FROM currencies WHERE is_default").fetchone():
        places = decimal_places(currency)
        default = StoreCurrency(currency, decimal_places=places, is_default=True)
        write_currencies(connection, [default])


class Registrar:
    """Notes the customers, products and currencies that orders name.

    A real shop cannot have an order of a customer whom it does not know. Records that exist are
    left as they are.
    """

    def __init__(self) -> None:
        self._customers: dict[int, StoreCustomer] = {}
        self._products: dict[int, StoreProduct] = {}
        self._currencies: dict[str, StoreCurrency] = {}

    def note(self, order: StoreOrder) -> StoreOrder:
        """Remember whom and what an order names, and return the order."""
        if order.customer_id and order.customer_id not in self._customers:
            self._customers[order.customer_id] = _customer_of(order)
        for line in order.lines:
            if line.product_id and line.product_id not in self._products:
                self._products[line.product_id] = StoreProduct(
                    line.product_id, line.name, line.price, line.sku, line.cost, line.kind
                )
        if order.currency and order.currency not in self._currencies:
            places = decimal_places(order.currency)
            rate = Decimal(1) if order.rate is None else order.rate
            self._currencies[order.currency] = StoreCurrency(order.currency, rate, places)
        return order

    def write(self, connection: sqlite3.Connection) -> None:
        """Insert what is missing."""
        known_customers = _ids(connection, "SELECT id FROM customers")
        known_products = _ids(connection, "SELECT id FROM products")
        known_codes = {row["code"] for row in connection.execute("SELECT code FROM currencies")}
        write_customers(
            connection, [c for c in self._customers.values() if c.id not in known_customers]
        )
        write_products(
            connection, [p for p in self._products.values() if p.id not in known_products]
        )
        write_currencies(
            connection, [c for c in self._currencies.values() if c.code not in known_codes]
        )


def ensure_customer(connection: sqlite3.Connection, customer: StoreCustomer) -> None:
    """Insert a customer unless one with the id exists."""
    if customer.id not in _ids(connection, "SELECT id FROM customers"):
        write_customers(connection, [customer])


def _ids(connection: sqlite3.Connection, query: str) -> set[int]:
    return {row["id"] for row in connection.execute(query)}


def _customer_of(order: StoreOrder) -> StoreCustomer:
    return StoreCustomer(
        id=order.customer_id,
        email=order.billing.email or order.email,
        created_at=order.placed_at,
        first_name=order.billing.first_name,
        last_name=order.billing.last_name,
        company=order.billing.company,
        phone=order.billing.phone,
        channel_id=order.channel_id,
    )


def _customer_row(customer: StoreCustomer) -> Row:
    return {
        "id": customer.id,
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "company": customer.company,
        "phone": customer.phone,
        "created_at": to_epoch(customer.created_at),
        "modified_at": to_epoch(customer.modified_at or customer.created_at),
        "channel_id": customer.channel_id,
        "customer_group_id": customer.customer_group_id,
        "notes": customer.notes,
    }


def _product_row(product: StoreProduct) -> Row:
    return {
        "id": product.id,
        "name": product.name,
        "sku": product.sku,
        "price": to_units(product.price),
        "cost": to_units(product.cost),
        "kind": product.kind,
        "modified_at": to_epoch(product.modified_at),
    }
