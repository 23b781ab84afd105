"""The functions wired to fakes: the handlers of all steps over accounts in memory."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aws_lambda_powertools.utilities.typing import LambdaContext

from headwater.adapters.dynamodb.imports import DynamoImports
from headwater.domain.rate_limits import RateLimits
from headwater.domain.reconciliation import ListedOrder
from headwater.domain.sites import Sites
from headwater.errors import MissingScopeError
from headwater.runtime import (
    accessing,
    bootstrap,
    delivering,
    edge,
    importing,
    pipelines,
    sending,
    storage,
    sweeping,
    validating,
)
from headwater.usecases.check_store import FULFILLMENT, TRANSACTIONS, StoreDescription
from headwater.usecases.ports import ApiKey, OrderPage
from headwater.usecases.ports.directory import DirectoryPage
from headwater.usecases.store_ledgers import LedgerList, LedgerLookup
from tests.fakes import (
    FakeDeliverer,
    FakeEdgeSites,
    FakeFactFiles,
    FakeHitQueue,
    FakeHooks,
    FakeMailer,
    FakePages,
    FakeReconciliations,
    FakeSecrets,
    FakeStoreHooks,
    FakeStoreScripts,
    FakeTable,
    FakeWebHooks,
)
from tests.fakes.imports import FakeImportFiles, FakeImportWorkers
from tests.fakes.scripts import BUILD
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    import pytest

    from headwater.domain.orders import Order
    from headwater.domain.panel_clocks import PanelClock
    from headwater.usecases.check_store import Permission, StoreProbe
    from headwater.usecases.ports import OrderSource, Source
    from headwater.usecases.ports.directory import Directory
    from headwater.usecases.ports.hooks import StoreHooks
    from headwater.usecases.ports.scripts import StoreScripts
    from headwater.usecases.serve_script import Build
    from headwater.usecases.store_ledgers import StoreLedger

type Json = dict[str, Any]

EVENTS = Path(__file__).resolve().parents[1] / "events"
RUN = "20261121T140000Z-5f0c9ae1"


class Invocation(LambdaContext):
    """What Lambda tells a handler of its invocation."""

    _function_name = "headwater-test"
    _function_version = "$LATEST"
    _invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:headwater-test"
    _memory_limit_in_mb = 512
    _aws_request_id = "8f507cfc-8e5b-4f3a-9d39-0a5c0e7a1b1c"

    def __init__(self, seconds: float = 900) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # static there
        return round(self._seconds * 1000)


@dataclass
class FakeStore:
    """A store with some orders that lets anybody in, unless ``refusal`` is set."""

    clock: Any
    stored: tuple[Order, ...] = ()
    refusal: Exception | None = None
    currency: str = "USD"

    def server_time(self) -> datetime:
        now: datetime = self.clock.now()
        return now

    def count_orders(self) -> int:
        if self.refusal:
            raise self.refusal
        return len(self.stored)

    def page(
        self,
        *,
        modified_since: datetime | None,  # noqa: ARG002
        after_id: int,
        archived: bool,
        created_since: datetime | None = None,  # noqa: ARG002
    ) -> OrderPage:
        if self.refusal:
            raise self.refusal
        orders = () if archived or after_id else self.stored
        raw = b"[]" if orders else b""
        return OrderPage(orders, (), 1, raw, is_last=True, fetched_at=self.clock.now())

    def refunded_since(self, since: datetime) -> Sequence[int]:  # noqa: ARG002
        return []

    def orders(self, order_ids: Collection[int]) -> OrderPage:
        wanted = tuple(order for order in self.stored if int(order.order_id) in order_ids)
        return OrderPage(wanted, (), 0, b"", is_last=True, fetched_at=self.clock.now())

    def count_by_status(self, start: datetime, end: datetime) -> dict[int, int]:
        return dict(Counter(order.status_id for order in self._created(start, end)))

    def list_created(self, start: datetime, end: datetime) -> LedgerList:
        if self.refusal:
            raise self.refusal
        return LedgerList(
            {order.order_id: ListedOrder(order) for order in self._created(start, end)}
        )

    def look_up(self, order_ids: Collection[str]) -> LedgerLookup:
        found = {o.order_id: ListedOrder(o) for o in self.stored if o.order_id in order_ids}
        return LedgerLookup(LedgerList(found), frozenset(order_ids) - frozenset(found))

    def refunded_between(self, start: datetime, end: datetime) -> Sequence[str]:  # noqa: ARG002
        return []

    def panel_clock(self) -> PanelClock | None:
        return None

    def _created(self, start: datetime, end: datetime) -> list[Order]:
        return [order for order in self.stored if start <= order.placed_at < end]


@dataclass
class FakeProbe:
    """Credentials on that store: its refusal is what each of its calls says."""

    store: FakeStore

    def count_orders(self) -> int:
        return self.store.count_orders()

    def try_permission(self, permission: Permission) -> bool:
        # One scope is missing, or anything else is wrong with every call.
        if permission is TRANSACTIONS or not isinstance(self.store.refusal, MissingScopeError):
            self.store.count_orders()
        return bool(self.store.stored) or permission is not FULFILLMENT

    def describe(self) -> StoreDescription:
        currency = self.store.currency
        return StoreDescription("Harbor Coffee", "America/Chicago", currency, dst_correction=True)


class EmptyDirectory:
    """A store that knows nobody and sells nothing."""

    def _list(self, **asked: object) -> DirectoryPage[Any]:  # noqa: ARG002
        return DirectoryPage((), (), 0, 0, b"", is_last=True)

    customers = subscribers = changed_products = _list

    def products(self, product_ids: Collection[int]) -> DirectoryPage[Any]:  # noqa: ARG002
        return self._list()


@dataclass
class FakeStores:
    """Opens that store, and remembers for which credentials and until when."""

    store: FakeStore
    asked: list[dict[str, str]] = field(default_factory=list)
    deadlines: list[datetime] = field(default_factory=list)
    hooks: FakeStoreHooks = field(default_factory=FakeStoreHooks)
    scripts: FakeStoreScripts = field(default_factory=FakeStoreScripts)

    def open(self, account: str, source: Source) -> OrderSource:  # noqa: ARG002
        return self.store

    def open_directory(self, account: str, source: Source) -> Directory:  # noqa: ARG002
        return EmptyDirectory()

    def ledger(self, account: str, source: Source) -> StoreLedger:  # noqa: ARG002
        return self.store

    def open_hooks(self, account: str, source: Source) -> StoreHooks:  # noqa: ARG002
        return self.hooks

    def open_scripts(self, account: str, source: Source) -> StoreScripts:  # noqa: ARG002
        return self.scripts

    def connect(self, *, store_hash: str, access_token: str, api_url: str = "") -> StoreProbe:
        self.asked.append(
            {"store_hash": store_hash, "access_token": access_token, "api_url": api_url}
        )
        return FakeProbe(self.store)


class BuiltScripts:
    """A build of the tracking script."""

    def build(self) -> Build:
        return BUILD

    def read(self, name: str) -> bytes | None:
        return b"hw" if name == BUILD.script else None


class LambdaSide:
    """All functions over one set of fakes, which ``workshop`` fills for the account ``acme``."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.stores = FakeStores(FakeStore(workshop.clock))
        self.edge_sites = FakeEdgeSites()
        self.secrets = FakeSecrets()
        self.queue = FakeHitQueue()
        self.limits = RateLimits(per_second=100)
        self.hooks = FakeHooks()
        self.webhook_queue = FakeHitQueue()
        self.reconciliations = FakeReconciliations()
        self.other_api_urls: list[str] = []
        self.pages = FakePages()
        self.deliverer = FakeDeliverer()
        self.web_hooks = FakeWebHooks()
        self.mailer = FakeMailer()
        self.imports = DynamoImports(FakeTable())
        self.import_files, self.import_workers = FakeImportFiles(), FakeImportWorkers()
        self.fact_files = FakeFactFiles(workshop.facts)

    def wire(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the fakes in place of what the bootstrap wires."""
        shop = self.workshop
        ports: dict[str, Any] = {
            "clock": shop.clock,
            "accounts": shop.accounts,
            "audit_log": shop.audit_log,
            "callers": shop.access,
            "keys": shop.access,
            "sessions": shop.access,
            "runs": shop.runs,
            "marks": shop.marks,
            "orders": shop.orders,
            "journeys": shop.journeys,
            "costs": shop.costs,
            "edges": shop.edges,
            "people": shop.people,
            "erasures": shop.erasures,
            "forgetting": shop.forgetting,
            "products": shop.products,
            "lake": shop.lake,
            "facts": shop.facts,
            "fact_files": self.fact_files,
            "pipeline": shop.pipeline,
            "secrets": self.secrets,
            "hooks": self.hooks,
            "webhook_queue": self.webhook_queue,
            "edge_sites": self.edge_sites,
            "reconciliations": self.reconciliations,
            "validations": shop.validations,
            "views": shop.views,
            "deliveries": shop.deliveries,
            "deliverer": self.deliverer,
            "web_hooks": self.web_hooks,
            "mailer": self.mailer,
            "setting_history": shop.setting_history,
            "pages": self.pages,
            "imports": self.imports,
            "import_files": self.import_files,
            "workers": self.import_workers,
            "sweeps": shop.sweeps,
            "swept_objects": shop.swept_objects,
        }
        wired = (
            storage,
            accessing,
            pipelines,
            bootstrap,
            validating,
            importing,
            delivering,
            sending,
            sweeping,
        )
        for module in wired:
            for name, port in ports.items():
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, lambda port=port: port)
        monkeypatch.setattr(bootstrap, "scripts", BuiltScripts)
        monkeypatch.setattr(bootstrap, "order_sources", self._order_sources)
        monkeypatch.setattr(bootstrap, "store_ledgers", self._order_sources)
        monkeypatch.setattr(bootstrap, "other_api_urls", lambda: self.other_api_urls)
        monkeypatch.setattr(validating, "sites", self._sites)
        monkeypatch.setattr(edge, "sites", self._sites)
        monkeypatch.setattr(edge, "newer_sites", self._sites)
        monkeypatch.setattr(edge, "hit_queue", lambda: self.queue)
        monkeypatch.setattr(edge, "clock", lambda: shop.clock)
        monkeypatch.setattr(edge, "limits", lambda: self.limits)

    def _order_sources(self, deadline: datetime) -> FakeStores:
        self.stores.deadlines.append(deadline)
        return self.stores

    def _sites(self) -> Sites:
        return Sites(self.edge_sites.sites)

    def invoke(self, step: str, event: Json, seconds: float = 900) -> Json:
        """Call a function's handler; seconds are what its invocation has left."""
        app = importlib.import_module(f"functions.{step}.app")
        answer: Json = app.lambda_handler(event, Invocation(seconds))
        return answer

    def run_pipeline(self, account: str = ACCOUNT, begun: str = "") -> str:
        """Do what the state machine does, from the listing to the end; return the data version.

        ``begun``: the run that has pulled and holds the lease; without one, a run begins here.
        """
        now = self.workshop.clock.now()
        name = begun or f"{RUN}-{uuid4().hex[:8]}"
        assert begun or self.workshop.runs.acquire(account, name, now, now)
        run = {"account": account, "run": name}
        listed = self.invoke("export_facts", {**run, "list": True})
        for item in self.workshop.lake.get_json(listed["exports"]):
            self.invoke("export_facts", item)
        self.invoke("chain_subscriptions", run)
        self.invoke("train_effects", run)
        for bucket in listed["buckets"]:
            self.invoke("attribute_orders", bucket)
        if listed["bucket_count"] > 1:
            self.invoke("attribute_orders", {**run, "merge": True})
        self.invoke("materialize_reports", run)
        version: str = self.invoke("finish_run", run)["data_version"]
        return version

    def call(
        self,
        route: str,
        *,
        caller: ApiKey | None = None,
        query: str = "",
        body: object = None,
        headers: dict[str, str] | None = None,
        **path: str,
    ) -> Json:
        """Call a route of the reports API as its gateway would; a JSON body comes parsed."""
        event = http_event(route, caller, query=query, body=body, headers=headers, **path)
        answer = self.invoke(step_of_route(route), event, seconds=30)
        if "json" in answer["headers"].get("Content-Type", ""):
            answer["json"] = json.loads(answer["body"])
        return answer


OWNER = ApiKey(ACCOUNT, "owner", "0a1b2c3d")


def sample(step: str) -> Json:
    """Return a function's sample event."""
    event: Json = json.loads((EVENTS / f"{step}.json").read_text())
    return event


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that was logged, extra fields included."""
    return "\n".join(str(vars(record)) for record in caplog.records)


def imported_by(step: str) -> set[str]:
    """Return the top-level modules that importing a function's handler brings along."""
    program = (
        f"import functions.{step}.app, sys;"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    repository = EVENTS.parent
    path = f"{repository}:{repository / 'layers' / 'headwater'}"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(said.stdout.split())


# What a path begins with → the function that answers it, whatever the method.
_FUNCTIONS = {
    "/v1/validations": "validate_tracking",
    "/v1/imports": "manage_imports",
    "/v1/sign-in/": "open_session",
    "/v1/sign-out": "open_session",
    "/v1/home": "open_session",
    "/v1/settings": "manage_account",
    "/v1/effects/restate": "manage_account",
    "/v1/audit": "manage_account",
    "/v1/deliveries": "manage_account",
    "/v1/keys": "manage_account",
    "/v1/sessions": "manage_account",
    "/v1/sign-in-links": "manage_account",
}


def step_of_route(route: str) -> str:
    """Return the function that answers a route."""
    method, path = route.split(" ")
    is_change = path.startswith(("/v1/sources", "/v1/duplicates")) and method != "GET"
    is_change &= path != "/v1/duplicates/owner/preview"
    if is_change or path.endswith("/snippets"):
        return "connect_source"
    if "/v1/contacts/" in route and not path.endswith("/journey"):
        return "link_contacts" if "links" in path else "erase_contact"
    if path.endswith("/preview"):
        return "serve_reports"
    is_question = path == "/v1/reconciliations" or "/v1/views" in path
    otherwise = "import_rows" if method == "POST" and not is_question else "serve_reports"
    return next((f for start, f in _FUNCTIONS.items() if path.startswith(start)), otherwise)


def http_event(
    route: str,
    caller: ApiKey | None,
    *,
    query: str = "",
    body: object = None,
    headers: dict[str, str] | None = None,
    **path: str,
) -> Json:
    """Return the event of a request (payload format 2.0); a body that is no text goes as JSON."""
    event = sample("serve_reports")
    method, template = route.split(" ")
    raw_path = template.format(**path)
    event |= {"routeKey": route, "rawPath": raw_path, "rawQueryString": query}
    event["queryStringParameters"] = dict(part.split("=", 1) for part in query.split("&") if part)
    event["headers"] |= headers or {}
    event["requestContext"] |= {"routeKey": route}
    event["requestContext"]["http"] |= {"method": method, "path": raw_path}
    del event["requestContext"]["authorizer"]
    if caller:
        context = {
            "account": caller.account,
            "role": caller.role,
            "key_id": caller.key_id,
            "kind": caller.kind,
            "label": caller.label,
        }
        event["requestContext"]["authorizer"] = {"lambda": context}
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event
