"""A store's life with an account, on the deployed system with every policy enforced."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.create_account import create_account_on_stack
from tests.e2e.conftest import YESTERDAY, System

if TYPE_CHECKING:
    from collections.abc import Callable


DEADLINE = 120


def wait(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def test_a_store_is_connected_paused_resumed_given_a_new_token_and_removed(
    connected: System,
) -> None:
    key = create_account_on_stack(connected.stack, "passing")

    def ask(method: str, path: str, body: Any = None, status: int = 200) -> Any:  # noqa: ANN401
        answer = connected.call(method, path, json=body, key=key)
        assert answer.status_code == status, answer.text
        return answer.json()

    def gross() -> Decimal:
        totals = ask("GET", f"/v1/reports/roi?from={YESTERDAY}&to={YESTERDAY}")["totals"]
        return Decimal(totals["gross"])

    def runs_done() -> str:
        state = ask("GET", "/v1/runs")
        last = state["last_run"] or {"status": "", "run": ""}
        return last["run"] if last["status"] == "done" and not state["lease"] else ""

    shop = connected.shop
    credentials = {"store": "abc123", "access_token": shop.token, "api_url": shop.url}
    check = ask("POST", "/v1/sources/check", credentials)
    assert check["can_connect"]
    assert {scope["state"] for scope in check["scopes"]} == {"granted"}
    ask("POST", "/v1/sources", credentials | {"pull_now": False}, 201)
    assert ask("POST", "/v1/sources/bigcommerce/test")["source"]["title"] == "Healthy"
    assert ask("POST", "/v1/sources/bigcommerce/pause")["source"]["status"] == "paused"

    ask("POST", "/v1/sources/bigcommerce/resume")
    wait(lambda: bool(runs_done()), "the history was not pulled")
    source = ask("GET", "/v1/sources/bigcommerce")["source"]
    assert source["history"]["percent"] == 100
    assert gross() > 0

    token = {"access_token": shop.store.issue_token(), "pull_now": False}
    ask("POST", "/v1/sources/bigcommerce/reconnect", token, 201)
    first = runs_done()
    ask("DELETE", "/v1/sources/bigcommerce?data=delete", status=202)
    wait(lambda: not ask("GET", "/v1/sources")["sources"], "the orders were not deleted")
    wait(lambda: runs_done() not in {"", first}, "no run followed")
    assert gross() == 0
