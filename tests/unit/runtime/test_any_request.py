"""Whatever is asked: the answer is one that the contract knows, and never a defect of ours."""

from __future__ import annotations

import copy
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from headwater.domain.nodes import email_node
from headwater.runtime.api.openapi import openapi_document
from headwater.usecases.ports import Source
from tests.gateway import Gateway
from tests.lambda_side import OWNER
from tests.unit.usecases.file_imports import an_import
from tests.unit.usecases.validations import a_validation
from tests.workshop import ACCOUNT, STORE

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# More of them find more: HEADWATER_CONTRACT_EXAMPLES=500.
EXAMPLES = int(os.environ.get("HEADWATER_CONTRACT_EXAMPLES", "2"))


def openly(document: dict[str, Any]) -> dict[str, Any]:
    """Return a contract whose routes ask for no key: ours is good, and refusals have their test."""
    for path in (paths := copy.deepcopy(document["paths"])).values():
        for operation in path.values():
            operation.pop("security", None)
    return {**document, "paths": paths}


SCHEMA = schemathesis.openapi.from_dict(openly(openapi_document()))
OPERATIONS = {
    f"{method.upper()} {path}": SCHEMA[path][method.upper()]
    for path, operations in openapi_document()["paths"].items()
    for method in operations
}
KEY = "hw_owner"
ANN = email_node("ann@example.com")
# What the account has, so that a request gets beyond its address.
KNOWN = {
    "source": STORE,
    "order_id": "7",
    "contact": ANN,
    "other": email_node("bob@example.com"),
    "month": "2026-11",
    "validation": a_validation().validation_id,
    "import_id": "checked",
    "template": "leads.csv",
}


@pytest.fixture
def gateway(reported: LambdaSide) -> Gateway:
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", public_key="pk1")
    reported.workshop.accounts.save_source(ACCOUNT, source)
    reported.workshop.validations.save(ACCOUNT, a_validation())
    reported.imports.create(ACCOUNT, an_import("checked", "checked"))
    reported.import_files.upload(ACCOUNT, "checked", b"email,at")
    return Gateway(reported, {KEY: OWNER})


def operation_of(label: str) -> dict[str, Any]:
    method, path = label.split(" ")
    operation: dict[str, Any] = openapi_document()["paths"][path][method.lower()]
    return operation


def can_be_wrong(label: str) -> bool:
    """Tell whether a request of this operation holds anything beside its address."""
    operation = operation_of(label)
    return bool(operation.get("parameters") or operation.get("requestBody"))


def answers_row_by_row(label: str) -> bool:
    return "#/components/schemas/ImportResult" in json.dumps(operation_of(label))


def refuse_rows(_context: object, response: Any, _case: object) -> None:  # noqa: ANN401
    """Hold that wrong data are refused: altogether, or row by row."""
    assert response.status_code >= 400 or response.json()["rejected"]


ASKED = [(label, GenerationMode.POSITIVE) for label in sorted(OPERATIONS)] + [
    (label, GenerationMode.NEGATIVE) for label in sorted(OPERATIONS) if can_be_wrong(label)
]


@pytest.mark.parametrize(("label", "mode"), ASKED)
def test_any_request_is_answered_as_the_contract_says(
    gateway: Gateway, label: str, mode: GenerationMode
) -> None:
    is_wrong = mode is GenerationMode.NEGATIVE
    refused = refuse_rows if answers_row_by_row(label) else negative_data_rejection
    path = {} if is_wrong else {name: KNOWN[name] for name in KNOWN if f"{{{name}}}" in label}

    @given(case=OPERATIONS[label].as_strategy(mode, path_parameters=path))
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        # The same few for everybody: what is looked for at random, and found, must not fail a
        # change that has nothing to do with it.
        derandomize="HEADWATER_CONTRACT_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def asked(case: Any) -> None:  # noqa: ANN401
        case.call_and_validate(
            app=gateway,
            headers={"Authorization": f"Bearer {KEY}"},
            checks=[*CHECKS, *([refused] if is_wrong else [])],
        )

    asked()
