from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from headwater.runtime.api.bodies import LARGEST_BODY
from headwater.usecases.ports import ApiKey, Source
from tests.lambda_side import OWNER, http_event
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from headwater.domain.orders import Order
    from tests.lambda_side import LambdaSide

INGEST = ApiKey(ACCOUNT, "ingest", "0a1b2c3d")
ROUTE = "POST /v1/orders"
CSV = {"content-type": "text/csv; charset=utf-8"}
FILE = "\ufefforder_id;placed_at;total\r\n1;11/20/2026 10:00;12,50\r\n2;someday;1\r\n"
QUERY = "source=till&currency=USD&time_zone=America/New_York"
ROW: dict[str, Any] = {"order_id": "1", "placed_at": "2026-11-20T10:00:00Z", "total": 12.50}


def stored(side: LambdaSide) -> Order:
    order = side.workshop.orders.get(ACCOUNT, "till", "1")
    assert order is not None
    return order


def test_posted_orders_are_kept_with_every_digit(side: LambdaSide) -> None:
    body = {"source": "till", "currency": "USD", "rows": [ROW, {}]}
    answer = side.call(ROUTE, caller=INGEST, body=body)
    assert (answer["json"]["accepted"], answer["json"]["changed"]) == (1, 1)
    assert answer["json"]["rejected"] == [{"index": 1, "reason": "total: missing"}]
    assert str(stored(side).total) == "12.5"


def test_a_file_is_kept(side: LambdaSide) -> None:
    answer = side.call(ROUTE, caller=INGEST, body=FILE, headers=CSV, query=QUERY)
    assert answer["statusCode"] == 200
    [fault] = answer["json"]["rejected"]
    assert (fault["index"], fault["reason"].partition(": placed_at")[0]) == (1, "row 3")
    assert (stored(side).placed_at.hour, str(stored(side).total)) == (15, "12.50")


def test_a_file_in_base64_is_the_same_file(side: LambdaSide) -> None:
    event = http_event(ROUTE, INGEST, body=FILE, headers=CSV, query=QUERY)
    event |= {"body": base64.b64encode(FILE.encode()).decode(), "isBase64Encoded": True}
    assert side.invoke("import_rows", event)["statusCode"] == 200
    assert stored(side).currency == "USD"
    event["body"] = base64.b64encode(FILE.encode("utf-16")).decode()
    assert side.invoke("import_rows", event)["statusCode"] == 400


def test_a_file_that_is_too_large_is_not_parsed(side: LambdaSide) -> None:
    body = "x" * (LARGEST_BODY + 1)
    answer = side.call(ROUTE, caller=INGEST, body=body, headers=CSV, query=QUERY)
    assert answer["statusCode"] == 413


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("currency=USD", "source"),
        ("source=till&time_zone=Mars/Base", "time_zone"),
        ("source=till&time_zone=../etc/passwd", "time_zone"),
        ("source=till&decimal=dot", "decimal"),
        ("source=till&delimiter=x", "delimiter"),
    ],
)
def test_a_parameter_of_a_file_that_is_wrong_is_named(
    side: LambdaSide, query: str, name: str
) -> None:
    answer = side.call(ROUTE, caller=INGEST, body=FILE, headers=CSV, query=query)
    assert answer["statusCode"] == 400
    assert name in answer["json"]["detail"]


def test_json_takes_no_parameters_of_files(side: LambdaSide) -> None:
    answer = side.call(ROUTE, caller=INGEST, body={"source": "till", "rows": [ROW]}, query=QUERY)
    assert answer["statusCode"] == 400
    assert "only for text/csv" in answer["json"]["detail"]


def test_the_name_of_a_store_is_refused(side: LambdaSide) -> None:
    store = Source("till", "bigcommerce", "abc123", "arn")
    side.workshop.accounts.save_source(ACCOUNT, store)
    answer = side.call(ROUTE, caller=INGEST, body={"source": "till", "rows": [ROW]})
    assert answer["statusCode"] == 400
    assert "choose another name" in answer["json"]["detail"]


def test_an_account_says_which_source_owns_a_doubled_sale(side: LambdaSide) -> None:
    shop = side.workshop
    for name in ("store", "till"):
        shop.accounts.add_source(ACCOUNT, Source(name, "api", "", "", is_history_complete=True))
        shop.order(1, "2026-11-20 10:00", source=name)
    side.run_pipeline()
    found = side.call("GET /v1/duplicates", caller=OWNER, query="state=open")["json"]
    assert (found["open"], len(found["rows"])) == (1, 1)
    body = {"sources": ["till"]}
    answer = side.call("PUT /v1/duplicates/owner", caller=OWNER, body=body)
    assert answer["json"] == {"sources": ["till"], "run_started": True}
    side.run_pipeline()
    found = side.call("GET /v1/duplicates", caller=OWNER)["json"]
    assert (found["open"], found["rows"][0]["owner"]) == (0, "till")
    report = side.call("GET /v1/reports/roi", caller=OWNER)["json"]
    assert report["totals"]["net"] == "100.00"


@pytest.mark.parametrize(
    "body", [{"sources": ["nowhere"]}, {"sources": "till"}, {}, [], {"sources": [], "x": 1}]
)
def test_an_answer_of_another_shape_is_refused(side: LambdaSide, body: object) -> None:
    answer = side.call("PUT /v1/duplicates/owner", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert side.workshop.pipeline.pulled == []


def test_a_state_that_is_none_is_refused(reported: LambdaSide) -> None:
    answer = reported.call("GET /v1/duplicates", caller=OWNER, query="state=maybe")
    assert answer["statusCode"] == 400
