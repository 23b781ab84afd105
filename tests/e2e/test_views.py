"""A saved view on the deployed system: shown by a link until it is revoked, posted to a webhook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests

from local.stack import STACK
from tests.integration.web.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import System


@pytest.fixture
def view(connected: System) -> Iterator[str]:
    parameters = {"range": "previous_month_to_date", "by": "source", "sort": "-net"}
    body = {"name": "Sources", "report": "roi", "parameters": parameters}
    saved: str = connected.post("/v1/views", body)["view"]
    yield saved
    assert connected.call("DELETE", f"/v1/views/{saved}").ok


def test_a_view_is_shared_by_a_link_until_it_is_revoked(connected: System, view: str) -> None:
    made = connected.post("/v1/deliveries", {"view": view, "by": "link"})
    url = connected.stack.reports_url + made["path"]
    shown = requests.get(url, timeout=60)
    assert shown.json() == connected.get(f"/v1/views/{view}/report")
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    as_csv = requests.get(url, params={"format": "csv"}, timeout=60)
    assert as_csv.headers["Content-Type"].startswith("text/csv")
    assert connected.call("DELETE", f"/v1/deliveries/{made['delivery']}").ok
    assert requests.get(url, timeout=60).status_code == 404


def test_a_view_is_posted_to_a_webhook_once(connected: System, view: str) -> None:
    with receiving() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/in"
        body = {"view": view, "by": "webhook", "every": "day", "url": url}
        delivery = connected.post("/v1/deliveries", body)["delivery"]
        for _ in range(2):
            answer = connected.stack.client("lambda").invoke(
                FunctionName=f"{STACK}-deliver-views", Payload=json.dumps({"account": "acme"})
            )
            assert "FunctionError" not in answer, answer["Payload"].read()
        [(_, headers, message)] = receiver.taken
        assert headers["webhook-signature"].startswith("v1,")
        assert json.loads(message)["data"]["report"]["report"] == "roi"
    assert connected.call("DELETE", f"/v1/deliveries/{delivery}").ok
