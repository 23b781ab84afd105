"""The whole demo as data: a shop with its orders, and what other systems know of its customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from local.demo import ad_costs, changes, imports, journeys, live_hits, store_orders
from local.demo.catalog import PRODUCTS
from local.demo.order_plans import ZONE, OrderPlan, end_of, plan_orders
from local.demo.people import make_buyers, make_leads
from local.demo.purchases import Purchase, load, shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.demo.ad_costs import Spending
    from local.demo.changes import StoreChange
    from local.demo.live_hits import HitPost, Transmission
    from local.storefront.control import Store
    from local.storefront.model import StoreCustomer, StoreOrder

LIVE_DAYS = 5
_LEADS, _NEWCOMERS = 600, 90
_FIRST_LEAD, _FIRST_NEWCOMER = 10_001, 20_001


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that the demo puts into the system.

    ``touchpoint_rows`` and ``lead_rows`` are rows of ``POST /v1/touchpoints`` and
    ``POST /v1/leads``. ``changes`` happen to the orders after the first pull.
    """

    plans: list[OrderPlan]
    orders: list[StoreOrder]
    customers: list[StoreCustomer]
    touchpoint_rows: list[dict[str, Any]]
    lead_rows: list[dict[str, Any]]
    spending: Spending
    transmissions: list[Transmission]
    changes: list[StoreChange]

    def furnish(self, store: Store) -> None:
        """Load the shop with its channels, currencies, products, customers and orders."""
        store.load_channels(store_orders.CHANNELS)
        store.load_currencies(store_orders.CURRENCIES)
        store.load_products(PRODUCTS)
        store.load_customers(self.customers)
        store.load(self.orders)

    def hits(self, public_key: str, sent_at: datetime) -> list[HitPost]:
        """Return the requests to the collector if all browsers send at ``sent_at``.

        The collector tells the time of a hit by how long before sending it was created, and
        believes up to seven days; so ``sent_at`` is the present.
        """
        return [each.post(public_key, sent_at) for each in self.transmissions]


def build(yesterday: date, seed: int, purchases: Sequence[Purchase] | None = None) -> Scenario:
    """Build the demo around real purchases, the last of which happen on ``yesterday``.

    The same arguments always give the same scenario.

    Args:
        yesterday: a day of the reporting zone, America/New_York.
        seed: of everything that is generated.
        purchases: on their own dates; the CDNOW sample if None.

    Raises:
        PurchasesUnavailableError: the sample is needed and cannot be downloaded.
    """
    shifted = shift(list(purchases) if purchases is not None else load(), yesterday)
    buyers = make_buyers({purchase.customer for purchase in shifted}, seed)
    plans = plan_orders(shifted, buyers, seed)
    live_from = datetime.combine(yesterday - timedelta(days=LIVE_DAYS - 1), time(), ZONE)
    period = journeys.Period(live_from.astimezone(UTC), end_of(yesterday))
    visits = [
        *journeys.visits_of_buyers(plans, period, seed),
        *journeys.visits_of_leads(make_leads(_LEADS, _FIRST_LEAD, seed), plans, period, seed),
        *journeys.visits_of_newcomers(make_leads(_NEWCOMERS, _FIRST_NEWCOMER, seed), period, seed),
    ]
    joined = journeys.sign_ups(visits, period, seed)
    imported = imports.rows_to_import(visits, joined, period, seed)
    return Scenario(
        plans=plans,
        orders=store_orders.build_orders(plans, period.end, seed),
        customers=store_orders.build_customers(plans),
        touchpoint_rows=imported.touchpoints,
        lead_rows=imported.leads,
        spending=ad_costs.spend(visits, yesterday, seed),
        transmissions=live_hits.live_transmissions(visits, joined, period, seed),
        changes=changes.later_changes(plans, period.end, seed),
    )
