"""Imports of files on tables in memory, step by step or to their end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.adapters.dynamodb.accounts import DynamoAccounts
from headwater.adapters.dynamodb.costs import DynamoCosts
from headwater.adapters.dynamodb.erasures import DynamoErasures
from headwater.adapters.dynamodb.imported_journeys import DynamoImportedJourneys
from headwater.adapters.dynamodb.imported_sales import DynamoImportedCosts, DynamoImportedOrders
from headwater.adapters.dynamodb.imports import DynamoImports
from headwater.adapters.dynamodb.journeys import DynamoJourneys
from headwater.adapters.dynamodb.marks import DynamoMarks
from headwater.adapters.dynamodb.orders import DynamoOrders
from headwater.domain.settings import AccountSettings
from headwater.usecases.import_file import import_file
from headwater.usecases.import_ports import ImportPorts, RequestPorts
from headwater.usecases.manage_imports import (
    check_import,
    create_import,
    start_import,
    undo_import,
)
from tests.fakes import FakeClock, FakePipeline, FakeTable
from tests.fakes.imports import FakeImportFiles, FakeImportWorkers

if TYPE_CHECKING:
    from headwater.adapters.dynamodb.attributes import Item
    from headwater.domain.costs import CostRow
    from headwater.domain.file_imports import FileImport
    from headwater.domain.journeys import Touchpoint
    from headwater.domain.orders import Order

ACCOUNT = "acme"
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
SALES = {"source": "till", "currency": "USD", "time_zone": "America/New_York"}
ADS = {"platform": "google", "ad_account": "1", "currency": "USD"}
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
CLICKS = (
    "email,at,utm_source,opt_in\n"
    "ann@example.com,2026-11-19T09:00:00Z,google,yes\n"
    "bob@example.com,2026-11-20T09:00:00Z,meta,\n"
    "nobody,2026-11-20T09:00:00Z,meta,\n"
)
LEADS = (
    "external_id,email,created_at,first_utm_source,phone\n"
    "1,ann@example.com,2026-11-05T10:00:00Z,google,\n"
    "2,bob@example.com,2026-11-06T10:00:00Z,,+1 555 0100\n"
)
ORDERS = (
    "order_id;placed_at;total;line_sku;line_total\n"
    "1;20/11/2026 10:00;30,00;A;10,00\n"
    "1;20/11/2026 10:00;30,00;B;20,00\n"
    "2;21/11/2026 08:00;=5;;\n"
    "3;21/11/2026 08:00;7,50;;\n"
)
COSTS = "day,campaign_id,cost\n2026-11-19,c1,10.50\n2026-11-20,c1,5.25\n2026-11-20,c2,1\n"
FILES: list[tuple[str, str, dict[str, str]]] = [
    ("touchpoints", CLICKS, {}),
    ("leads", LEADS, {"source": "crm"}),
    ("orders", ORDERS, SALES),
    ("costs", COSTS, ADS),
]


class ImportDesk:
    """An account, and whoever imports files into it."""

    def __init__(self, block: int = 1_000_000) -> None:
        self.clock = FakeClock()
        self.tables = {name: FakeTable() for name in ("orders", "journeys", "costs", "accounts")}
        orders, journeys, costs, accounts = self.tables.values()
        self.marks, self.erasures = DynamoMarks(accounts), DynamoErasures(accounts)
        self.accounts = DynamoAccounts(accounts)
        self.accounts.create(ACCOUNT, AccountSettings(), self.clock.now())
        self.imports = DynamoImports(accounts)
        self.files, self.workers = FakeImportFiles(block), FakeImportWorkers()
        self.pipeline = FakePipeline()
        self.orders = DynamoOrders(orders, self.marks, self.clock, self.erasures)
        self.journeys = DynamoJourneys(journeys, self.marks, self.clock, self.erasures)
        self.costs = DynamoCosts(costs, self.marks, self.clock)
        ids = iter(range(1, 1_000_000))
        self.requests = RequestPorts(
            self.clock,
            self.accounts,
            self.imports,
            self.files,
            self.workers,
            lambda size: f"{next(ids):0{2 * size}x}",
        )
        self.ports = ImportPorts(
            self.clock,
            self.accounts,
            self.imports,
            self.files,
            self.journeys,
            self.orders,
            self.costs,
            DynamoImportedJourneys(journeys, self.marks, self.clock, self.erasures),
            DynamoImportedOrders(orders, self.marks, self.erasures),
            DynamoImportedCosts(costs, self.marks, self.clock),
            self.pipeline,
        )

    def create(self, kind: str, content: bytes | str, **options: Any) -> str:  # noqa: ANN401
        """Make an import and put its file; return its id."""
        data = content.encode() if isinstance(content, str) else content
        new, _ = create_import(ACCOUNT, kind, max(len(data), 1), options, ports=self.requests)
        self.files.upload(ACCOUNT, new.import_id, data)
        return new.import_id

    def check(self, import_id: str, **options: Any) -> FileImport:  # noqa: ANN401
        """Do the dry run."""
        self.requests_check(import_id, **options)
        return self.work(import_id)

    def requests_check(self, import_id: str, **options: Any) -> None:  # noqa: ANN401
        """Ask for the dry run alone."""
        check_import(ACCOUNT, import_id, options, ports=self.requests)

    def start(self, import_id: str) -> FileImport:
        """Do the import."""
        self.requests_start(import_id)
        return self.work(import_id)

    def requests_start(self, import_id: str) -> None:
        """Ask for the import alone."""
        start_import(ACCOUNT, import_id, ports=self.requests)

    def undo(self, import_id: str) -> FileImport:
        """Take it back."""
        self.clock.advance(timedelta(minutes=1))
        self.requests_undo(import_id)
        return self.work(import_id)

    def requests_undo(self, import_id: str) -> None:
        """Ask for its undoing alone."""
        undo_import(ACCOUNT, import_id, ports=self.requests)

    def load(self, kind: str, content: bytes | str, **options: Any) -> FileImport:  # noqa: ANN401
        """Check a file and import it."""
        import_id = self.create(kind, content, **options)
        checked = self.check(import_id)
        assert checked.state == "checked", (checked.questions, checked.reason)
        return self.start(import_id)

    def work(self, import_id: str) -> FileImport:
        """Go on until there is no more."""
        while import_file(ACCOUNT, import_id, NEVER, ports=self.ports).more:
            pass
        return self.record(import_id)

    def record(self, import_id: str) -> FileImport:
        return self.imports.get(ACCOUNT, import_id)

    def rejected(self, import_id: str) -> str:
        """Return the file of rejected rows."""
        return self.files.files[ACCOUNT, import_id, "rejected.csv"].decode("utf-8-sig")

    def content(self) -> list[list[Item]]:
        """Return all that is stored of orders, journeys and costs."""
        return [self.tables[name].items() for name in ("orders", "journeys", "costs")]


def touches(desk: ImportDesk) -> list[Touchpoint]:
    """Return the clicks of November."""
    return list(desk.journeys.touchpoints_on(ACCOUNT, FIRST, LAST))


def orders(desk: ImportDesk) -> dict[str, Order]:
    """Return the orders, by id of November."""
    return {order.order_id: order for order in desk.orders.on_day(ACCOUNT, FIRST, LAST)}


def shown(desk: ImportDesk) -> list[CostRow]:
    """Return the ad cost that is shown of November."""
    return list(desk.costs.on_day(ACCOUNT, FIRST, LAST))
