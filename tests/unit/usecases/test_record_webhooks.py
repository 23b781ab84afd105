"""What the worker makes of webhooks: the store is asked, the webhook never believed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.orders import OrderLine
from headwater.domain.webhooks import Notice
from headwater.errors import CredentialsRejectedError, RateLimitedError
from headwater.usecases.keep_orders import KeepPorts
from headwater.usecases.ports import Source
from headwater.usecases.record_hits import QueuedMessage
from headwater.usecases.record_webhooks import RecordedWebhooks, WebhookPorts, record_webhooks
from tests.fakes import FakeHooks
from tests.lambda_side import FakeStore, FakeStores
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from headwater.domain.orders import Order
    from headwater.usecases.ports import OrderPage


@dataclass
class AskedStore(FakeStore):
    """A store that remembers which orders it was asked for."""

    asked: list[list[int]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def orders(self, order_ids: Collection[int]) -> OrderPage:
        self.asked.append(list(order_ids))
        self.meanwhile()
        if self.refusal:
            raise self.refusal
        return super().orders(order_ids)


class Worker:
    def __init__(self) -> None:
        self.shop = Workshop()
        self.hooks = FakeHooks()
        self.store = AskedStore(self.shop.clock)
        self.source = Source(STORE, "bigcommerce", "abc123", "arn")
        self.shop.accounts.save_source(ACCOUNT, self.source)

    def in_store(self, number: int, total: str = "10.00") -> Order:
        """Have an order in the store that we do not have."""
        elsewhere = Workshop()
        order = elsewhere.order(number, "2026-11-20 15:00", total)
        self.store.stored = (*(o for o in self.store.stored if o.order_id != str(number)), order)
        return order

    def notice(self, number: int, event: str = "", source: str = STORE) -> QueuedMessage:
        received_at = self.shop.clock.now()
        told = Notice(ACCOUNT, source, str(number), event or f"event-{number}", received_at)
        return QueuedMessage(f"{number}/{event}", told.text())

    def record(self, *messages: QueuedMessage, later: int = 5) -> RecordedWebhooks:
        self.shop.clock.advance(timedelta(seconds=later))
        shop = self.shop
        keep = KeepPorts(shop.orders, shop.lake, shop.products)
        stores = FakeStores(self.store)
        ports = WebhookPorts(shop.clock, shop.accounts, self.hooks, stores, keep)
        return record_webhooks(messages, ports=ports)

    def ours(self, number: int) -> Order | None:
        return self.shop.orders.get(ACCOUNT, STORE, str(number))


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_an_order_is_fetched_and_its_day_marked(worker: Worker) -> None:
    order = worker.in_store(7)
    assert worker.record(worker.notice(7)) == RecordedWebhooks(fetched=1, changed=1)
    assert worker.ours(7) == order
    marks = worker.shop.marks.raised(ACCOUNT)
    assert [(mark.table, mark.day) for mark in marks] == [("orders", order.placed_at.date())]


def test_an_order_that_is_named_often_is_fetched_once_with_its_neighbors(worker: Worker) -> None:
    worker.in_store(7)
    worker.in_store(8)
    told = [worker.notice(8, "a"), worker.notice(7, "b"), worker.notice(8, "c")]
    assert worker.record(*told).fetched == 2
    assert worker.store.asked == [[7, 8]]


def test_a_webhook_that_is_sent_again_costs_no_call(worker: Worker) -> None:
    worker.in_store(7)
    told = worker.notice(7)
    worker.record(told)
    assert worker.record(told, worker.notice(7), later=3_600) == RecordedWebhooks(known=2)
    assert len(worker.store.asked) == 1


def test_two_changes_in_one_second_that_are_told_alike_are_both_fetched(worker: Worker) -> None:
    worker.in_store(7, "10.00")
    worker.record(worker.notice(7, "same"), later=0)
    changed = worker.in_store(7, "12.00")
    worker.record(worker.notice(7, "same"), later=1)
    assert worker.ours(7) == changed


def test_an_old_webhook_that_comes_late_brings_the_order_as_it_is_now(worker: Worker) -> None:
    newest = worker.in_store(7, "30.00")
    worker.record(worker.notice(7, "second"))
    worker.record(worker.notice(7, "first"))
    assert worker.ours(7) == newest


def test_an_order_that_the_store_has_deleted_is_counted_no_more(worker: Worker) -> None:
    order = worker.in_store(7)
    worker.record(worker.notice(7, "created"))
    worker.store.stored = ()
    assert worker.record(worker.notice(7, "updated")).retracted == 1
    assert worker.ours(7) == replace(order, is_archived=True)
    assert worker.record(worker.notice(7, "again")).retracted == 0


def test_an_order_that_nobody_has_is_left_alone(worker: Worker) -> None:
    assert worker.record(worker.notice(99)) == RecordedWebhooks(fetched=1)
    assert worker.ours(99) is None


def test_the_products_that_an_order_names_are_asked_for(worker: Worker) -> None:
    order = worker.in_store(7)
    line = OrderLine(1, 77, "MUG", "Mug", 1, order.total)
    worker.store.stored = (replace(order, lines=(line,)),)
    worker.record(worker.notice(7))
    assert worker.shop.products.wanted(ACCOUNT, STORE, 10) == {77: "Mug"}


def test_only_the_messages_of_a_store_that_is_busy_come_again(worker: Worker) -> None:
    worker.in_store(7)
    told = worker.notice(7)
    worker.store.refusal = RateLimitedError("busy", 1.0)
    done = worker.record(told, QueuedMessage("bad", "no notice"))
    assert (done.failed, done.dropped) == ((told.message_id,), 1)
    worker.store.refusal = None
    assert worker.record(told).changed == 1


def test_a_store_that_rejects_the_token_is_the_pulls_to_report(worker: Worker) -> None:
    worker.store.refusal = CredentialsRejectedError("revoked")
    assert worker.record(worker.notice(7)) == RecordedWebhooks(dropped=1)


@pytest.mark.parametrize("change", [{"is_paused": True}, {"status": "removed"}])
def test_a_source_that_a_person_has_stopped_takes_no_webhooks(
    worker: Worker, change: dict[str, object]
) -> None:
    worker.in_store(7)
    worker.shop.accounts.change_source(ACCOUNT, STORE, **change)
    assert worker.record(worker.notice(7)) == RecordedWebhooks(dropped=1)
    assert worker.record(worker.notice(7, source="unknown")) == RecordedWebhooks(dropped=1)
    assert worker.store.asked == []


def test_an_order_of_a_source_that_is_removed_meanwhile_is_not_written(worker: Worker) -> None:
    worker.in_store(7)
    worker.store.meanwhile = lambda: worker.shop.accounts.change_source(
        ACCOUNT, STORE, status="removing"
    )
    assert worker.record(worker.notice(7)) == RecordedWebhooks(dropped=1)
    assert worker.ours(7) is None
