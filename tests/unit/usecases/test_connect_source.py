from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import InvalidParameterError, MissingScopeError
from headwater.usecases.check_store import TRANSACTIONS, StoreDescription
from headwater.usecases.connect_source import (
    ConnectPorts,
    ConnectRequest,
    connect_source,
    parse_store_hash,
)
from headwater.usecases.ports import Bookmark
from tests.fakes import FakeAccounts, FakeClock, FakeSecrets

if TYPE_CHECKING:
    from headwater.usecases.check_store import Permission, StoreProbe
    from headwater.usecases.ports import OrderSource, Source


@dataclass
class OpenStore:
    """A store of twelve orders that opens everything but what is ``missing``."""

    missing: tuple[Permission, ...] = ()
    failing: dict[Permission, Exception] = field(default_factory=dict)
    description: StoreDescription = field(default_factory=StoreDescription)

    def count_orders(self) -> int:
        return 12

    def try_permission(self, permission: Permission) -> bool:
        if permission in self.failing:
            raise self.failing[permission]
        if permission in self.missing:
            raise MissingScopeError(permission.title)
        return True

    def describe(self) -> StoreDescription:
        return self.description


@dataclass
class OneStore:
    """Opens that store, and remembers for which credentials."""

    store: OpenStore = field(default_factory=OpenStore)
    asked: list[dict[str, str]] = field(default_factory=list)

    def open(self, account: str, source: Source) -> OrderSource:
        raise NotImplementedError

    def connect(self, **credentials: str) -> StoreProbe:
        self.asked.append(credentials)
        return self.store


@dataclass
class Desk:
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    sources: OneStore = field(default_factory=OneStore)
    keys_made: int = 0

    def token_hex(self, size: int) -> str:
        self.keys_made += 1
        return hashlib.sha256(bytes([self.keys_made])).hexdigest()[: 2 * size]

    def connect(self, store: str = "abc123", token: str = "tok-1", **fields: str) -> Any:  # noqa: ANN401
        ports = ConnectPorts(
            clock=FakeClock(),
            accounts=self.accounts,
            secrets=self.secrets,
            sources=self.sources,
            token_hex=self.token_hex,
        )
        request = ConnectRequest(store=store, access_token=token, **fields)
        return connect_source(
            "acme", request, ports=ports, other_api_urls=["http://127.0.0.1:8600"]
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    "store",
    [
        "abc123",
        " ABC123 ",
        "store-abc123",
        "store-abc123.mybigcommerce.com",
        "https://store-abc123.mybigcommerce.com",
        "https://store-abc123.mybigcommerce.com/manage/orders?page=2",
        "https://store-abc123-2.mybigcommerce.com/",
        "api.bigcommerce.com/stores/abc123/v3",
        "https://api.bigcommerce.com/stores/abc123/v3/",
        "https://login.bigcommerce.com/deep-links/store-abc123/manage/dashboard",
        "https://login.bigcommerce.com/login?redirect=https%3A%2F%2Fstore-abc123.mybigcommerce.com",
        "https://login.bigcommerce.com/login?redirect=store-abc123.mybigcommerce.com/manage",
    ],
)
def test_the_store_hash_is_found_in_any_form_that_a_merchant_copies(store: str) -> None:
    assert parse_store_hash(store) == "abc123"


@pytest.mark.parametrize(
    "store",
    [
        "",
        "https://login.bigcommerce.com/login",
        "a",
        "www.harbor-coffee.example",
        "https://harbor-coffee.example/manage",
        "harbor.mybigcommerce.com",
        "https://store-abc123.mybigcommerce.com.evil.example/",
        "https://api.bigcommerce.com/stores/",
        "https://api.bigcommerce.com/stores/../v2",
        "abc/../123",
    ],
)
def test_an_address_without_the_store_hash_is_refused(store: str) -> None:
    with pytest.raises(InvalidParameterError, match="store hash"):
        parse_store_hash(store)


def test_a_connected_source_keeps_its_token_in_the_secrets_alone(desk: Desk) -> None:
    connected = desk.connect(token=" tok-1 ")

    [source] = desk.accounts.sources("acme")
    assert source == connected.source
    assert (source.source, source.kind, source.store_hash) == ("bigcommerce",) * 2 + ("abc123",)
    assert (source.status, source.orders_total, source.bookmark) == ("ok", 12, Bookmark())
    assert desk.secrets.get(source.secret_arn) == "tok-1"
    assert desk.sources.asked[0]["access_token"] == "tok-1"
    assert "tok-1" not in repr(connected)


def test_a_request_does_not_show_its_token() -> None:
    assert "tok-1" not in repr(ConnectRequest(store="abc123", access_token="tok-1"))


def test_a_site_is_registered_under_a_new_public_key(desk: Desk) -> None:
    first = desk.connect()
    second = desk.connect("def456", source="second")
    assert desk.accounts.sites == {
        first.source.public_key: ("acme", "bigcommerce"),
        second.source.public_key: ("acme", "second"),
    }
    assert len(first.source.public_key) == 24


def test_connecting_again_replaces_the_token_and_keeps_the_bookmark_and_the_public_key(
    desk: Desk,
) -> None:
    source = desk.connect().source
    bookmark = Bookmark(phase="orders", last_id=77)
    used = replace(
        source, bookmark=bookmark, orders_done=9, status="reauthorize", reason="the token is wrong"
    )
    desk.accounts.save_source("acme", used)

    again = desk.connect(token="tok-2")

    assert again.source == replace(used, status="ok", reason="")
    assert desk.secrets.get(again.source.secret_arn) == "tok-2"
    assert again.source.public_key == source.public_key
    assert len(desk.accounts.sites) == 1


def test_another_store_cannot_take_a_sources_name(desk: Desk) -> None:
    desk.connect()
    with pytest.raises(InvalidParameterError, match="another store"):
        desk.connect("def456", token="tok-2")
    assert list(desk.secrets.tokens.values()) == ["tok-1"]
    assert desk.accounts.sources("acme")[0].store_hash == "abc123"


def test_a_refused_store_leaves_nothing_behind(desk: Desk) -> None:
    desk.sources.store.missing = (TRANSACTIONS,)
    with pytest.raises(MissingScopeError):
        desk.connect()
    assert desk.accounts.sources("acme") == []
    assert desk.accounts.sites == {}
    assert desk.secrets.tokens == {}


@pytest.mark.parametrize("name", ["", "Big", "a b", "ü", "x" * 33, "a#b"])
def test_a_source_has_a_plain_name(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidParameterError, match="source"):
        desk.connect(source=name)


def test_a_token_is_required(desk: Desk) -> None:
    with pytest.raises(InvalidParameterError, match="access_token"):
        desk.connect(token=" ")


def test_another_api_is_reached_only_where_the_deployment_allows_it(desk: Desk) -> None:
    desk.connect(api_url="http://127.0.0.1:8600")
    assert desk.sources.asked[-1]["api_url"] == "http://127.0.0.1:8600"
    with pytest.raises(InvalidParameterError, match="api_url"):
        desk.connect(api_url="http://169.254.169.254")
