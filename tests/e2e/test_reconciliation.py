"""Our copy is broken behind our back, and the deployed stack finds and mends it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.conftest import TODAY, YESTERDAY, System, an_order
from tests.e2e.test_order_pipeline import books, reported

pytestmark = pytest.mark.xdist_group("deployed")

DAY = YESTERDAY - timedelta(days=1)


def report(system: System) -> dict[str, Any]:
    """Return the report of the day; check that it adds up to the store's books."""
    query = {"from": DAY.isoformat(), "to": DAY.isoformat()}
    answer: dict[str, Any] = system.get("/v1/reports/reconciliation", **query)
    assert answer["totals"]["our_total"] == books(system, DAY, DAY)["net"]
    return answer


def repaired(system: System) -> dict[str, list[str]]:
    """Return cause → the orders that were repaired on the day."""
    return {cause["cause"]: cause["repaired_ids"] for cause in report(system)["causes"]}


def wait(is_so: Any, otherwise: str) -> None:  # noqa: ANN401 - a function
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def test_a_run_finds_an_order_that_no_pull_could_see(connected: System) -> None:
    # Loaded with an old date of change, as a restored backup or an importer leaves it.
    connected.shop.store.load([an_order(700, DAY, "21.50")])
    connected.run()
    assert "700" in repaired(connected)["missing"]
    assert report(connected)["totals"]["open_percent"] == "0.0000"
    assert reported(connected, DAY, TODAY) == books(connected, DAY, TODAY)


def test_a_lost_write_and_a_lost_archiving_are_repaired_on_request(connected: System) -> None:
    connected.shop.store.load([an_order(701, DAY, "31.00"), an_order(702, DAY, "41.00")])
    connected.run()
    orders, table = connected.stack.client("dynamodb"), connected.stack.outputs["OrdersTableName"]
    lost, kept = ({"pk": {"S": f"acme#bigcommerce#{n}"}, "sk": {"S": "order"}} for n in (701, 702))
    before = orders.get_item(TableName=table, Key=kept)["Item"]
    connected.shop.store.archive(702)
    connected.run()
    orders.put_item(TableName=table, Item=before)
    orders.delete_item(TableName=table, Key=lost)
    last_run = connected.get("/v1/runs")["last_run"]
    days = {"from": DAY.isoformat(), "to": DAY.isoformat()}
    connected.post("/v1/reconciliations", days)

    def job() -> str:
        state = connected.get("/v1/reports/reconciliation", **days)["state"]
        return str(state["job"]["status"])

    wait(lambda: job() not in {"queued", "running"}, "the reconciliation did not end")
    assert job() == "done"
    assert "701" in repaired(connected)["missing"]
    assert "702" in repaired(connected)["archived"]
    wait(lambda: connected.get("/v1/runs")["last_run"] != last_run, "no run followed")
    wait(lambda: connected.get("/v1/runs")["lease"] is None, "the run did not end")
    assert reported(connected, DAY, TODAY) == books(connected, DAY, TODAY)
