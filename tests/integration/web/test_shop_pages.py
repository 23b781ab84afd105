"""The local shop's own pages, fetched and read as a test of the tracking does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from headwater.adapters.web.pages import WebPages
from headwater.domain.fetching import Allowance, Failure
from headwater.domain.page_scripts import FoundScript, PageText, read_page
from local.storefront import access
from local.storefront.model import StoreProduct
from local.storefront.server import Storefront

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "5f0c9ae1b2d34477a1e09b6c"
LOADER = f"https://hits.example/l/{KEY}.js"
VERSION = "https://hits.example/s/0123456789ab.js"
LOCAL = Allowance(frozenset({"127.0.0.1"}), loopback=True)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Storefront]:
    with Storefront(tmp_path / "shop.sqlite") as shop:
        shop.store.load_products([StoreProduct(501, "Blue mug")])
        yield shop


def page_of(shop: Storefront, path: str = "/") -> PageText:
    fetched = WebPages().fetch(shop.url + path, LOCAL)
    assert (fetched.failure, fetched.status, fetched.content_type) == (None, 200, "text/html")
    return read_page(fetched.body.decode(), fetched.url)


@pytest.mark.parametrize("path", ["/", "/products/501", "/cart.php", "/checkout"])
def test_the_theme_loader_is_found_on_every_page_and_waits_for_a_yes(
    shop: Storefront, path: str
) -> None:
    shop.store.configure(tracking_script=LOADER)
    assert page_of(shop, path).scripts == (FoundScript(LOADER, KEY, consent="wait"),)


@pytest.mark.parametrize("category", ["targeting", "analytics", "essential", "unknown"])
def test_a_script_of_the_script_manager_is_found_as_its_category_has_it(
    shop: Storefront, category: str
) -> None:
    tag = f'<script async src="{VERSION}" integrity="sha256-x" data-key="{KEY}"></script>'
    script = {
        "name": "Attribution",
        "kind": "script_tag",
        "html": tag,
        "visibility": "all_pages",
        "consent_category": category,
    }
    token = shop.store.issue_token(access.SCRIPT_SCOPES)
    made = requests.post(
        f"{shop.api_url}/v3/content/scripts",
        headers={"X-Auth-Token": token},
        json=script,
        timeout=10,
    )
    assert made.ok, made.text
    held = category in {"targeting", "analytics"}
    found = FoundScript(VERSION, KEY, "0123456789ab.js", "sha256-x", is_held=held)
    # Without a category it is on no page.
    assert page_of(shop).scripts == (() if category == "unknown" else (found,))


def test_a_shop_without_the_script_has_none(shop: Storefront) -> None:
    assert page_of(shop) == PageText()


def test_a_page_that_the_shop_has_not_is_missing(shop: Storefront) -> None:
    assert WebPages().fetch(f"{shop.url}/nothing", LOCAL).status == 404


def test_without_the_allowance_the_shop_on_this_machine_is_not_asked(shop: Storefront) -> None:
    fetched = WebPages().fetch(shop.url, Allowance(LOCAL.hosts))
    assert fetched.failure is Failure.FOREIGN_HOST
