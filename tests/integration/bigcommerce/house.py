"""Our side of a store, whole: the client, the adapters and the steps of a run, over HTTP and tables
in memory. Each can be made to die at any call to the store, a table or the lake.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.adapters.dynamodb.accounts import DynamoAccounts
from headwater.adapters.dynamodb.erasures import DynamoErasures
from headwater.adapters.dynamodb.hooks import DynamoHooks
from headwater.adapters.dynamodb.marks import DynamoMarks
from headwater.adapters.dynamodb.orders import DynamoOrders
from headwater.adapters.dynamodb.products import DynamoProducts
from headwater.adapters.dynamodb.runs import DynamoRuns
from headwater.domain.settings import AccountSettings
from headwater.errors import RetriableError
from headwater.usecases.directory_pull import DirectoryPorts
from headwater.usecases.export_facts import Tables, export_facts, list_marked_days
from headwater.usecases.finish_run import finish_run
from headwater.usecases.keep_orders import KeepPorts
from headwater.usecases.keep_webhooks import HookPorts
from headwater.usecases.manage_sources import Options, set_options
from headwater.usecases.ports import Source
from headwater.usecases.pull_orders import pull_orders
from headwater.usecases.receive_webhook import (
    SECRET_HEADER,
    WebhookCall,
    hash_of_secret,
    receive_webhook,
)
from headwater.usecases.record_hits import QueuedMessage
from headwater.usecases.record_webhooks import WebhookPorts, record_webhooks
from headwater.usecases.run_files import LEASE, Desk, prefix_of
from headwater.usecases.source_pull import PulledOrders, PullPorts
from tests.fakes import (
    FakeClock,
    FakeCosts,
    FakeEdges,
    FakeFacts,
    FakeHitQueue,
    FakeJourneys,
    FakeLake,
    FakePipeline,
    FakeSecrets,
    FakeTable,
    script_ports,
)
from tests.integration.bigcommerce.comparison import Ours

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headwater.usecases.ports import Mark, Marks, OrderPage
    from headwater.usecases.record_webhooks import RecordedWebhooks
    from headwater.usecases.script_keeper import ScriptPorts
    from local.storefront.server import Storefront
    from tests.integration.bigcommerce.world import Fuse

ACCOUNT, SOURCE = "acme", "bigcommerce"
COLLECTOR = "https://collector.example"


class OrderMarks:
    """The marks of orders alone: the facts of nothing else are looked at."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self.raise_marks, self.clear = marks.raise_marks, marks.clear

    def raised(self, account: str) -> list[Mark]:
        return [mark for mark in self._marks.raised(account) if mark.table == "orders"]


@dataclass
class House:
    """One account, connected to one store."""

    shop: Storefront
    clock: FakeClock
    order_table: FakeTable = field(default_factory=FakeTable)
    account_table: FakeTable = field(default_factory=FakeTable)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    lake: FakeLake = field(default_factory=FakeLake)
    facts: FakeFacts = field(default_factory=FakeFacts)
    journeys: FakeJourneys = field(default_factory=FakeJourneys)
    edges: FakeEdges = field(default_factory=FakeEdges)
    webhook_queue: FakeHitQueue = field(default_factory=FakeHitQueue)
    runs_begun: int = 0

    def connect(self) -> None:
        """Create the account and connect the store."""
        desk = _Desk(self)
        desk.accounts.create(ACCOUNT, AccountSettings(), self.clock.now())
        arn = self.secrets.put(ACCOUNT, SOURCE, self.shop.token)
        store_hash = self.shop.store.settings.store_hash
        source = Source(
            SOURCE, "bigcommerce", store_hash, arn, self.shop.url, public_key="shop-key"
        )
        desk.accounts.save_source(ACCOUNT, source)

    @property
    def source(self) -> Source:
        """The source as it stands."""
        [source] = DynamoAccounts(self.account_table).sources(ACCOUNT)
        return source

    @property
    def orders(self) -> DynamoOrders:
        """The table of orders."""
        return _Desk(self).orders

    def run(self, fuse: Fuse | None = None) -> PulledOrders:
        """Do a run: pull until no more is to be had, export what is marked, publish."""
        desk, run = _Desk(self, fuse), self._begin()
        pulled = desk.pull(run, timedelta(minutes=10))
        while pulled.more:
            pulled = desk.pull(run, timedelta(minutes=10))
        desk.publish(run)
        return pulled

    def pull_and_stop(self, patience: timedelta) -> None:
        """Pull for a while, and let the run end there."""
        _Desk(self).pull(self._begin(), patience)

    def read_orders(self, order_ids: Collection[int]) -> OrderPage:
        """Read some orders of the store, as any process of ours may at any time."""
        deadline = self.clock.now() + timedelta(minutes=10)
        return _Desk(self).sources(deadline).open(ACCOUNT, self.source).orders(order_ids)

    def all_we_have(self) -> Ours:
        """Return the records of the table and the objects that the pointer leads to."""
        head = DynamoRuns(self.account_table).head(ACCOUNT)
        published = self.lake.get_json(str(head.manifest))["tables"]
        return Ours(
            self.all_documents(),
            {
                table: {key: self.facts.objects[key] for key in partitions.values()}
                for table, partitions in published.items()
            },
        )

    def publish(self) -> None:
        """Do a run that pulls nothing."""
        _Desk(self).publish(self._begin())

    def switch_webhooks(self, *, on: bool) -> None:
        """Have the store's changes told as they happen, or no longer."""
        desk, deadline = _Desk(self), self._soon()
        set_options(
            ACCOUNT,
            SOURCE,
            Options(webhooks=on),
            hooks=desk.hook_ports(deadline),
            script=desk.script_ports(deadline),
        )

    def look_at_webhooks_soon(self) -> None:
        """Have the next pull look at the webhooks, as after connecting with another token."""
        state = replace(self.source.webhooks, looked_at=None)
        DynamoAccounts(self.account_table).change_source(ACCOUNT, SOURCE, webhooks=state)

    def take_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Answer a call of the store as the deployed function does."""
        key = url.removeprefix(f"{COLLECTOR}/v1/webhooks/")
        call = WebhookCall(key, headers.get(SECRET_HEADER, ""), body.decode())
        hooks = DynamoHooks(self.account_table)
        try:
            received = receive_webhook(
                call, hooks=hooks, queue=self.webhook_queue, clock=self.clock
            )
        except RetriableError:
            return 500
        return received.status

    def knows_secret(self, secret: str) -> bool:
        """Tell whether a webhook with this secret would be let in."""
        return DynamoHooks(self.account_table).find(hash_of_secret(secret)) is not None

    def record(self, messages: Sequence[str], fuse: Fuse | None = None) -> RecordedWebhooks:
        """Do one invocation of the worker behind the webhooks; messages are named by number."""
        queued = [QueuedMessage(str(number), body) for number, body in enumerate(messages)]
        return record_webhooks(queued, ports=_Desk(self, fuse).webhook_ports(self._soon()))

    def readings(self) -> dict[str, tuple[datetime, str]]:
        """Return when each order was asked for, and its content, as the table has it."""
        return {
            item["pk"]: (datetime.fromisoformat(item["fetched_at"]), item["content"])
            for item in self.order_table.items()
            if item["sk"] == "order"
        }

    def all_documents(self) -> list[dict[str, Any]]:
        """Return the records of the table."""
        items = self.order_table.items()
        return [json.loads(item["document"]) for item in items if item["sk"] == "order"]

    def _soon(self) -> datetime:
        """Return the end of the time that a short invocation has."""
        return self.clock.now() + timedelta(seconds=100)

    def _begin(self) -> str:
        """Take the lease; what a dead run has left of its own is waited out."""
        self.runs_begun += 1
        run, runs = f"run-{self.runs_begun:04}", DynamoRuns(self.account_table)
        while not runs.acquire(ACCOUNT, run, now := self.clock.now(), now + LEASE):
            self.clock.advance(LEASE)
        return run


class _Desk:
    """The ports of one process, each of which dies when the fuse blows."""

    def __init__(self, house: House, fuse: Fuse | None = None) -> None:
        def guard(port: Any) -> Any:  # noqa: ANN401 - any port
            return fuse.guard(port) if fuse else port

        self._house = house
        self._guard = guard
        clock, orders, accounts = house.clock, guard(house.order_table), guard(house.account_table)
        self.accounts = DynamoAccounts(accounts)
        self.hooks = DynamoHooks(accounts)
        self.runs = DynamoRuns(accounts)
        self.marks = DynamoMarks(accounts)
        self.orders = DynamoOrders(orders, self.marks, clock, DynamoErasures(accounts))
        self.products = DynamoProducts(orders, self.marks, clock)
        self.lake = guard(house.lake)

    def pull(self, run: str, patience: timedelta) -> PulledOrders:
        """Do one invocation of the pull."""
        deadline = self._house.clock.now() + patience
        return pull_orders(ACCOUNT, run, deadline, ports=self._ports(deadline))

    def publish(self, run: str) -> None:
        """Export what is marked, and finish the run."""
        house, desk = self._house, Desk(self.runs, self.lake, self._house.clock)
        marks = OrderMarks(self.marks)
        listed = list_marked_days(ACCOUNT, run, desk=desk, accounts=self.accounts, marks=marks)
        tables = Tables(
            self.orders, house.journeys, FakeCosts(), house.edges, self.products, self.lake
        )
        facts = self._guard(house.facts)
        for item in self.lake.get_json(listed.exports):
            export_facts(item, desk=desk, tables=tables, facts=facts)
        self.lake.put_json(f"{prefix_of(ACCOUNT, run)}reports.json", {})
        finish_run(
            ACCOUNT,
            run,
            desk=desk,
            accounts=self.accounts,
            marks=marks,
            pipeline=FakePipeline(),
        )

    def sources(self, deadline: datetime) -> BigCommerceSources:
        """Return the client; a wait only moves the clock."""
        clock = self._house.clock
        return BigCommerceSources(
            self._house.secrets,
            clock=clock,
            deadline=deadline,
            sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)),
        )

    def hook_ports(self, deadline: datetime) -> HookPorts:
        """Return what registering webhooks works with."""
        sources = self._guard(self.sources(deadline))
        clock = self._house.clock
        return HookPorts(clock, self.accounts, self.hooks, sources, token_hex, COLLECTOR)

    def script_ports(self, deadline: datetime) -> ScriptPorts:
        """Return what the tracking script works with."""
        sources = self._guard(self.sources(deadline))
        return script_ports(self._house.clock, self.accounts, sources)

    def webhook_ports(self, deadline: datetime) -> WebhookPorts:
        """Return what the worker behind the webhooks works with."""
        sources = self._guard(self.sources(deadline))
        keep = KeepPorts(self.orders, self.lake, self.products)
        return WebhookPorts(self._house.clock, self.accounts, self.hooks, sources, keep)

    def _ports(self, deadline: datetime) -> PullPorts:
        house, clock = self._house, self._house.clock
        sources = self._guard(self.sources(deadline))
        directory = DirectoryPorts(
            clock,
            self.accounts,
            sources,
            self._guard(house.journeys),
            self._guard(house.edges),
            self.products,
            self.lake,
        )
        return PullPorts(
            clock,
            self.accounts,
            self.runs,
            sources,
            self.orders,
            self.lake,
            self.marks,
            directory,
            self.hook_ports(deadline),
            self.script_ports(deadline),
        )
