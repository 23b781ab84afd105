"""The two HTTP APIs: which routes they have, and who may call them."""

from typing import Any

from tests.infrastructure.template_file import functions_of, resources_of

type Json = dict[str, Any]


def routes_of(template: Json, api: str) -> dict[str, Json]:
    return {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": event["Properties"]
        for function in functions_of(template).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "HttpApi" and event["Properties"]["ApiId"] == {"Ref": api}
    }


def test_the_collector_answers_browsers_itself(template: Json) -> None:
    collector = resources_of(template, "AWS::Serverless::HttpApi")["CollectorApi"]

    assert "CorsConfiguration" not in collector
    assert set(routes_of(template, "CollectorApi")) == {
        "GET /healthz",
        "GET /l/{name}",
        "GET /p.gif",
        "GET /robots.txt",
        "GET /s/{name}",
        "OPTIONS /e",
        "POST /e",
        "POST /v1/webhooks/{key}",
    }


def test_only_the_contract_pages_and_links_need_no_key(template: Json) -> None:
    api = resources_of(template, "AWS::Serverless::HttpApi")["ReportsApi"]
    routes = routes_of(template, "ReportsApi")
    open_routes = {
        route
        for route, event in routes.items()
        if event.get("Auth", {}).get("Authorizer", api["Auth"]["DefaultAuthorizer"])
        != "KeyAuthorizer"
    }

    assert len(routes) > 1
    assert open_routes == {
        "GET /v1/home",
        "GET /v1/openapi.json",
        "GET /v1/shared/{link}",
        "GET /v1/sign-in/{token}",
        "GET /v1/validations/page",
        "POST /v1/sign-in/{token}",
    }


def test_a_revoked_key_stops_at_once(template: Json) -> None:
    api = resources_of(template, "AWS::Serverless::HttpApi")["ReportsApi"]
    authorizer = api["Auth"]["Authorizers"]["KeyAuthorizer"]

    assert authorizer["Identity"] == {"ReauthorizeEvery": 0}
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["EnableSimpleResponses"] is True
