"""No marketer reads an email, whichever route he calls."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.masking import masked_text
from headwater.domain.sites import Site
from headwater.runtime.api.callers import OPEN_ROUTES, ROLES_OF_ROUTE
from headwater.usecases.ports import ApiKey, Source
from tests.lambda_side import OWNER, LambdaSide
from tests.unit.runtime.test_accounts_apart import CASES
from tests.unit.usecases.validations import a_validation
from tests.unit.usecases.views import a_link, a_view
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

ANN = "ann@acme.example"
IN_URL = "https://shop.example/?email=ann%40acme.example"
MARKETER = ApiKey(ACCOUNT, "marketer", "m1")
ROUTES = sorted(route for route, roles in ROLES_OF_ROUTE.items() if "marketer" in roles)
# Where an email stood for an owner, so that the test can tell that something was masked.
SHOWING = {
    "GET /v1/contacts/{contact}/journey",
    "GET /v1/orders/{source}/{order_id}/credits",
    "GET /v1/reports/roi",
    "GET /v1/setup/link",
    "GET /v1/validations",
}
_EMAIL = re.compile(r"[\w.+-]+(?:@|%(?:25)*40)[\w-]+\.\w+")
# What a route is asked here in place of what it is asked elsewhere: with an email in it.
ASKED: dict[str, dict[str, Any]] = {
    "GET /v1/contacts/{contact}/links": {"contact": ANN},
    "GET /v1/setup/link": {
        "query": "url=https://shop.example/&source=newsletter&medium=email&campaign=ann%40acme.example"
    },
    "GET /v1/validations/{validation}": {"validation": a_validation().validation_id},
    "POST /v1/validations/{validation}/end": {"validation": a_validation().validation_id},
    "GET /v1/views/{view}": {"view": a_view().view_id},
}


@pytest.fixture(scope="module")
def peopled() -> Workshop:
    """An account with a finished run, whose shoppers' emails stand where a shop may put them."""
    shop = Workshop()
    shop.order(7, "2026-11-20 15:00", "777.77", email=ANN)
    shop.click("2026-11-19 09:00", ANN, source="google", campaign=ANN)
    shop.visit("2026-11-19 10:00", "v1", landing_page=IN_URL, source="google", campaign=ANN)
    shop.opt_in("2026-11-18 09:00", "dan@acme.example")
    source = Source(STORE, "bigcommerce", "acmehash", "arn:acme", public_key="pk1")
    shop.accounts.save_source(ACCOUNT, source)
    shop.validations.save(ACCOUNT, a_validation(IN_URL))
    shop.views.save(ACCOUNT, a_view())
    with pytest.MonkeyPatch.context() as patch:
        side = LambdaSide(shop)
        side.wire(patch)
        side.run_pipeline(ACCOUNT)
    return shop


@pytest.fixture
def side(peopled: Workshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaSide]:
    side = LambdaSide(copy.deepcopy(peopled))
    side.wire(monkeypatch)
    side.edge_sites.sites["pk1"] = Site(ACCOUNT, STORE, frozenset({"https://shop.example"}))
    return side  # type: ignore[return-value]


def asked(side: LambdaSide, route: str, caller: ApiKey, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return side.call(route, caller=caller, **CASES[route] | ASKED.get(route, {}) | more)


@pytest.mark.parametrize("route", ROUTES)
def test_no_email_stands_in_any_answer_to_a_marketer(side: LambdaSide, route: str) -> None:
    # What is asked by a body is answered as JSON alone.
    for kind in ("application/json", "text/csv")[: 1 + route.startswith("GET ")]:
        answer = asked(side, route, MARKETER, headers={"accept": kind})
        assert answer["statusCode"] < 500
        assert _EMAIL.findall(answer["body"]) == []


@pytest.mark.parametrize("route", sorted(SHOWING))
def test_an_owner_reads_the_same_answer_unmasked(side: LambdaSide, route: str) -> None:
    shown, masked = (asked(side, route, caller) for caller in (OWNER, MARKETER))
    assert shown["statusCode"] == masked["statusCode"] == 200
    assert _EMAIL.findall(shown["body"])
    assert masked["body"] == masked_text(shown["body"])


def test_an_error_that_repeats_what_was_asked_is_masked_too(side: LambdaSide) -> None:
    body = {"url": "https://other.example/?email=zoe@other.example", "kind": "lead"}
    query = f"from=2026-11-01&to=2026-11-20&sort={ANN}"
    for route, more in (
        ("POST /v1/validations", {"body": body}),
        ("GET /v1/reports/roi", {"query": query}),
        ("GET /v1/contacts/{contact}/links", {"contact": "zoe@other.example"}),
    ):
        answer = side.call(route, caller=MARKETER, **more)
        assert 400 <= answer["statusCode"] < 500
        assert _EMAIL.findall(answer["body"]) == []


def test_who_posts_rows_reads_no_email_back_either(side: LambdaSide) -> None:
    rows = [{"email": ANN, "at": "never"}, {"email": f"{ANN} x", "at": "2026-11-19T09:00:00Z"}]
    ingest = ApiKey(ACCOUNT, "ingest", "i1")
    answer = side.call("POST /v1/touchpoints", caller=ingest, body={"rows": rows})
    assert answer["json"]["rejected"]
    assert _EMAIL.findall(answer["body"]) == []


def test_who_has_no_more_than_a_link_reads_no_email(side: LambdaSide) -> None:
    view = a_view("roi", by="campaign", **{"from": "2026-11-01", "to": "2026-11-20"})
    side.workshop.views.save(ACCOUNT, view)
    side.workshop.deliveries.add(ACCOUNT, replace(a_link("5ec2e7"), view_id=view.view_id))
    for kind in ("json", "csv"):
        answer = side.call("GET /v1/shared/{link}", link="5ec2e7", query=f"format={kind}")
        assert answer["statusCode"] == 200
        assert masked_text(ANN) in answer["body"]
        assert _EMAIL.findall(answer["body"]) == []


def test_every_route_of_a_marketer_is_tried() -> None:
    assert not set(ROUTES) & OPEN_ROUTES
    assert set(ROUTES) <= CASES.keys()
    assert set(ROUTES) >= SHOWING
