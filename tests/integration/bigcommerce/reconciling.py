"""Reconciliation over the real client and the real shop, with short ways to read its report."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.domain.settings import AccountSettings
from headwater.usecases.reconcile_day import DayPorts
from headwater.usecases.reconcile_orders import (
    ReconciledOrders,
    ReconcilePorts,
    reconcile_range,
    reconcile_run,
)
from headwater.usecases.serve_reconciliation import ReconciliationQuery, serve_reconciliation
from tests.integration.bigcommerce.world import ACCOUNT, RUN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.bigcommerce.world import Fuse, World

DAY = date(2026, 11, 19)
NOON = datetime(2026, 11, 19, 17, tzinfo=UTC)
# November, so the shop's box is unticked unless a test forgets it.
ZONE = "America/New_York"


class Reconciler:
    """Reconciles the account of a world, whose whole history is pulled."""

    def __init__(self, world: World, **settings: Any) -> None:  # noqa: ANN401 - any setting
        self.world = world
        if ACCOUNT in world.accounts.active():
            return
        world.shop.store.configure(dst_correction=False)
        account = AccountSettings(**{"time_zone": ZONE, **settings})
        world.accounts.create(ACCOUNT, account, world.clock.now())

    def ports(self, deadline: datetime, fuse: Fuse | None = None) -> ReconcilePorts:
        """Return the ports of one invocation."""
        world = self.world
        ledgers = BigCommerceSources(
            world.secrets, clock=world.clock, deadline=deadline, sleep=world.sleep
        )
        guard: Callable[[Any], Any] = fuse.guard if fuse else lambda port: port
        day = DayPorts(world.clock, guard(world.orders), guard(world.lake), guard(world.products))
        return ReconcilePorts(guard(world.accounts), world.runs, guard(ledgers), day)

    def reconcile(
        self,
        first: date = DAY,
        last: date = DAY,
        patience: timedelta = timedelta(minutes=10),
        fuse: Fuse | None = None,
    ) -> ReconciledOrders:
        """Do one invocation for a range, a minute later."""
        self.world.clock.advance(timedelta(minutes=1))
        deadline = self.world.clock.now() + patience
        ports = self.ports(deadline, fuse)
        return reconcile_range(ACCOUNT, first, last, deadline, ports=ports)

    def reconcile_in_run(self) -> ReconciledOrders:
        """Do one invocation as a step of a run."""
        now = self.world.clock.now()
        self.world.runs.acquire(ACCOUNT, RUN, now, now + timedelta(minutes=20))
        deadline = now + timedelta(minutes=10)
        return reconcile_run(ACCOUNT, RUN, deadline, ports=self.ports(deadline))

    def report(self, first: date = DAY, last: date = DAY, basis: str = "total") -> dict[str, Any]:
        """Read the report; check that each of its rows adds up."""
        query = ReconciliationQuery(first, last, basis)
        report = serve_reconciliation(
            ACCOUNT, query, accounts=self.world.accounts, lake=self.world.lake
        )
        for row in report["rows"]:
            differences = sum(Decimal(entry["amount"]) for entry in row["differences"])
            assert Decimal(row["store_total"]) + differences == Decimal(row["our_total"])
        return report

    def causes(self, first: date = DAY, last: date = DAY) -> dict[str, tuple[list[str], list[str]]]:
        """Return cause → (open orders, repaired orders)."""
        return {
            cause["cause"]: (cause["order_ids"], cause["repaired_ids"])
            for cause in self.report(first, last)["causes"]
        }
