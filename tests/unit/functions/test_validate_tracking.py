"""A merchant tests his tracking: he pastes a link, visits, signs up or buys, and reads the list."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.deliveries import Delivery
from headwater.domain.fetching import Failure
from headwater.domain.sites import Site
from headwater.errors import CredentialsRejectedError, StoreUnavailableError
from headwater.usecases.ports import ApiKey, Source
from headwater.usecases.ports.accounts import ChannelScript, TrackingScript
from tests.fakes.scripts import BUILD
from tests.fakes.validations import WebPage
from tests.lambda_side import OWNER, LambdaSide, sample
from tests.workshop import ACCOUNT, STORE

if TYPE_CHECKING:
    from headwater.domain.orders import Order

KEY = "5f0c9ae1b2d34477a1e09b6c"
COLLECTOR = "https://hits.shop.example"
LOADER = f"{COLLECTOR}/l/{KEY}.js"
PAGE = "https://shop.example/mugs"
MARKS = "utm_source=google&utm_medium=cpc&utm_campaign=spring&gclid=test-1"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
EMAIL = "Tester@example.com"
MINUTE = timedelta(minutes=1)


def html(*tags: str) -> str:
    return f"<html><head>{''.join(tags)}</head><body></body></html>"


TAG = f'<script async src="{LOADER}"></script>'


@dataclass
class Merchant:
    """Tests his shop, and is its shopper too; the clock goes on by a minute with each step."""

    side: LambdaSide
    url: str = f"{PAGE}?{MARKS}"
    validation: str = ""
    code: str = ""
    answer: dict[str, Any] = field(default_factory=dict)

    def start(self, kind: str = "sales") -> dict[str, Any]:
        body = {"url": self.url, "kind": kind}
        answer = self.side.call("POST /v1/validations", caller=OWNER, body=body)
        assert answer["statusCode"] == 201, answer["body"]
        self.validation = answer["json"]["validation"]
        self.code = f"hwv={self.validation}"
        return self._kept(answer)

    def look(self) -> dict[str, Any]:
        route = "GET /v1/validations/{validation}"
        return self._kept(self.side.call(route, caller=OWNER, validation=self.validation))

    def end(self) -> dict[str, Any]:
        route = "POST /v1/validations/{validation}/end"
        return self._kept(self.side.call(route, caller=OWNER, validation=self.validation))

    def _kept(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.answer = answer["json"]
        return self.answer

    def item(self, name: str) -> dict[str, str]:
        items: list[dict[str, str]] = self.answer["items"]
        [item] = [each for each in items if each["item"] == name]
        return item

    def states(self) -> dict[str, str]:
        return {item["item"]: item["state"] for item in self.answer["items"]}

    def visit(self, query: str = "", visitor: str = "v1", session: str = "s1", **more: Any) -> None:  # noqa: ANN401
        url = f"{PAGE}?{query or f'{MARKS}&{self.code}'}"
        self.hit({"type": "page", "url": url}, visitor, session, **more)

    def sign_up(self, visitor: str = "v1", session: str = "s1") -> None:
        event = {"type": "optin", "form": "newsletter", "email": EMAIL}
        self.hit(event, visitor, session)

    def claim(self, visitor: str = "v1", session: str = "s1", **more: Any) -> None:  # noqa: ANN401
        event = {"type": "order", "order_id": "118", "email": EMAIL} | more
        self.hit(event, visitor, session)

    def order(self, **more: Any) -> Order:  # noqa: ANN401
        placed_at = f"{self.side.workshop.clock.now():%Y-%m-%d %H:%M}"
        return self.side.workshop.order(118, placed_at, "31.00", email=EMAIL, **more)

    def hit(self, event: dict[str, Any], visitor: str, session: str, **more: Any) -> None:  # noqa: ANN401
        now = self.side.workshop.clock.advance(MINUTE)
        event = {"id": f"{visitor}-{now:%H%M}", "session": session} | event
        values: dict[str, Any] = {"visitor": visitor, "user_agent": BROWSER}
        delivery = Delivery(ACCOUNT, STORE, now, (event,), **values | more)
        record = sample("record_hits")["Records"][0]
        records = [{**record, "body": body} for body in delivery.messages()]
        assert self.side.invoke("record_hits", {"Records": records}) == {"batchItemFailures": []}


@pytest.fixture
def merchant(side: LambdaSide) -> Merchant:
    source = Source(STORE, "bigcommerce", "abc123", "arn:secret", public_key=KEY)
    side.workshop.accounts.save_source(ACCOUNT, source)
    origins = frozenset({"https://shop.example", "https://www.shop.example"})
    side.edge_sites.sites[KEY] = Site(ACCOUNT, STORE, origins)
    side.pages.pages[PAGE] = WebPage(html(TAG))
    side.pages.pages[LOADER] = WebPage("loader", content_type="text/javascript")
    return Merchant(side)


PASSED_PAGE = {
    "page": "passed",
    "script": "passed",
    "version": "passed",
    "consent": "skipped",
    "loads": "passed",
}


def test_the_page_is_looked_at_before_anybody_visits_it(merchant: Merchant) -> None:
    answer = merchant.start()
    assert answer["link"] == f"{PAGE}?{MARKS}&{merchant.code}"
    assert (answer["state"], answer["verdict"], answer["ended_at"]) == ("running", "waiting", None)
    assert answer["steps"] == [{"url": answer["link"], "status": 200, "dropped": []}]
    waiting = ("hit", "marks", "email", "order", "order_found", "attributed")
    assert merchant.states() == PASSED_PAGE | dict.fromkeys(waiting, "waiting")
    assert merchant.side.pages.asked == [answer["link"], LOADER]


def test_the_sample_event_begins_a_test(merchant: Merchant) -> None:
    answer = merchant.side.invoke("validate_tracking", sample("validate_tracking"))
    assert answer["statusCode"] == 201


def test_a_sale_is_followed_from_the_click_to_its_credit(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit()
    merchant.look()
    assert merchant.states()["hit"] == merchant.states()["marks"] == "passed"
    assert "campaign spring" in merchant.item("marks")["seen"]
    assert "click id gclid test-1" in merchant.item("marks")["seen"]
    merchant.order()
    merchant.claim()
    merchant.look()
    assert merchant.item("order")["seen"] == "Order 118"
    assert merchant.item("order_found")["seen"] == "Order 118, 31.00 USD, status 10"
    assert merchant.item("attributed")["state"] == "waiting"
    assert "next run" in merchant.item("attributed")["seen"]
    # The list that a test ends with stays; the credit still follows.
    assert merchant.end()["verdict"] == "waiting"
    merchant.side.workshop.clock.advance(MINUTE)
    merchant.side.run_pipeline()
    assert merchant.look()["verdict"] == "passed"
    assert "google / cpc / spring: " in merchant.item("attributed")["seen"]
    assert "last_click 31.00" in merchant.item("attributed")["seen"]
    assert merchant.states() == PASSED_PAGE | dict.fromkeys(
        ("hit", "marks", "email", "order", "order_found", "attributed"), "passed"
    )


def test_a_sign_up_is_followed_from_the_click(merchant: Merchant) -> None:
    merchant.start("lead")
    merchant.visit()
    merchant.sign_up()
    assert merchant.end()["verdict"] == "passed"
    assert merchant.item("attributed")["seen"] == "google / cpc / spring; as a new lead"
    assert EMAIL.lower() not in str(merchant.answer).lower()


def test_a_sign_up_of_somebody_who_is_a_lead_already_is_told_apart(merchant: Merchant) -> None:
    merchant.side.workshop.opt_in("2026-11-18 09:00", EMAIL)
    merchant.start("lead")
    merchant.visit()
    merchant.sign_up()
    merchant.end()
    assert merchant.item("attributed")["state"] == "passed"
    assert "re-engaged lead" in merchant.item("attributed")["seen"]


def test_whoever_never_visits_is_told_why_nothing_came(merchant: Merchant) -> None:
    merchant.start()
    assert merchant.end()["verdict"] == "failed"
    assert merchant.item("hit")["state"] == "failed"
    assert "hwdebug" in merchant.item("hit")["fix"]
    for name in ("marks", "email", "order", "order_found", "attributed"):
        assert merchant.item(name)["state"] == "skipped"
        assert "without" in merchant.item(name)["seen"]


def test_a_page_without_the_script_is_told_at_once(merchant: Merchant) -> None:
    merchant.side.pages.pages[PAGE] = WebPage(html())
    assert merchant.start()["verdict"] == "failed"
    assert merchant.item("script")["cause"] == "The script is not on this page."
    assert "Install" in merchant.item("script")["fix"]
    merchant.end()
    assert "The script is not on this page." in merchant.item("hit")["cause"]


def test_under_the_stores_banner_a_missing_script_may_lack_its_category(
    merchant: Merchant,
) -> None:
    banner = "<script>window.consentManagerStoreConfig = function () { return {}; };</script>"
    merchant.side.pages.pages[PAGE] = WebPage(html(banner))
    merchant.start()
    assert "consent category" in merchant.item("script")["cause"]
    assert "targeting" in merchant.item("script")["fix"]
    assert merchant.item("consent")["state"] == "waiting"


def test_a_script_that_waits_for_a_yes_fails_where_nobody_says_it(merchant: Merchant) -> None:
    tag = TAG.replace("<script", '<script data-consent="wait"')
    merchant.side.pages.pages[PAGE] = WebPage(html(tag))
    merchant.start()
    assert merchant.item("consent")["state"] == "waiting"
    merchant.end()
    assert merchant.item("consent")["state"] == "failed"
    assert "banner" in merchant.item("consent")["fix"]


def put_in(merchant: Merchant, category: str) -> None:
    """Let us have put the script into the store's pages, where it has a category."""
    channels = (ChannelScript(1, "Shop", "installed", "all_pages", category),)
    accounts = merchant.side.workshop.accounts
    accounts.change_source(ACCOUNT, STORE, script=TrackingScript(is_on=True, channels=channels))


def test_a_script_that_we_have_put_in_may_wait_for_the_shoppers_yes(merchant: Merchant) -> None:
    put_in(merchant, "targeting")
    merchant.side.pages.pages[PAGE] = WebPage(html())
    merchant.start()
    assert merchant.item("script")["state"] == "waiting"
    assert "category targeting" in merchant.item("script")["seen"]
    merchant.visit()
    merchant.look()
    assert merchant.item("script")["state"] == "passed"


@pytest.mark.parametrize("category", ["unknown", "essential", "functional"])
def test_a_category_that_asks_for_another_consent_is_told(
    merchant: Merchant, category: str
) -> None:
    put_in(merchant, category)
    merchant.start()
    assert merchant.item("consent")["state"] == "failed"
    assert category in merchant.item("consent")["cause"]


def test_a_visit_without_consent_is_seen_and_told(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit(consent="denied")
    merchant.look()
    assert merchant.item("hit")["state"] == merchant.item("consent")["state"] == "failed"
    assert "consent" in merchant.item("hit")["cause"]
    # Marks of the campaign stay, of a click id its kind alone.
    assert merchant.item("marks")["state"] == "passed"
    # A second visit, with consent, puts it right.
    merchant.visit(session="s2")
    merchant.look()
    assert merchant.item("hit")["state"] == "passed"
    assert merchant.item("consent")["state"] == "skipped"


def test_a_visit_by_a_program_earns_nothing(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit(user_agent="Googlebot/2.1")
    merchant.look()
    assert "program" in merchant.item("hit")["cause"]


def test_an_earlier_version_in_the_page_is_told_with_the_present_one(merchant: Merchant) -> None:
    old = f"{COLLECTOR}/s/ba9876543210.js"
    merchant.side.pages.pages |= {
        PAGE: WebPage(html(f'<script src="{old}?key={KEY}"></script>')),
        old: WebPage("old", content_type="text/javascript"),
    }
    merchant.start()
    assert merchant.item("version")["state"] == "failed"
    assert BUILD.script in merchant.item("version")["cause"]
    assert BUILD.integrity in merchant.item("version")["fix"]
    # It still works: the visit is seen, and the version is as old as before.
    merchant.visit()
    merchant.look()
    assert (merchant.states()["hit"], merchant.states()["version"]) == ("passed", "failed")


def test_the_redirect_that_drops_the_marks_is_named(merchant: Merchant) -> None:
    merchant.url = f"https://shop.example/ad?{MARKS}"
    merchant.side.pages.pages |= {
        "https://shop.example/ad": WebPage(status=301, location="https://www.shop.example/ad2?x=1"),
        "https://www.shop.example/ad2": WebPage(status=302, location=PAGE),
    }
    answer = merchant.start()
    assert [step["status"] for step in answer["steps"]] == [301, 302, 200]
    assert answer["steps"][1]["dropped"] == [
        "gclid",
        "hwv",
        "utm_campaign",
        "utm_medium",
        "utm_source",
    ]
    marks = merchant.item("marks")
    assert marks["state"] == "failed"
    assert marks["cause"].startswith("The redirect (301) of https://shop.example/ad drops gclid")
    assert "https://www.shop.example/ad2" in marks["fix"]


def test_what_a_server_says_reaches_no_terminal_as_it_is(merchant: Merchant) -> None:
    merchant.side.pages.pages[PAGE] = WebPage(status=302, location="https://shop.example/\x1b[2J")
    assert "\x1b" not in str(merchant.start())
    merchant.side.pages.pages[PAGE] = WebPage(content_type="text/\x1b[2J" + "x" * 9000)
    assert "\x1b" not in str(merchant.start())
    assert len(merchant.item("page")["cause"]) < 1000


def test_marks_that_a_script_or_an_extension_drops_are_named(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit(f"utm_source=google&{merchant.code}")
    merchant.look()
    assert merchant.item("marks")["state"] == "failed"
    assert "medium, campaign, click id" in merchant.item("marks")["cause"]


def test_a_link_without_marks_has_none_to_lose(merchant: Merchant) -> None:
    merchant.url = PAGE
    merchant.start()
    merchant.visit(merchant.code)
    merchant.look()
    assert merchant.item("marks")["state"] == "skipped"
    assert merchant.item("hit")["state"] == "passed"


def test_a_script_that_a_tag_manager_brings_is_shown_by_the_visit(merchant: Merchant) -> None:
    gtm = '<script src="https://www.googletagmanager.com/gtm.js?id=GTM-ABC123"></script>'
    merchant.side.pages.pages[PAGE] = WebPage(html(gtm))
    merchant.start()
    assert merchant.item("script")["state"] == "waiting"
    merchant.visit()
    merchant.look()
    assert merchant.item("script")["state"] == "passed"
    assert merchant.item("version")["state"] == "skipped"


def test_a_shop_that_keeps_programs_out_is_judged_by_the_visit(merchant: Merchant) -> None:
    merchant.side.pages.pages[PAGE] = WebPage(status=403)
    assert merchant.start()["verdict"] == "waiting"
    assert merchant.states()["page"] == merchant.states()["script"] == "waiting"
    merchant.visit()
    merchant.look()
    assert merchant.states()["page"] == merchant.states()["script"] == "passed"


@pytest.mark.parametrize(
    ("page", "word"),
    [
        (WebPage(status=404), "no such page"),
        (WebPage("%PDF", content_type="application/pdf"), "application/pdf"),
        (WebPage(failure=Failure.TLS), "certificate"),
        (WebPage(failure=Failure.TOO_SLOW), "ten seconds"),
        (WebPage(status=302, location="https://other.example/"), "none of the store's domains"),
        (WebPage(status=302, location="https://go.shop.example/"), "refuses hits"),
    ],
)
def test_a_page_that_does_not_open_is_told_with_its_cause(
    merchant: Merchant, page: WebPage, word: str
) -> None:
    merchant.side.pages.pages |= {PAGE: page, "https://go.shop.example/": WebPage(html(TAG))}
    merchant.start()
    assert merchant.item("page")["state"] == "failed"
    assert word in merchant.item("page")["cause"]
    assert merchant.item("page")["fix"]


@pytest.mark.parametrize(
    ("tag", "loader", "word"),
    [
        (TAG.replace(COLLECTOR, "https://old.example"), WebPage(), "neither the collector"),
        (TAG, WebPage(status=404), "key or name is wrong"),
        (TAG, WebPage("<html>", content_type="text/html"), "key or name is wrong"),
        (TAG, WebPage(failure=Failure.UNREACHABLE), "Nobody answers"),
    ],
)
def test_a_script_that_does_not_load_is_told_with_its_cause(
    merchant: Merchant, tag: str, loader: WebPage, word: str
) -> None:
    merchant.side.pages.pages |= {PAGE: WebPage(html(tag)), LOADER: loader}
    merchant.start()
    assert merchant.item("loads")["state"] == "failed"
    assert word in merchant.item("loads")["cause"]


def test_the_script_of_another_site_is_none(merchant: Merchant) -> None:
    merchant.side.pages.pages[PAGE] = WebPage(html(TAG.replace(KEY, "a" * 24)))
    merchant.start()
    assert "another site" in merchant.item("script")["cause"]


def test_what_a_visitor_did_before_the_test_is_no_part_of_it(merchant: Merchant) -> None:
    merchant.visit(MARKS)
    merchant.order()
    merchant.claim()
    merchant.sign_up()
    for kind, item in (("sales", "order"), ("lead", "opt_in")):
        merchant.start(kind)
        merchant.visit(session=f"s-{kind}")
        merchant.look()
        assert merchant.states()["hit"] == "passed"
        assert merchant.states()["email"] == merchant.states()[item] == "waiting"


def test_what_another_visitor_does_with_the_same_link_is_not_mixed_in(merchant: Merchant) -> None:
    merchant.start("lead")
    merchant.visit(visitor="v0", session="s0")
    merchant.visit()
    merchant.sign_up(visitor="v0", session="s0")
    merchant.look()
    assert merchant.states()["email"] == "waiting"


def test_an_order_of_another_visitor_is_not_this_visits(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit()
    merchant.order()
    merchant.claim(visitor="v2", session="s9")
    merchant.look()
    assert merchant.item("order")["state"] == "waiting"
    merchant.end()
    assert "another browser's" in merchant.item("order")["cause"]
    assert merchant.item("order_found")["state"] == "skipped"


def test_an_order_that_another_browser_claimed_first_earns_this_one_nothing(
    merchant: Merchant,
) -> None:
    merchant.start()
    merchant.visit()
    merchant.order()
    merchant.claim(visitor="v2", session="s9", email="")
    merchant.claim(email="")
    merchant.look()
    assert merchant.item("email")["state"] == "skipped"
    assert merchant.item("attributed")["state"] == "failed"
    assert "Another browser" in merchant.item("attributed")["cause"]


def test_an_order_page_that_names_somebody_else_is_not_believed(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit()
    merchant.order()
    merchant.claim(email="somebody.else@example.com")
    merchant.look()
    assert "another email" in merchant.item("attributed")["cause"]


def test_an_order_whose_status_is_no_revenue_is_linked_and_left_out(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit()
    merchant.order(status_id=7)
    merchant.claim()
    merchant.look()
    assert "no revenue" in merchant.item("attributed")["seen"]
    assert merchant.end()["verdict"] == "waiting"


def test_an_order_that_no_pull_has_brought_is_asked_of_the_store(merchant: Merchant) -> None:
    merchant.start()
    merchant.visit()
    order = merchant.order()
    shop = merchant.side.workshop
    shop.orders._stored.clear()
    merchant.claim()
    merchant.look()
    assert "not in the store yet" in merchant.item("order_found")["seen"]
    merchant.side.stores.store = replace(merchant.side.stores.store, stored=(order,))
    merchant.look()
    assert merchant.item("order_found")["state"] == "passed"
    assert "next run" in merchant.item("attributed")["seen"]
    assert shop.orders.get(ACCOUNT, STORE, "118") is None


@pytest.mark.parametrize(
    ("error", "state"),
    [(StoreUnavailableError("down"), "waiting"), (CredentialsRejectedError("no"), "failed")],
)
def test_a_store_that_cannot_be_asked_is_told_or_waited_for(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    def refuse(_: object) -> None:
        raise error

    merchant.start()
    merchant.visit()
    merchant.claim()
    monkeypatch.setattr(merchant.side.stores.store, "orders", refuse)
    merchant.look()
    assert merchant.item("order_found")["state"] == state


def test_a_login_is_no_sign_up(merchant: Merchant) -> None:
    merchant.start("lead")
    merchant.visit()
    merchant.hit({"type": "identify", "kind": "login", "email": EMAIL}, "v1", "s1")
    merchant.look()
    assert merchant.states()["email"] == "passed"
    assert "login" in merchant.item("opt_in")["seen"]
    merchant.end()
    assert "data-hw" in merchant.item("opt_in")["fix"]


def test_a_test_ends_by_itself_after_a_day(merchant: Merchant) -> None:
    merchant.start()
    merchant.side.workshop.clock.advance(timedelta(hours=25))
    merchant.visit()
    answer = merchant.look()
    assert (answer["state"], answer["ended_at"]) == ("ended", answer["closes_at"])
    assert merchant.item("hit")["state"] == "failed"


def test_what_comes_after_the_end_changes_nothing(merchant: Merchant) -> None:
    merchant.start()
    ended = merchant.end()
    merchant.visit()
    assert merchant.look() == ended == merchant.end()


def test_the_history_is_kept_the_latest_first(merchant: Merchant) -> None:
    merchant.start("lead")
    merchant.side.workshop.clock.advance(timedelta(hours=25))
    first = merchant.validation
    merchant.start()
    rows = merchant.side.call("GET /v1/validations", caller=OWNER)["json"]["rows"]
    assert [(row["validation"], row["kind"], row["state"], row["verdict"]) for row in rows] == [
        (merchant.validation, "sales", "running", "waiting"),
        (first, "lead", "ended", "failed"),
    ]
    assert rows[1]["failed"] == ["hit"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"url": "https://other.example/", "kind": "lead"}, "none of the store's domains"),
        ({"url": "https://ann:pw@shop.example/", "kind": "lead"}, "user name"),
        ({"url": "https://shop.example:8443/", "kind": "lead"}, "ports"),
        ({"url": "shop.example", "kind": "lead"}, "not an http or https address"),
        ({"url": "http://169.254.169.254/latest/", "kind": "lead"}, "none of the store's domains"),
        ({"url": "https://shop.example/" + "a" * 2020, "kind": "lead"}, "longer"),
        ({"url": "https://shop.example/", "kind": "other"}, "kind"),
    ],
)
def test_what_is_no_page_of_the_shop_is_not_tested(
    merchant: Merchant, body: dict[str, str], word: str
) -> None:
    answer = merchant.side.call("POST /v1/validations", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert word in answer["json"]["detail"]
    assert merchant.side.pages.asked == []


def test_a_test_of_another_account_is_none(merchant: Merchant) -> None:
    merchant.start()
    merchant.side.workshop.accounts.create(
        "rival", merchant.side.workshop.settings, merchant.side.workshop.clock.now()
    )
    rival = ApiKey("rival", "owner", "k")
    for route in ("GET /v1/validations/{validation}", "POST /v1/validations/{validation}/end"):
        answer = merchant.side.call(route, caller=rival, validation=merchant.validation)
        assert answer["statusCode"] == 404
    assert merchant.side.call("GET /v1/validations", caller=rival)["json"]["rows"] == []


def test_the_page_needs_no_key_and_runs_its_own_script_alone(side: LambdaSide) -> None:
    answer = side.call("GET /v1/validations/page")
    assert answer["statusCode"] == 200
    page, policy = answer["body"], answer["headers"]["Content-Security-Policy"]
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"\ssrc=|\son\w+=|//[a-z]+\.[a-z]+/.*\.js", page)
