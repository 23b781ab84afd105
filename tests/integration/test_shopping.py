"""A person shops in a browser, with the real script, edge and worker; AWS alone is in memory."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.bigcommerce.scripts import BigCommerceScripts
from headwater.adapters.bigcommerce.session import Session
from headwater.adapters.system_clock import SystemClock
from headwater.adapters.web.pages import WebPages
from headwater.domain.nodes import hashed_email_node
from headwater.domain.script_tags import ScriptTag
from headwater.domain.sites import Site
from headwater.runtime import bootstrap, edge, validating
from headwater.runtime.settings import Settings
from headwater.usecases.ports import Source
from headwater.usecases.ports.scripts import ALL_PAGES, StoreScript
from headwater.usecases.serve_script import Build
from local.build_tracker import BUILT, build_tracker
from local.storefront import access
from local.storefront.model import StoreProduct
from local.storefront.server import Storefront
from tests.lambda_side import OWNER, LambdaSide, http_event, sample
from tests.shopper import NODE, shop_in_a_browser
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

# `make test-browser` names a Chromium; the other tests are to be quick.
CHROMIUM = os.environ.get("CHROMIUM", "")
pytestmark = pytest.mark.skipif(not (NODE and CHROMIUM), reason="`make test-browser` runs it")
KEY = "5f0c9ae1b2d34477a1e09b6c"
EMAIL = "shopper.one@example.com"
NODE_OF_SHOPPER = hashed_email_node(hashlib.sha256(EMAIL.encode()).hexdigest())


class RunningClock:
    """Runs as the browser's does: hits are dated by when they come, less what they waited."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


class BuiltScripts:
    """The built script, without the bucket that keeps earlier ones."""

    def build(self) -> Build:
        manifest = json.loads((BUILT / "manifest.json").read_text())
        script = manifest["script"]
        return Build(script["name"], script["integrity"], manifest["loader"]["text"])

    def read(self, name: str) -> bytes | None:
        return (BUILT / name).read_bytes()


@contextmanager
def serving(side: LambdaSide) -> Iterator[str]:
    """Answer over HTTP as the collector's gateway does; give the address."""
    one_at_a_time = Lock()

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            event = http_event(f"{self.command} {path}", None, body=body, headers=headers)
            event |= {"rawQueryString": query, "isBase64Encoded": False}
            step = "serve_script" if path.startswith(("/s/", "/l/")) else "collect_hits"
            with one_at_a_time:
                answer = side.invoke(step, event)
            content = answer["body"].encode()
            if answer["isBase64Encoded"]:
                content = base64.b64decode(content)
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            if answer["statusCode"] != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_OPTIONS = do_GET  # noqa: N815 - the base class calls them so

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def events_of(side: LambdaSide) -> list[dict[str, Any]]:
    return [event for body in side.queue.messages for event in json.loads(body)["events"]]


def record_what_is_queued(side: LambdaSide) -> None:
    record = sample("record_hits")["Records"][0]
    records = [
        {**record, "messageId": str(number), "body": body}
        for number, body in enumerate(side.queue.messages)
    ]
    assert side.invoke("record_hits", {"Records": records}) == {"batchItemFailures": []}


def put_by_the_theme(shop: Storefront, collector: str) -> None:
    shop.store.configure(tracking_script=f"{collector}/l/{KEY}.js")


def put_by_the_scripts_api(shop: Storefront, collector: str) -> None:
    build = BuiltScripts().build()
    tag = ScriptTag(
        f"{collector}/s/{build.script}", (build.integrity,), KEY, ("127.0.0.1",), is_stencil=True
    )
    token = shop.store.issue_token(access.SCRIPT_SCOPES)
    session = Session(
        f"{shop.url}/stores/abc123",
        token,
        clock=SystemClock(),
        deadline=SystemClock().now() + timedelta(minutes=1),
        sleep=time.sleep,
    )
    BigCommerceScripts(session).create(StoreScript(1, tag.html(), ALL_PAGES, "targeting"))


@pytest.mark.parametrize("put_in", [put_by_the_theme, put_by_the_scripts_api])
def test_the_ad_that_brought_a_shopper_gets_the_credit_for_what_he_buys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, put_in: Callable[[Storefront, str], None]
) -> None:
    build_tracker()
    workshop = Workshop()
    side = LambdaSide(workshop)
    side.wire(monkeypatch)
    monkeypatch.setattr(edge, "scripts", BuiltScripts)
    clock = RunningClock(workshop.clock.now())
    monkeypatch.setattr(edge, "clock", lambda: clock)
    with Storefront(tmp_path / "shop.sqlite") as shop, serving(side) as collector:
        side.edge_sites.sites[KEY] = Site(ACCOUNT, STORE, frozenset({shop.url}))
        shop.store.load_products([StoreProduct(501, "Blue mug")])
        put_in(shop, collector)
        shopped = shop_in_a_browser(shop.url, CHROMIUM)
    record_what_is_queued(side)

    assert (shopped["problems"], shopped["before"]) == ([], 0)
    told = {event["page_type"] for event in events_of(side) if "page_type" in event}
    if put_in is put_by_the_scripts_api:
        assert {"default", "product", "cart", "checkout", "orderconfirmation"} <= told
    today = workshop.clock.now().date()
    (touch,) = workshop.journeys.touchpoints_on(ACCOUNT, today)
    assert (touch.visitor, touch.campaign.campaign) == (shopped["visitor"], "spring")
    assert (touch.campaign.click_id_kind, touch.campaign.click_id) == ("gclid", "G-shop")
    (opt_in,) = workshop.journeys.opt_ins_on(ACCOUNT, today)
    assert opt_in.node == NODE_OF_SHOPPER
    (claim,) = workshop.journeys.claims_on(ACCOUNT, today)
    assert (claim.order_id, claim.visitor, claim.node) == (
        str(shopped["order"]),
        shopped["visitor"],
        NODE_OF_SHOPPER,
    )

    workshop.clock.advance(timedelta(minutes=4))
    workshop.order(shopped["order"], "2026-11-21 14:04", "31.00", email=EMAIL)
    side.run_pipeline()
    route = "GET /v1/orders/{source}/{order_id}/credits"
    trail = side.call(route, caller=OWNER, source=STORE, order_id=str(shopped["order"]))["json"]
    (credited,) = trail["touches"]
    assert (credited["campaign"], credited["credits"]["last_click"]["net"]) == ("spring", "31.00")


def test_a_merchant_tests_his_tracking_in_a_browser(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build_tracker()
    workshop = Workshop()
    side = LambdaSide(workshop)
    side.wire(monkeypatch)
    for module in (edge, bootstrap):
        monkeypatch.setattr(module, "scripts", BuiltScripts)
    clock = RunningClock(workshop.clock.now())
    monkeypatch.setattr(edge, "clock", lambda: clock)
    monkeypatch.setattr(validating, "pages", WebPages)
    monkeypatch.setattr(validating, "settings", lambda: Settings(loopback_pages="true"))
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", public_key=KEY)
    workshop.accounts.save_source(ACCOUNT, source)
    with Storefront(tmp_path / "shop.sqlite") as shop, serving(side) as collector:
        side.edge_sites.sites[KEY] = Site(ACCOUNT, STORE, frozenset({shop.url}))
        shop.store.load_products([StoreProduct(501, "Blue mug")])
        shop.store.configure(tracking_script=f"{collector}/l/{KEY}.js")
        ad = f"{shop.url}/?utm_source=google&utm_medium=cpc&utm_campaign=spring&gclid=G-test"
        body = {"url": ad, "kind": "sales"}
        begun = side.call("POST /v1/validations", caller=OWNER, body=body)["json"]
        shopped = shop_in_a_browser(shop.url, CHROMIUM, begun["link"])
    record_what_is_queued(side)
    workshop.clock.advance(timedelta(minutes=4))
    workshop.order(shopped["order"], "2026-11-21 14:04", "31.00", email=EMAIL)
    side.run_pipeline()
    route = "POST /v1/validations/{validation}/end"
    ended = side.call(route, caller=OWNER, validation=begun["validation"])["json"]
    assert {item["state"] for item in ended["items"]} == {"passed"}, ended
