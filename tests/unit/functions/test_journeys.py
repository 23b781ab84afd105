"""Journeys and searches over the API: who sees what, and what is refused."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from headwater.domain.journeys import Profile
from headwater.domain.nodes import email_node
from headwater.usecases.ports import ApiKey
from tests.lambda_side import OWNER, LambdaSide
from tests.workshop import ACCOUNT

MARKETER = ApiKey(ACCOUNT, "marketer", "b1")
ANN = email_node("ann@example.com")
JOURNEY, CONTACTS, ORDERS = (
    "GET /v1/contacts/{contact}/journey",
    "GET /v1/contacts",
    "GET /v1/orders",
)


@pytest.fixture
def known(reported: LambdaSide) -> LambdaSide:
    """Return the reported account with Ann's address in her profile."""
    shop = reported.workshop
    shop.journeys.add_profiles(ACCOUNT, [Profile(ANN, "ann@example.com")], shop.clock.now())
    return reported


def test_a_marketer_sees_masked_addresses_and_an_owner_whole_ones(known: LambdaSide) -> None:
    for caller, email in ((OWNER, "ann@example.com"), (MARKETER, "a…@e….com")):
        journey = known.call(JOURNEY, caller=caller, contact=ANN)["json"]
        assert [each["email"] for each in journey["identities"]] == [email]
        [row] = known.call(CONTACTS, caller=caller, query="q=7")["json"]["rows"]
        assert row["emails"] == [email]


def test_a_search_leads_to_the_journey_and_to_the_credits(known: LambdaSide) -> None:
    [contact] = known.call(CONTACTS, caller=MARKETER, query="email=ann@example.com")["json"]["rows"]
    assert contact["journey"] == f"/v1/contacts/{ANN}/journey"
    answer = known.call(JOURNEY, caller=MARKETER, contact=contact["contact"])
    [order] = [each for each in answer["json"]["events"] if each["type"] == "order"]
    found = known.call(ORDERS, caller=MARKETER, query="email=ann@example.com")["json"]["rows"]
    assert [row["credits"] for row in found] == [order["credits"]]
    etag = answer["headers"]["ETag"]
    again = known.call(JOURNEY, caller=MARKETER, contact=ANN, headers={"if-none-match": etag})
    assert again["statusCode"] == 304


def test_orders_come_as_csv_and_in_pages(known: LambdaSide) -> None:
    query = "campaign=brand&only_attributed=true&from=2026-11-01&to=2026-11-20&sort=-net&limit=1"
    answer = known.call(ORDERS, caller=MARKETER, query=query, headers={"accept": "text/csv"})
    [row] = csv.DictReader(io.StringIO(answer["body"]))
    assert (row["order_id"], row["campaign"]) == ("7", "'=brand")
    told = known.call(ORDERS, caller=MARKETER, query=query)["json"]
    assert (told["totals"]["orders"], told["next"]) == (1, None)


@pytest.mark.parametrize(
    ("route", "query", "parameter"),
    [
        (CONTACTS, "", "q: "),
        (CONTACTS, "q=7&order=7", "q: "),
        (CONTACTS, "email=ann", "email: "),
        (ORDERS, "email=ann", "email: "),
        (ORDERS, "kind=store", "kind: "),
        (ORDERS, "model=magic", "model: "),
        (ORDERS, "utm_source=x", "utm_source: "),
        (JOURNEY, "model=magic", "model: "),
    ],
)
def test_what_nobody_can_answer_is_refused(
    known: LambdaSide, route: str, query: str, parameter: str
) -> None:
    path: dict[str, Any] = {"contact": ANN} if route == JOURNEY else {}
    answer = known.call(route, caller=MARKETER, query=query, **path)
    assert answer["statusCode"] == 400
    assert answer["json"]["detail"].startswith(parameter)


def test_a_stranger_is_not_found(known: LambdaSide) -> None:
    answer = known.call(JOURNEY, caller=MARKETER, contact=email_node("nobody@example.com"))
    assert answer["statusCode"] == 404
