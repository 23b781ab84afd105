"""The port ``StoreScripts``: the fake of the unit tests does as the client and the shop do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.bigcommerce.scripts import BigCommerceScripts
from headwater.adapters.bigcommerce.session import Session
from headwater.errors import MissingScopeError, RequestRejectedError
from headwater.usecases.ports.scripts import (
    ALL_PAGES,
    CONFIRMATION,
    STOREFRONT,
    StoreFrontend,
    StoreScript,
)
from local.storefront import access
from local.storefront.model import StoreChannel
from tests.fakes import FakeStoreScripts

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.usecases.ports.scripts import StoreScripts
    from local.storefront.server import Storefront
    from tests.fakes import FakeClock

type Open = Callable[[frozenset[str]], StoreScripts]

EVERYTHING = access.READ_ONLY_SCOPES | access.SCRIPT_SCOPES
WITHOUT_CHECKOUT = EVERYTHING - {access.CHECKOUT_CONTENT}
SCRIPT = StoreScript(1, "<script>1</script>", ALL_PAGES, "targeting")


@pytest.fixture(params=["shop", "fake"])
def open_scripts(request: pytest.FixtureRequest, shop: Storefront, clock: FakeClock) -> Open:
    """Open the scripts of a shop with an outlet, for a token with some scopes."""
    outlet = "https://outlet.example"
    shop.store.load_channels([StoreChannel(7, "Outlet", platform="catalyst", url=outlet)])

    def open_real(scopes: frozenset[str]) -> StoreScripts:
        session = Session(
            f"{shop.url}/stores/abc123",
            shop.store.issue_token(scopes),
            clock=clock,
            deadline=clock.now() + timedelta(minutes=10),
            sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)),
        )
        return BigCommerceScripts(session)

    def open_fake(scopes: frozenset[str]) -> StoreScripts:
        needs = {
            "checkout": access.CHECKOUT_CONTENT,
            "channels": access.CHANNELS + access.READ_ONLY,
            "sites": access.SITES + access.READ_ONLY,
        }
        return FakeStoreScripts(
            channels=[
                StoreFrontend(1, "Harbor Coffee", is_stencil=True),
                StoreFrontend(7, "Outlet", is_stencil=False),
            ],
            pages=[
                (1, shop.url),
                (1, "https://store-abc123.mybigcommerce.com"),
                (7, outlet),
                (7, "https://store-abc123-7.mybigcommerce.com"),
            ],
            refused={what for what, scope in needs.items() if scope not in scopes},
        )

    return open_real if request.param == "shop" else open_fake


def listed(store: StoreScripts) -> list[StoreScript]:
    return [replace(one, uuid="") for one in store.scripts()]


def test_a_script_is_made_listed_changed_and_deleted(open_scripts: Open) -> None:
    store = open_scripts(EVERYTHING)
    assert store.scripts() == []
    store.create(SCRIPT)
    [made] = store.scripts()
    assert made.uuid
    assert replace(made, uuid="") == SCRIPT
    changed = replace(
        made, html="<script>2</script>", consent_category="analytics", is_enabled=False
    )
    store.change(changed)
    assert store.scripts() == [changed]
    for _ in range(2):
        store.delete(made.uuid)
    assert store.scripts() == []


def test_the_oldest_comes_first(open_scripts: Open, clock: FakeClock) -> None:
    store = open_scripts(EVERYTHING)
    made = [replace(SCRIPT, html=f"<script>{number}</script>") for number in range(3)]
    for script in made:
        store.create(script)
        clock.advance(timedelta(seconds=1))
    assert listed(store) == made


def test_all_pages_take_a_scope_of_their_own(open_scripts: Open) -> None:
    store = open_scripts(WITHOUT_CHECKOUT)
    with pytest.raises(MissingScopeError, match="Checkout Content"):
        store.create(SCRIPT)
    parts = [replace(SCRIPT, pages=pages) for pages in (STOREFRONT, CONFIRMATION)]
    for script in parts:
        store.create(script)
    assert sorted(one.pages for one in store.scripts()) == sorted(one.pages for one in parts)


def test_an_account_has_ten_at_most(open_scripts: Open) -> None:
    store = open_scripts(EVERYTHING)
    for _ in range(10):
        store.create(SCRIPT)
    with pytest.raises(RequestRejectedError, match="422"):
        store.create(SCRIPT)


def test_storefronts_and_their_addresses_are_told(open_scripts: Open, shop: Storefront) -> None:
    store = open_scripts(EVERYTHING)
    assert store.frontends() == [
        StoreFrontend(1, "Harbor Coffee", is_stencil=True),
        StoreFrontend(7, "Outlet", is_stencil=False),
    ]
    assert store.addresses() == [
        (1, shop.url),
        (1, "https://store-abc123.mybigcommerce.com"),
        (7, "https://outlet.example"),
        (7, "https://store-abc123-7.mybigcommerce.com"),
    ]


def test_neither_is_told_without_its_scope(open_scripts: Open) -> None:
    reading = {access.CHANNELS + access.READ_ONLY, access.SITES + access.READ_ONLY}
    store = open_scripts(EVERYTHING - reading)
    with pytest.raises(MissingScopeError):
        store.frontends()
    with pytest.raises(MissingScopeError):
        store.addresses()
