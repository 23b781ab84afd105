"""The bad day, as the three users meet it: each a clear error or a kept bad row."""

from __future__ import annotations

import gzip
import json
import time
from datetime import date, datetime
from typing import Any

import pytest
import requests

from tests.e2e.conftest import ORIGIN, YESTERDAY, ZONE, System


def rejected(system: System) -> list[Any]:
    """Return every bad row that the lake keeps."""
    s3, bucket = system.stack.client("s3"), system.stack.outputs["LakeBucketName"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="raw/rejected/").get("Contents", [])
    found: list[Any] = []
    for item in listed:
        body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        found.append(json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body))
    return found


def test_a_hit_that_is_no_json_is_refused_and_kept(connected: System) -> None:
    answer = connected.send('{"v":1,"key":"half a hit and a marker 4711')
    connected.wait_for_hits()
    assert answer.status_code == 400
    assert "4711" in json.dumps(rejected(connected))


def test_a_hit_that_is_too_large_is_refused_and_its_beginning_kept(connected: System) -> None:
    answer = connected.send("oversized-marker " + "x" * 70_000)
    connected.wait_for_hits()
    assert answer.status_code == 413
    assert "oversized-marker" in json.dumps(rejected(connected))


def test_an_event_of_an_unknown_kind_is_kept_and_the_others_are_recorded(
    connected: System,
) -> None:
    answer = connected.hit(
        {"type": "teleport", "id": "strange-event"},
        {"type": "page", "id": "fine", "session": "s-fine", "url": f"{ORIGIN}/"},
        visitor="v-fine",
    )
    connected.wait_for_hits()
    assert answer.status_code == 204
    assert "strange-event" in json.dumps(rejected(connected))


def test_an_unknown_store_key_is_refused(connected: System) -> None:
    answer = connected.hit({"type": "page", "id": "x", "url": f"{ORIGIN}/"}, key="nobody")
    assert answer.status_code == 403
    assert answer.headers["Access-Control-Allow-Origin"]


def test_a_page_of_a_foreign_origin_is_refused(connected: System) -> None:
    event = {"type": "page", "id": "foreign", "url": f"{ORIGIN}/"}
    body = {"v": 1, "key": connected.public_key, "sent": 0, "events": [event]}
    answer = connected.send(json.dumps(body), Origin="https://evil.example")
    assert answer.status_code == 403


def test_a_preflight_is_answered_for_the_stores_page(connected: System) -> None:
    answer = requests.options(
        f"{connected.stack.collector_url}/e",
        headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"},
        timeout=30,
    )
    assert answer.status_code == 204


def test_a_clock_two_days_off_is_corrected(connected: System) -> None:
    two_days_ahead = int((time.time() + 2 * 86_400) * 1000)
    landing = f"{ORIGIN}/?utm_source=clock&utm_medium=cpc&utm_campaign=ahead"
    event = {
        "type": "page",
        "id": "ahead",
        "session": "s-ahead",
        "created": two_days_ahead - 1_000,
        "url": landing,
    }
    connected.hit(event, visitor="v-ahead", sent=two_days_ahead)
    connected.wait_for_hits()
    connected.run()
    # A run of the tests that goes over midnight finds the hit on the next day.
    today = datetime.now(ZONE).date()
    rows = connected.roi(YESTERDAY, today)["rows"]
    assert [row["clicks"] for row in rows if row["campaign"] == "ahead"] == [1]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("from=2026-11-20&to=2026-11-01", "from"),
        ("from=2026-13-40&to=2026-11-01", "from"),
        ("from=2026-11-01", "to"),
        ("from=2026-11-01&to=2026-11-02&model=magic", "model"),
        ("from=2026-11-01&to=2026-11-02&by=planet", "by"),
        ("from=1926-11-01&to=2026-11-02", "from"),
    ],
)
def test_an_impossible_report_names_the_parameter(
    connected: System, query: str, named: str
) -> None:
    answer = connected.call("GET", f"/v1/reports/roi?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert named in answer.text


def connect(system: System, **changed: str) -> requests.Response:
    body = {
        "source": "second",
        "store": system.shop.store.settings.store_hash,
        "access_token": system.shop.token,
        "api_url": system.shop.url,
        **changed,
    }
    return system.call("POST", "/v1/sources", json=body, key=system.other_key)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"access_token": "wrong"}, "credentials"),
        ({"store": "nosuchstore"}, "store"),
        ({"store": "not a hash at all!"}, "store"),
        ({"api_url": "http://169.254.169.254"}, "api_url"),
    ],
)
def test_a_store_that_cannot_be_connected_says_why_and_leaves_nothing(
    connected: System, changed: dict[str, str], problem: str
) -> None:
    def sources() -> list[str]:
        answer = connected.call("GET", "/v1/sources", key=connected.other_key)
        return [source["source"] for source in answer.json()["sources"]]

    before = sources()
    answer = connect(connected, **changed)
    assert answer.status_code == 400
    assert problem in answer.text.lower()
    assert sources() == before


def test_a_token_without_the_orders_scope_is_told_which_one_to_add(connected: System) -> None:
    token = connected.shop.store.issue_token(["store_v2_products_read_only"])
    answer = connect(connected, access_token=token)
    assert answer.status_code == 400
    assert "Orders" in answer.text


def test_a_body_that_is_no_json_is_a_problem_and_no_crash(connected: System) -> None:
    answer = connected.call("POST", "/v1/touchpoints", data=b"{rows: oops")
    assert answer.status_code == 400


def test_more_rows_than_allowed_are_refused_whole(connected: System) -> None:
    answer = connected.call("POST", "/v1/touchpoints", json={"rows": [{}] * 1_001})
    assert answer.status_code == 400
    assert "1,000" in answer.text or "1000" in answer.text


def test_a_storm_of_errors_ends_in_the_same_orders(connected: System) -> None:
    connected.shop.store.fail("error", 502, times=2)
    connected.run()
    first, last = date(2020, 1, 1), YESTERDAY
    totals = connected.shop.store.totals(first, last, zone="America/New_York")
    assert connected.roi(first, last)["totals"]["gross"] == f"{totals.gross:.2f}"
