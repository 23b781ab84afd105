"""Changes of the shop come by webhook within minutes: the real client against the real shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headwater.domain.webhooks import HOOK_SCOPES
from headwater.usecases.manage_sources import RemovePorts, remove_source
from headwater.usecases.record_webhooks import RecordedWebhooks
from local.storefront.faults import FaultKind
from local.storefront.webhooks import RETRY_GAPS
from tests.fakes import FakeEdgeSites, FakePipeline
from tests.integration.bigcommerce.world import (
    ACCOUNT,
    DeathError,
    Fuse,
    World,
    store_order,
    store_orders,
)

if TYPE_CHECKING:
    from headwater.domain.orders import Order


@pytest.fixture
def told(world: World) -> World:
    """A world whose history is in, and whose shop tells of changes."""
    world.shop.store.load(store_orders(5))
    world.pull()
    assert world.switch_webhooks(on=True).webhooks.note == ""
    world.calls()
    return world


def later(world: World) -> RecordedWebhooks:
    """Let a minute pass, and what is due be delivered and recorded."""
    world.clock.advance(timedelta(minutes=1))
    return world.deliver_webhooks()


def theirs(world: World) -> dict[tuple[str, ...], Order]:
    """Return the shop's orders as a new account would pull them."""
    fresh = world.fresh()
    fresh.pull_to_the_end()
    return fresh.stored()


def hooks(world: World) -> list[tuple[str, bool]]:
    with world.shop.store.database.read() as connection:
        rows = connection.execute("SELECT scope, is_active FROM hooks ORDER BY id").fetchall()
    return [(row["scope"], bool(row["is_active"])) for row in rows]


def test_every_kind_of_change_is_there_without_a_pull(told: World) -> None:
    store = told.shop.store
    new = store.create(store_order(days_ago=0, status_id=0))
    later(told)
    assert told.order(new).status_id == 0
    store.set_status(new, 11)
    store.edit_total(100, Decimal(9))
    store.refund(101, Decimal(5))
    store.archive(102)
    store.back_date(103, told.clock.now() - timedelta(days=90))
    store.move(104, email="bob@shop.example")
    later(told)
    assert told.order(new).status_id == 11
    assert told.order(101).refunds[0].amount == Decimal(5)
    assert told.order(102).is_archived
    assert told.stored() == theirs(told)


def test_both_days_of_an_order_that_moves_are_marked(told: World) -> None:
    marks = told.orders.marks
    for mark in marks.raised(ACCOUNT):
        marks.clear(ACCOUNT, mark)
    told.clock.advance(timedelta(minutes=5))
    left = told.order(103).placed_at.date()
    told.shop.store.back_date(103, told.clock.now() - timedelta(days=90))
    later(told)
    entered = told.order(103).placed_at.date()
    assert {mark.day for mark in marks.raised(ACCOUNT) if mark.table == "orders"} == {left, entered}


def test_a_refund_that_leaves_the_orders_date_alone_comes_too(told: World) -> None:
    told.shop.store.configure(refund_bumps_modified=False)
    told.shop.store.refund(101, Decimal(5))
    later(told)
    assert told.order(101).refunds[0].amount == Decimal(5)


def test_an_order_that_was_deleted_is_retracted(told: World) -> None:
    store = told.shop.store
    store.touch(100)
    store.hard_delete(100)
    assert later(told).retracted == 1
    assert told.order(100).is_archived


def test_a_burst_of_changes_costs_few_calls(told: World) -> None:
    for order_id in range(100, 105):
        told.shop.store.ship(order_id)
    assert later(told).fetched == 5
    assert len(told.calls()) == 2


def test_lost_doubled_and_turned_around_they_end_at_what_the_store_has(told: World) -> None:
    store = told.shop.store
    store.fail(FaultKind.DUPLICATE_WEBHOOK, times=3)
    store.fail(FaultKind.REORDER_WEBHOOKS)
    store.set_status(100, 5)
    store.set_status(100, 10)
    store.archive(101)
    later(told)
    assert told.stored() == theirs(told)
    store.fail(FaultKind.LOSE_WEBHOOK, times=None)
    store.set_status(100, 2)
    later(told)
    assert told.order(100).status_id == 10
    told.pull()
    assert told.stored() == theirs(told)


def test_a_webhook_that_is_sent_again_later_costs_no_call(told: World) -> None:
    told.shop.store.touch(100)
    told.shop.courier.post = told.take_webhook
    told.shop.courier.deliver()
    [message] = told.webhook_queue.messages
    told.clock.advance(timedelta(minutes=1))
    told.record_webhooks()
    told.calls()
    told.webhook_queue.messages = [message]
    assert told.record_webhooks().known == 1
    assert told.calls() == []


def test_while_the_store_does_not_answer_webhooks_wait(told: World) -> None:
    told.shop.store.set_status(100, 10)
    told.shop.store.fail(FaultKind.ERROR, 503, path="/v2/orders", times=None)
    assert later(told).failed
    told.shop.store.recover()
    assert told.record_webhooks().changed == 1
    assert told.order(100).status_id == 10


def test_a_call_that_we_could_not_take_is_made_again(told: World) -> None:
    told.shop.store.set_status(100, 10)
    told.webhook_queue.is_down = True

    def take_or_fail(*call: object) -> int:
        try:
            return told.take_webhook(*call)  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - the gateway answers 500 to anything
            return 500

    told.shop.courier.post = take_or_fail
    assert told.shop.courier.deliver() == 0
    told.webhook_queue.is_down = False
    told.clock.advance(timedelta(seconds=RETRY_GAPS[0]))
    later(told)
    assert told.order(100).status_id == 10


def test_whoever_is_not_the_store_is_refused(told: World) -> None:
    destination = told.source.webhooks.destination
    assert told.take_webhook(destination, {}, b"{}") == 401
    assert told.take_webhook(destination, {"x-headwater-secret": "guess"}, b"{}") == 401


def test_the_pull_switches_on_what_the_store_has_switched_off(told: World) -> None:
    told.shop.store.deactivate_webhooks()
    told.pull()
    assert {is_active for _, is_active in hooks(told)} == {False}
    told.pull_next_day()
    assert hooks(told) == [(scope, True) for scope in HOOK_SCOPES]
    told.shop.store.ship(100)
    later(told)
    assert told.order(100).status_id == 2


def test_another_token_makes_webhooks_of_its_own(told: World) -> None:
    token = told.shop.store.issue_token()
    told.shop.store.revoke_token(told.shop.token)
    told.secrets.put(ACCOUNT, "bigcommerce", token)
    assert hooks(told) == []
    told.pull_next_day()
    assert hooks(told) == [(scope, True) for scope in HOOK_SCOPES]
    told.shop.store.ship(100)
    later(told)
    assert told.order(100).status_id == 2


def test_webhooks_that_cannot_be_registered_stop_no_pull_and_are_noted(world: World) -> None:
    world.shop.store.load(store_orders(2))
    world.shop.store.fail(FaultKind.ERROR, 422, path="/v3/hooks", times=None)
    world.accounts.change_source(
        ACCOUNT, "bigcommerce", webhooks=replace(world.source.webhooks, is_on=True)
    )
    assert world.pull().failed_sources == ()
    assert len(world.stored()) == 2
    assert "422" in world.source.webhooks.note
    world.shop.store.recover()
    world.pull()
    assert world.source.webhooks.note == ""
    assert len(hooks(world)) == len(HOOK_SCOPES)


def test_switched_off_they_are_gone_and_what_was_under_way_is_refused(told: World) -> None:
    store = told.shop.store
    store.ship(100)
    destination = told.source.webhooks.destination
    with store.database.read() as connection:
        headers = connection.execute("SELECT headers FROM hooks").fetchone()["headers"]
    secret = headers.split('"')[3]
    told.switch_webhooks(on=False)
    assert hooks(told) == []
    assert told.take_webhook(destination, {"x-headwater-secret": secret}, b"{}") == 401
    assert later(told) == RecordedWebhooks()
    told.pull_next_day()
    assert hooks(told) == []


def test_a_source_that_is_removed_takes_its_webhooks_along(told: World) -> None:
    ports = RemovePorts(
        told.accounts,
        told.secrets,
        FakeEdgeSites(),
        FakePipeline(),
        told.hook_ports(told.sources()),
        told.script_ports(told.sources()),
    )
    now = told.clock.now()
    remove_source(ACCOUNT, "bigcommerce", with_orders=False, ports=ports, now=now)
    assert hooks(told) == []
    assert told.hooks.addresses == {}


@pytest.mark.parametrize("after_effect", [False, True])
def test_the_worker_may_die_at_any_call_and_is_only_asked_again(
    told: World, after_effect: bool
) -> None:
    told.shop.store.set_status(100, 10)
    told.shop.store.refund(101, Decimal(5))
    told.shop.store.archive(102)
    told.shop.courier.post = told.take_webhook
    told.shop.courier.deliver()
    told.clock.advance(timedelta(minutes=1))
    expected, queued = theirs(told), list(told.webhook_queue.messages)
    for calls in range(1, 100):
        world = told.copy()
        world.webhook_queue.messages = list(queued)
        fuse = Fuse(calls, after_effect=after_effect)
        try:
            world.record_webhooks(fuse)
        except DeathError:
            world.webhook_queue.messages = list(queued)
            world.record_webhooks()
        assert world.stored() == expected
        if not fuse.has_blown:
            break
    else:
        pytest.fail("the fuse blew every time")
