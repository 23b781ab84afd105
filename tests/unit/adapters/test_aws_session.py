"""Answers of AWS are read as botocore reads them."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.parsers import ResponseParserFactory

from headwater.adapters.aws_session import AnswerParsers

_ITEM = {
    "pk": {"S": "acme#main#7"},
    "count": {"N": "12"},
    "is_guest": {"BOOL": False},
    "nothing": {"NULL": True},
    "lines": {"L": [{"M": {"sku": {"S": ""}}}, {"N": "-1"}]},
}


def read(parsers: ResponseParserFactory, service: str, operation: str, body: object) -> object:
    model: Any = (
        botocore.session.get_session().get_service_model(service).operation_model(operation)
    )
    answer: Any = {"status_code": 200, "headers": {}, "body": json.dumps(body).encode()}
    parsed: object = parsers.create_parser("json").parse(answer, model.output_shape)
    return parsed


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("dynamodb", "GetItem", {"Item": _ITEM}),
        ("dynamodb", "GetItem", {}),
        ("dynamodb", "Query", {"Items": [_ITEM, {}], "Count": 2, "LastEvaluatedKey": _ITEM}),
        ("dynamodb", "BatchGetItem", {"Responses": {"orders": [_ITEM]}, "UnprocessedKeys": {}}),
        ("dynamodb", "UpdateItem", {"Attributes": _ITEM}),
        ("secretsmanager", "GetSecretValue", {"SecretString": "text", "CreatedDate": 1.5}),
    ],
)
def test_an_answer_is_what_botocore_makes_of_it(service: str, operation: str, body: object) -> None:
    ours = read(AnswerParsers(), service, operation, body)
    assert ours == read(ResponseParserFactory(), service, operation, body)


def test_other_protocols_have_parsers_of_botocore() -> None:
    assert type(AnswerParsers().create_parser("rest-xml")) is type(
        ResponseParserFactory().create_parser("rest-xml")
    )
