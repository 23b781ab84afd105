from __future__ import annotations

import csv
import io
import logging
from typing import TYPE_CHECKING, Any

import pytest

from headwater.usecases.ports import ApiKey
from tests.lambda_side import OWNER, logged, sample
from tests.unit.usecases.file_imports import an_import
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

INGEST = ApiKey(ACCOUNT, "ingest", "0a1b2c3d")
BODY = {"kind": "touchpoints", "size": 60, "time_zone": "America/New_York"}


def test_an_import_is_answered_with_where_to_put_its_file(side: LambdaSide) -> None:
    answer = side.invoke("manage_imports", sample("manage_imports"))
    assert answer["statusCode"] == 201
    [new] = side.imports.latest(ACCOUNT, 9)
    assert (new.kind, new.size, new.options.time_zone) == ("touchpoints", 112, "America/New_York")
    listed = side.call("GET /v1/imports", caller=INGEST)["json"]["rows"]
    assert [one["import"] for one in listed] == [new.import_id]


def test_it_goes_from_step_to_step(side: LambdaSide) -> None:
    made = side.call("POST /v1/imports", caller=INGEST, body=BODY)["json"]
    assert made["upload"]["url"].startswith("https://lake.example.com/acme/")
    named: dict[str, Any] = {"import_id": made["import"], "caller": INGEST}
    refused = side.call("POST /v1/imports/{import_id}/check", **named)
    assert "none was put yet" in refused["json"]["detail"]
    side.import_files.upload(ACCOUNT, made["import"], b"email,at\n")
    body = {"time_zone": "UTC", "columns": {"Mail": "email"}}
    checking = side.call("POST /v1/imports/{import_id}/check", body=body, **named)
    assert (checking["statusCode"], checking["json"]["state"]) == (202, "checking")
    assert checking["json"]["options"] == body
    assert side.import_workers.started == [(ACCOUNT, made["import"])]
    read = side.call("GET /v1/imports/{import_id}", **named)["json"]
    assert read == checking["json"]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"kind": "clicks", "size": 1}, "kind"),
        ({"kind": "leads", "size": "1"}, "size"),
        ({"kind": "leads", "size": 1, "zone": "UTC"}, "zone"),
        ({"kind": "orders", "size": 1}, "source"),
        ({"kind": "leads", "size": 1, "time_zone": "Mars/Base"}, "time_zone"),
    ],
)
def test_what_is_wrong_is_named(side: LambdaSide, body: dict[str, Any], name: str) -> None:
    answer = side.call("POST /v1/imports", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert name in answer["json"]["detail"]


def test_refused_rows_are_for_owners(side: LambdaSide) -> None:
    side.imports.create(ACCOUNT, an_import("one", "done"))
    route = "GET /v1/imports/{import_id}/rejected"
    assert side.call(route, caller=INGEST, import_id="one")["statusCode"] == 403
    answer = side.call(route, caller=OWNER, import_id="one")["json"]
    assert (answer["rejected"], answer["expires_in"]) == (1, 900)
    assert answer["url"].endswith("/one/rejected.csv")


def test_what_was_done_is_told(side: LambdaSide, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    side.imports.create(ACCOUNT, an_import("one", "done"))
    named: dict[str, Any] = {"import_id": "one", "caller": OWNER}
    told = side.call("GET /v1/imports/{import_id}", **named)["json"]
    assert told["recognized"]["delimiter"] == "comma"
    assert (told["imported"]["new"], told["undone"]) == (1, None)
    assert told["undo_until"] == "2026-12-20T14:00:00+00:00"
    undoing = side.call("POST /v1/imports/{import_id}/undo", **named)["json"]
    assert undoing["undone"] == {"removed": 0, "restored": 0, "kept": 0, "kept_orders": []}
    assert "import asked for" in logged(caplog)


@pytest.mark.parametrize("name", ["costs.csv", "costs"])
def test_a_template_is_a_file(side: LambdaSide, name: str) -> None:
    route = "GET /v1/imports/templates/{template}"
    answer = side.call(route, caller=INGEST, template=name)
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer["body"])))
    assert [row["cost"] for row in rows] == ["12.40", "3.15"]
    assert side.call(route, caller=INGEST, template="people.csv")["statusCode"] == 404
