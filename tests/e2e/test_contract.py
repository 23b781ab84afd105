"""The deployed API answers as the contract says that it serves: a drawn request of each that reads.

`tests/unit/runtime/test_any_request.py` asks much more of the same functions; here the gateway, the
permissions and AWS are real. The account is one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from headwater.runtime.api.openapi import openapi_document
from local.create_account import create_account_on_stack
from tests.lambda_side import step_of_route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import System


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# What these are asked may leave the machine: for a store, a platform, a page.
OUTSIDE = ("/v1/sources", "/v1/validations")


def drawn_from(document: dict[str, Any]) -> Iterator[tuple[str, str, GenerationMode]]:
    """Yield what is asked: all that is read, and of each function one thing that it refuses."""
    refusing: set[str] = set()
    for path, operations in document["paths"].items():
        for method in operations:
            route = f"{method.upper()} {path}"
            if method == "get":
                yield path, method, GenerationMode.POSITIVE
            elif "requestBody" in operations[method] and not path.startswith(OUTSIDE):
                function = step_of_route(route)
                if function not in refusing:
                    refusing.add(function)
                    yield path, method, GenerationMode.NEGATIVE


@pytest.fixture(scope="module")
def key(system: System) -> str:
    return create_account_on_stack(system.stack, "drawn")


def test_each_deployed_route_answers_as_its_contract_says(system: System, key: str) -> None:
    document = requests.get(f"{system.stack.reports_url}/v1/openapi.json", timeout=30).json()
    assert document == openapi_document()
    schema = schemathesis.openapi.from_dict(document)
    for path, method, mode in drawn_from(document):
        ask(schema[path][method.upper()].as_strategy(mode), system, key)


def ask(drawn: Any, system: System, key: str) -> None:  # noqa: ANN401 - a strategy of requests
    @given(case=drawn)
    @settings(
        max_examples=1,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def answered(case: Any) -> None:  # noqa: ANN401
        case.call_and_validate(
            base_url=system.stack.reports_url,
            headers={"Authorization": f"Bearer {key}"},
            checks=CHECKS,
        )

    answered()
