"""The shop's own pages: what a shopper sees, and what a tracking script finds there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.storefront.model import StoreProduct
from local.storefront.server import Storefront

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MUG = StoreProduct(101, "Mug <large> & blue", Decimal("12.50"), sku="M1", cost=Decimal(4))


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Storefront]:
    with Storefront(tmp_path / "shop.sqlite") as shop:
        shop.store.load_products([MUG])
        yield shop


@pytest.fixture
def shopper() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def get(url: str, **more: Any) -> requests.Response:  # noqa: ANN401
    """Ask as a stranger, who has no session."""
    return requests.get(url, timeout=10, **more)


def buy(shop: Storefront, shopper: requests.Session, email: str) -> requests.Response:
    shopper.post(f"{shop.url}/cart.php", data={"product_id": "101"})
    return shopper.post(f"{shop.url}/checkout", data={"email": email, "first_name": "Ann"})


def test_a_shopper_finds_a_product_and_buys_it(
    open_shop: Storefront, shopper: requests.Session
) -> None:
    assert "Mug &lt;large&gt; &amp; blue" in shopper.get(f"{open_shop.url}/").text
    assert "12.50" in shopper.get(f"{open_shop.url}/products/101").text

    thanks = buy(open_shop, shopper, "ann@example.com")

    number = int(thanks.url.rsplit("/", 1)[1])
    assert str(number) in thanks.text
    order = open_shop.store.order(number)
    assert (order.email, order.lines[0].price, order.status_id) == (
        "ann@example.com",
        Decimal("12.5"),
        11,
    )
    assert "It is empty" in shopper.get(f"{open_shop.url}/cart.php").text


def test_the_storefront_api_tells_an_order_to_its_buyer_alone(
    open_shop: Storefront, shopper: requests.Session
) -> None:
    number = int(buy(open_shop, shopper, "ann@example.com").url.rsplit("/", 1)[1])
    url = f"{open_shop.url}/api/storefront/orders/{number}"

    told = shopper.get(url)

    assert told.json()["orderId"] == number
    assert told.json()["billingAddress"]["email"] == "ann@example.com"
    assert get(url).status_code == 404
    page = f"{open_shop.url}/checkout/order-confirmation/{number}"
    assert get(page).status_code == 404


def test_what_is_put_into_the_cart_can_be_taken_out(
    open_shop: Storefront, shopper: requests.Session
) -> None:
    cart = f"{open_shop.url}/cart.php"
    shopper.post(cart, data={"product_id": "101"})
    assert "2 ×" in shopper.post(cart, data={"product_id": "101"}).text
    assert "It is empty" in shopper.post(cart, data={"product_id": "101", "action": "remove"}).text
    assert "It is empty" in shopper.post(cart, data={"product_id": "999"}).text


def test_a_checkout_without_a_cart_or_an_email_takes_no_order(
    open_shop: Storefront, shopper: requests.Session
) -> None:
    checkout = f"{open_shop.url}/checkout"
    assert shopper.post(checkout, data={"email": "ann@example.com"}).status_code == 400
    assert "not an email" in buy(open_shop, shopper, "ann at example").text
    with pytest.raises(KeyError):
        open_shop.store.order(100)


def test_a_newsletter_form_makes_a_subscriber(
    open_shop: Storefront, shopper: requests.Session
) -> None:
    subscribe = f"{open_shop.url}/subscribe.php"
    assert shopper.post(subscribe, data={"nl_email": "ann@example.com"}).ok
    assert shopper.post(subscribe, data={"nl_email": "ann"}).status_code == 400
    listed = get(
        f"{open_shop.api_url}/v3/customers/subscribers",
        headers={"X-Auth-Token": open_shop.token, "Accept": "application/json"},
    )
    assert [each["email"] for each in listed.json()["data"]] == ["ann@example.com"]


def test_a_choice_of_cookies_is_kept_as_bigcommerce_keeps_it(
    open_shop: Storefront, shopper: requests.Session
) -> None:
    consent = f"{open_shop.url}/api/storefront/consent"
    assert shopper.post(consent, json={"allow": [2, 3], "deny": [4]}).ok
    assert shopper.cookies["bc_consent"] == "%7B%22allow%22%3A%5B2%2C3%5D%2C%22deny%22%3A%5B4%5D%7D"
    for wrong in ({"allow": [2]}, {"allow": [2], "deny": [4]}, {"allow": [1, 2, 3], "deny": []}):
        assert shopper.post(consent, json=wrong).status_code == 400


def test_pages_include_a_tracking_script_where_the_shop_has_one(open_shop: Storefront) -> None:
    home = f"{open_shop.url}/"
    assert "data-consent" not in get(home).text

    open_shop.store.configure(tracking_script="http://127.0.0.1:4566/x/l/k.js")

    page = get(home)
    assert '<script async src="http://127.0.0.1:4566/x/l/k.js" data-consent="wait">' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' http://127.0.0.1:4566" in policy
    assert "unsafe" not in policy


def test_a_shop_without_goods_says_so(tmp_path: Path) -> None:
    with Storefront(tmp_path / "empty.sqlite") as shop:
        assert "sells nothing yet" in get(f"{shop.url}/").text


def test_a_page_that_is_not_there_says_so(open_shop: Storefront) -> None:
    for path in ("/products/999", "/products/x", "/checkout/order-confirmation/1"):
        answer = get(open_shop.url + path)
        assert answer.status_code == 404
        assert "There is no such page" in answer.text
