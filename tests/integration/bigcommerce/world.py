"""An account with a connected shop: the real client and the real shop, fakes for our own tables."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.adapters.bigcommerce.session import TIMEOUTS
from headwater.domain.sites import Site
from headwater.usecases.directory_pull import DirectoryPorts
from headwater.usecases.keep_orders import KeepPorts
from headwater.usecases.keep_webhooks import HookPorts
from headwater.usecases.manage_sources import Options, set_options
from headwater.usecases.ports import Bookmark, Source
from headwater.usecases.pull_orders import pull_orders
from headwater.usecases.receive_webhook import SECRET_HEADER, WebhookCall, receive_webhook
from headwater.usecases.record_hits import QueuedMessage
from headwater.usecases.record_webhooks import WebhookPorts, record_webhooks
from headwater.usecases.source_pull import PulledOrders, PullPorts
from local.storefront.model import StoreLine, StoreOrder
from tests.fakes import (
    FakeAccounts,
    FakeClock,
    FakeEdges,
    FakeEdgeSites,
    FakeHitQueue,
    FakeHooks,
    FakeJourneys,
    FakeLake,
    FakeOrders,
    FakeProducts,
    FakeRuns,
    FakeSecrets,
    script_ports,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headwater.domain.orders import Order
    from headwater.usecases.record_webhooks import RecordedWebhooks
    from headwater.usecases.script_keeper import ScriptPorts
    from local.storefront.server import Storefront

ACCOUNT, RUN = "acme", "20261121T140000Z-00000001"
NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
# Where the shop sends its webhooks.
COLLECTOR = "https://collector.example"
MUG = StoreLine("Mug", Decimal(18), sku="MUG")


def store_order(*, days_ago: float = 10, **fields: Any) -> StoreOrder:  # noqa: ANN401 - any field
    """Return an order of one mug, placed some days ago."""
    fields.setdefault("lines", (MUG,))
    fields.setdefault("email", "ann@shop.example")
    return StoreOrder(placed_at=NOW - timedelta(days=days_ago), **fields)


def store_orders(count: int, **fields: Any) -> list[StoreOrder]:  # noqa: ANN401
    """Return many orders, an hour apart, each of another amount."""
    return [
        store_order(days_ago=10 + n / 24, lines=(replace(MUG, price=Decimal(18 + n)),), **fields)
        for n in range(count)
    ]


class AfterFirstPage(FakeLake):
    """A lake that lets something happen to the shop when the first page is kept."""

    def __init__(self, happening: Callable[[], object]) -> None:
        super().__init__()
        self._happening = happening

    def keep_raw_page(
        self, account: str, source: str, page: bytes, kind: str = "bigcommerce"
    ) -> str:
        if not self.objects:
            self._happening()
        return super().keep_raw_page(account, source, page, kind)


class DeathError(BaseException):
    """The process dies here: nothing may catch this."""


class Fuse:
    """Kills the process at the n-th call of a port, before or after the call's effect."""

    def __init__(self, calls: int, *, after_effect: bool) -> None:
        self._left = calls
        self._after_effect = after_effect

    @property
    def has_blown(self) -> bool:
        """Tell whether the process was killed."""
        return self._left <= 0

    def guard(self, port: Any) -> Any:  # noqa: ANN401 - any port
        """Return the port with the fuse in each of its methods."""
        return _Guarded(port, self)

    def call(self, method: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        """Call a port's method, or die."""
        self._left -= 1
        if self._left == 0 and not self._after_effect:
            raise DeathError
        result = method(*args, **named)
        if self._left == 0:
            raise DeathError
        return (
            self.guard(result)
            if any(
                hasattr(result, name)
                for name in ("refunded_since", "subscribers", "activate", "frontends")
            )
            else result
        )


class _Guarded:
    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        method = getattr(self._port, name)
        return lambda *args, **named: self._fuse.call(method, *args, **named)


@dataclass
class World:
    """One account, its tables, and the shop that it is connected to."""

    shop: Storefront
    clock: FakeClock
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    runs: FakeRuns = field(default_factory=FakeRuns)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    orders: FakeOrders = field(default_factory=FakeOrders)
    lake: FakeLake = field(default_factory=FakeLake)
    journeys: FakeJourneys = field(default_factory=FakeJourneys)
    edges: FakeEdges = field(default_factory=FakeEdges)
    products: FakeProducts = field(default_factory=FakeProducts)
    hooks: FakeHooks = field(default_factory=FakeHooks)
    sites: FakeEdgeSites = field(default_factory=FakeEdgeSites)
    webhook_queue: FakeHitQueue = field(default_factory=FakeHitQueue)
    slept: list[float] = field(default_factory=list)
    timeouts: tuple[float, float] = TIMEOUTS

    def connect(self, name: str = "bigcommerce", **fields: Any) -> None:  # noqa: ANN401
        """Connect the shop as a source; fields may be those of ``Source``, or ``token``."""
        token = fields.pop("token", self.shop.token)
        source = Source(
            source=name,
            kind="bigcommerce",
            store_hash=self.shop.store.settings.store_hash,
            secret_arn=self.secrets.put(ACCOUNT, name, token),
            api_url=self.shop.url,
            public_key=f"key-of-{name}",
        )
        self.accounts.save_source(ACCOUNT, replace(source, **fields))
        site = Site(ACCOUNT, name, frozenset({"https://shop.example"}))
        self.sites.sites[source.public_key] = site

    def pulled_until(self, instant: datetime) -> None:
        """Pretend that the history has been pulled up to an instant."""
        [source] = self.accounts.sources(ACCOUNT)
        bookmark = Bookmark(pulled_until=instant, swept_at=instant)
        done = replace(source, bookmark=bookmark, is_history_complete=True)
        self.accounts.save_source(ACCOUNT, done)

    def pull(
        self, *, patience: timedelta = timedelta(minutes=10), fuse: Fuse | None = None
    ) -> PulledOrders:
        """Do one invocation of the pull, in a run that holds the lease."""
        now = self.clock.now()
        self.runs.acquire(ACCOUNT, RUN, now, now + timedelta(minutes=20))
        return pull_orders(ACCOUNT, RUN, now + patience, ports=self._ports(now + patience, fuse))

    def pull_next_day(self) -> PulledOrders:
        """Pull a day later."""
        self.clock.advance(timedelta(days=1))
        return self.pull()

    def _ports(self, deadline: datetime, fuse: Fuse | None) -> PullPorts:
        sources = self.sources(deadline - self.clock.now())
        guard: Callable[[Any], Any] = fuse.guard if fuse else lambda port: port
        return PullPorts(
            clock=self.clock,
            accounts=guard(self.accounts),
            runs=guard(self.runs),
            sources=guard(sources),
            orders=guard(self.orders),
            lake=guard(self.lake),
            marks=guard(self.orders.marks),
            directory=DirectoryPorts(
                clock=self.clock,
                accounts=guard(self.accounts),
                directories=guard(sources),
                journeys=guard(self.journeys),
                edges=guard(self.edges),
                products=guard(self.products),
                lake=guard(self.lake),
            ),
            hooks=self.hook_ports(sources, guard),
            script=self.script_ports(sources, guard),
        )

    def hook_ports(
        self, sources: BigCommerceSources, guard: Callable[[Any], Any] = lambda port: port
    ) -> HookPorts:
        """Return what registering webhooks works with."""
        return HookPorts(
            clock=self.clock,
            accounts=guard(self.accounts),
            hooks=guard(self.hooks),
            stores=guard(sources),
            token_hex=secrets.token_hex,
            url=COLLECTOR,
        )

    def script_ports(
        self, sources: BigCommerceSources, guard: Callable[[Any], Any] = lambda port: port
    ) -> ScriptPorts:
        """Return what the tracking script works with."""
        return script_ports(
            self.clock, guard(self.accounts), guard(sources), self.sites, url=COLLECTOR
        )

    def sources(self, patience: timedelta = timedelta(seconds=100)) -> BigCommerceSources:
        """Return what opens the shop within one invocation."""
        deadline = self.clock.now() + patience
        return BigCommerceSources(
            self.secrets,
            clock=self.clock,
            deadline=deadline,
            sleep=self.sleep,
            timeouts=self.timeouts,
        )

    def switch_webhooks(self, *, on: bool) -> Source:
        """Have the shop's changes told as they happen, or no longer."""
        return self.switch(Options(webhooks=on))

    def switch(self, options: Options, fuse: Fuse | None = None) -> Source:
        """Switch what is optional of the source."""
        guard: Callable[[Any], Any] = fuse.guard if fuse else lambda port: port
        sources = self.sources()
        return set_options(
            ACCOUNT,
            self.source.source,
            options,
            hooks=self.hook_ports(sources, guard),
            script=self.script_ports(sources, guard),
        )

    def take_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Answer a call of the shop as the deployed function does; the courier posts by it."""
        call = WebhookCall(
            url.removeprefix(f"{COLLECTOR}/v1/webhooks/"),
            headers.get(SECRET_HEADER, ""),
            body.decode(),
        )
        return receive_webhook(
            call, hooks=self.hooks, queue=self.webhook_queue, clock=self.clock
        ).status

    def deliver_webhooks(self, fuse: Fuse | None = None) -> RecordedWebhooks:
        """Have the shop deliver what is due, and the worker record what has been queued."""
        self.shop.courier.post = self.take_webhook
        self.shop.courier.deliver()
        return self.record_webhooks(fuse)

    def record_webhooks(self, fuse: Fuse | None = None) -> RecordedWebhooks:
        """Do one invocation of the worker; what fails stays in the queue."""
        guard: Callable[[Any], Any] = fuse.guard if fuse else lambda port: port
        queued = dict(enumerate(self.webhook_queue.messages))
        keep = KeepPorts(guard(self.orders), guard(self.lake), guard(self.products))
        ports = WebhookPorts(
            self.clock, guard(self.accounts), guard(self.hooks), guard(self.sources()), keep
        )
        messages = [QueuedMessage(str(number), body) for number, body in queued.items()]
        done = record_webhooks(messages, ports=ports)
        self.webhook_queue.messages = [queued[int(name)] for name in done.failed]
        return done

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting for it."""
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def pull_to_the_end(self) -> list[PulledOrders]:
        """Pull until nothing is left, as the state machine does; return what each one brought."""
        pulls = [self.pull()]
        while pulls[-1].more:
            pulls.append(self.pull())
        return pulls

    def fresh(self) -> World:
        """Return another account that is connected to the same shop and has pulled nothing."""
        world = World(self.shop, FakeClock(self.clock.now()))
        world.connect()
        return world

    def copy(self) -> World:
        """Return another account that is in the same state, connected to the same shop."""
        tables = (self.accounts, self.runs, self.secrets, self.orders, self.lake)
        tables += (self.journeys, self.edges, self.products, self.hooks, self.sites)  # type: ignore[assignment]
        clock, *copied = copy.deepcopy((self.clock, *tables))
        return World(self.shop, clock, *copied)  # type: ignore[arg-type]

    @property
    def source(self) -> Source:
        """The source called ``bigcommerce`` as it stands."""
        return next(one for one in self.accounts.sources(ACCOUNT) if one.source == "bigcommerce")

    def order(self, order_id: int) -> Order:
        """Return an order as we have it."""
        order = self.orders.get(ACCOUNT, "bigcommerce", str(order_id))
        assert order is not None
        return order

    def stored(self) -> dict[tuple[str, ...], Order]:
        """Return all orders as we have them."""
        return {key: order for key, (order, _) in self.orders._stored.items()}

    def calls(self) -> list[str]:
        """Return the paths that the shop was asked for, and forget them."""
        paths = [request.path.split("/", 3)[3] for request in self.shop.requests]
        self.shop.requests.clear()
        return paths

    def order_calls(self) -> list[str]:
        """Return the paths of the calls for orders and refunds alone, and forget all."""
        return [path for path in self.calls() if "orders" in path]

    def directory_calls(self) -> list[str]:
        """Return the paths of the calls for customers, subscribers and products; forget all."""
        return [path for path in self.calls() if "orders" not in path]


def total_of(orders: Iterable[Order]) -> Decimal:
    """Return what orders are worth together."""
    return sum((order.total for order in orders), Decimal(0))
