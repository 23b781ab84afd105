"""The wiring: each function gets by with the variables that the template gives it."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

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
from headwater.runtime.settings import Settings, settings
from tests.infrastructure.template_file import functions_of, load_template, variables_of
from tests.lambda_side import Invocation, imported_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LATER = datetime(2026, 11, 21, 14, 10, tzinfo=UTC)
# What each handler asks the bootstrap for.
USED: dict[str, list[Callable[[], object]]] = {
    "AuthorizeRequestFunction": [accessing.callers],
    "OpenSessionFunction": [accessing.session_ports],
    "CollectHitsFunction": [edge.hit_queue, edge._cached_sites],
    "ServeScriptFunction": [edge.scripts, edge._cached_sites],
    "RecordHitsFunction": [storage.journeys, storage.lake, storage.validations],
    "ReceiveWebhookFunction": [storage.hooks, storage.webhook_queue],
    "RecordWebhooksFunction": [lambda: bootstrap.webhook_ports(LATER)],
    "ImportRowsFunction": [storage.audit_log, storage.journeys, storage.costs, storage.lake],
    "ManageImportsFunction": [storage.audit_log, importing.request_ports],
    "ImportFileFunction": [importing.import_ports, importing.workers],
    "ManageAccountFunction": [
        storage.audit_log,
        storage.setting_history,
        pipelines.setting_ports,
        pipelines.restate_ports,
        delivering.delivery_ports,
        accessing.key_ports,
        accessing.session_ports,
    ],
    "ServeReportsFunction": [
        bootstrap.accounts,
        bootstrap.runs,
        bootstrap.orders,
        bootstrap.facts,
        bootstrap.fact_files,
        bootstrap.lake,
        bootstrap.reconciliations,
        bootstrap.views,
    ],
    "ConnectSourceFunction": [
        storage.audit_log,
        lambda: bootstrap.connect_ports(LATER),
        lambda: bootstrap.hook_ports(LATER),
        lambda: bootstrap.remove_ports(LATER),
        bootstrap.site_ports,
        lambda: bootstrap.connector_ports(LATER),
        bootstrap.other_api_urls,
    ],
    "ValidateTrackingFunction": [lambda: validating.validate_ports(LATER)],
    "EraseContactFunction": [
        storage.audit_log,
        bootstrap.runs,
        bootstrap.lake,
        lambda: bootstrap.erase_ports(None),
    ],
    "LinkContactsFunction": [
        storage.audit_log,
        bootstrap.runs,
        bootstrap.lake,
        bootstrap.facts,
        bootstrap.edges,
    ],
    "PullOrdersFunction": [bootstrap.pipeline, lambda: bootstrap.pull_ports(LATER)],
    "PullAdCostsFunction": [lambda: bootstrap.cost_ports(LATER)],
    "PullLeadsFunction": [lambda: bootstrap.lead_ports(LATER)],
    "ReconcileOrdersFunction": [
        lambda: bootstrap.reconcile_ports(LATER),
        bootstrap.reconciliations,
        bootstrap.pipeline,
    ],
    "ExportFactsFunction": [
        bootstrap.desk,
        bootstrap.accounts,
        bootstrap.marks,
        bootstrap.tables,
        bootstrap.facts,
    ],
    "ChainSubscriptionsFunction": [bootstrap.desk, bootstrap.facts],
    "TrainEffectsFunction": [bootstrap.desk, bootstrap.facts],
    "AttributeOrdersFunction": [bootstrap.desk, bootstrap.facts],
    "MaterializeReportsFunction": [bootstrap.desk, bootstrap.facts],
    "DeliverViewsFunction": [lambda: sending.send_ports(Invocation())],
    "SweepObjectsFunction": [sweeping.accounts, sweeping.sweep_ports],
    "FinishRunFunction": [
        delivering.deliverer,
        bootstrap.desk,
        bootstrap.accounts,
        bootstrap.marks,
        bootstrap.pipeline,
    ],
}
FUNCTIONS = functions_of(load_template())


def forget() -> None:
    wired = (storage, accessing, pipelines, bootstrap, validating, importing, delivering, sending)
    for module in (*wired, sweeping, edge):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    settings.cache_clear()


@pytest.fixture(autouse=True)
def fresh_container(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (field.name for field in fields(Settings)):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    forget()
    yield
    forget()


def test_every_function_of_the_template_is_looked_at() -> None:
    assert set(USED) == set(FUNCTIONS)


@pytest.mark.parametrize("function", sorted(USED))
def test_a_function_needs_no_variable_that_it_is_not_told(
    function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in variables_of(FUNCTIONS[function]):
        monkeypatch.setenv(name, f"the-{name.lower()}")
    for wire in USED[function]:
        wire()


def test_what_is_wired_is_wired_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCOUNTS_TABLE", "accounts")
    assert bootstrap.accounts() is bootstrap.accounts()


def test_other_apis_are_those_that_the_deployment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap.other_api_urls() == []
    forget()
    monkeypatch.setenv("OTHER_API_URLS", "http://127.0.0.1:8600 http://127.0.0.1:8601")
    assert bootstrap.other_api_urls() == ["http://127.0.0.1:8600", "http://127.0.0.1:8601"]


@pytest.mark.parametrize(
    "step",
    [
        "authorize_request",
        "import_rows",
        "manage_account",
        "manage_imports",
        "open_session",
        "receive_webhook",
        "record_hits",
    ],
)
def test_what_people_and_browsers_wait_for_starts_without_the_engine(step: str) -> None:
    assert imported_by(step) & {"duckdb", "numpy", "requests"} == set()


def test_an_address_for_an_upload_is_good_for_one_size_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAKE_BUCKET", "lake")
    address = importing.import_files().upload_url("acme", "a", 112)
    assert address.startswith("https://lake.s3.")
    assert "X-Amz-SignedHeaders=content-length%3Bhost" in address
    assert "checksum" not in address
