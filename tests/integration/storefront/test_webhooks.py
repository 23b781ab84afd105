"""The shop's webhooks: who may make which, what is told, and how it is delivered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.storefront.faults import FaultKind
from local.storefront.model import StoreLine, StoreOrder
from local.storefront.server import Storefront
from local.storefront.webhooks import RETRY_GAPS
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
DESTINATION = "https://hooks.example/v1/webhooks/k"
SCOPE = "store/order/updated"


@dataclass
class Listener:
    """Takes the shop's calls, or refuses them."""

    status: int = 204
    bodies: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.calls.append((url, headers))
        if self.status == 204:
            self.bodies.append(json.loads(body))
        return self.status

    def told(self) -> list[tuple[str, int]]:
        """Return what was told of which order, and forget it."""
        told = [
            (body["scope"].removeprefix("store/order/"), body["data"]["id"]) for body in self.bodies
        ]
        self.bodies.clear()
        return told


@dataclass
class Shop:
    front: Storefront
    clock: FakeClock
    listener: Listener

    def ask(self, method: str, path: str = "", body: object = None, token: str = "") -> Any:  # noqa: ANN401
        headers = {"X-Auth-Token": token or self.front.token, "Accept": "application/json"}
        url = f"{self.front.api_url}/v3/hooks{path}"
        answer = requests.request(method, url, headers=headers, json=body, timeout=10)
        return answer.json()["data"] if answer.ok else answer.status_code

    def hook(self, scope: str = SCOPE, **more: object) -> Any:  # noqa: ANN401
        asked = {"scope": scope, "destination": DESTINATION, "is_active": True, **more}
        return self.ask("POST", body=asked)

    def order(self) -> int:
        line = StoreLine("Mug", Decimal(18))
        placed_at = NOW - timedelta(days=2)
        return self.front.store.create(StoreOrder(placed_at, (line,), status_id=11))

    def deliver(self) -> list[tuple[str, int]]:
        self.front.courier.deliver()
        return self.listener.told()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    clock = FakeClock(NOW)
    with Storefront(tmp_path / "shop.sqlite", clock=clock.now, quota=100_000) as front:
        listener = Listener()
        front.courier.post = listener
        yield Shop(front, clock, listener)


def test_a_webhook_is_made_listed_changed_and_deleted(shop: Shop) -> None:
    made = shop.hook(headers={"X-Secret": "s"})
    assert (made["scope"], made["destination"], made["is_active"]) == (SCOPE, DESTINATION, True)
    assert made["headers"] == {"X-Secret": "s"}
    assert shop.ask("GET") == [made]
    changed = shop.ask("PUT", f"/{made['id']}", {"is_active": False})
    assert changed == made | {"is_active": False}
    assert shop.ask("GET", "?is_active=true") == []
    assert shop.ask("GET", f"/{made['id']}") == changed
    assert shop.ask("DELETE", f"/{made['id']}") == changed
    assert shop.ask("GET", f"/{made['id']}") == 404
    assert shop.ask("GET") == []


def test_an_account_sees_its_own_webhooks_only_and_takes_them_along(shop: Shop) -> None:
    other = shop.front.store.issue_token()
    made = shop.hook()
    assert shop.ask("GET", token=other) == []
    assert shop.ask("DELETE", f"/{made['id']}", token=other) == 404
    shop.front.store.revoke_token(shop.front.token)
    shop.front.store.issue_token(token=shop.front.token)
    assert shop.ask("GET") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"destination": "http://hooks.example/"},
        {"destination": "https://hooks.example:8443/"},
        {"destination": ""},
        {"scope": "orders"},
        {"event_version": 2},
    ],
)
def test_a_webhook_that_the_store_would_refuse_is_refused(
    shop: Shop, wrong: dict[str, Any]
) -> None:
    asked = {"scope": SCOPE, "destination": DESTINATION} | wrong
    assert shop.ask("POST", body=asked) == 422


def test_one_address_hears_of_a_scope_once(shop: Shop) -> None:
    shop.hook()
    assert shop.hook() == 422
    assert shop.hook("store/order/created")["id"]


def test_every_change_of_an_order_is_told_as_what_it_is(shop: Shop) -> None:
    store = shop.front.store
    shop.hook("store/order/*", headers={"X-Secret": "s"})
    order_id = shop.order()
    assert shop.deliver() == [("created", order_id)]
    store.edit_total(order_id, Decimal(15))
    assert shop.deliver() == [("updated", order_id)]
    store.ship(order_id)
    assert shop.deliver() == [("updated", order_id), ("statusUpdated", order_id)]
    store.refund(order_id, Decimal(5))
    assert shop.deliver() == [
        (what, order_id) for what in ("refund/created", "updated", "statusUpdated")
    ]
    store.archive(order_id)
    assert shop.deliver() == [("updated", order_id), ("archived", order_id)]
    assert {url for url, _ in shop.listener.calls} == {DESTINATION}
    assert all(headers["X-Secret"] == "s" for _, headers in shop.listener.calls)


def test_what_nobody_asked_for_is_told_to_nobody(shop: Shop) -> None:
    made = shop.hook("store/order/archived")
    order_id = shop.order()
    shop.front.store.touch(order_id)
    assert shop.deliver() == []
    shop.ask("PUT", f"/{made['id']}", {"is_active": False})
    shop.front.store.archive(order_id)
    assert shop.deliver() == []


def test_the_envelope_names_the_order_and_nothing_else_of_it(shop: Shop) -> None:
    shop.hook("store/order/statusUpdated")
    order_id = shop.order()
    shop.front.store.set_status(order_id, 5)
    shop.front.courier.deliver()
    [body] = shop.listener.bodies
    assert body["data"] == {
        "type": "order",
        "id": order_id,
        "status": {"previous_status_id": 11, "new_status_id": 5},
    }
    assert body["producer"] == f"stores/{shop.front.store.settings.store_hash}"
    assert body["created_at"] == NOW.timestamp()
    assert len(body["hash"]) == 40


def test_a_call_that_is_not_taken_comes_again_later_until_the_webhook_is_off(shop: Shop) -> None:
    made = shop.hook()
    order_id = shop.order()
    shop.front.store.touch(order_id)
    shop.listener.status = 503
    assert shop.deliver() == []
    shop.listener.status = 204
    assert shop.deliver() == []
    shop.clock.advance(timedelta(seconds=RETRY_GAPS[0]))
    assert shop.deliver() == [("updated", order_id)]
    shop.front.store.touch(order_id)
    shop.listener.status = 500
    for gap in (0, *RETRY_GAPS):
        shop.clock.advance(timedelta(seconds=gap))
        assert shop.ask("GET", f"/{made['id']}")["is_active"]
        shop.deliver()
    assert not shop.ask("GET", f"/{made['id']}")["is_active"]


def test_webhooks_are_lost_doubled_and_turned_around_when_told_to(shop: Shop) -> None:
    store = shop.front.store
    shop.hook()
    first, second = shop.order(), shop.order()

    def touch_both() -> list[tuple[str, int]]:
        for order_id in (first, second):
            store.touch(order_id)
        return shop.deliver()

    store.fail(FaultKind.LOSE_WEBHOOK)
    assert touch_both() == [("updated", second)]
    store.fail(FaultKind.DUPLICATE_WEBHOOK)
    assert touch_both() == [("updated", first), ("updated", first), ("updated", second)]
    store.fail(FaultKind.REORDER_WEBHOOKS)
    assert touch_both() == [("updated", second), ("updated", first)]
    assert touch_both() == [("updated", first), ("updated", second)]


def test_no_request_is_hit_by_what_befalls_webhooks(shop: Shop) -> None:
    shop.front.store.fail(FaultKind.LOSE_WEBHOOK)
    assert shop.ask("GET") == []
    assert [fault.kind for fault in shop.front.store.faults] == [FaultKind.LOSE_WEBHOOK]


def test_a_shop_that_delivers_does_so_by_itself_through_its_gateway(tmp_path: Path) -> None:
    with Storefront(tmp_path / "target.sqlite", quota=1_000) as target:
        gateway = f"{target.api_url}"
        with Storefront(tmp_path / "shop.sqlite", delivers=True, webhook_gateway=gateway) as front:
            shop = Shop(front, FakeClock(NOW), Listener())
            shop.hook(destination="https://hooks.example/v3/hooks")
            front.store.touch(shop.order())
            front.courier.stop()
            front.courier.deliver()
        assert {(one.method, one.path.split("/")[-1]) for one in target.requests} == {
            ("POST", "hooks")
        }
