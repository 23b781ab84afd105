"""What one account can see of another: nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from headwater.domain.nodes import email_node
from headwater.runtime.api.callers import OPEN_ROUTES
from tests.e2e.conftest import YESTERDAY, System

MONTH = datetime.now(UTC).strftime("%Y-%m")
RANGE = f"from={YESTERDAY}&to={YESTERDAY}"
BUYER = email_node("buyer1@example.com")
# Route → how another account's owner tries to reach this account's data through it, and what the
# answer must not hold. A route that is deployed and not listed here fails the test.
ATTEMPTS: dict[str, tuple[str, Any]] = {
    "GET /v1/openapi.json": ("/v1/openapi.json", None),
    "DELETE /v1/contacts/{contact}": ("/v1/contacts/nobody@example.com", None),
    "PUT /v1/sources/{source}/fields": ("/v1/sources/none/fields", {"account": "acme"}),
    "POST /v1/sources/{source}/fields/preview": ("/v1/sources/none/fields/preview", {}),
    "GET /v1/validations/page": ("/v1/validations/page", None),
    "GET /v1/reports": ("/v1/reports", None),
    "GET /v1/reports/roi": (f"/v1/reports/roi?{RANGE}", None),
    "GET /v1/reports/models": (f"/v1/reports/models?{RANGE}", None),
    "GET /v1/reports/journeys": (f"/v1/reports/journeys?{RANGE}", None),
    "GET /v1/reports/reconciliation": (f"/v1/reports/reconciliation?{RANGE}", None),
    "POST /v1/reconciliations": (
        "/v1/reconciliations",
        {"account": "acme", "from": YESTERDAY.isoformat(), "to": YESTERDAY.isoformat()},
    ),
    "GET /v1/orders/{source}/{order_id}/credits": ("/v1/orders/bigcommerce/1/credits", None),
    "GET /v1/reports/coverage": (f"/v1/reports/coverage?{RANGE}", None),
    "GET /v1/reports/cohorts": (f"/v1/reports/cohorts?{RANGE}", None),
    "GET /v1/reports/ltv": (f"/v1/reports/ltv?{RANGE}&by=contact", None),
    "GET /v1/reports/leads": (f"/v1/reports/leads?{RANGE}", None),
    "GET /v1/orders": (f"/v1/orders?{RANGE}", None),
    "GET /v1/contacts": ("/v1/contacts?q=1", None),
    "GET /v1/contacts/{contact}/journey": (f"/v1/contacts/{BUYER}/journey", None),
    "GET /v1/reports/lags": (f"/v1/reports/lags?{RANGE}", None),
    "GET /v1/reports/forecast": (f"/v1/reports/forecast?{RANGE}", None),
    "GET /v1/reports/subscriptions": (f"/v1/reports/subscriptions?{RANGE}", None),
    "GET /v1/reports/{report}/rows": (f"/v1/reports/roi/rows?{RANGE}&of=net", None),
    "GET /v1/reports/health": (f"/v1/reports/health?{RANGE}", None),
    "GET /v1/deliveries": ("/v1/deliveries", None),
    "POST /v1/deliveries": ("/v1/deliveries", {"view": "none", "by": "link"}),
    "DELETE /v1/deliveries/{delivery}": ("/v1/deliveries/none", None),
    "GET /v1/shared/{link}": ("/v1/shared/none", None),
    "GET /v1/views": ("/v1/views", None),
    "POST /v1/views": ("/v1/views", {"account": "acme", "name": "Mine", "report": "roi"}),
    "GET /v1/views/{view}": ("/v1/views/{view}", None),
    "PUT /v1/views/{view}": ("/v1/views/none", {"name": "Mine", "report": "roi"}),
    "DELETE /v1/views/{view}": ("/v1/views/none", None),
    "GET /v1/views/{view}/report": ("/v1/views/{view}/report", None),
    "GET /v1/setup/url-templates": ("/v1/setup/url-templates", None),
    "GET /v1/setup/link": (
        "/v1/setup/link?url=https%3A%2F%2Fshop.example%2F&source=a&medium=email&campaign=b",
        None,
    ),
    "POST /v1/validations": (
        "/v1/validations",
        {"account": "acme", "url": "https://other.example/", "kind": "lead"},
    ),
    "GET /v1/validations": ("/v1/validations", None),
    "GET /v1/validations/{validation}": ("/v1/validations/{validation}", None),
    "POST /v1/validations/{validation}/end": ("/v1/validations/{validation}/end", None),
    "GET /v1/runs": ("/v1/runs", None),
    "GET /v1/exports": ("/v1/exports", None),
    "GET /v1/exports/{table}": ("/v1/exports/orders", None),
    "GET /v1/sources": ("/v1/sources", None),
    "POST /v1/sources": ("/v1/sources", {"account": "acme", "store": "x", "access_token": "y"}),
    "GET /v1/contacts/{contact}/links": (f"/v1/contacts/{BUYER}/links", None),
    "POST /v1/contacts/{contact}/links": (
        f"/v1/contacts/{BUYER}/links",
        {"with": "buyer2@example.com", "kind": "link"},
    ),
    "DELETE /v1/contacts/{contact}/links/{other}": (f"/v1/contacts/{BUYER}/links/{BUYER}", None),
    "GET /v1/sources/{source}": ("/v1/sources/bigcommerce", None),
    "GET /v1/sources/{source}/snippets": ("/v1/sources/bigcommerce/snippets", None),
    "POST /v1/sources/check": ("/v1/sources/check", {"store": "x", "access_token": "y"}),
    "POST /v1/sources/{source}/test": ("/v1/sources/bigcommerce/test", None),
    "POST /v1/sources/{source}/pause": ("/v1/sources/none/pause", None),
    "POST /v1/sources/{source}/resume": ("/v1/sources/none/resume", None),
    "POST /v1/sources/{source}/reconnect": (
        "/v1/sources/bigcommerce/reconnect",
        {"account": "acme", "access_token": "y"},
    ),
    "PUT /v1/sources/{source}/options": ("/v1/sources/none/options", {"webhooks": True}),
    "DELETE /v1/sources/{source}": ("/v1/sources/none?data=delete", None),
    "POST /v1/touchpoints": ("/v1/touchpoints", {"account": "acme", "rows": []}),
    "POST /v1/leads": ("/v1/leads", {"account": "acme", "rows": []}),
    "POST /v1/costs": ("/v1/costs", {"account": "acme", "rows": []}),
    "POST /v1/ad-clicks": ("/v1/ad-clicks", {"account": "acme", "rows": []}),
    "POST /v1/imports": ("/v1/imports", {"account": "acme", "kind": "leads", "size": 1}),
    "GET /v1/imports": ("/v1/imports", None),
    "GET /v1/imports/{import_id}": ("/v1/imports/{import_id}", None),
    "GET /v1/imports/{import_id}/rejected": ("/v1/imports/{import_id}/rejected", None),
    "GET /v1/imports/templates/{template}": ("/v1/imports/templates/leads.csv", None),
    "POST /v1/imports/{import_id}/check": ("/v1/imports/none/check", {"account": "acme"}),
    "POST /v1/imports/{import_id}/start": ("/v1/imports/none/start", None),
    "POST /v1/imports/{import_id}/undo": ("/v1/imports/none/undo", None),
    "GET /v1/settings/subscription-rules": ("/v1/settings/subscription-rules", None),
    "PUT /v1/settings/subscription-rules": (
        "/v1/settings/subscription-rules",
        {"rules": None},
    ),
    "GET /v1/settings": ("/v1/settings", None),
    "POST /v1/settings/time-zone/preview": (
        "/v1/settings/time-zone/preview",
        {"time_zone": "Europe/Berlin"},
    ),
    "POST /v1/settings/revenue/preview": ("/v1/settings/revenue/preview", {"statuses": [10, 11]}),
    "POST /v1/settings/windows/preview": (
        "/v1/settings/windows/preview",
        {"last_click_days": 1, "opt_in_days": 7},
    ),
    "POST /v1/settings/tracking-start/preview": (
        "/v1/settings/tracking-start/preview",
        {"tracking_start": None},
    ),
    "POST /v1/settings/attribution/preview": ("/v1/settings/attribution/preview", {"models": None}),
    "POST /v1/duplicates/owner/preview": ("/v1/duplicates/owner/preview", {"sources": []}),
    "POST /v1/effects/restate/preview": ("/v1/effects/restate/preview", {"from": MONTH}),
    "POST /v1/settings/domains/preview": (
        "/v1/settings/domains/preview",
        {"domains": ["shop.example"]},
    ),
    "GET /v1/settings/history": ("/v1/settings/history", None),
    "GET /v1/settings/time-zone": ("/v1/settings/time-zone", None),
    "PUT /v1/settings/time-zone": ("/v1/settings/time-zone", {"account": "acme"}),
    "GET /v1/settings/currency": ("/v1/settings/currency", None),
    "PUT /v1/settings/currency": ("/v1/settings/currency", {"account": "acme"}),
    "GET /v1/settings/revenue": ("/v1/settings/revenue", None),
    "PUT /v1/settings/revenue": ("/v1/settings/revenue", {"account": "acme"}),
    "GET /v1/settings/windows": ("/v1/settings/windows", None),
    "PUT /v1/settings/windows": ("/v1/settings/windows", {"account": "acme"}),
    "GET /v1/settings/tracking-start": ("/v1/settings/tracking-start", None),
    "PUT /v1/settings/tracking-start": ("/v1/settings/tracking-start", {"account": "acme"}),
    "GET /v1/settings/domains": ("/v1/settings/domains", None),
    "PUT /v1/settings/domains": ("/v1/settings/domains", {"account": "acme"}),
    "GET /v1/settings/reconciliation": ("/v1/settings/reconciliation", None),
    "PUT /v1/settings/reconciliation": ("/v1/settings/reconciliation", {"account": "acme"}),
    "GET /v1/settings/attribution": ("/v1/settings/attribution", None),
    "PUT /v1/settings/attribution": ("/v1/settings/attribution", {"models": None}),
    "GET /v1/settings/cleaning": ("/v1/settings/cleaning", None),
    "PUT /v1/settings/cleaning": ("/v1/settings/cleaning", {"account": "acme"}),
    "POST /v1/cleaning/preview": (
        "/v1/cleaning/preview",
        {"aliases": {"source": [{"equals": "google", "name": "search"}]}},
    ),
    "GET /v1/settings/engine": ("/v1/settings/engine", None),
    "PUT /v1/settings/engine": ("/v1/settings/engine", {}),
    "GET /v1/settings/refresh": ("/v1/settings/refresh", None),
    "PUT /v1/settings/refresh": ("/v1/settings/refresh", {"refresh": "daily"}),
    "POST /v1/subscriptions/preview": (
        "/v1/subscriptions/preview",
        {"rules": []},
    ),
    "POST /v1/orders": ("/v1/orders", {"account": "acme", "source": "bigcommerce", "rows": []}),
    "GET /v1/duplicates": ("/v1/duplicates", None),
    "GET /v1/effects": ("/v1/effects", None),
    "GET /v1/effects/{month}": (f"/v1/effects/{MONTH}", None),
    "POST /v1/effects/restate": ("/v1/effects/restate", {"account": "acme", "from": MONTH}),
    "GET /v1/audit": ("/v1/audit", None),
    "GET /v1/keys": ("/v1/keys", None),
    "POST /v1/keys": ("/v1/keys", {"account": "acme", "role": "owner", "label": "x"}),
    "POST /v1/keys/{key}/rotate": ("/v1/keys/none/rotate", {}),
    "DELETE /v1/keys/{key}": ("/v1/keys/none", None),
    "POST /v1/sign-in-links": ("/v1/sign-in-links", {"account": "acme", "label": "x"}),
    "GET /v1/sessions": ("/v1/sessions", None),
    "DELETE /v1/sessions/{session}": ("/v1/sessions/none", None),
    "GET /v1/home": ("/v1/home", None),
    "GET /v1/sign-in/{token}": ("/v1/sign-in/none", None),
    "POST /v1/sign-in/{token}": ("/v1/sign-in/none", None),
    "POST /v1/sign-out": ("/v1/sign-out", None),
    "PUT /v1/duplicates/owner": ("/v1/duplicates/owner", {"account": "acme", "sources": []}),
}
# Traces of this account: its name as a value, its store's hash, its orders' amounts.
# What everybody who has a key is told alike.
ALIKE = {"GET /v1/imports/templates/{template}"}
TRACES = ('"account":"acme"', "account=acme/", "buyer1@example.com", "11.01")


def deployed_routes(system: System) -> list[str]:
    document = requests.get(f"{system.stack.reports_url}/v1/openapi.json", timeout=30).json()
    return sorted(
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    )


def test_every_deployed_route_is_tried_from_another_account(connected: System) -> None:
    assert deployed_routes(connected) == sorted(ATTEMPTS)


@pytest.fixture(scope="module")
def validation(connected: System) -> str:
    """The id of a test of this account."""
    body = {"url": f"{connected.shop.url}/?utm_source=acme", "kind": "lead"}
    begun: str = connected.post("/v1/validations", body)["validation"]
    return begun


@pytest.fixture(scope="module")
def view(connected: System) -> str:
    """The id of a saved view of this account."""
    parameters = {"range": "last_7_days", "by": "campaign", "sort": "-net"}
    body = {"name": "acme's own", "report": "roi", "parameters": parameters}
    saved: str = connected.post("/v1/views", body)["view"]
    return saved


@pytest.fixture(scope="module")
def import_id(connected: System) -> str:
    """The id of a checked import of this account, with a row that is refused."""
    content = b"email,at\nnobody,2026-01-01T10:00:00Z\n"
    made = connected.post("/v1/imports", {"kind": "touchpoints", "size": len(content)})
    assert requests.put(made["upload"]["url"], data=content, timeout=30).ok
    checked: dict[str, Any] = connected.post(f"/v1/imports/{made['import']}/check", None)
    while checked["state"] == "checking":
        time.sleep(0.1)
        checked = connected.get(f"/v1/imports/{made['import']}")
    assert checked["checked"]["rejected"] == 1
    return str(made["import"])


@pytest.mark.parametrize("route", sorted(ATTEMPTS))
def test_another_accounts_key_reads_nothing_of_this_account(
    connected: System, validation: str, view: str, import_id: str, route: str
) -> None:
    path, body = ATTEMPTS[route]
    path = path.replace("{validation}", validation).replace("{view}", view)
    path = path.replace("{import_id}", import_id)
    method = route.split(" ", maxsplit=1)[0]
    own = connected.call(method, path, json=body)
    foreign = connected.call(method, path, json=body, key=connected.other_key)
    text = foreign.text.replace(" ", "")
    assert foreign.status_code < 500
    assert not any(trace in text for trace in TRACES)
    if method == "GET" and route not in OPEN_ROUTES | ALIKE:
        assert own.ok
        assert foreign.text != own.text


@pytest.mark.parametrize("key", ["", "hw_", "hw_not-a-key", "Bearer", "x" * 5_000])
def test_an_unknown_key_is_refused_everywhere_but_at_the_documentation(
    connected: System, key: str
) -> None:
    for route in deployed_routes(connected):
        method, path = route.split(" ")
        answer = connected.call(method, path, key=key)
        if route == "GET /v1/shared/{link}":
            assert answer.status_code == 404
            continue
        is_shown = route in OPEN_ROUTES and method == "GET"
        assert answer.status_code == (200 if is_shown else 403)
