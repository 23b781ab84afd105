"""`make connect` of ad platforms and CRMs, through the functions, against the vendors' servers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.runtime import bootstrap
from headwater.runtime.api.callers import ROLES_OF_ROUTE
from headwater.usecases.connectors import AD_COST, KINDS
from local import connect_options, connect_source
from local.connect_terminal import Terminal
from local.sources_api import RefusedError
from local.vendors.ad_book import BookAccount
from local.vendors.token_desk import APP_CREDENTIALS
from tests.integration.connectors.ad_world import AD_ACCOUNT, AdWorld
from tests.integration.connectors.cases import CASES
from tests.lambda_side import OWNER, LambdaSide
from tests.workshop import ACCOUNT, Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.integration.connectors.world import World

OTHER = "9000000000000000002"


@dataclass
class Desk:
    """A person at a terminal, and an account that can reach a vendor."""

    world: World
    side: LambdaSide
    lines: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        for route in ROLES_OF_ROUTE:
            verb, template = route.split(" ")
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
            if verb == method and found:
                names: dict[str, Any] = found.groupdict()
                answer = self.side.call(route, caller=OWNER, body=body, **names)
                if answer["statusCode"] >= 400:
                    raise RefusedError(answer["json"]["detail"])
                return answer["json"]
        raise AssertionError(path)

    def run(self, *arguments: str, asks: bool = False) -> bool:
        told = ["--api", "http://reports.example", "--key", "hw_1", *arguments]
        options = connect_options.parser().parse_args([*told, "--api-url", self.world.server.url])
        terminal = Terminal(
            asks=asks,
            ask=self.answer,
            ask_secret=self.answer,
            say=lambda line: self.lines.extend(line.splitlines()),
            sleep=lambda _: None,
        )
        return connect_source.run(options, terminal, lambda *_: self)

    def answer(self, question: str) -> str:
        self.lines.append(question)
        return self.answers.pop(0)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def chosen(self) -> list[str]:
        [source] = self.side.workshop.accounts.sources(ACCOUNT)
        return [one.id for one in source.ad_accounts]


def set_up(kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    make, case = CASES[kind]
    world = make(case)
    side = LambdaSide(Workshop())
    side.wire(monkeypatch)
    monkeypatch.setattr(bootstrap, "connectors", lambda _: world.connectors())
    world.clock.advance(side.workshop.clock.now() - world.clock.now())
    monkeypatch.setattr(bootstrap, "secrets", lambda: world.secrets)
    side.other_api_urls.append(world.server.url)
    with world.server:
        yield Desk(world, side)


@pytest.fixture(params=sorted(CASES))
def desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from set_up(request.param, monkeypatch)


@pytest.fixture
def keap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from set_up("keap", monkeypatch)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for desk in set_up("google_ads", monkeypatch):
        assert isinstance(desk.world, AdWorld)
        desk.world.book.open(BookAccount(OTHER, "Harbor Tea", "EUR", "Europe/Oslo"))
        for name, value in desk.world.case.credentials.items():
            monkeypatch.setenv(connect_options.variable("google_ads", name), value)
        yield desk


def test_a_script_connects_every_kind_of_source_with_what_the_environment_holds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = desk.world.kind
    for name, value in desk.world.case.credentials.items():
        monkeypatch.setenv(connect_options.variable(kind, name), value)
    assert desk.run(kind)
    assert f"✓ {desk.world.case.scope}" in desk.text
    assert f"Connected: {kind}, {KINDS[kind].title}." in desk.text
    [source] = desk.side.workshop.accounts.sources(ACCOUNT)
    assert (source.source, source.status) == (kind, "ok")
    assert desk.chosen == ([AD_ACCOUNT] if KINDS[kind].role == AD_COST else [])
    secrets = [desk.world.case.credentials.get(name) for name in KINDS[kind].secrets]
    assert not [secret for secret in secrets if secret and secret in desk.text]

    desk.lines.clear()
    assert desk.run("--status")
    assert desk.lines[0].startswith(f"{kind}  ")


def test_a_person_is_asked_for_what_a_kind_needs_and_told_which_permission_is_missing(
    desk: Desk,
) -> None:
    kind, case = KINDS[desk.world.kind], desk.world.case
    desk.world.application.lacks.add(case.permission)
    asked = [one for one in kind.credentials if not kind.ways or one.name in kind.ways[0]]
    typed = [case.credentials.get(one.name, "") for one in asked]
    chosen = ["1"] if kind.ways else []
    desk.answers = [*chosen, *typed, *chosen, *([""] * len(asked))]
    with pytest.raises(RefusedError, match="no credentials, nothing connected"):
        desk.run(kind.kind, asks=True)
    assert f"✗ {case.scope}" in desk.text
    assert kind.where_to_fix in desk.text
    assert all(one.title in desk.text for one in asked)
    assert desk.side.workshop.accounts.sources(ACCOUNT) == []


def test_a_script_without_credentials_is_told_which_variables_to_set(desk: Desk) -> None:
    kind = KINDS[desk.world.kind]
    with pytest.raises(RefusedError, match=f"set {kind.kind.upper()}_"):
        desk.run(kind.kind)


def test_an_app_whose_token_is_good_once_is_connected_with_the_next_one(keap: Desk) -> None:
    keap.answers = ["2", *(APP_CREDENTIALS[name] for name in KINDS["keap"].ways[1])]
    assert keap.run("keap", "--source", "crm", asks=True)
    [source] = keap.side.workshop.accounts.sources(ACCOUNT)
    assert (source.source, source.status) == ("crm", "ok")
    keap.world.clock.advance(timedelta(days=2))
    tested = keap.call("POST", "/v1/sources/crm/test")["source"]
    assert (tested["status"], tested["reason"]) == ("ok", "")


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [("2", [OTHER]), (OTHER, [OTHER]), ("", [AD_ACCOUNT, OTHER]), ("2, 1", [OTHER, AD_ACCOUNT])],
)
def test_a_person_chooses_among_ad_accounts(google: Desk, answer: str, chosen: list[str]) -> None:
    google.answers = [answer]
    assert google.run("google_ads", asks=True)
    assert f"  2  {OTHER}" in google.text
    assert "Harbor Tea, EUR, Europe/Oslo" in google.text
    assert google.chosen == chosen


def test_a_script_says_which_ad_accounts(google: Desk) -> None:
    with pytest.raises(RefusedError, match="--ad-account all"):
        google.run("google_ads")
    with pytest.raises(RefusedError, match="choose among"):
        google.run("google_ads", "--ad-account", "333")
    assert google.run("google_ads", "--ad-account", OTHER)
    assert google.chosen == [OTHER]
    assert google.run("google_ads", "--ad-account", "all")
    assert google.chosen == [AD_ACCOUNT, OTHER]
