"""Every route under every role: the table of roles is the whole truth of who may call what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.access import ROLES
from headwater.domain.nodes import email_node
from headwater.domain.sites import Site
from headwater.runtime import accessing
from headwater.runtime.api.callers import OPEN_ROUTES, ROLES_OF_ROUTE
from headwater.runtime.api.openapi import openapi_document
from headwater.usecases.manage_keys import make_key
from headwater.usecases.ports import ApiKey, Source
from tests.infrastructure.template_file import load_template
from tests.infrastructure.test_routes import routes_of
from tests.lambda_side import http_event, step_of_route
from tests.unit.usecases.file_imports import an_import
from tests.unit.usecases.validations import a_validation
from tests.unit.usecases.views import a_link, a_view
from tests.workshop import ACCOUNT, STORE

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

EXPECTED = {
    "GET /v1/reports": {"owner", "marketer"},
    "GET /v1/reports/roi": {"owner", "marketer"},
    "GET /v1/reports/models": {"owner", "marketer"},
    "GET /v1/reports/journeys": {"owner", "marketer"},
    "GET /v1/reports/reconciliation": {"owner", "marketer"},
    "POST /v1/reconciliations": {"owner", "marketer"},
    "GET /v1/orders/{source}/{order_id}/credits": {"owner", "marketer"},
    "GET /v1/reports/coverage": {"owner", "marketer"},
    "GET /v1/reports/cohorts": {"owner", "marketer"},
    "GET /v1/reports/ltv": {"owner", "marketer"},
    "GET /v1/reports/leads": {"owner", "marketer"},
    "GET /v1/orders": {"owner", "marketer"},
    "GET /v1/contacts": {"owner", "marketer"},
    "GET /v1/contacts/{contact}/journey": {"owner", "marketer"},
    "GET /v1/reports/lags": {"owner", "marketer"},
    "GET /v1/reports/forecast": {"owner", "marketer"},
    "GET /v1/reports/subscriptions": {"owner", "marketer"},
    "GET /v1/reports/{report}/rows": {"owner", "marketer"},
    "GET /v1/reports/health": {"owner", "marketer"},
    "GET /v1/views": {"owner", "marketer"},
    "POST /v1/views": {"owner", "marketer"},
    "GET /v1/views/{view}": {"owner", "marketer"},
    "PUT /v1/views/{view}": {"owner", "marketer"},
    "DELETE /v1/views/{view}": {"owner", "marketer"},
    "GET /v1/views/{view}/report": {"owner", "marketer"},
    "GET /v1/deliveries": {"owner", "marketer"},
    "POST /v1/deliveries": {"owner"},
    "DELETE /v1/deliveries/{delivery}": {"owner"},
    "GET /v1/setup/url-templates": {"owner", "marketer"},
    "GET /v1/setup/link": {"owner", "marketer"},
    "POST /v1/validations": {"owner", "marketer"},
    "GET /v1/validations": {"owner", "marketer"},
    "GET /v1/validations/{validation}": {"owner", "marketer"},
    "POST /v1/validations/{validation}/end": {"owner", "marketer"},
    "GET /v1/runs": {"owner", "marketer"},
    "GET /v1/exports": {"owner"},
    "GET /v1/exports/{table}": {"owner"},
    "GET /v1/sources": {"owner"},
    "GET /v1/sources/{source}": {"owner"},
    "POST /v1/sources": {"owner"},
    "GET /v1/sources/{source}/snippets": {"owner", "marketer"},
    "DELETE /v1/contacts/{contact}": {"owner"},
    "GET /v1/contacts/{contact}/links": {"owner", "marketer"},
    "POST /v1/contacts/{contact}/links": {"owner"},
    "DELETE /v1/contacts/{contact}/links/{other}": {"owner"},
    "POST /v1/sources/check": {"owner"},
    "POST /v1/sources/{source}/test": {"owner"},
    "POST /v1/sources/{source}/pause": {"owner"},
    "POST /v1/sources/{source}/resume": {"owner"},
    "POST /v1/sources/{source}/reconnect": {"owner"},
    "PUT /v1/sources/{source}/options": {"owner"},
    "POST /v1/sources/{source}/fields/preview": {"owner"},
    "PUT /v1/sources/{source}/fields": {"owner"},
    "DELETE /v1/sources/{source}": {"owner"},
    "POST /v1/touchpoints": {"owner", "ingest"},
    "POST /v1/leads": {"owner", "ingest"},
    "POST /v1/costs": {"owner", "ingest"},
    "POST /v1/ad-clicks": {"owner", "ingest"},
    "POST /v1/imports": {"owner", "ingest"},
    "GET /v1/imports": {"owner", "ingest"},
    "GET /v1/imports/{import_id}": {"owner", "ingest"},
    "GET /v1/imports/{import_id}/rejected": {"owner"},
    "GET /v1/imports/templates/{template}": {"owner", "ingest"},
    "POST /v1/imports/{import_id}/check": {"owner", "ingest"},
    "POST /v1/imports/{import_id}/start": {"owner", "ingest"},
    "POST /v1/imports/{import_id}/undo": {"owner", "ingest"},
    "GET /v1/settings/subscription-rules": {"owner"},
    "PUT /v1/settings/subscription-rules": {"owner"},
    "GET /v1/settings": {"owner"},
    "POST /v1/settings/time-zone/preview": {"owner", "marketer"},
    "POST /v1/settings/revenue/preview": {"owner", "marketer"},
    "POST /v1/settings/windows/preview": {"owner", "marketer"},
    "POST /v1/settings/tracking-start/preview": {"owner", "marketer"},
    "POST /v1/settings/domains/preview": {"owner", "marketer"},
    "POST /v1/settings/attribution/preview": {"owner", "marketer"},
    "POST /v1/duplicates/owner/preview": {"owner", "marketer"},
    "POST /v1/effects/restate/preview": {"owner", "marketer"},
    "GET /v1/settings/history": {"owner"},
    "GET /v1/settings/time-zone": {"owner"},
    "PUT /v1/settings/time-zone": {"owner"},
    "GET /v1/settings/currency": {"owner"},
    "PUT /v1/settings/currency": {"owner"},
    "GET /v1/settings/revenue": {"owner"},
    "PUT /v1/settings/revenue": {"owner"},
    "GET /v1/settings/windows": {"owner"},
    "PUT /v1/settings/windows": {"owner"},
    "GET /v1/settings/tracking-start": {"owner"},
    "PUT /v1/settings/tracking-start": {"owner"},
    "GET /v1/settings/domains": {"owner"},
    "PUT /v1/settings/domains": {"owner"},
    "GET /v1/settings/reconciliation": {"owner"},
    "PUT /v1/settings/reconciliation": {"owner"},
    "GET /v1/settings/attribution": {"owner"},
    "PUT /v1/settings/attribution": {"owner"},
    "GET /v1/settings/cleaning": {"owner"},
    "PUT /v1/settings/cleaning": {"owner"},
    "POST /v1/cleaning/preview": {"owner", "marketer"},
    "GET /v1/settings/engine": {"owner"},
    "PUT /v1/settings/engine": {"owner"},
    "GET /v1/settings/refresh": {"owner"},
    "PUT /v1/settings/refresh": {"owner"},
    "POST /v1/subscriptions/preview": {"owner", "marketer"},
    "POST /v1/orders": {"owner", "ingest"},
    "GET /v1/duplicates": {"owner", "marketer"},
    "PUT /v1/duplicates/owner": {"owner"},
    "GET /v1/effects": {"owner", "marketer"},
    "GET /v1/effects/{month}": {"owner", "marketer"},
    "POST /v1/effects/restate": {"owner"},
    "GET /v1/audit": {"owner"},
    "GET /v1/keys": {"owner"},
    "POST /v1/keys": {"owner"},
    "POST /v1/keys/{key}/rotate": {"owner"},
    "DELETE /v1/keys/{key}": {"owner"},
    "POST /v1/sign-in-links": {"owner"},
    "GET /v1/sessions": {"owner"},
    "DELETE /v1/sessions/{session}": {"owner"},
    "POST /v1/sign-out": {"owner", "marketer"},
}
# What a route asks for in its address.
QUERIES = {
    "GET /v1/contacts": "q=7",
    "GET /v1/reports/{report}/rows": "of=net",
    "GET /v1/setup/link": "url=https://shop.example/&source=a&medium=email&campaign=b",
    "GET /v1/reports/reconciliation": "from=2026-11-20&to=2026-11-20",
}
BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/reconciliations": {"from": "2026-11-20", "to": "2026-11-20"},
    "PUT /v1/settings/subscription-rules": {"rules": None},
    "POST /v1/settings/time-zone/preview": {"time_zone": "Europe/Berlin"},
    "POST /v1/settings/revenue/preview": {"statuses": [10, 11]},
    "POST /v1/settings/windows/preview": {"last_click_days": 1, "opt_in_days": 7},
    "POST /v1/settings/tracking-start/preview": {"tracking_start": None},
    "POST /v1/settings/domains/preview": {"domains": ["shop.example"]},
    "POST /v1/settings/attribution/preview": {"models": None},
    "POST /v1/duplicates/owner/preview": {"sources": []},
    "POST /v1/effects/restate/preview": {"from": "2026-11"},
    "PUT /v1/settings/time-zone": {"time_zone": "Europe/Berlin"},
    "PUT /v1/settings/currency": {"currency": "EUR"},
    "PUT /v1/settings/revenue": {"statuses": [10, 11]},
    "PUT /v1/settings/windows": {"last_click_days": 1, "opt_in_days": 7},
    "PUT /v1/settings/tracking-start": {"tracking_start": None},
    "PUT /v1/settings/domains": {"domains": ["shop.example"]},
    "PUT /v1/settings/reconciliation": {"days": 3},
    "PUT /v1/settings/attribution": {"models": None},
    "PUT /v1/settings/cleaning": {},
    "POST /v1/cleaning/preview": {},
    "PUT /v1/settings/engine": {},
    "PUT /v1/settings/refresh": {"refresh": "daily"},
    "POST /v1/subscriptions/preview": {"rules": []},
    "POST /v1/sources": {"store": "abc123", "access_token": "t"},
    "PUT /v1/sources/{source}/options": {"webhooks": True, "transactions": True},
    "POST /v1/sources/{source}/fields/preview": {},
    "PUT /v1/sources/{source}/fields": {"fields": {}},
    "POST /v1/sources/check": {"store": "abc123", "access_token": "t"},
    "POST /v1/sources/{source}/reconnect": {"access_token": "t"},
    "POST /v1/touchpoints": {"rows": [{"visitor": "v", "at": "2026-11-20T10:00:00Z"}]},
    "POST /v1/imports": {"kind": "leads", "size": 100},
    "POST /v1/leads": {
        "rows": [
            {
                "source": "crm",
                "external_id": "1",
                "email": "ann@example.com",
                "created_at": "2026-11-20T10:00:00Z",
            }
        ]
    },
    "POST /v1/ad-clicks": {
        "platform": "google",
        "rows": [{"click_id": "x", "day": "2026-11-20", "campaign_id": "1"}],
    },
    "POST /v1/costs": {
        "platform": "google",
        "ad_account": "1",
        "currency": "USD",
        "load": "l",
        "rows": [{"day": "2026-11-20", "cost": "1"}],
    },
    "POST /v1/orders": {
        "source": "retail",
        "currency": "USD",
        "rows": [{"order_id": "1", "placed_at": "2026-11-20T10:00:00Z", "total": "1"}],
    },
    "PUT /v1/duplicates/owner": {"sources": []},
    "POST /v1/effects/restate": {"from": "2026-11"},
    "POST /v1/deliveries": {"view": a_view().view_id, "by": "link"},
    "POST /v1/views": {"name": "Channels", "report": "roi"},
    "PUT /v1/views/{view}": {"name": "Channels", "report": "roi"},
    "POST /v1/validations": {"url": "https://shop.example/", "kind": "lead"},
    "POST /v1/keys": {"role": "ingest", "label": "till"},
    "POST /v1/keys/{key}/rotate": {},
    "POST /v1/sign-in-links": {"label": "Kim"},
}
ANN, BOB = email_node("ann@example.com"), email_node("bob@example.com")
BODIES["POST /v1/contacts/{contact}/links"] = {"with": BOB, "kind": "link"}
CONTRACT = {
    f"{method.upper()} {path}"
    for path, operations in openapi_document()["paths"].items()
    for method in operations
}


def call(side: LambdaSide, route: str, caller: ApiKey | None) -> dict[str, Any]:
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", public_key="pk1")
    side.workshop.accounts.save_source(ACCOUNT, source)
    side.edge_sites.sites["pk1"] = Site(ACCOUNT, STORE, frozenset({"https://shop.example"}))
    side.workshop.validations.save(ACCOUNT, a_validation())
    side.workshop.views.save(ACCOUNT, a_view())
    side.workshop.deliveries.add(ACCOUNT, a_link())
    # The import is where the route's verb may begin.
    state = {"check": "waiting_for_file", "undo": "done"}.get(route.rpartition("/")[2], "checked")
    side.imports.create(ACCOUNT, an_import("one", state))
    side.import_files.upload(ACCOUNT, "one", b"email,at")
    _, key = make_key(ACCOUNT, "ingest", "a key", created_by="", ports=accessing.key_ports())
    return side.call(
        route,
        caller=caller,
        query=QUERIES.get(route, ""),
        body=BODIES.get(route),
        source=STORE,
        report="roi",
        order_id="7",
        contact=ANN,
        other=BOB,
        month="2026-11",
        table="orders",
        validation=a_validation().validation_id,
        view=a_view().view_id,
        delivery=a_link().delivery_id,
        import_id="one",
        template="leads.csv",
        key=key.key_id,
        session="none",
    )


def test_the_routes_of_the_contract_the_gateway_and_the_roles_are_the_same() -> None:
    assert set(routes_of(load_template(), "ReportsApi")) == CONTRACT
    assert set(ROLES_OF_ROUTE) | OPEN_ROUTES == CONTRACT
    assert ROLES_OF_ROUTE == EXPECTED
    assert not set(ROLES_OF_ROUTE) & OPEN_ROUTES


@pytest.mark.parametrize("role", [*ROLES, "admin", ""])
@pytest.mark.parametrize("route", sorted(EXPECTED))
def test_a_role_opens_its_routes_and_no_others(reported: LambdaSide, route: str, role: str) -> None:
    answer = call(reported, route, ApiKey(ACCOUNT, role, "k"))
    if role in EXPECTED[route]:
        # Nothing was said of these two yet, so there is nothing to take back.
        is_unlinking = route == "DELETE /v1/contacts/{contact}/links/{other}"
        is_unlinking |= "/{session}" in route
        # A store has no custom fields, and a key signs out of nothing: he is let in, and told so.
        is_told = "/fields" in route or route == "POST /v1/sign-out"
        let_in = {404} if is_unlinking else {400} if is_told else {200, 201, 202}
        assert answer["statusCode"] in let_in
    else:
        assert answer["statusCode"] == (403 if role else 401)
        assert answer["headers"]["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("route", sorted(EXPECTED))
def test_without_a_key_nothing_is_answered(reported: LambdaSide, route: str) -> None:
    answer = call(reported, route, None)
    assert answer["statusCode"] == 401
    assert answer["headers"]["WWW-Authenticate"] == "Bearer"


def test_what_is_missing_is_told(reported: LambdaSide) -> None:
    answer = call(reported, "POST /v1/leads", ApiKey(ACCOUNT, "marketer", "k"))
    assert "role ingest or owner" in answer["json"]["detail"]


def test_the_contract_is_open_to_all(side: LambdaSide) -> None:
    answer = side.call("GET /v1/openapi.json")
    assert answer["json"] == openapi_document()


def test_a_path_of_another_route_is_not_opened_by_a_permitted_one(reported: LambdaSide) -> None:
    event = http_event("GET /v1/runs", ApiKey(ACCOUNT, "marketer", "k"))
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/v1/sources"
    assert reported.invoke("serve_reports", event)["statusCode"] == 404


@pytest.mark.parametrize("route", ["GET /v1/secrets", "DELETE /v1/sources", "$default"])
def test_an_unknown_route_is_not_found(side: LambdaSide, route: str) -> None:
    event = http_event("GET /v1/runs", ApiKey(ACCOUNT, "owner", "k")) | {"routeKey": route}
    assert side.invoke("serve_reports", event)["statusCode"] == 404


@pytest.mark.parametrize("route", sorted(CONTRACT))
def test_the_gateway_sends_each_route_to_the_function_that_answers_it(route: str) -> None:
    template = load_template()
    function = step_of_route(route).title().replace("_", "") + "Function"
    events = template["Resources"][function]["Properties"]["Events"].values()
    routes = {f"{e['Properties']['Method']} {e['Properties']['Path']}" for e in events}
    assert route in routes
