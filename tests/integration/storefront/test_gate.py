"""Tokens, scopes, quota, headers: what every request meets before its resource."""

from datetime import datetime

import pytest

from local.storefront import access
from local.storefront.quota import QuotaMeter
from local.storefront.server import Storefront

from .conftest import Api, PlaceOrder, ShopClock

RATE_HEADERS = {
    "X-Rate-Limit-Requests-Left",
    "X-Rate-Limit-Requests-Quota",
    "X-Rate-Limit-Time-Window-Ms",
    "X-Rate-Limit-Time-Reset-Ms",
}


@pytest.mark.parametrize("token", ["wrong", None])
def test_an_unknown_token_is_a_401(api: Api, token: str | None) -> None:
    assert api.get_with({"X-Auth-Token": token}, "/v2/orders").status_code == 401


def test_a_revoked_token_is_a_401(api: Api, shop: Storefront) -> None:
    shop.store.revoke_token(shop.token)
    assert api.get("/v2/time").status_code == 401


def test_a_missing_scope_is_a_403_that_says_so(api: Api, shop: Storefront) -> None:
    token = shop.store.issue_token({"store_v2_information_read_only"})
    headers = {"X-Auth-Token": token}
    assert api.get_with(headers, "/v2/time").status_code == 200
    response = api.get_with(headers, "/v2/orders")
    assert response.status_code == 403
    assert response.json()["title"] == "You don't have a required scope to access the endpoint"


def test_a_wrong_store_hash_is_a_403_not_a_404(api: Api, shop: Storefront) -> None:
    headers = {"X-Auth-Token": shop.token, "Accept": "application/json"}
    response = api.session.get(f"{shop.url}/stores/store-abc123/v2/orders", headers=headers)
    assert response.status_code == 403
    assert "required scope" in response.json()["title"]


@pytest.mark.parametrize(
    ("path", "scope", "status"),
    [
        ("/v2/orders", access.ORDERS, 204),
        ("/v2/order_statuses", access.ORDERS, 200),
        ("/v3/orders/payment_actions/refunds", access.ORDERS, 200),
        ("/v3/orders/payment_actions/refunds", access.TRANSACTIONS, 200),
        ("/v2/store", access.INFORMATION, 200),
        ("/v3/customers", access.CUSTOMERS, 200),
        ("/v3/customers/subscribers", access.CUSTOMERS, 200),
        ("/v3/catalog/products", access.PRODUCTS, 200),
        ("/v3/channels", access.CHANNELS, 200),
    ],
)
@pytest.mark.parametrize("suffix", ["", "_read_only"])
def test_one_scope_opens_a_resource_to_read_or_to_modify(
    api: Api, shop: Storefront, path: str, scope: str, status: int, suffix: str
) -> None:
    token = shop.store.issue_token({scope + suffix})
    assert api.get_with({"X-Auth-Token": token}, path).status_code == status


def test_transactions_need_a_scope_of_their_own(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    token = shop.store.issue_token({access.ORDERS})
    path = f"/v3/orders/{place()}/transactions"
    assert api.get_with({"X-Auth-Token": token}, path).status_code == 403
    assert api.get(path).status_code == 200


@pytest.mark.parametrize("accept", [None, "*/*", "application/xml"])
def test_v2_has_to_be_asked_for_json(api: Api, accept: str | None) -> None:
    assert api.get_with({"Accept": accept}, "/v2/time").status_code == 406


def test_the_shop_is_read_only_over_its_api(api: Api, shop: Storefront) -> None:
    headers = {"X-Auth-Token": shop.token, "Accept": "application/json"}
    response = api.session.delete(f"{shop.api_url}/v2/orders/1", headers=headers)
    assert response.status_code == 405


def test_every_answer_states_the_quota(api: Api) -> None:
    for path in ("/v2/orders", "/v2/nothing", "/v3/channels"):
        assert set(api.get(path).headers) >= RATE_HEADERS


def test_a_used_up_quota_is_a_429_with_the_time_to_wait(api: Api, shop: Storefront) -> None:
    shop.store.configure(quota=2)
    answers = [api.get("/v2/time") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    left = [answer.headers["X-Rate-Limit-Requests-Left"] for answer in answers]
    assert left == ["1", "0", "0"]
    assert 0 < int(answers[2].headers["X-Rate-Limit-Time-Reset-Ms"]) <= 30_000


def test_a_new_window_restores_the_quota() -> None:
    time = [0.0]
    meter = QuotaMeter(lambda: time[0])
    assert [meter.take(1, 30_000).granted for _ in range(2)] == [True, False]
    time[0] = 29.9
    assert not meter.take(1, 30_000).granted
    time[0] = 30.0
    assert meter.take(1, 30_000).granted


def test_a_neighbor_eats_from_the_same_quota() -> None:
    time = [0.0]
    meter = QuotaMeter(lambda: time[0])
    assert meter.take(100, 30_000, neighbor_per_second=9).left == 99
    time[0] = 10.0
    assert meter.take(100, 30_000, neighbor_per_second=9).left == 8
    time[0] = 12.0
    refused = meter.take(100, 30_000, neighbor_per_second=9)
    assert (refused.granted, refused.left, refused.reset_ms) == (False, 0, 18_000)


def test_the_shops_clock_shows_in_its_date_its_time_and_its_stamps(
    api: Api, shop: Storefront, place: PlaceOrder, clock: ShopClock
) -> None:
    shop.store.configure(clock_offset_seconds=3600)
    order_id = place()
    shop.store.touch(order_id)
    response = api.get("/v2/time")
    assert response.json()["time"] == int(clock.now.timestamp()) + 3600
    assert response.headers["Date"] == "Fri, 20 Mar 2026 13:00:00 GMT"
    modified = api.get(f"/v2/orders/{order_id}").json()["date_modified"]
    assert datetime.strptime(modified, "%a, %d %b %Y %H:%M:%S %z").hour == 13


def test_bodies_are_compressed_for_clients_that_ask(api: Api, place: PlaceOrder) -> None:
    place()
    packed = api.get_with({"Accept-Encoding": "gzip"}, "/v2/orders")
    plain = api.get_with({"Accept-Encoding": "identity"}, "/v2/orders")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])


def test_header_names_may_come_in_lower_case(api: Api, shop: Storefront) -> None:
    shop.store.configure(lower_case_headers=True)
    assert "x-rate-limit-requests-left" in list(api.get("/v2/time").headers)


def test_an_unknown_path_is_a_404(api: Api) -> None:
    assert api.get("/v2/unicorns").status_code == 404
    assert api.get("/v2/orders/12x").status_code == 404


def test_requests_are_recorded_in_order(api: Api, shop: Storefront) -> None:
    api.get("/v2/orders", limit=5)
    api.get("/v2/time")
    records = [(r.method, r.path, r.query, r.status) for r in shop.requests]
    assert records == [
        ("GET", "/stores/abc123/v2/orders", {"limit": "5"}, 204),
        ("GET", "/stores/abc123/v2/time", {}, 200),
    ]


def test_the_store_states_its_zone_in_seconds(api: Api) -> None:
    store = api.get("/v2/store").json()
    assert store["id"] == "abc123"
    zone = store["timezone"]
    assert (zone["name"], zone["raw_offset"], zone["dst_offset"]) == (
        "America/New_York",
        -18_000,
        -14_400,
    )


def test_fifteen_statuses_tell_refunded_from_partially_refunded(api: Api) -> None:
    names = {status["id"]: status["name"] for status in api.get("/v2/order_statuses").json()}
    assert len(names) == 15
    assert (names[4], names[14], names[0]) == ("Refunded", "Partially Refunded", "Incomplete")


def test_currencies_of_orders_are_the_shops(api: Api, place: PlaceOrder) -> None:
    place(currency="EUR", rate=None)
    currencies = {row["currency_code"]: row for row in api.get("/v2/currencies").json()}
    assert currencies["USD"]["is_default"] is True
    assert isinstance(currencies["EUR"]["currency_exchange_rate"], str)
