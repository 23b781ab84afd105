"""What a store may say that no shop of ours says, and jobs over several days and stores."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError, RateLimitedError
from headwater.usecases.day_results import open_ppm
from headwater.usecases.ports import Source
from headwater.usecases.reconcile_day import DayPorts
from headwater.usecases.reconcile_orders import ReconciledOrders, ReconcilePorts, reconcile_range
from headwater.usecases.reconciliation_jobs import request_reconciliation
from headwater.usecases.reconciliation_sheets import sheet, shortened
from headwater.usecases.serve_reconciliation import ReconciliationQuery, serve_reconciliation
from tests.fakes import FakeReconciliations
from tests.lambda_side import FakeStore, FakeStores
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from headwater.usecases.store_ledgers import LedgerList, StoreLedger

DAY = date(2026, 11, 19)
ONE_DAY = timedelta(days=1)


@dataclass
class OddStore(FakeStore):
    """A store that counts and lists in ways of its own."""

    more_counted: dict[int, int] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    days_until_throttled: int = 1_000

    def count_by_status(self, start: datetime, end: datetime) -> dict[int, int]:
        counted = super().count_by_status(start, end)
        return {
            status_id: counted.get(status_id, 0) + self.more_counted.get(status_id, 0)
            for status_id in {*counted, *self.more_counted}
        }

    def list_created(self, start: datetime, end: datetime) -> LedgerList:
        if not self.days_until_throttled:
            message = "the quota is used up"
            raise RateLimitedError(message)
        self.days_until_throttled -= 1
        return replace(super().list_created(start, end), unreadable=self.unreadable)


class Jobs:
    """Reconciliations of an account whose store has two orders on the day, as we have them."""

    def __init__(self) -> None:
        self.shop = Workshop()
        self.store = OddStore(self.shop.clock)
        self.store.stored = (
            self.shop.order(1, "2026-11-19 15:00", "60.00"),
            self.shop.order(2, "2026-11-19 16:00", "40.00"),
        )
        self.connect(STORE)
        self.asked = FakeReconciliations()

    def connect(self, name: str, store_hash: str = "abc123") -> None:
        source = Source(name, "bigcommerce", store_hash, "arn", is_history_complete=True)
        self.shop.accounts.save_source(ACCOUNT, source)

    def reconcile(self, first: date = DAY, last: date = DAY) -> ReconciledOrders:
        shop, stores = self.shop, FakeStores(self.store)
        now = shop.clock.advance(timedelta(minutes=1))
        day = DayPorts(shop.clock, shop.orders, shop.lake, shop.products)
        ports = ReconcilePorts(shop.accounts, shop.runs, stores, day)
        return reconcile_range(ACCOUNT, first, last, now + timedelta(minutes=10), ports=ports)

    def report(self, first: date = DAY, last: date = DAY) -> dict[str, Any]:
        query = ReconciliationQuery(first, last)
        return serve_reconciliation(
            ACCOUNT, query, accounts=self.shop.accounts, lake=self.shop.lake
        )

    def request(self, first: date = DAY, last: date = DAY) -> Any:  # noqa: ANN401 - JSON
        shop = self.shop
        return request_reconciliation(
            ACCOUNT,
            first,
            last,
            accounts=shop.accounts,
            lake=shop.lake,
            clock=shop.clock,
            reconciliations=self.asked,
        )


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


def test_the_odd_store_is_a_ledger(jobs: Jobs) -> None:
    ledger: StoreLedger = jobs.store
    assert ledger.panel_clock() is None
    assert jobs.reconcile().open_ppm == 0


def test_orders_that_the_store_counts_and_does_not_list_are_unexplained(jobs: Jobs) -> None:
    jobs.store.more_counted = {10: 1, 0: 2}
    assert jobs.reconcile().open_ppm == 1_500_000  # three strangers to two listed orders
    report = jobs.report()
    [cause] = report["causes"]
    assert (cause["cause"], cause["orders"], cause["amount"]) == ("unexplained", 3, "0.00")
    counted = {
        row["status_id"]: (row["store_count"], row["store_orders"]) for row in report["rows"]
    }
    assert counted == {0: (2, 0), 10: (3, 2)}


def test_a_store_that_counts_the_archived_too_is_understood(jobs: Jobs) -> None:
    first, second = jobs.store.stored
    archived = replace(first, is_archived=True, modified_at=jobs.shop.clock.now() + ONE_DAY)
    jobs.store.stored = (archived, second)
    assert jobs.reconcile().open_ppm == 0  # it counts two and lists one of them as archived
    assert jobs.report()["causes"][0]["repaired_ids"] == ["1"]


def test_an_order_that_cannot_be_read_is_unexplained_and_not_retracted(jobs: Jobs) -> None:
    first, second = jobs.store.stored
    jobs.store.stored, jobs.store.unreadable = (second,), ("1",)
    assert jobs.reconcile().open_ppm
    stored = jobs.shop.orders.get(ACCOUNT, STORE, "1")
    assert stored == first
    assert "1" in jobs.report()["causes"][0]["order_ids"]


def test_a_quota_that_runs_out_on_the_way_is_waited_for(jobs: Jobs) -> None:
    jobs.store.days_until_throttled = 2
    begun = jobs.reconcile(DAY - 3 * ONE_DAY, DAY)
    assert (begun.days, begun.more, begun.failed_sources) == (2, True, ())
    jobs.store.days_until_throttled = 1_000
    rest = jobs.reconcile(DAY - 3 * ONE_DAY, DAY)
    assert (rest.days, rest.more, rest.open_ppm) == (2, False, 0)


def test_a_quota_that_is_used_up_from_the_start_is_a_named_gap(jobs: Jobs) -> None:
    jobs.store.days_until_throttled = 0
    done = jobs.reconcile()
    assert (done.more, done.failed_sources) == (False, (STORE,))
    assert jobs.report()["state"]["job"]["failures"] == {STORE: "the quota is used up"}


def test_a_failed_job_begins_anew_and_forgets_its_failures(jobs: Jobs) -> None:
    jobs.store.days_until_throttled = 0
    jobs.reconcile()
    jobs.store.days_until_throttled = 1_000
    assert jobs.reconcile().failed_sources == ()
    job = jobs.report()["state"]["job"]
    assert (job["status"], job["failures"]) == ("done", {})


def test_a_day_is_complete_once_every_store_has_it(jobs: Jobs) -> None:
    jobs.reconcile()
    jobs.connect("second", "xyz789")
    state = jobs.report()["state"]
    assert (state["status"], state["days_reconciled"]) == ("partial", 0)


@pytest.mark.parametrize("changed", [{"currency": "EUR"}, {"time_zone": "Europe/Berlin"}])
def test_results_under_another_currency_or_zone_are_no_longer_told(
    jobs: Jobs, changed: dict[str, Any]
) -> None:
    jobs.reconcile()
    settings = AccountSettings(**changed)
    jobs.shop.accounts.save_settings(ACCOUNT, settings, jobs.shop.clock.now())
    assert jobs.report()["state"]["status"] == "none"
    jobs.reconcile()
    assert jobs.report()["state"]["status"] == "complete"


def test_a_job_that_has_died_is_started_again_from_its_bookmark(jobs: Jobs) -> None:
    first = DAY - 3 * ONE_DAY
    jobs.store.days_until_throttled = 2
    jobs.reconcile(first, DAY)
    assert jobs.request(first, DAY)["status"] == "running"  # it may still be at work
    assert jobs.asked.started == []
    jobs.shop.clock.advance(timedelta(minutes=21))
    assert jobs.request(first, DAY)["status"] == "queued"
    assert jobs.asked.started == [(ACCOUNT, first, DAY)]
    jobs.store.days_until_throttled = 1_000
    assert jobs.reconcile(first, DAY).days == 2


def test_a_report_names_a_hundred_orders_and_counts_them_all(jobs: Jobs) -> None:
    jobs.store.stored = tuple(
        replace(jobs.store.stored[0], order_id=str(n), status_id=0) for n in range(1, 151)
    )
    jobs.reconcile()
    report = jobs.report()
    causes = {cause["cause"]: cause for cause in shortened(report)["causes"]}
    assert len(causes["status_not_counted"]["order_ids"]) == 100
    assert causes["status_not_counted"]["order_count"] == 150
    [line] = [line for line in sheet(report) if line["line"] == "status_not_counted"]
    assert len(line["order_ids"].split()) == 150


@pytest.mark.parametrize("days", [-1, 32])
def test_a_run_reconciles_a_month_at_most(days: int) -> None:
    with pytest.raises(InvalidParameterError, match="reconcile_days"):
        AccountSettings(reconcile_days=days)


def test_the_number_of_days_is_a_setting() -> None:
    settings = AccountSettings(reconcile_days=30)
    assert AccountSettings.from_document(settings.document()) == settings
    assert AccountSettings.from_document({}).reconcile_days == 7


def test_a_difference_upward_hides_none_downward() -> None:
    upward, downward = (
        {"cause": "edited", "absolute": 50_00, "amount": amount, "order_ids": [order_id]}
        for order_id, amount in (("1", 50_00), ("2", -50_00))
    )
    explained = {"cause": "gross_vs_net", "absolute": 9_00, "amount": -9_00, "order_ids": ["3"]}
    day = {
        "differences": [upward, downward, explained],
        "uncounted": {},
        "unreadable": [],
        "figures": [{"store_total": 1_000_00, "store_orders": 1_000}],
    }
    assert open_ppm([day]) == 100_000
