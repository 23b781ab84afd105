"""Every port thrice: in memory, and on tables in memory and on (mocked) AWS.

A contract test runs on each.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from headwater.adapters.dynamodb.access import DynamoCallers, DynamoKeys, DynamoSessions
from headwater.adapters.dynamodb.accounts import DynamoAccounts
from headwater.adapters.dynamodb.audit_log import DynamoAuditLog
from headwater.adapters.dynamodb.costs import DynamoCosts
from headwater.adapters.dynamodb.deliveries import DynamoDeliveries
from headwater.adapters.dynamodb.edges import DynamoEdges
from headwater.adapters.dynamodb.erasures import DynamoErasures, DynamoForgetting
from headwater.adapters.dynamodb.hooks import DynamoHooks
from headwater.adapters.dynamodb.journeys import DynamoJourneys
from headwater.adapters.dynamodb.live_people import DynamoLivePeople
from headwater.adapters.dynamodb.marks import DynamoMarks
from headwater.adapters.dynamodb.orders import DynamoOrders
from headwater.adapters.dynamodb.products import DynamoProducts
from headwater.adapters.dynamodb.runs import DynamoRuns
from headwater.adapters.dynamodb.setting_history import DynamoSettingHistory
from headwater.adapters.dynamodb.table import Table
from headwater.adapters.dynamodb.validations import DynamoValidations
from headwater.adapters.dynamodb.views import DynamoViews
from tests.fakes import (
    FakeAccess,
    FakeAccounts,
    FakeAuditLog,
    FakeClock,
    FakeCosts,
    FakeDeliveries,
    FakeEdges,
    FakeErasures,
    FakeForgetting,
    FakeHooks,
    FakeJourneys,
    FakeLivePeople,
    FakeMarks,
    FakeOrders,
    FakeProducts,
    FakeRuns,
    FakeSettingHistory,
    FakeTable,
    FakeValidations,
    FakeViews,
)
from tests.integration.adapters.tables import create_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headwater.usecases.ports import Accounts, Costs, Journeys, Marks, Orders, Runs
    from headwater.usecases.ports.access import Callers, Keys, Sessions
    from headwater.usecases.ports.audit import AuditLog
    from headwater.usecases.ports.deliveries import Deliveries
    from headwater.usecases.ports.directory import Edges, Products
    from headwater.usecases.ports.erasure import Erasures, Forgetting
    from headwater.usecases.ports.hooks import Hooks
    from headwater.usecases.ports.people import LivePeople
    from headwater.usecases.ports.setting_history import SettingHistory
    from headwater.usecases.ports.validations import Validations
    from headwater.usecases.ports.views import Views

type Client = Any


@dataclass(frozen=True)
class Stores:
    """One implementation of every table's port, sharing one clock."""

    clock: FakeClock
    accounts: Accounts
    runs: Runs
    marks: Marks
    orders: Orders
    journeys: Journeys
    costs: Costs
    edges: Edges
    products: Products
    hooks: Hooks
    people: LivePeople
    erasures: Erasures
    forgetting: Forgetting
    validations: Validations
    audit_log: AuditLog
    views: Views
    setting_history: SettingHistory
    deliveries: Deliveries
    callers: Callers
    keys: Keys
    sessions: Sessions


@dataclass(frozen=True)
class Tables:
    """The four tables on AWS, new in each test."""

    client: Client
    orders: Table
    journeys: Table
    costs: Table
    accounts: Table


@pytest.fixture(scope="module")
def aws() -> Iterator[Callable[[str], Client]]:
    """Make clients of a mocked AWS that lasts as long as the test module."""
    clients: dict[str, Client] = {}
    with mock_aws():
        session = boto3.session.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1"
        )

        def client_of(service: str) -> Client:
            if service not in clients:
                clients[service] = session.client(service)  # type: ignore[call-overload]
            return clients[service]

        yield client_of
        for client in clients.values():
            client.close()


@pytest.fixture
def tables(aws: Callable[[str], Client], naps: list[float]) -> Tables:
    client = aws("dynamodb")
    names = create_tables(client, uuid.uuid4().hex[:12])
    orders, journeys, costs, accounts = (
        Table(client, names[table], sleep=naps.append)
        for table in ("OrdersTable", "JourneysTable", "CostsTable", "AccountsTable")
    )
    return Tables(client, orders, journeys, costs, accounts)


@pytest.fixture
def naps() -> list[float]:
    """The seconds that a table would have slept."""
    return []


@pytest.fixture
def on_aws(tables: Tables) -> Stores:
    """The ports on AWS alone, for what only concurrent writers can break."""
    return adapters_on(tables.orders, tables.journeys, tables.costs, tables.accounts)


@pytest.fixture
def on_fake_tables() -> Stores:
    """The adapters on tables in memory, which must do as DynamoDB does."""
    return adapters_on(FakeTable(), FakeTable(), FakeTable(), FakeTable())


def adapters_on(orders: Table, journeys: Table, costs: Table, accounts: Table) -> Stores:
    clock = FakeClock()
    marks, erasures = DynamoMarks(accounts), DynamoErasures(accounts)
    return Stores(
        clock,
        DynamoAccounts(accounts),
        DynamoRuns(accounts),
        marks,
        DynamoOrders(orders, marks, clock, erasures),
        DynamoJourneys(journeys, marks, clock, erasures),
        DynamoCosts(costs, marks, clock),
        DynamoEdges(journeys, marks, clock, erasures),
        DynamoProducts(orders, marks, clock),
        DynamoHooks(accounts),
        DynamoLivePeople(orders, journeys),
        erasures,
        DynamoForgetting(journeys, marks, clock),
        DynamoValidations(accounts),
        DynamoAuditLog(accounts),
        DynamoViews(accounts),
        DynamoSettingHistory(accounts),
        DynamoDeliveries(accounts),
        DynamoCallers(accounts),
        DynamoKeys(accounts),
        DynamoSessions(accounts),
    )


@pytest.fixture
def in_memory() -> Stores:
    clock = FakeClock()
    marks, erasures, access = FakeMarks(), FakeErasures(), FakeAccess()
    orders, known = FakeOrders(marks, clock, erasures), FakeAccounts()
    journeys, edges = (
        FakeJourneys(marks, clock, erasures),
        FakeEdges(marks, clock, erasures),
    )
    return Stores(
        clock,
        known,
        FakeRuns(),
        marks,
        orders,
        journeys,
        FakeCosts(marks, clock),
        edges,
        FakeProducts(marks, clock),
        FakeHooks(),
        FakeLivePeople(orders, journeys),
        erasures,
        FakeForgetting(journeys, edges),
        FakeValidations(),
        FakeAuditLog(),
        FakeViews(),
        FakeSettingHistory(known),
        FakeDeliveries(),
        access,
        access,
        access,
    )


@pytest.fixture(params=["in_memory", "on_fake_tables", "on_aws"])
def stores(request: pytest.FixtureRequest) -> Stores:
    chosen: Stores = request.getfixturevalue(request.param)
    return chosen
