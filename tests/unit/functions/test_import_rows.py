from __future__ import annotations

import base64
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.errors import RateLimitedError
from headwater.runtime.api.bodies import LARGEST_BODY
from headwater.usecases.ports import ApiKey
from tests.lambda_side import sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    import pytest

    from tests.lambda_side import LambdaSide

INGEST = ApiKey(ACCOUNT, "ingest", "0a1b2c3d")
DAY = date(2026, 11, 20)
LOAD: dict[str, Any] = {
    "platform": "google",
    "ad_account": "1",
    "currency": "USD",
    "load": "l1",
    "complete": True,
}


def test_posted_clicks_are_kept(side: LambdaSide) -> None:
    answer = side.invoke("import_rows", sample("import_rows"))
    assert answer["statusCode"] == 200
    result = json.loads(answer["body"])
    assert (result["accepted"], result["rejected"]) == (2, [])
    [touch] = side.workshop.journeys.touchpoints_on(ACCOUNT, DAY)
    assert touch.visitor == "v-01JD3T8Q"


def test_a_bad_row_is_answered_and_stops_no_other(side: LambdaSide) -> None:
    rows = [{"visitor": "v1"}, {"visitor": "v1", "at": "2026-11-20T10:00:00Z"}]
    answer = side.call("POST /v1/touchpoints", caller=INGEST, body={"rows": rows})
    assert answer["json"]["rejected"] == [{"index": 0, "reason": "at: missing"}]
    assert len(list(side.workshop.journeys.touchpoints_on(ACCOUNT, DAY))) == 1


def test_leads_are_kept(side: LambdaSide) -> None:
    lead = {"source": "crm", "external_id": "1", "email": "ann@example.com"}
    body = {"rows": [{**lead, "created_at": "2026-11-20T10:00:00Z"}]}
    assert side.call("POST /v1/leads", caller=INGEST, body=body)["json"]["accepted"] == 1
    assert len(list(side.workshop.journeys.opt_ins_on(ACCOUNT, DAY))) == 1


def test_an_amount_keeps_every_digit_that_was_sent(side: LambdaSide) -> None:
    body = json.dumps({**LOAD, "rows": [{"day": "2026-11-20", "cost": 0}]})
    exact = body.replace('"cost": 0', '"cost": 12345678901.123456789')
    answer = side.call("POST /v1/costs", caller=INGEST, body=exact)
    assert answer["json"]["completed"] is True
    [row] = side.workshop.costs.on_day(ACCOUNT, DAY)
    assert row.cost == Decimal("12345678901.123456789")


def test_a_body_in_base64_is_read(side: LambdaSide) -> None:
    event = sample("import_rows")
    event |= {"body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert side.invoke("import_rows", event)["statusCode"] == 200


def test_what_is_no_json_is_refused(side: LambdaSide) -> None:
    deep = "[" * 100_000
    for body in ("", "{", "NaN", '{"rows": [1e', deep):
        answer = side.call("POST /v1/leads", caller=INGEST, body=body)
        assert answer["statusCode"] == 400
        assert answer["json"]["type"] == "urn:headwater:problem:invalid-body"
    event = sample("import_rows") | {"body": "//4=", "isBase64Encoded": True}
    assert side.invoke("import_rows", event)["statusCode"] == 400


def test_a_post_of_another_shape_names_what_is_wrong(side: LambdaSide) -> None:
    answer = side.call("POST /v1/leads", caller=INGEST, body={"rows": [], "extra": 1})
    assert answer["statusCode"] == 400
    assert answer["json"]["type"] == "urn:headwater:problem:invalid-parameter"
    assert "extra" in answer["json"]["detail"]


def test_a_body_that_is_too_large_is_not_parsed(side: LambdaSide) -> None:
    answer = side.call("POST /v1/leads", caller=INGEST, body=" " * (LARGEST_BODY + 1))
    assert answer["statusCode"] == 413
    event = sample("import_rows") | {"body": "A" * 7_000_000, "isBase64Encoded": True}
    assert side.invoke("import_rows", event)["statusCode"] == 413


def test_a_table_that_is_busy_asks_to_come_again(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttle(*_: object) -> int:
        message = "PutItem: ThrottlingException"
        raise RateLimitedError(message, 2.4)

    monkeypatch.setattr(side.workshop.journeys, "add_touchpoints", throttle)
    answer = side.invoke("import_rows", sample("import_rows"))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (429, "3")
    assert "PutItem" not in answer["body"]
