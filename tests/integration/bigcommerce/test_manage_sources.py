"""A connected store is tested, paused, resumed and removed: the real client, fakes for tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.domain.manifests import Manifest
from headwater.errors import InvalidParameterError, StoreUnavailableError, UnknownResourceError
from headwater.usecases.connect_source import ConnectPorts, ConnectRequest, connect_source
from headwater.usecases.manage_sources import (
    RemovePorts,
    TriedSource,
    pause_source,
    remove_source,
    resume_source,
    try_source,
)
from local.storefront import access
from tests.fakes import FakeEdgeSites, FakePipeline
from tests.integration.bigcommerce.world import (
    ACCOUNT,
    NOW,
    RUN,
    AfterFirstPage,
    World,
    store_order,
    store_orders,
)

if TYPE_CHECKING:
    from headwater.usecases.ports import Source

NAME = "bigcommerce"


def ports(world: World) -> ConnectPorts:
    deadline = world.clock.now() + timedelta(seconds=20)
    sources = BigCommerceSources(
        world.secrets, clock=world.clock, deadline=deadline, sleep=world.sleep
    )
    return ConnectPorts(
        world.clock, world.accounts, world.secrets, sources, lambda size: "7f" * size
    )


def connect(world: World, **fields: Any) -> Source:  # noqa: ANN401
    values = {"store": "abc123", "access_token": world.shop.token, "api_url": world.shop.url}
    request = ConnectRequest(**values | fields)
    connected = connect_source(
        ACCOUNT, request, ports=ports(world), other_api_urls=[world.shop.url]
    )
    return connected.source


def try_now(world: World) -> TriedSource:
    return try_source(ACCOUNT, NAME, ports=ports(world))


def remove(
    world: World, *, with_orders: bool, pipeline: FakePipeline | None = None
) -> FakePipeline:
    pipeline = pipeline or FakePipeline()
    sites = FakeEdgeSites()
    hooks = world.hook_ports(world.sources())
    script = world.script_ports(world.sources())
    removing = RemovePorts(world.accounts, world.secrets, sites, pipeline, hooks, script)
    now = world.clock.now()
    remove_source(ACCOUNT, NAME, with_orders=with_orders, ports=removing, now=now)
    return pipeline


def test_a_test_says_that_all_is_well_and_clears_a_bad_status(world: World) -> None:
    world.connect(status="unavailable", reason="503", status_since=NOW - timedelta(days=1))
    world.shop.store.load(store_orders(3))
    tried = try_now(world)
    assert {one.state for one in tried.findings} == {"granted"}
    assert (tried.source.status, tried.source.reason, tried.source.status_since) == ("ok", "", NOW)
    assert tried.source.orders_total == 3
    assert tried.source.store_time_zone == "America/New_York"
    assert tried.source == world.source


def test_a_test_names_every_missing_scope_and_writes_it_down(world: World) -> None:
    scopes = {scope.removesuffix("_read_only") for scope in access.READ_ONLY_SCOPES}
    poor = world.shop.store.issue_token(scopes - {access.CUSTOMERS, access.PRODUCTS})
    world.connect(token=poor)
    tried = try_now(world)
    assert tried.source.status == "missing_scope"
    assert "Customers" in tried.source.reason
    assert "Products" in tried.source.reason
    assert sum(one.state == "missing" for one in tried.findings) == 2


@pytest.mark.parametrize(
    ("fault", "status"),
    [("unauthorized", "reauthorize"), ("error", "unavailable"), ("throttle", "throttled")],
)
def test_a_test_tells_a_store_that_does_not_answer(world: World, fault: str, status: str) -> None:
    argument = 3_600_000 if fault == "throttle" else None
    world.shop.store.fail(fault, argument, times=None)
    tried = try_now(world)
    assert (tried.source.status, tried.findings) == (status, ())
    assert tried.source.status_since == world.clock.now()


def test_a_test_without_a_kept_token_asks_for_a_new_connection(world: World) -> None:
    world.secrets.tokens.clear()
    assert try_now(world).source.status == "reauthorize"


def test_what_does_not_exist_cannot_be_managed(world: World) -> None:
    with pytest.raises(UnknownResourceError):
        pause_source(ACCOUNT, "none", accounts=world.accounts)
    with pytest.raises(UnknownResourceError):
        try_source(ACCOUNT, "none", ports=ports(world))


def test_a_paused_source_is_not_pulled_until_it_is_resumed(world: World) -> None:
    world.shop.store.load(store_orders(3))
    pipeline = FakePipeline()
    assert pause_source(ACCOUNT, NAME, accounts=world.accounts).is_paused
    assert world.pull().orders_seen == 0
    assert world.calls() == []
    resume_source(ACCOUNT, NAME, accounts=world.accounts, pipeline=pipeline)
    assert pipeline.pulled == [ACCOUNT]
    assert world.pull().orders_seen == 3


def test_a_pull_under_way_stops_after_its_page_and_goes_on_from_there(world: World) -> None:
    world.shop.store.load(store_orders(25))
    world.shop.store.configure(max_limit=10)

    def pause() -> None:
        pause_source(ACCOUNT, NAME, accounts=world.accounts)

    world.lake = AfterFirstPage(pause)
    pulled = world.pull()
    assert (pulled.orders_seen, pulled.more) == (10, False)
    assert (world.source.is_paused, world.source.orders_done) == (True, 10)
    world.accounts.change_source(ACCOUNT, NAME, is_paused=False)
    assert world.pull().orders_seen == 15
    assert (world.source.orders_done, world.source.is_history_complete) == (25, True)


def test_a_new_token_keeps_bookmark_public_key_and_pause(world: World) -> None:
    first = connect(world)
    world.pull()
    world.accounts.change_source(ACCOUNT, NAME, is_paused=True)
    before = world.source
    again = connect(world, access_token=world.shop.store.issue_token())
    assert again.bookmark == before.bookmark
    assert again.public_key == first.public_key
    assert again.is_paused


def test_a_removed_source_loses_token_and_site_and_keeps_its_orders(world: World) -> None:
    world.shop.store.load(store_orders(3))
    key = connect(world).public_key
    world.pull()
    pipeline = remove(world, with_orders=False)
    assert world.secrets.tokens == {}
    assert key not in world.accounts.sites
    assert (world.source.status, world.source.public_key) == ("removed", "")
    assert pipeline.pulled == []
    assert world.pull().orders_seen == 0
    assert len(world.stored()) == 3
    with pytest.raises(InvalidParameterError, match="removed"):
        pause_source(ACCOUNT, NAME, accounts=world.accounts)


def test_a_removed_source_can_be_connected_again_and_goes_on(world: World) -> None:
    [order_id] = world.shop.store.load([store_order()])
    connect(world)
    world.pull()
    remove(world, with_orders=False)
    world.shop.store.set_status(order_id, 10)
    again = connect(world)
    assert (again.status, again.is_paused, again.is_history_complete) == ("ok", False, True)
    assert world.pull_next_day().orders_changed == 1


def test_the_name_of_a_removed_source_stays_its_stores(world: World) -> None:
    connect(world)
    remove(world, with_orders=False)
    world.shop.store.configure(store_hash="other1")
    with pytest.raises(InvalidParameterError, match="another store"):
        connect(world, store="other1")


def test_a_source_is_removed_with_its_orders_and_their_days_are_marked(world: World) -> None:
    world.orders.clock = world.clock
    world.shop.store.load(store_orders(60))
    world.connect("second")
    world.pull()
    pipeline = remove(world, with_orders=True)
    assert pipeline.pulled == [ACCOUNT]
    assert world.source.status == "removing"
    with pytest.raises(InvalidParameterError, match="being deleted"):
        connect(world)
    days = {order.placed_at.date() for order in world.stored().values()}
    world.clock.advance(timedelta(minutes=2))
    pulled = world.pull()
    assert pulled.orders_changed == 60
    assert {key[1] for key in world.stored()} == {"second"}
    assert [one.source for one in world.accounts.sources(ACCOUNT)] == ["second"]
    raised = {m.day for m in world.orders.marks.raised(ACCOUNT) if m.raised_at > NOW}
    assert raised == days


def test_days_that_are_no_longer_marked_are_found_in_the_manifest(world: World) -> None:
    world.shop.store.load([store_order(days_ago=50), store_order(days_ago=3)])
    world.pull()
    partitions = {"2026-10": "facts/a", "2026-11-18": "facts/b"}
    manifest = Manifest(ACCOUNT, NOW.date(), {}, tables={"orders": partitions})
    key = world.lake.put_manifest(manifest)
    world.runs.publish(ACCOUNT, RUN, key, manifest.data_version, NOW, as_of=NOW)
    for mark in world.orders.marks.raised(ACCOUNT):
        world.orders.marks.clear(ACCOUNT, mark)
    remove(world, with_orders=True)
    assert world.pull().orders_changed == 2
    assert world.stored() == {}


def test_a_removal_that_runs_out_of_time_goes_on_in_the_next_invocation(world: World) -> None:
    world.shop.store.load([store_order(days_ago=day) for day in range(1, 6)])
    world.pull()
    remove(world, with_orders=True)
    halted = world.pull(patience=timedelta(0))
    assert (halted.more, len(world.stored())) == (True, 5)
    assert world.source.status == "removing"
    world.pull_to_the_end()
    assert world.stored() == {}
    assert world.accounts.sources(ACCOUNT) == []


def test_a_removal_that_failed_half_way_is_finished_by_the_same_call(world: World) -> None:
    class DeafPipeline(FakePipeline):
        def pull(self, account: str) -> None:  # noqa: ARG002
            message = "no answer"
            raise StoreUnavailableError(message)

    connect(world)
    with pytest.raises(StoreUnavailableError):
        remove(world, with_orders=True, pipeline=DeafPipeline())
    assert remove(world, with_orders=True).pulled == [ACCOUNT]
    world.pull()
    assert world.accounts.sources(ACCOUNT) == []


def test_orders_that_were_kept_can_be_deleted_later(world: World) -> None:
    world.shop.store.load(store_orders(2))
    connect(world)
    world.pull()
    remove(world, with_orders=False)
    remove(world, with_orders=True)
    world.pull()
    assert world.stored() == {}
    assert world.accounts.sources(ACCOUNT) == []


def test_a_good_pull_is_written_down_with_its_time(world: World) -> None:
    world.pull()
    assert world.source.pulled_at == NOW
    world.shop.store.fail("error", 503, times=None)
    world.pull_next_day()
    assert world.source.pulled_at == NOW
