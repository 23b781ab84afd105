"""In-memory implementations of the ports, held to the same contract tests as the real ones."""

from tests.fakes.access import FakeAccess
from tests.fakes.accounts import FakeAccounts, FakeMarks, FakeRuns, FakeSecrets, FakeSettingHistory
from tests.fakes.audit import FakeAuditLog
from tests.fakes.deliveries import FakeDeliverer, FakeDeliveries, FakeMailer, FakeWebHooks
from tests.fakes.directory import FakeEdges, FakeProducts
from tests.fakes.events import FakeClock, FakeHitQueue, FakePipeline, FakeReconciliations
from tests.fakes.hooks import FakeHooks, FakeStoreHooks
from tests.fakes.lake import FakeFactFiles, FakeFacts, FakeLake
from tests.fakes.people import FakeForgetting, FakeLivePeople
from tests.fakes.records import FakeCosts, FakeErasures, FakeJourneys, FakeOrders
from tests.fakes.scripts import FakeEdgeSites, FakeStoreScripts, script_ports
from tests.fakes.sweeps import FakeSweeps, FakeSweptObjects
from tests.fakes.table import FakeTable
from tests.fakes.validations import FakePages, FakeValidations
from tests.fakes.views import FakeViews

__all__ = [
    "FakeAccess",
    "FakeAccounts",
    "FakeAuditLog",
    "FakeClock",
    "FakeCosts",
    "FakeDeliverer",
    "FakeDeliveries",
    "FakeEdgeSites",
    "FakeEdges",
    "FakeErasures",
    "FakeFactFiles",
    "FakeFacts",
    "FakeForgetting",
    "FakeHitQueue",
    "FakeHooks",
    "FakeJourneys",
    "FakeLake",
    "FakeLivePeople",
    "FakeMailer",
    "FakeMarks",
    "FakeOrders",
    "FakePages",
    "FakePipeline",
    "FakeProducts",
    "FakeReconciliations",
    "FakeRuns",
    "FakeSecrets",
    "FakeSettingHistory",
    "FakeStoreHooks",
    "FakeStoreScripts",
    "FakeSweeps",
    "FakeSweptObjects",
    "FakeTable",
    "FakeValidations",
    "FakeViews",
    "FakeWebHooks",
    "script_ports",
]
