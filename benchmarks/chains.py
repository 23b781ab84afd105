"""How well chains are found: precision and recall per app, on labeled histories; and how fast.

The unit is the triple (order, first order of its chain, kind): an initial order counts with
itself, a rebill with the order whose shares it takes, a one-time order not at all. *Precision* is
the share of the triples found that are true, *recall* the share of the true triples that are
found. True is what the rules promise: a chain that no id names exists from its third marked
revenue order on, and a lapse of two missed cycles ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.database import connect
from benchmarks.lines import Line
from benchmarks.subscription_apps import APPS, STRIPE_CHANNEL
from benchmarks.subscription_orders import make_orders
from benchmarks.timing import best_of
from headwater.domain.fact_rows import line_rows, order_row
from headwater.domain.facts import COLUMNS
from headwater.domain.nodes import email_node
from headwater.domain.orders import Order, OrderLine
from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_rules import DEFAULT_RULES, SubscriptionRule
from headwater.domain.subscriptions import chain_account
from headwater.usecases.row_tables import fill_table
from headwater.usecases.subscription_tables import read_marked_orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from benchmarks.scale import Scale
    from benchmarks.subscription_apps import App, LabeledOrder
    from headwater.domain.subscriptions import Chaining

# What is promised: of chains that an id names nothing is guessed.
LEAST_PRECISION, LEAST_RECALL = 0.98, 0.95
_CONTACTS_PER_ORDER = 0.005
_FEWEST_CONTACTS = 20
_TIMED_APP = 2

type Triple = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How a chaining compares with the truth."""

    found: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """Return which share of what was found is true."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Return which share of what is true was found."""
        return self.right / self.true if self.true else 1.0


def measure(scale: Scale) -> list[Line]:
    """Measure precision and recall for each app, and the orders chained per second."""
    contacts = max(int(scale.orders * _CONTACTS_PER_ORDER), _FEWEST_CONTACTS)
    lines = []
    for app in APPS:
        accuracy = judge(make_orders(app, contacts))
        least_precision = 1.0 if app.has_ids else LEAST_PRECISION
        least_recall = 1.0 if app.has_ids else LEAST_RECALL
        for name, value, least in (
            ("precision", accuracy.precision, least_precision),
            ("recall", accuracy.recall, least_recall),
        ):
            measured = f"chains: {name}, {app.name}, {contacts:,} contacts"
            lines.append(Line(measured, value, "", None, "", f">= {least}", is_over=value < least))
    return [*lines, *_speed_lines(scale, contacts)]


def judge(orders: Sequence[LabeledOrder]) -> Accuracy:
    """Chain labeled orders and compare."""
    with connect() as db:
        fill_facts(db, orders)
        chaining = _chain(db)
    true = true_triples(orders)
    found = found_triples(chaining)
    return Accuracy(len(found), len(true), len(found & true))


def true_triples(orders: Iterable[LabeledOrder]) -> set[Triple]:
    """Return what the labels say."""
    return {(order.order_id, order.first, order.kind) for order in orders if order.first}


def found_triples(chaining: Chaining) -> set[Triple]:
    """Return what was found."""
    return {(key[1], link.root[1], link.kind) for key, link in chaining.links.items()}


def account_settings() -> AccountSettings:
    """Return the defaults, and the rule that every store with Stripe's starter has to add."""
    stripe = SubscriptionRule("stripe starter", channel_ids=(STRIPE_CHANNEL,))
    return AccountSettings(subscription_rules=(stripe, *DEFAULT_RULES))


def fill_facts(db: duckdb.DuckDBPyConnection, orders: Sequence[LabeledOrder]) -> None:
    """Make the tables ``orders lines contacts`` as an export would."""
    settings = account_settings()
    stored = [_order(order) for order in orders]
    fill_table(db, "orders", COLUMNS["orders"], (order_row(one, settings) for one in stored))
    rows = (row for one in stored for row in line_rows(one, settings))
    fill_table(db, "lines", COLUMNS["lines"], rows)
    nodes = {email_node(order.email) for order in orders}
    fill_table(db, "contacts", COLUMNS["contacts"], ((node, node, False) for node in nodes))


def _chain(db: duckdb.DuckDBPyConnection) -> Chaining:
    settings = account_settings()
    return chain_account(*read_marked_orders(db, settings.rules, settings))


def _order(order: LabeledOrder) -> Order:
    return Order(
        source="shop",
        order_id=order.order_id,
        placed_at=order.placed_at,
        modified_at=order.placed_at,
        status_id=order.status_id,
        is_archived=False,
        currency="USD",
        total=Decimal(sum(line.price for line in order.lines)) / 100,
        email=order.email,
        order_source=order.order_source,
        channel_id=order.channel_id,
        external_source=order.external_source,
        staff_notes=order.staff_notes,
        lines=tuple(
            OrderLine(
                position,
                line.product_id,
                f"SKU-{line.product_id}",
                f"Product {line.product_id}",
                1,
                Decimal(line.price) / 100,
                options=line.options,
            )
            for position, line in enumerate(order.lines, start=1)
        ),
    )


def _speed_lines(scale: Scale, contacts: int) -> list[Line]:
    """Time an account in which every order is a subscription's: the costliest kind."""
    orders = _copies(APPS[_TIMED_APP], scale.orders, contacts)
    with connect() as db:
        fill_facts(db, orders)
        floor, chained = best_of(1, lambda: _read(db), lambda: _chain(db))
    return [
        Line(
            f"chains: an account of subscribers, {scale.orders:,} orders",
            len(orders) / chained.cpu,
            "orders/s of CPU",
            chained.cpu / floor.cpu,
            "read the orders and their products",
        )
    ]


def _read(db: duckdb.DuckDBPyConnection) -> None:
    """Read what no chaining can do without."""
    db.execute(
        "SELECT source, order_id, placed_at, list(product_id) FROM orders "
        "JOIN lines USING (source, order_id, placed_at) GROUP BY ALL ORDER BY placed_at"
    ).fetchall()


def _copies(app: App, orders: int, contacts: int) -> list[LabeledOrder]:
    """Repeat a history under other names until it has so many orders."""
    once = make_orders(app, contacts)
    return [
        replace(order, order_id=f"{order.order_id}-{n}", email=f"{n}-{order.email}")
        for n in range(max(orders // len(once), 1))
        for order in once
    ]
