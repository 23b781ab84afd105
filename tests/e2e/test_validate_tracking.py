"""A merchant tests his tracking on the deployed stack, with the pages of his own shop."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local import validate_tracking
from local.storefront.model import StoreLine, StoreOrder
from tests.integration.web.web_server import Page, redirect, web_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import System

MARKS = "utm_source=google&utm_medium=cpc&utm_campaign=validation&gclid=G-validation"
EMAIL = "tester@example.com"


@dataclass
class Merchant:
    """Begins a test of a page, and is the shopper who visits it."""

    system: System
    visitor: str
    answer: dict[str, Any] = field(default_factory=dict)

    def start(self, url: str, kind: str = "sales") -> Merchant:
        self.answer = self.system.post("/v1/validations", {"url": url, "kind": kind})
        return self

    def look(self) -> dict[str, str]:
        self.answer = self.system.get(f"/v1/validations/{self.answer['validation']}")
        return {item["item"]: item["state"] for item in self.answer["items"]}

    def end(self) -> str:
        path = f"/v1/validations/{self.answer['validation']}/end"
        self.answer = self.system.post(path, None)
        verdict: str = self.answer["verdict"]
        return verdict

    def item(self, name: str) -> dict[str, str]:
        items: list[dict[str, str]] = self.answer["items"]
        [item] = [each for each in items if each["item"] == name]
        return item

    def does(self, visitor: str = "", **event: str) -> None:
        who = visitor or self.visitor
        more = {"id": f"{who}-{event['type']}", "session": f"s-{who}", "created": self._now()}
        assert self.system.hit(more | event, visitor=who).status_code == 204
        self.system.wait_for_hits()

    def _now(self) -> int:
        return int(time.time() * 1000)


@pytest.fixture
def shop(connected: System) -> str:
    """The address of the shop, whose pages include the loader."""
    loader = f"{connected.stack.collector_url}/l/{connected.public_key}.js"
    connected.shop.store.configure(tracking_script=loader)
    return connected.shop.url


@pytest.fixture
def elsewhere(connected: System) -> Iterator[str]:
    """Pages of another server of the merchant's, on a host that is registered."""
    script = f"{connected.stack.collector_url}/s/0123456789ab.js?key={connected.public_key}"
    banner = "<script>window.consentManagerStoreConfig = function () {}</script>"
    pages = {
        "/ad": redirect(f"{connected.shop.url}/"),
        "/old": Page(f'<script src="{script}"></script>'.encode()),
        "/banner": Page(banner.encode()),
        "/out": redirect("http://169.254.169.254/latest/meta-data/"),
    }
    with web_server(pages) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_a_sale_is_followed_from_the_page_to_the_credit(connected: System, shop: str) -> None:
    merchant = Merchant(connected, "v-sale").start(f"{shop}/?{MARKS}")
    states = {item["item"]: item["state"] for item in merchant.answer["items"]}
    assert {name: states[name] for name in ("page", "script", "version", "loads", "hit")} == {
        "page": "passed",
        "script": "passed",
        "version": "passed",
        "loads": "passed",
        "hit": "waiting",
    }
    merchant.does(type="page", url=merchant.answer["link"])
    line = StoreLine("Record", Decimal("31.00"))
    number = connected.shop.store.create(
        StoreOrder(connected.shop.store.now(), (line,), email=EMAIL, status_id=11)
    )
    merchant.does(type="order", order_id=str(number), email=EMAIL)
    # No pull has brought the order: the store itself is asked.
    states = merchant.look()
    assert {state for name, state in states.items() if name != "attributed"} == {"passed"}
    assert f"Order {number}, 31.00" in merchant.item("order_found")["seen"]
    assert merchant.end() == "waiting"
    connected.run()
    assert merchant.look()["attributed"] == "passed", merchant.answer
    assert "last_click 31.00" in merchant.item("attributed")["seen"]
    assert merchant.answer["verdict"] == "passed"
    rows = connected.get("/v1/validations")["rows"]
    [row] = [each for each in rows if each["validation"] == merchant.answer["validation"]]
    assert (row["verdict"], row["failed"]) == ("passed", [])


def test_a_sign_up_is_followed_from_the_page_to_the_lead(connected: System, shop: str) -> None:
    merchant = Merchant(connected, "v-lead").start(f"{shop}/?{MARKS}", "lead")
    merchant.does(type="page", url=merchant.answer["link"])
    merchant.does(type="optin", form="newsletter", email="lead.tester@example.com")
    assert merchant.end() == "passed", merchant.answer
    assert "as a new lead" in merchant.item("attributed")["seen"]


def test_a_link_that_nobody_opens_says_so(connected: System, shop: str) -> None:
    merchant = Merchant(connected, "v-never").start(f"{shop}/?{MARKS}")
    assert merchant.end() == "failed"
    assert merchant.item("hit")["cause"] == "No hit of this link has arrived."


def test_an_order_of_another_visitor_is_not_taken_for_this_ones(
    connected: System, shop: str
) -> None:
    merchant = Merchant(connected, "v-mine").start(f"{shop}/?{MARKS}")
    merchant.does(type="page", url=merchant.answer["link"])
    merchant.does(visitor="v-other", type="order", order_id="1")
    assert merchant.look()["order"] == "waiting"
    assert merchant.end() == "failed"
    assert "another browser's" in merchant.item("order")["cause"]


def test_the_redirect_that_drops_the_marks_is_named(connected: System, elsewhere: str) -> None:
    merchant = Merchant(connected, "v-redirect").start(f"{elsewhere}/ad?{MARKS}")
    assert [step["status"] for step in merchant.answer["steps"]] == [302, 200]
    assert "gclid" in merchant.answer["steps"][1]["dropped"]
    assert f"of {elsewhere}/ad drops" in merchant.item("marks")["cause"]


@pytest.mark.parametrize(
    ("path", "item", "word"),
    [
        ("/old", "version", "earlier version"),
        ("/old", "loads", "key or name is wrong"),
        ("/banner", "script", "consent category"),
        ("/banner", "page", "refuses hits"),
        ("/out", "page", "none of the store's domains"),
        ("/missing", "page", "no such page"),
    ],
)
def test_what_is_wrong_with_a_page_is_told(
    connected: System, elsewhere: str, path: str, item: str, word: str
) -> None:
    merchant = Merchant(connected, "v-wrong").start(f"{elsewhere}{path}?{MARKS}")
    assert merchant.item(item)["state"] == "failed"
    assert word in merchant.item(item)["cause"]


def test_the_command_shows_the_list_and_ends_the_test(
    connected: System, elsewhere: str, capsys: pytest.CaptureFixture[str]
) -> None:
    api = ["--api", connected.stack.reports_url, "--key", connected.key]
    asked = ["--url", f"{elsewhere}/ad?{MARKS}", "--kind", "lead", "--wait", "0"]
    assert validate_tracking.main([*api, *asked]) == 1
    said = capsys.readouterr().out
    assert f"302 {elsewhere}/ad?" in said
    assert "✗ Campaign marks and click id are seen" in said
    assert "✗ The visit is seen" in said
    assert validate_tracking.main([*api, "--list"]) == 0
    assert f"{elsewhere}/ad" in capsys.readouterr().out


def test_a_page_of_somebody_else_is_not_fetched(connected: System) -> None:
    for url in ("http://localhost:4566/", "http://169.254.169.254/", "https://other.example/"):
        body = {"url": url, "kind": "lead"}
        answer = connected.call("POST", "/v1/validations", json=body)
        assert answer.status_code == 400, answer.text
