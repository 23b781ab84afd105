"""No key reads or changes anything of another account, whatever its request names."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from headwater.domain.access import KeyRecord, KeyRing, SignIn
from headwater.domain.identity import sorted_pair
from headwater.domain.journeys import Edge
from headwater.domain.nodes import email_node
from headwater.domain.setting_documents import SETTING_DOCUMENTS
from headwater.domain.settings import AccountSettings
from headwater.domain.sites import Site
from headwater.runtime.api.callers import OPEN_ROUTES
from headwater.runtime.api.openapi import openapi_document
from headwater.usecases.ports import ApiKey, Source
from tests.lambda_side import LambdaSide
from tests.unit.usecases.file_imports import an_import
from tests.unit.usecases.validations import a_validation
from tests.unit.usecases.views import a_link, a_view
from tests.workshop import ACCOUNT, STORE, Workshop

START = datetime(2026, 11, 21, tzinfo=UTC)
LATER = datetime(2026, 11, 23, tzinfo=UTC)
RIVAL = ApiKey("rival", "owner", "b1")
OWNER = ApiKey(ACCOUNT, "owner", "a1")
KEY = KeyRecord("a9", "ingest", "acme-campaign", START, "acmehash", "f" * 64)
LINK = SignIn("s9", "marketer", "acme-campaign", START, "acmehash", LATER, 9, "c" * 64)
# Words that stand in nothing but the account's own items.
OWN_WORDS = ("acme-campaign", "acme.example", "acmehash", "acmepublickey", "777.77", '"acme"')
ROUTES = sorted(
    f"{method.upper()} {path}"
    for path, operations in openapi_document()["paths"].items()
    for method in operations
)
# What everybody who has a key is told alike.
ALIKE = {"GET /v1/imports/templates/{template}"}
READING = [name for name in ROUTES if name.startswith("GET ") and name not in OPEN_ROUTES | ALIKE]
ANN, DAN = email_node("ann@acme.example"), email_node("dan@acme.example")
# Trying credentials keeps nothing; a preview asks only, with more than fits an address.
ASKING = {
    "POST /v1/sources/check",
    "POST /v1/subscriptions/preview",
    "POST /v1/cleaning/preview",
    "POST /v1/sources/{source}/fields/preview",
    *(f"POST {setting.preview}" for setting in SETTING_DOCUMENTS if setting.preview),
    "POST /v1/effects/restate/preview",
}
# Whoever brings a link or a cookie is the one it was made for; a key opens and closes neither.
ENTERING = {"POST /v1/sign-in/{token}", "POST /v1/sign-out"}
WRITING = [name for name in ROUTES if not name.startswith("GET ") and name not in ASKING | ENTERING]
TEST = a_validation("https://acme.example/?utm_campaign=acme-campaign")
VIEW = a_view(range="last_30_days", filter="campaign = acme-campaign", by="campaign")
MARKS = "source=newsletter&medium=email&campaign=spring"
# What each route is asked: as much of the account's as a request can name.
CASES: dict[str, dict[str, Any]] = {
    "GET /v1/reports": {},
    "GET /v1/reports/roi": {"query": "from=2026-11-01&to=2026-11-20&by=campaign"},
    "GET /v1/reports/models": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/reports/journeys": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/reports/reconciliation": {"query": "from=2026-11-01&to=2026-11-20"},
    "POST /v1/reconciliations": {"body": {"from": "2026-11-01", "to": "2026-11-20"}},
    "GET /v1/orders/{source}/{order_id}/credits": {"source": STORE, "order_id": "7"},
    "GET /v1/reports/coverage": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/reports/cohorts": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/reports/ltv": {"query": "from=2026-11-01&to=2026-11-20&by=contact"},
    "GET /v1/reports/leads": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/orders": {"query": "from=2026-11-01&to=2026-11-20&campaign=acme-campaign"},
    "GET /v1/contacts": {"query": "q=ann@acme.example"},
    "GET /v1/contacts/{contact}/journey": {"contact": ANN},
    "GET /v1/reports/lags": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/reports/forecast": {"query": "from=2026-01-01&to=2026-11-20&orders=all"},
    "GET /v1/reports/subscriptions": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/reports/{report}/rows": {
        "query": "from=2026-11-01&to=2026-11-20&of=net",
        "report": "roi",
    },
    "GET /v1/reports/health": {"query": "from=2026-11-01&to=2026-11-20"},
    "GET /v1/deliveries": {},
    "POST /v1/deliveries": {"body": {"view": VIEW.view_id, "by": "link"}},
    "DELETE /v1/deliveries/{delivery}": {"delivery": a_link().delivery_id},
    "GET /v1/shared/{link}": {"link": "none"},
    "GET /v1/views": {},
    "POST /v1/views": {"body": {"name": "Mine", "report": "roi"}},
    "GET /v1/views/{view}": {"view": VIEW.view_id},
    "PUT /v1/views/{view}": {"view": VIEW.view_id, "body": {"name": "Mine", "report": "roi"}},
    "DELETE /v1/views/{view}": {"view": VIEW.view_id},
    "GET /v1/views/{view}/report": {"view": VIEW.view_id},
    "GET /v1/setup/url-templates": {},
    "GET /v1/setup/link": {"query": f"url=https://shop.example/&{MARKS}"},
    "GET /v1/runs": {},
    "GET /v1/exports": {},
    "GET /v1/exports/{table}": {"table": "credits"},
    "GET /v1/sources": {},
    "POST /v1/sources": {
        "body": {
            "store": "acmehash",
            "access_token": "t",
            "source": "second",
            "domains": ["https://acme.example"],
        }
    },
    "GET /v1/sources/{source}": {"source": STORE},
    "POST /v1/sources/check": {"body": {"store": "acmehash", "access_token": "t"}},
    "POST /v1/sources/{source}/test": {"source": STORE},
    "POST /v1/sources/{source}/pause": {"source": STORE},
    "POST /v1/sources/{source}/resume": {"source": STORE},
    "POST /v1/sources/{source}/reconnect": {"source": STORE, "body": {"access_token": "t"}},
    "PUT /v1/sources/{source}/options": {"source": STORE, "body": {"webhooks": True}},
    "GET /v1/sources/{source}/snippets": {"source": STORE},
    "POST /v1/sources/{source}/fields/preview": {"source": "crm", "body": {}},
    "PUT /v1/sources/{source}/fields": {
        "source": "crm",
        "body": {"fields": {"Where from": "first_utm_source"}},
    },
    "DELETE /v1/sources/{source}": {"source": STORE, "query": "data=delete"},
    "POST /v1/touchpoints": {
        "body": {"rows": [{"email": "ann@acme.example", "at": "2026-11-19T09:00:00Z"}]}
    },
    "POST /v1/imports": {"body": {"kind": "touchpoints", "size": 60}},
    "GET /v1/imports": {},
    "GET /v1/imports/{import_id}": {"import_id": "checked"},
    "GET /v1/imports/{import_id}/rejected": {"import_id": "checked"},
    "GET /v1/imports/templates/{template}": {"template": "leads.csv"},
    "POST /v1/imports/{import_id}/check": {"import_id": "waiting_for_file"},
    "POST /v1/imports/{import_id}/start": {"import_id": "checked"},
    "POST /v1/imports/{import_id}/undo": {"import_id": "done"},
    "POST /v1/leads": {
        "body": {
            "rows": [
                {
                    "source": "crm",
                    "external_id": "1",
                    "email": "ann@acme.example",
                    "created_at": "2026-11-19T09:00:00Z",
                }
            ]
        }
    },
    "POST /v1/costs": {
        "body": {
            "platform": "google",
            "ad_account": "1",
            "currency": "USD",
            "load": "l",
            "complete": True,
            "rows": [{"day": "2026-11-19", "cost": "1"}],
        }
    },
    "POST /v1/ad-clicks": {
        "body": {
            "platform": "google",
            "rows": [{"click_id": "x", "day": "2026-11-19", "campaign_id": "1"}],
        }
    },
    "GET /v1/contacts/{contact}/links": {"contact": ANN},
    "POST /v1/contacts/{contact}/links": {
        "contact": ANN,
        "body": {"with": "cara@acme.example", "kind": "link"},
    },
    "DELETE /v1/contacts/{contact}": {"contact": ANN},
    "DELETE /v1/contacts/{contact}/links/{other}": {"contact": ANN, "other": DAN},
    "GET /v1/settings/subscription-rules": {},
    "PUT /v1/settings/subscription-rules": {
        "body": {"rules": [{"app": "acme", "channel_ids": [7]}]}
    },
    "GET /v1/settings": {},
    "POST /v1/settings/time-zone/preview": {"body": {"time_zone": "Europe/Berlin"}},
    "POST /v1/settings/revenue/preview": {"body": {"statuses": [10, 11]}},
    "POST /v1/settings/windows/preview": {"body": {"last_click_days": 1, "opt_in_days": 7}},
    "POST /v1/settings/tracking-start/preview": {"body": {"tracking_start": None}},
    "POST /v1/settings/domains/preview": {"body": {"domains": ["shop.example"]}},
    "POST /v1/settings/attribution/preview": {"body": {"models": None}},
    "POST /v1/duplicates/owner/preview": {"body": {"sources": []}},
    "POST /v1/effects/restate/preview": {"body": {"from": "2026-11"}},
    "GET /v1/settings/history": {},
    "GET /v1/settings/time-zone": {},
    "PUT /v1/settings/time-zone": {"body": {"time_zone": "Europe/Berlin"}},
    "GET /v1/settings/currency": {},
    "PUT /v1/settings/currency": {"body": {"currency": "EUR"}},
    "GET /v1/settings/revenue": {},
    "PUT /v1/settings/revenue": {"body": {"statuses": [10, 11]}},
    "GET /v1/settings/windows": {},
    "PUT /v1/settings/windows": {"body": {"last_click_days": 1, "opt_in_days": 7}},
    "GET /v1/settings/tracking-start": {},
    "PUT /v1/settings/tracking-start": {"body": {"tracking_start": "2026-11-01T00:00:00Z"}},
    "GET /v1/settings/domains": {},
    "PUT /v1/settings/domains": {"body": {"domains": ["shop.example"]}},
    "GET /v1/settings/reconciliation": {},
    "PUT /v1/settings/reconciliation": {"body": {"days": 3}},
    "GET /v1/settings/attribution": {},
    "PUT /v1/settings/attribution": {
        "body": {"models": {"acme_model": {"kind": "first", "channels": ["email"]}}}
    },
    "GET /v1/settings/cleaning": {},
    "PUT /v1/settings/cleaning": {
        "body": {"aliases": {"campaign": [{"equals": "x", "name": "acme-campaign"}]}}
    },
    "POST /v1/cleaning/preview": {
        "body": {"aliases": {"source": [{"equals": "google", "name": "search"}]}}
    },
    "GET /v1/settings/engine": {},
    "PUT /v1/settings/engine": {"body": {"contact_buckets": 7}},
    "GET /v1/settings/refresh": {},
    "PUT /v1/settings/refresh": {"body": {"refresh": "15min"}},
    "POST /v1/subscriptions/preview": {
        "body": {"rules": [{"app": "any", "order_sources": ["www"]}]}
    },
    "POST /v1/orders": {
        "body": {
            "source": "retail",
            "currency": "USD",
            "rows": [
                {
                    "order_id": "7",
                    "placed_at": "2026-11-19T09:00:00Z",
                    "total": "1",
                    "email": "ann@acme.example",
                }
            ],
        }
    },
    "GET /v1/duplicates": {},
    "PUT /v1/duplicates/owner": {"body": {"sources": []}},
    "POST /v1/validations": {"body": {"url": "https://both.example/", "kind": "lead"}},
    "GET /v1/validations": {},
    "GET /v1/validations/{validation}": {"validation": TEST.validation_id},
    "POST /v1/validations/{validation}/end": {"validation": TEST.validation_id},
    "GET /v1/effects": {},
    "GET /v1/effects/{month}": {"month": "2026-11"},
    "POST /v1/effects/restate": {"body": {"from": "2026-11"}},
    "GET /v1/audit": {},
    "GET /v1/keys": {},
    "POST /v1/keys": {"body": {"role": "owner", "label": "acme"}},
    "POST /v1/keys/{key}/rotate": {"key": KEY.key_id, "body": {}},
    "DELETE /v1/keys/{key}": {"key": KEY.key_id},
    "POST /v1/sign-in-links": {"body": {"label": "acme"}},
    "GET /v1/sessions": {},
    "DELETE /v1/sessions/{session}": {"session": LINK.session_id},
    "POST /v1/sign-out": {},
    "GET /v1/home": {},
    "GET /v1/sign-in/{token}": {"token": "t" * 43},
    "POST /v1/sign-in/{token}": {"token": "t" * 43},
    "GET /v1/openapi.json": {},
    "GET /v1/validations/page": {},
}


@pytest.fixture(scope="module")
def two_accounts() -> Workshop:
    """Two accounts with a finished run each; their order has the same number."""
    shop = Workshop()
    order = shop.order(7, "2026-11-20 15:00", "777.77", email="ann@acme.example")
    shop.click("2026-11-19 09:00", "ann@acme.example", source="google", campaign="acme-campaign")
    for email in ("cara@acme.example", "dan@acme.example"):
        shop.opt_in("2026-11-18 09:00", email)
    link = Edge(*sorted_pair(ANN, DAN), shop.clock.now(), "link")
    shop.edges.put(ACCOUNT, link, shop.clock.now())
    source = Source(STORE, "bigcommerce", "acmehash", "arn:acme", public_key="acmepublickey")
    shop.accounts.save_source(ACCOUNT, source)
    shop.accounts.save_source(ACCOUNT, Source("crm", "klaviyo", "", "arn:crm"))
    shop.validations.save(ACCOUNT, TEST)
    shop.views.save(ACCOUNT, VIEW)
    shop.deliveries.add(ACCOUNT, a_link())
    shop.access.change(ACCOUNT, KeyRing((KEY,), 1), {KEY.sha256: OWNER}, ())
    shop.access.invite(ACCOUNT, LINK)
    shop.accounts.create("rival", AccountSettings(), shop.clock.now())
    rivals = replace(
        source, source="rivals", store_hash="rivalhash", secret_arn="arn:rival", public_key="rivals"
    )
    shop.accounts.save_source("rival", rivals)
    other = replace(order, email="bob@rival.example", total=order.total + 1)
    shop.orders.upsert("rival", [other], shop.clock.now())
    shop.accounts.save_source("rival", replace(rivals, source=STORE))
    with pytest.MonkeyPatch.context() as patch:
        side = LambdaSide(shop)
        side.wire(patch)
        side.run_pipeline(ACCOUNT)
        side.run_pipeline("rival")
    return shop


@pytest.fixture
def both(two_accounts: Workshop, monkeypatch: pytest.MonkeyPatch) -> LambdaSide:
    side = LambdaSide(copy.deepcopy(two_accounts))
    side.wire(monkeypatch)
    for key, account in (("acmepublickey", ACCOUNT), ("rivals", "rival")):
        pages = frozenset({f"https://{account}.example", "https://both.example"})
        side.edge_sites.sites[key] = Site(account, STORE, pages)
    for state in ("waiting_for_file", "checked", "done"):
        side.imports.create(ACCOUNT, an_import(state, state))
        side.import_files.upload(ACCOUNT, state, b"email,at")
    return side


def state_of(side: LambdaSide, account: str) -> str:
    """Return all that is stored of an account."""
    shop = side.workshop
    day = shop.clock.now().date().replace(day=19)
    return repr(
        (
            shop.accounts.settings(account),
            shop.accounts.sources(account),
            shop.runs.head(account),
            shop.marks.raised(account),
            list(shop.journeys.touchpoints_on(account, day)),
            list(shop.journeys.opt_ins_on(account, day)),
            list(shop.costs.on_day(account, day)),
            list(shop.costs.clicks_on_day(account, day)),
            shop.edges.said_of(account, [ANN, DAN]),
            list(shop.orders.on_day(account, day)),
            sorted(key for key in shop.lake.objects if f"account={account}/" in key),
            [one for one in side.hooks.addresses.values() if one.account == account],
            [site for site in side.edge_sites.sites.values() if site.account == account],
            shop.pipeline.pulled.count(account),
            shop.validations.all(account),
            shop.views.all(account),
            shop.deliveries.all(account),
            side.imports.latest(account, 9),
            shop.access.ring(account),
            shop.access.all(account),
            [key for key in shop.access.keys.values() if key.account == account],
        )
    )


@pytest.mark.parametrize("route", ROUTES)
def test_another_accounts_owner_reads_and_changes_nothing(both: LambdaSide, route: str) -> None:
    before = state_of(both, ACCOUNT)
    answer = both.call(route, caller=RIVAL, **CASES[route])
    asked = json.dumps(CASES[route])
    # A contact of another account is nobody, a test or view of it none, nor is its CRM one of ours.
    named = (
        *("{contact}", "{validation}", "{view}", "/fields", "{import_id}"),
        *("POST /v1/deliveries", "{delivery}", "{link}", "{key}", "{session}"),
    )
    is_named = any(name in route for name in named)
    let_in = {400, 403} if route in ENTERING else {404} if is_named else {200, 201, 202}
    assert answer["statusCode"] in let_in
    assert [word for word in OWN_WORDS if word in answer["body"] and word not in asked] == []
    assert state_of(both, ACCOUNT) == before


@pytest.mark.parametrize("route", READING)
def test_the_accounts_own_owner_reads_what_the_other_must_not(both: LambdaSide, route: str) -> None:
    answer = both.call(route, caller=OWNER, **CASES[route])
    assert [word for word in OWN_WORDS if word in answer["body"]]


@pytest.mark.parametrize("route", WRITING)
def test_the_accounts_own_owner_changes_what_the_other_must_not(
    both: LambdaSide, route: str
) -> None:
    before = state_of(both, ACCOUNT)
    both.call(route, caller=OWNER, **CASES[route])
    assert state_of(both, ACCOUNT) != before


def test_an_order_of_the_same_number_is_each_accounts_own(both: LambdaSide) -> None:
    route = "GET /v1/orders/{source}/{order_id}/credits"
    totals = {
        caller.account: both.call(route, caller=caller, **CASES[route])["json"]["order"]["net"]
        for caller in (OWNER, RIVAL)
    }
    assert totals == {"acme": "777.77", "rival": "778.77"}


def test_an_account_that_a_request_names_is_not_listened_to(both: LambdaSide) -> None:
    for names in ({"query": "account=acme"}, {"headers": {"x-account": "acme"}}):
        answer = both.call("GET /v1/runs", caller=RIVAL, **names)
        assert "acme" not in answer["body"] or answer["statusCode"] == 400
