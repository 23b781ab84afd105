"""HTTP APIs as SAM expands them: routes, authorizers, and CORS on refusals."""

import uuid
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest
import requests

from local.aws.launcher import LocalAws
from tests.integration.local_aws.deploying import ROLE, Json, Stack

type AwsClient = Callable[[str], Any]

PAGE = {"Origin": "https://shop.example"}

ANSWERING = """
    def handle(event, context):
        return {"statusCode": 200, "body": event["routeKey"]}
"""

AUTHORIZING = """
    def handle(event, context):
        return {"isAuthorized": event["headers"].get("authorization") == "Bearer good"}
"""


def _function(code: str, **events: Json) -> dict[str, Any]:
    properties = {
        "Runtime": "python3.13",
        "Handler": "index.handle",
        "InlineCode": dedent(code),
        "Role": ROLE,
        "Events": {
            name: {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "Api"}, **event}}
            for name, event in events.items()
        },
    }
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


def _api(**properties: Json) -> dict[str, Any]:
    cors = {"AllowOrigins": [PAGE["Origin"]]}
    return {
        "Type": "AWS::Serverless::HttpApi",
        "Properties": {"CorsConfiguration": cors, **properties},
    }


@pytest.fixture
def url(local_aws: LocalAws, stack: Stack) -> Callable[[str], str]:
    return lambda path: local_aws.api_url(stack.physical_id("Api")) + path


def test_the_routes_of_a_sam_api_reach_their_function(
    stack: Stack, url: Callable[[str], str]
) -> None:
    read = {"Method": "get", "Path": "/items/{id}"}
    anything = {"Method": "any", "Path": "/any"}
    stack.deploy({"Api": _api(), "Answer": _function(ANSWERING, Read=read, Any=anything)})

    assert requests.get(url("/items/7"), timeout=5).text == "GET /items/{id}"
    assert requests.put(url("/any"), timeout=5).text == "ANY /any"
    assert requests.post(url("/items/7"), timeout=5).status_code == 404


def test_an_updated_api_has_the_new_routes_only(stack: Stack, url: Callable[[str], str]) -> None:
    for path in ("/items", "/orders"):
        read = {"Method": "get", "Path": path}
        stack.deploy({"Api": _api(), "Answer": _function(ANSWERING, Read=read)})

    assert requests.get(url("/orders"), timeout=5).text == "GET /orders"
    assert requests.get(url("/items"), timeout=5).status_code == 404


def test_tags_and_cors_of_a_sam_api_belong_to_the_api(stack: Stack, aws_client: AwsClient) -> None:
    read = {"Method": "get", "Path": "/items"}
    api_id = uuid.uuid4().hex[:8]
    tagged = _api(Tags={"ms-custom-id": api_id})
    stack.deploy({"Api": tagged, "Answer": _function(ANSWERING, Read=read)})

    api = aws_client("apigatewayv2").get_api(ApiId=stack.physical_id("Api"))

    # The tag is the emulator's own way to choose an API's id.
    assert api["ApiId"] == api_id
    assert api["CorsConfiguration"]["AllowOrigins"] == [PAGE["Origin"]]


def test_an_authorizer_without_identity_source_or_cache_is_asked_each_time(
    stack: Stack, url: Callable[[str], str]
) -> None:
    key_authorizer = {
        "FunctionArn": {"Fn::GetAtt": ["Authorize", "Arn"]},
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
        "EnableFunctionDefaultPermissions": True,
        "Identity": {"ReauthorizeEvery": 0},
    }
    read = {"Method": "get", "Path": "/reports", "Auth": {"Authorizer": "KeyAuthorizer"}}
    stack.deploy(
        {
            "Api": _api(Auth={"Authorizers": {"KeyAuthorizer": key_authorizer}}),
            "Authorize": _function(AUTHORIZING),
            "Answer": _function(ANSWERING, Read=read),
        }
    )

    def status(token: str | None) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.get(url("/reports"), headers=headers, timeout=5).status_code

    assert [status(t) for t in ("good", "bad", None, "good")] == [200, 403, 403, 200]


def test_a_refusal_of_the_gateway_carries_cors_headers(
    local_aws: LocalAws, aws_client: AwsClient, unique_name: str
) -> None:
    api = aws_client("apigatewayv2").create_api(
        Name=unique_name, ProtocolType="HTTP", CorsConfiguration={"AllowOrigins": [PAGE["Origin"]]}
    )

    def refusal(origin: str) -> requests.Response:
        url = f"{local_aws.api_url(api['ApiId'])}/nowhere"
        return requests.get(url, headers={"Origin": origin}, timeout=5)

    ours, foreign = refusal(PAGE["Origin"]), refusal("https://other.example")

    assert ours.status_code == foreign.status_code == 404
    assert ours.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_an_api_without_cors_settings_leaves_preflights_to_its_function(
    stack: Stack, url: Callable[[str], str]
) -> None:
    preflight = {"Method": "options", "Path": "/hits"}
    bare = {"Type": "AWS::Serverless::HttpApi", "Properties": {"FailOnWarnings": True}}
    stack.deploy({"Api": bare, "Answer": _function(ANSWERING, Preflight=preflight)})

    answer = requests.options(url("/hits"), headers={"Origin": PAGE["Origin"]}, timeout=5)

    assert (answer.status_code, answer.text) == (200, "OPTIONS /hits")
