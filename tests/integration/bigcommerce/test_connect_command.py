"""`make connect`, through the functions and the real client, against the shop."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.bigcommerce import BigCommerceSources
from headwater.runtime import bootstrap
from headwater.runtime.api.callers import ROLES_OF_ROUTE
from headwater.runtime.settings import settings
from local import connect_options, connect_source
from local.connect_terminal import Terminal
from local.sources_api import RefusedError, SourcesApi
from local.storefront import access
from tests.integration.bigcommerce.world import COLLECTOR, World, store_orders
from tests.lambda_side import OWNER, LambdaSide
from tests.unit.bigcommerce.scripted_server import Reply, scripted
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Office:
    """The functions, wired to the world's shop, as the terminal's API."""

    world: World
    side: LambdaSide
    lines: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    naps: int = 0

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        for route in ROLES_OF_ROUTE:
            verb, template = route.split(" ")
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                names: dict[str, Any] = found.groupdict()
                answer = self.side.call(route, caller=OWNER, body=body, **names)
                if answer["statusCode"] >= 400:
                    raise RefusedError(answer["json"]["detail"])
                return answer["json"]
        raise AssertionError(path)

    def run(self, *arguments: str, token: str = "", asks: bool = False) -> bool:
        options = connect_options.parser().parse_args(
            ["--api", "http://reports.example", "--key", "hw_1", *arguments]
        )
        options.token = token
        terminal = Terminal(
            asks=asks,
            ask=self.answer,
            ask_secret=self.answer,
            say=lambda line: self.lines.extend(line.splitlines()),
            sleep=self.nap,
        )
        return connect_source.run(options, terminal, lambda *_: self)

    def answer(self, question: str) -> str:
        self.lines.append(question)
        return self.answers.pop(0)

    def nap(self, _: float) -> None:
        """Time passes, in which the pull goes on."""
        self.naps += 1
        self.world.pull()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def office(world: World, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An account without a store, whose tables the world's pull fills too."""
    workshop = Workshop()
    side = LambdaSide(workshop)
    side.wire(monkeypatch)
    side.secrets = world.secrets
    side.other_api_urls.append(world.shop.url)
    world.accounts = workshop.accounts
    reached_at = replace(settings(), webhook_url=COLLECTOR)
    monkeypatch.setattr(bootstrap, "settings", lambda: reached_at)
    monkeypatch.setattr(bootstrap, "secrets", lambda: world.secrets)
    monkeypatch.setattr(
        bootstrap,
        "order_sources",
        lambda deadline: BigCommerceSources(
            world.secrets, clock=workshop.clock, deadline=deadline, sleep=world.sleep
        ),
    )
    return Office(world, side)


def token_without(world: World, *missing: str) -> str:
    scopes = {scope.removesuffix(access.READ_ONLY) for scope in access.READ_ONLY_SCOPES}
    return world.shop.store.issue_token(scopes - set(missing))


def test_a_script_connects_a_store_and_follows_its_history(office: Office) -> None:
    office.world.shop.store.load(store_orders(30))
    url = office.world.shop.url
    token = office.world.shop.store.issue_token(access.READ_ONLY_SCOPES | access.SCRIPT_SCOPES)
    store = "https://store-abc123.mybigcommerce.com/manage"
    arguments = ("--store", store, "--api-url", url, "--domain", "shop.example", "--watch")
    assert office.run(*arguments, "--webhooks", "--transactions", "--script", token=token)
    assert "✓ Orders" in office.text
    assert "30 orders" in office.text
    assert "Healthy: 0 of 30 orders, 0 %" in office.lines
    assert office.lines[-1] == "Healthy: 30 of 30 orders, the history is complete"
    assert office.naps == 1
    [source] = office.world.accounts.sources(ACCOUNT)
    assert (source.webhooks.is_on, source.with_transactions) == (True, True)
    assert "tracking script                    Harbor Coffee: installed, all_pages" in office.text
    assert token not in office.text


def test_a_person_is_asked_for_what_is_missing_and_offered_the_stores_own_zone(
    office: Office,
) -> None:
    office.world.shop.store.configure(time_zone="America/Chicago")
    office.answers = ["abc123", office.world.shop.token, "shop.example, www.other.example", "y"]
    office.answers += ["y", "", ""]
    assert office.run("--api-url", office.world.shop.url, asks=True)
    settings = office.side.workshop.accounts.settings(ACCOUNT)
    assert settings.time_zone == "America/Chicago"
    assert "shop.example" in settings.own_domains
    assert "Store-level API accounts" in office.text
    assert "box for daylight saving is ticked" in office.text
    assert "on: changes are here within seconds" in office.text
    [source] = office.world.accounts.sources(ACCOUNT)
    assert source.webhooks.is_on
    # The shop's usual token may only read.
    assert "tracking script                    the access token may not use" in office.text
    assert source.script.is_on


def test_a_person_whose_token_lacks_scopes_is_told_which_and_may_give_another(
    office: Office,
) -> None:
    office.world.shop.store.load(store_orders(1))
    poor = token_without(office.world, access.CUSTOMERS, access.PRODUCTS, access.MARKETING)
    office.answers = ["abc123", "wrong", poor, office.world.shop.token, "", "", "", "", ""]
    assert office.run("--api-url", office.world.shop.url, asks=True)
    assert "rejects the access token" in office.text
    assert "✗ Customers" in office.text
    assert "✗ Products" in office.text
    assert "✗ Marketing" in office.text
    assert "create a new account" in office.text


def test_a_script_without_a_needed_scope_ends_with_the_reason(office: Office) -> None:
    poor = token_without(office.world, access.CUSTOMERS)
    with pytest.raises(RefusedError, match="Customers"):
        office.run("--store", "abc123", "--api-url", office.world.shop.url, token=poor)
    assert office.side.workshop.accounts.sources(ACCOUNT) == []


@pytest.mark.parametrize("arguments", [(), ("--store", "abc123")])
def test_a_script_that_says_too_little_is_told_what_is_missing(
    office: Office, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(RefusedError, match="missing"):
        office.run(*arguments)


def test_the_status_says_what_to_do_and_what_is_off(office: Office) -> None:
    office.run("--status")
    assert office.lines == ["Nothing is connected."]
    poor = token_without(office.world, access.INFORMATION)
    office.run("--store", "abc123", "--api-url", office.world.shop.url, token=poor)
    office.world.shop.store.revoke_token(poor)
    office.world.pull()
    office.lines.clear()
    office.run("--status")
    assert "Re-authorize" in office.text
    assert "connect the store again with its token" in office.text
    assert "without Information & Settings: the time zone" in office.text


def test_watching_ends_where_a_person_is_needed(office: Office) -> None:
    office.world.shop.store.load(store_orders(3))
    token = office.world.shop.store.issue_token()
    office.run("--store", "abc123", "--api-url", office.world.shop.url, token=token)
    office.world.shop.store.revoke_token(token)
    office.world.pull()
    terminal = Terminal(asks=False, say=office.lines.append, sleep=office.nap)
    assert not connect_source.watch(office, "bigcommerce", terminal)
    assert office.lines[-1].startswith("Re-authorize: ")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(403, b'{"message": "Forbidden"}'), "key is unknown"),
        (Reply(404, b'{"detail": "there is no source x"}'), "there is no source x"),
        (Reply(200, b"<html>"), "not as Headwater does"),
    ],
)
def test_a_refusal_of_the_api_is_told_in_a_sentence(reply: Reply, told: str) -> None:
    with scripted(reply) as script, pytest.raises(RefusedError, match=told):
        SourcesApi(script.url, "hw_1").call("GET", "/v1/sources")


def test_an_api_that_is_not_there_is_told() -> None:
    with scripted(Reply()) as script:
        api = SourcesApi(script.url, "hw_1")
    with pytest.raises(RefusedError, match="cannot be reached"):
        api.call("GET", "/v1/sources")
