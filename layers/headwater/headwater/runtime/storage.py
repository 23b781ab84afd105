"""Wires the adapters of our own tables and of the lake to their ports, once per container.

What needs no more than these starts fast: neither DuckDB nor a store's client is imported here.
Nothing is wired before it is asked for, so importing a handler needs no environment.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config

from headwater.adapters.aws_session import shared_session
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
from headwater.adapters.sqs.hit_queue import SqsHitQueue
from headwater.adapters.system_clock import SystemClock
from headwater.runtime.reading_lake import ReadingLake
from headwater.runtime.settings import settings
from headwater.usecases.import_orders import OrderImportPorts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from headwater.usecases.ports import (
        Accounts,
        Clock,
        Costs,
        HitQueue,
        Journeys,
        Lake,
        Marks,
        Orders,
        Runs,
    )
    from headwater.usecases.ports.audit import AuditLog
    from headwater.usecases.ports.deliveries import Deliveries
    from headwater.usecases.ports.directory import Edges, Products
    from headwater.usecases.ports.erasure import Erasures, Forgetting
    from headwater.usecases.ports.hooks import Hooks
    from headwater.usecases.ports.people import LivePeople
    from headwater.usecases.ports.setting_history import SettingHistory
    from headwater.usecases.ports.validations import Validations
    from headwater.usecases.ports.views import Views

# Four attempts with growing gaps are over within seconds; what fails then is retried by the state
# machine, the queue or the caller.
CLIENT = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    # Our adapters build every request, and the tests validate them; at run time the look at each
    # attribute of each item would be half of what a batch of writes costs.
    parameter_validation=False,
)


def clock() -> Clock:
    """Return the machine's clock."""
    return SystemClock()


@cache
def accounts() -> Accounts:
    """Return the accounts with their settings, sources and sites."""
    return DynamoAccounts(table("accounts_table"))


@cache
def audit_log() -> AuditLog:
    """Return who changed what."""
    return DynamoAuditLog(table("accounts_table"))


@cache
def hooks() -> Hooks:
    """Return whose webhooks carry which secret."""
    return DynamoHooks(table("accounts_table"))


@cache
def webhook_queue() -> HitQueue:
    """Return the queue of the webhooks."""
    client = shared_session().client("sqs", config=CLIENT)
    return SqsHitQueue(client, settings().required("webhook_queue_url"))


@cache
def runs() -> Runs:
    """Return the leases and pointers of the accounts."""
    return DynamoRuns(table("accounts_table"))


@cache
def marks() -> Marks:
    """Return the marks of changed days."""
    return DynamoMarks(table("accounts_table"))


@cache
def erasures() -> Erasures:
    """Return who was erased."""
    return DynamoErasures(table("accounts_table"))


@cache
def forgetting() -> Forgetting:
    """Return what removes the journeys of a person."""
    return DynamoForgetting(table("journeys_table"), marks(), clock())


@cache
def orders() -> Orders:
    """Return the orders."""
    return DynamoOrders(table("orders_table"), marks(), clock(), erasures())


@cache
def journeys() -> Journeys:
    """Return touchpoints, identifications, opt-ins, claims, profiles and leads."""
    return DynamoJourneys(table("journeys_table"), marks(), clock(), erasures())


@cache
def people() -> LivePeople:
    """Return the orders and journeys of a few people as they are stored now."""
    return DynamoLivePeople(table("orders_table"), table("journeys_table"))


@cache
def validations() -> Validations:
    """Return the tests of the tracking, and the visits that belong to them."""
    return DynamoValidations(table("accounts_table"))


@cache
def setting_history() -> SettingHistory:
    """Return how the settings of accounts were changed."""
    return DynamoSettingHistory(table("accounts_table"))


@cache
def deliveries() -> Deliveries:
    """Return the deliveries of views."""
    return DynamoDeliveries(table("accounts_table"))


@cache
def views() -> Views:
    """Return the saved views."""
    return DynamoViews(table("accounts_table"))


@cache
def edges() -> Edges:
    """Return what joins two nodes besides an order."""
    return DynamoEdges(table("journeys_table"), marks(), clock(), erasures())


@cache
def products() -> Products:
    """Return the products that orders name."""
    return DynamoProducts(table("orders_table"), marks(), clock())


@cache
def costs() -> Costs:
    """Return the ad costs."""
    return DynamoCosts(table("costs_table"), marks(), clock())


@cache
def lake() -> Lake:
    """Return the lake's objects."""
    return ReadingLake(s3(), settings().required("lake_bucket"))


def order_import_ports() -> OrderImportPorts:
    """Return what an import of orders works with."""
    return OrderImportPorts(accounts=accounts(), orders=orders(), lake=lake(), clock=clock())


def table(setting: str) -> Table:
    """Return the table that a setting names."""
    return Table(_dynamodb(), settings().required(setting))


@cache
def _dynamodb() -> DynamoDBClient:
    return shared_session().client("dynamodb", config=CLIENT)


@cache
def s3() -> S3Client:
    """Return the client of the lake."""
    return shared_session().client("s3", config=CLIENT)
