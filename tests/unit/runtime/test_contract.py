"""The contract is a valid document, and whoever reads nothing else can call every route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from headwater.runtime.api.callers import OPEN_ROUTES
from headwater.runtime.api.openapi import openapi_document
from tests.lambda_side import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lambda_side import LambdaSide

type Json = dict[str, Any]

DOCUMENT = openapi_document()
SCHEMAS: Json = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[str, Json] = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
# They pass on what other routes answer, whose shapes stand there.
PASSED_ON = {"GET /v1/views/{view}/report"}
PARAMETERS = [
    pytest.param(parameter, id=f"{route} {parameter['name']}")
    for route, operation in OPERATIONS.items()
    for parameter in operation.get("parameters", ())
]


def followed(schema: Json) -> Json:
    """Return a schema itself, where it only names one."""
    named: Json = SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return named


def schemas_within(value: Any) -> Iterator[Json]:  # noqa: ANN401
    """Yield every schema that has examples, wherever it stands."""
    if isinstance(value, dict):
        if isinstance(value.get("examples"), list):
            yield value
        for name, part in value.items():
            if name != "examples":
                yield from schemas_within(part)
    elif isinstance(value, list):
        for part in value:
            yield from schemas_within(part)


def bodies_of(operation: Json) -> Iterator[Json]:
    """Yield what an operation takes and what it answers, by content type."""
    yield operation.get("requestBody", {}).get("content", {})
    for response in operation["responses"].values():
        yield response.get("content", {})


def test_it_is_a_valid_document_of_openapi_3_1() -> None:
    validate(DOCUMENT)


def test_every_example_in_it_fits_the_schema_beside_it() -> None:
    found = list(schemas_within(DOCUMENT))
    assert len(found) > 100
    for schema in found:
        # References inside lead to the document's own schemas.
        checker = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
        for example in schema["examples"]:
            checker.validate(example)


@pytest.mark.parametrize("route", sorted(OPERATIONS))
def test_everything_taken_and_answered_has_a_shape_with_an_example(route: str) -> None:
    for content in bodies_of(OPERATIONS[route]):
        for kind, described in content.items():
            schema = described["schema"]
            if "json" not in kind:
                assert schema == {"type": "string"}
            elif route not in OPEN_ROUTES | PASSED_ON:
                shapes = [followed(each) for each in schema.get("anyOf", [schema])]
                assert all(shape["type"] == "object" for shape in shapes)
                assert all(shape["examples"] for shape in shapes)


@pytest.mark.parametrize("route", sorted(OPERATIONS))
def test_every_problem_is_described_and_the_gateways_own_answers_too(route: str) -> None:
    if route in OPEN_ROUTES:
        return
    responses = OPERATIONS[route]["responses"]
    refused = {status: said["content"] for status, said in responses.items() if status >= "400"}
    assert all("application/problem+json" in content for content in refused.values())
    by_gateway = {status for status, content in refused.items() if "application/json" in content}
    assert by_gateway == refused.keys() & {"403", "413", "429", "500", "503"}
    assert ("413" in refused) or "requestBody" not in OPERATIONS[route]
    assert ("404" in refused) or "{" not in route


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_every_parameter_has_bounds(parameter: Json) -> None:
    schema = followed(parameter["schema"])
    assert "null" not in str(schema.get("anyOf"))
    match schema["type"]:
        case "string":
            assert schema.keys() & {"enum", "maxLength", "pattern"}
        case "integer":
            assert schema.keys() >= {"minimum", "maximum"}
        case kind:
            assert kind == "boolean"


def test_a_value_is_refused_where_the_contract_ends(reported: LambdaSide) -> None:
    query = f"by={'x' * 2_001}"
    answer = reported.call("GET /v1/reports/roi", caller=OWNER, query=query)
    assert answer["json"]["errors"] == [{"name": "by", "reason": "at most 2,000 characters"}]
    answer = reported.call("GET /v1/sources/{source}", caller=OWNER, source="x" * 129)
    assert answer["json"]["errors"] == [{"name": "address", "reason": "at most 128 characters"}]
