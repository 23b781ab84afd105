"""A change in the store is in the reports without the daily pull, on the deployed system."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import requests

from local.stack import STACK
from tests.e2e.conftest import YESTERDAY, System, an_order

if TYPE_CHECKING:
    from collections.abc import Callable


DEADLINE = 120
NUMBER = 7_001
DAY = YESTERDAY - timedelta(days=20)
OPTIONS, REFRESH = "/v1/sources/bigcommerce/options", "/v1/settings/refresh"


def wait(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def stored(system: System, number: int) -> dict[str, Any]:
    """Return an order as the table has it; empty without one."""
    item = system.stack.client("dynamodb").get_item(
        TableName=system.stack.outputs["OrdersTableName"],
        Key={"pk": {"S": f"acme#bigcommerce#{number}"}, "sk": {"S": "order"}},
    )
    document = item.get("Item", {}).get("document", {}).get("S", "{}")
    order: dict[str, Any] = json.loads(document)
    return order


def refresh(system: System) -> None:
    """Play the quarter of an hour, and wait for the run that it starts."""
    before = system.get("/v1/runs")["last_run"]
    schedule = system.stack.client("scheduler").get_schedule(Name=f"{STACK}-refresh")
    system.stack.client("lambda").invoke(
        FunctionName=schedule["Target"]["Arn"], Payload=schedule["Target"]["Input"]
    )
    wait(lambda: system.get("/v1/runs")["last_run"] != before, "no run was started, or none ended")
    assert system.get("/v1/runs")["last_run"]["status"] == "done"


def test_a_sale_is_in_the_reports_within_minutes(connected: System) -> None:
    shop = connected.shop
    shop.store.configure(webhook_gateway=connected.stack.collector_url)
    answer = connected.call("PUT", OPTIONS, json={"webhooks": True})
    assert answer.json()["source"]["webhooks"]["note"] == "", answer.text
    connected.call("PUT", REFRESH, json={"refresh": "15min"})

    shop.store.create(an_order(NUMBER, DAY, "70.01"))
    assert shop.courier.deliver() == 1
    wait(lambda: bool(stored(connected, NUMBER)), "the order did not come by webhook")
    refresh(connected)
    assert connected.roi(DAY, DAY)["totals"]["gross"] == "70.01"

    shop.store.refund(NUMBER, Decimal("20.00"))
    shop.store.archive(NUMBER)
    assert shop.courier.deliver() == 5
    wait(lambda: stored(connected, NUMBER)["is_archived"], "archiving did not come by webhook")
    refresh(connected)
    assert connected.roi(DAY, DAY)["totals"]["gross"] == "0.00"

    connected.call("PUT", REFRESH, json={"refresh": "daily"})
    destination = connected.stack.collector_url + "/v1/webhooks/" + connected.public_key
    for headers in ({}, {"x-headwater-secret": "a guess"}):
        assert requests.post(destination, json={}, headers=headers, timeout=30).status_code == 401
    answer = connected.call("PUT", OPTIONS, json={"webhooks": False})
    assert not answer.json()["source"]["webhooks"]["is_on"]
    shop.store.touch(NUMBER)
    assert shop.courier.deliver() == 0
