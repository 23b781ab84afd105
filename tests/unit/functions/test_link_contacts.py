from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headwater.domain.nodes import email_node
from headwater.usecases.ports import ApiKey
from tests.lambda_side import OWNER, logged, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    import pytest

    from tests.lambda_side import LambdaSide

LINKS = "GET /v1/contacts/{contact}/links"
SAY = "POST /v1/contacts/{contact}/links"
TAKE_BACK = "DELETE /v1/contacts/{contact}/links/{other}"
ANN, BOB = email_node("ann@example.com"), email_node("bob@example.com")


def test_a_link_is_said_listed_and_taken_back(reported: LambdaSide) -> None:
    body = {"with": "bob@example.com", "kind": "link"}
    said = reported.call(SAY, caller=OWNER, body=body, contact=ANN)["json"]
    assert (said["changed"], said["links"][0]["with"]) == (True, BOB)
    marketer = ApiKey(ACCOUNT, "marketer", "k")
    listed = reported.call(LINKS, caller=marketer, contact=ANN)["json"]
    assert listed["links"] == said["links"]
    taken = reported.call(TAKE_BACK, caller=OWNER, contact=ANN, other=BOB)["json"]
    assert taken["links"] == []


def test_neither_answers_nor_logs_hold_an_email(
    reported: LambdaSide, caplog: pytest.LogCaptureFixture
) -> None:
    for other in ("bob@example.com", "stranger@example.com", "not an@email"):
        body = {"with": other, "kind": "link"}
        answer = reported.call(SAY, caller=OWNER, body=body, contact=ANN)
        assert "@" not in answer["body"]
    assert "@example.com" not in logged(caplog)


def test_a_field_that_is_missing_or_wrong_is_named(reported: LambdaSide) -> None:
    answer = reported.call(SAY, caller=OWNER, body={"with": BOB, "kind": "merge"}, contact=ANN)
    assert answer["statusCode"] == 400
    assert [error["name"] for error in answer["json"]["errors"]] == ["kind"]


def test_the_sample_event_is_answered(reported: LambdaSide) -> None:
    answer = reported.invoke("link_contacts", sample("link_contacts"))
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["detail"].startswith("contact: the last run knows nobody")
