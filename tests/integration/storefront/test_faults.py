"""Failures on demand."""

import json

import pytest
import requests

from local.storefront.server import Storefront

from .conftest import Api, PlaceOrder


def test_a_throttled_request_is_told_how_long_to_wait(api: Api, shop: Storefront) -> None:
    shop.store.fail("throttle", 1500)
    response = api.get("/v2/time")
    assert response.status_code == 429
    assert response.headers["X-Rate-Limit-Time-Reset-Ms"] == "1500"
    assert response.headers["X-Rate-Limit-Requests-Left"] == "0"
    assert api.get("/v2/time").status_code == 200


def test_an_overloaded_platform_says_429_without_rate_headers(api: Api, shop: Storefront) -> None:
    shop.store.fail("throttle-bare")
    response = api.get("/v2/time")
    assert response.status_code == 429
    assert not [name for name in response.headers if name.startswith("X-Rate-Limit")]


def test_a_fault_hits_so_many_requests_on_matching_paths_only(api: Api, shop: Storefront) -> None:
    shop.store.fail("error", 503, path=r"/v2/orders$", times=2)
    paths = ["/v2/time", "/v2/orders", "/v2/orders/count", "/v2/orders", "/v2/orders"]
    assert [api.get(path).status_code for path in paths] == [200, 503, 200, 503, 204]


def test_a_fault_without_a_number_lasts_until_it_is_cleared(api: Api, shop: Storefront) -> None:
    shop.store.fail("unauthorized", times=None)
    assert [api.get("/v2/time").status_code for _ in range(3)] == [401] * 3
    shop.store.recover("unauthorized")
    assert api.get("/v2/time").status_code == 200


def test_faults_that_replace_an_answer_take_turns(api: Api, shop: Storefront) -> None:
    shop.store.fail("throttle", times=2)
    shop.store.fail("error", 502)
    statuses = [api.get("/v2/time").status_code for _ in range(4)]
    assert statuses == [429, 429, 502, 200]


def test_a_forbidden_scope_closes_its_resources_only(api: Api, shop: Storefront) -> None:
    shop.store.fail("forbid-scope", "store_v2_customers", times=None)
    assert api.get("/v3/customers").status_code == 403
    assert api.get("/v3/channels").status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_has_the_status_that_was_asked_for(
    api: Api, shop: Storefront, status: int
) -> None:
    shop.store.fail("error", status)
    assert api.get("/v2/time").status_code == status


def test_an_error_may_be_a_page_of_html(api: Api, shop: Storefront) -> None:
    shop.store.fail("html", 504)
    response = api.get("/v2/time")
    assert response.status_code == 504
    assert response.headers["Content-Type"] == "text/html"
    assert response.text.startswith("<html>")


def test_a_200_may_have_an_empty_body(api: Api, shop: Storefront) -> None:
    shop.store.fail("empty")
    response = api.get("/v2/time")
    assert (response.status_code, response.content) == (200, b"")


def test_a_half_written_page_is_complete_http_and_broken_json(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    place()
    shop.store.fail("truncate")
    response = api.get("/v2/orders")
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.text)
    assert len(api.get("/v2/orders").json()) == 1


def test_a_connection_may_be_reset_in_the_middle_of_a_body(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    place()
    shop.store.fail("reset")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.get("/v2/orders")
    assert len(api.get("/v2/orders").json()) == 1


def test_a_slow_answer_outlasts_an_impatient_client(api: Api, shop: Storefront) -> None:
    shop.store.fail("slow", 60_000)
    headers = {"X-Auth-Token": shop.token, "Accept": "application/json"}
    with pytest.raises(requests.ReadTimeout):
        api.session.get(f"{shop.api_url}/v2/time", headers=headers, timeout=(1, 0.05))
    assert api.get("/v2/time").status_code == 200


def test_a_lowered_limit_is_a_413_for_larger_pages(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    place()
    shop.store.fail("lower-limit", 100, path="/v2/orders", times=None)
    statuses = [api.get("/v2/orders", limit=limit).status_code for limit in (250, 101, 100)]
    assert statuses == [413, 413, 200]


def test_a_chosen_order_is_edited_after_a_page(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    first, second = place(), place()
    shop.store.fail("edit-between-pages", second)
    api.get("/v2/orders/count")
    assert api.ids() == [first, second]
    assert api.ids(min_date_modified="2026-03-20T00:00:00Z") == [second]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("earthquake", {}), ("error", {"times": 0}), ("error", {"path": "("})],
)
def test_a_fault_that_makes_no_sense_is_refused(
    shop: Storefront, kind: str, options: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"earthquake|at least one|regular expression"):
        shop.store.fail(kind, **options)  # type: ignore[arg-type]
