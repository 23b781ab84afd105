"""Our copy is broken behind our back, and the deployed stack finds and mends it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from tests.e2e.conftest import TODAY, YESTERDAY, System, an_order
from tests.e2e.test_order_pipeline import books, reported

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


def test_what_breaks_our_copy_is_named_and_repaired_by_the_run_and_on_request(
    connected: System,
) -> None:
    # With an old date of change, as a restored backup or an importer leaves it: no pull sees them.
    connected.shop.store.load(an_order(number, DAY, "21.50") for number in (700, 701, 702))
    connected.run()
    assert {"700", "701", "702"} <= set(repaired(connected)["missing"])
    assert report(connected)["totals"]["open_percent"] == "0.0000"
    assert reported(connected, DAY, TODAY) == books(connected, DAY, TODAY)

    connected.shop.store.archive(702)
    lost = {"pk": {"S": "acme#bigcommerce#701"}, "sk": {"S": "order"}}
    connected.stack.client("dynamodb").delete_item(
        TableName=connected.stack.outputs["OrdersTableName"], Key=lost
    )
    last_run = connected.get("/v1/runs")["last_run"]
    days = {"from": DAY.isoformat(), "to": DAY.isoformat()}
    connected.post("/v1/reconciliations", days)

    def job() -> str:
        state = connected.get("/v1/reports/reconciliation", **days)["state"]
        return str(state["job"]["status"])

    wait(lambda: job() not in {"queued", "running"}, "the reconciliation did not end")
    assert job() == "done"
    assert repaired(connected)["archived"] == ["702"]
    wait(lambda: connected.get("/v1/runs")["last_run"] != last_run, "no run followed")
    wait(lambda: connected.get("/v1/runs")["lease"] is None, "the run did not end")
    assert reported(connected, DAY, TODAY) == books(connected, DAY, TODAY)
