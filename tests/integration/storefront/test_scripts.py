"""The shop's Scripts API: who may put which script where, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.storefront import access
from local.storefront.model import StoreChannel, StoreProduct

if TYPE_CHECKING:
    from local.storefront.server import Storefront

TAG = '<script async src="https://t.shop.example/s/1.js" data-type="{{page_type}}"></script>'
PATH = "/v3/content/scripts"


@dataclass
class Account:
    """An API account that may put scripts into all pages."""

    shop: Storefront
    token: str

    def ask(self, method: str, name: str = "", body: object = None) -> Any:  # noqa: ANN401
        headers = {"X-Auth-Token": self.token, "Accept": "application/json"}
        url = f"{self.shop.api_url}{PATH}{name}"
        answer = requests.request(method, url, headers=headers, json=body, timeout=10)
        if answer.status_code == 204:
            return None
        return answer.json()["data"] if answer.ok else answer.status_code

    def make(self, **fields: object) -> Any:  # noqa: ANN401
        asked = {
            "name": "Attribution",
            "kind": "script_tag",
            "html": TAG,
            "visibility": "all_pages",
            "location": "footer",
            "consent_category": "targeting",
            "auto_uninstall": True,
        }
        return self.ask("POST", body=asked | fields)


@pytest.fixture
def account(shop: Storefront) -> Account:
    return Account(shop, shop.store.issue_token(access.SCRIPT_SCOPES))


def test_a_script_is_made_listed_changed_and_deleted(account: Account) -> None:
    made = account.make()
    assert (made["html"], made["visibility"], made["enabled"]) == (TAG, "all_pages", True)
    assert "src" not in made
    assert account.ask("GET") == [made]
    changed = account.ask("PUT", f"/{made['uuid']}", {"description": "Which ad brought whom"})
    assert changed == made | {"description": "Which ad brought whom"}
    assert account.ask("GET", f"/{made['uuid']}") == changed
    assert account.ask("DELETE", f"/{made['uuid']}") is None
    assert account.ask("GET", f"/{made['uuid']}") == 404
    assert account.ask("GET") == []


def test_an_account_sees_its_own_scripts_only_and_takes_them_along(account: Account) -> None:
    other = Account(account.shop, account.shop.store.issue_token(access.SCRIPT_SCOPES))
    made = account.make()
    account.make(auto_uninstall=False)
    assert other.ask("GET") == []
    assert other.ask("DELETE", f"/{made['uuid']}") == 404
    account.shop.store.revoke_token(account.token)
    assert [one.uuid for one in account.shop.store.scripts] != [made["uuid"]]
    assert len(account.shop.store.scripts) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"html": "alert(1)"},
        {"html": TAG * 6},
        {"html": "<script>" + "/" * 65_536},
        {"load_method": "async"},
        {"src": "https://t.shop.example/s/1.js"},
        {"kind": "src"},
        {"kind": "src", "html": "", "src": "https://x.example/1.js", "integrity_hashes": ["h"] * 6},
        {"visibility": "everywhere"},
        {"consent_category": "marketing"},
        {"channel_id": 7},
        {"css": ""},
    ],
)
def test_a_script_that_the_store_would_refuse_is_refused(
    account: Account, wrong: dict[str, Any]
) -> None:
    assert account.make(**wrong) == 422


def test_reading_needs_content_writing_needs_more_and_the_checkout_a_scope_of_its_own(
    shop: Storefront,
) -> None:
    def account(*scopes: str) -> Account:
        return Account(shop, shop.store.issue_token(scopes))

    reader = account(access.CONTENT + access.READ_ONLY)
    assert reader.ask("GET") == []
    assert reader.make(visibility="storefront") == 403
    writer = account(access.CONTENT)
    assert writer.make() == 403
    assert writer.make(visibility="checkout") == 403
    made = writer.make(visibility="storefront")
    assert writer.ask("PUT", f"/{made['uuid']}", {"visibility": "all_pages"}) == 403
    assert writer.make(visibility="order_confirmation")["uuid"]
    assert account(access.INFORMATION).ask("GET") == 403


def test_an_account_has_ten_scripts_at_most(account: Account) -> None:
    for number in range(10):
        assert account.make(name=f"Script {number}")["uuid"]
    assert account.make() == 422


def test_scripts_are_listed_by_channel(account: Account) -> None:
    account.shop.store.load_channels([StoreChannel(7, "Outlet"), StoreChannel(8, "POS", "pos")])
    account.make()
    outlet = account.make(channel_id=7)
    assert account.make(channel_id=8) == 422
    assert account.ask("GET", "?channel_id:in=7") == [outlet]


def test_sites_tell_where_a_channel_has_its_pages(shop: Storefront) -> None:
    shop.store.load_channels([StoreChannel(7, "Outlet", url="https://outlet.example")])
    headers = {"X-Auth-Token": shop.token, "Accept": "application/json"}
    answer = requests.get(f"{shop.api_url}/v3/sites", headers=headers, timeout=10)
    told = [
        (site["channel_id"], [url["url"] for url in site["urls"]]) for site in answer.json()["data"]
    ]
    assert told == [
        (1, [shop.url, "https://store-abc123.mybigcommerce.com"]),
        (7, ["https://outlet.example", "https://store-abc123-7.mybigcommerce.com"]),
    ]


def test_a_merchant_may_move_a_script_to_another_category_and_delete_it(account: Account) -> None:
    made = account.make()
    account.shop.store.categorize_script(made["uuid"], "analytics")
    assert account.ask("GET", f"/{made['uuid']}")["consent_category"] == "analytics"
    account.shop.store.delete_script(made["uuid"])
    assert account.ask("GET") == []
    with pytest.raises(KeyError):
        account.shop.store.delete_script(made["uuid"])


def page(shop: Storefront, path: str = "/") -> str:
    return requests.get(shop.url + path, timeout=10).text


def test_pages_carry_the_scripts_of_their_visibility_in_order_with_their_type(
    account: Account,
) -> None:
    shop = account.shop
    shop.store.load_products([StoreProduct(501, "Mug")])
    account.make(consent_category="essential", visibility="storefront")
    account.make(consent_category="essential", html="<script>2</script>", visibility="storefront")
    home = page(shop)
    assert home.index('data-type="default"') < home.index("<script>2</script>")
    assert home.index("<footer>") < home.index('data-type="default"')
    assert 'data-type="product"' in page(shop, "/products/501")
    assert "<script>2</script>" not in page(shop, "/checkout")


def test_scripts_wait_for_consent_and_without_a_category_they_never_run(account: Account) -> None:
    account.make(consent_category="targeting")
    account.make(consent_category="unknown", html="<script>never</script>")
    home = page(account.shop)
    assert '<script type="text/plain" data-waits-for="4" async src=' in home
    assert "never" not in home


def test_a_gateway_stands_for_the_scripts_own_address(account: Account) -> None:
    account.shop.store.configure(script_gateway="http://127.0.0.1:4566/c")
    account.make()
    answer = requests.get(account.shop.url, timeout=10)
    assert 'src="http://127.0.0.1:4566/c/s/1.js"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' http://127.0.0.1:4566;" in policy


def test_an_address_becomes_a_tag_with_its_integrity(account: Account) -> None:
    account.make(
        kind="src",
        html="",
        src="https://t.shop.example/s/1.js",
        load_method="async",
        integrity_hashes=["sha256-1", "sha256-2"],
        consent_category="essential",
    )
    assert (
        '<script async src="https://t.shop.example/s/1.js" integrity="sha256-1 sha256-2"'
        ' crossorigin="anonymous"></script>'
    ) in page(account.shop)
