"""``GET /v2/orders`` and its count: filters, pages, what is shown and what is not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

import pytest

from local.storefront.model import StoreAddress
from local.storefront.server import Storefront

from .conftest import Api, PlaceOrder, ShopClock

MARCH_1 = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_list_without_orders_is_a_204_without_a_single_byte(api: Api) -> None:
    response = api.get("/v2/orders")
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Length" not in response.headers


def test_a_page_past_the_end_is_a_204(api: Api, place: PlaceOrder) -> None:
    place()
    assert api.get("/v2/orders", page=2).status_code == 204


def test_a_page_holds_fifty_orders_unless_a_limit_is_given(api: Api, place: PlaceOrder) -> None:
    ids = [place() for _ in range(51)]
    assert api.ids() == ids[:50]
    assert api.ids(page=2) == ids[50:]
    assert api.ids(limit=250) == ids


def test_a_limit_above_250_is_a_413_with_an_array_for_a_body(api: Api) -> None:
    response = api.get("/v2/orders", limit=251)
    assert response.status_code == 413
    assert [problem["status"] for problem in response.json()] == [413]


@pytest.mark.parametrize("query", [{"limit": 0}, {"page": "x"}, {"min_id": "x"}, {"sort": "name"}])
def test_a_malformed_parameter_is_a_400(api: Api, query: dict[str, object]) -> None:
    assert api.get("/v2/orders", **query).status_code == 400


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"status_id": 10}, {"status_id": 10}),
        ({"customer_id": 5}, {"customer_id": 5}),
        ({"email": "Ann@Shop.example"}, {"email": "ann@shop.example"}),
        ({"email": "bo@x.example"}, {"billing": StoreAddress(email="bo@x.example")}),
        ({"channel_id": 2}, {"channel_id": 2}),
        ({"cart_id": "0f3c"}, {"cart_id": "0f3c"}),
        ({"payment_method": "PayPal"}, {"payment_method": "PayPal"}),
        ({"external_order_id": "A-1"}, {"external_order_id": "A-1"}),
        ({"min_total": "26.00"}, {"shipping": Decimal(6)}),
        ({"max_total": "19.99"}, {"discount": Decimal("0.01")}),
    ],
)
def test_a_filter_selects_exact_matches(
    api: Api, place: PlaceOrder, query: dict[str, object], fields: dict[str, object]
) -> None:
    place()
    chosen = place(**fields)
    assert api.ids(**query) == [chosen]


def test_id_filters_include_their_bounds(api: Api, place: PlaceOrder) -> None:
    ids = [place() for _ in range(4)]
    assert api.ids(min_id=ids[1], max_id=ids[2]) == ids[1:3]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-02T00:00:00Z",
        "2026-03-02T00:00:00+00:00",
        "2026-03-01T19:00:00.000-05:00",
        "Mon, 02 Mar 2026 00:00:00 +0000",
        "2026-03-02",
    ],
)
def test_date_filters_read_rfc_2822_and_iso_8601_with_their_offset(
    api: Api, place: PlaceOrder, moment: str
) -> None:
    ids = [place(placed_at=MARCH_1 + timedelta(days=day)) for day in range(3)]
    assert api.ids(min_date_created=moment) == ids[1:]
    assert api.ids(max_date_created=moment) == ids[:2]
    assert api.ids(min_date_modified=moment, max_date_modified=moment) == [ids[1]]


@pytest.mark.parametrize(
    "raw", ["2026-03-02T00:00:00+00:00", "Mon,%2002%20Mar%202026%2000:00:00%20+0000"]
)
def test_a_date_whose_plus_was_not_encoded_is_silently_ignored(
    api: Api, shop: Storefront, place: PlaceOrder, raw: str
) -> None:
    place(placed_at=MARCH_1)
    headers = {"X-Auth-Token": shop.token, "Accept": "application/json"}
    url = f"{shop.api_url}/v2/orders?min_date_created={raw}"
    assert len(api.session.get(url, headers=headers).json()) == 1


def test_an_order_edited_between_two_pages_moves_and_offset_paging_skips_its_neighbor(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    ids = [place(placed_at=MARCH_1 + timedelta(days=day)) for day in range(4)]
    shop.store.fail("edit-between-pages")
    first = api.ids(sort="date_modified:asc", limit=2, page=1)
    second = api.ids(sort="date_modified:asc", limit=2, page=2)
    assert (first, second) == (ids[:2], [ids[3], ids[0]])
    assert shop.store.faults == []


def test_sorting_breaks_ties_by_id(api: Api, place: PlaceOrder) -> None:
    late = place(placed_at=MARCH_1 + timedelta(days=1))
    early = [place(placed_at=MARCH_1), place(placed_at=MARCH_1)]
    assert api.ids(sort="date_created:asc") == [*early, late]
    assert api.ids(sort="id:desc") == sorted([*early, late], reverse=True)


def test_archived_orders_appear_only_when_asked_for(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    kept, archived = place(), place()
    shop.store.archive(archived)
    assert api.ids() == api.ids(is_deleted="false") == [kept]
    assert api.ids(is_deleted="true") == [archived]
    assert api.get(f"/v2/orders/{archived}").json()["is_deleted"] is True


def test_archived_orders_appear_by_default_once_the_switch_says_so(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    shop.store.configure(archived_in_default_listing=True)
    ids = [place(), place(is_deleted=True)]
    assert api.ids() == ids
    assert api.ids(is_deleted="false") == ids[:1]


def test_incomplete_orders_appear_in_list_and_count(api: Api, place: PlaceOrder) -> None:
    incomplete = place(status_id=0)
    assert api.ids() == [incomplete]
    count = api.get("/v2/orders/count").json()
    assert count["count"] == 1
    assert {status["id"]: status["count"] for status in count["statuses"]}[0] == 1


def test_the_count_takes_the_filters_of_the_list(api: Api, place: PlaceOrder) -> None:
    for status in (10, 10, 11):
        place(status_id=status)
    place(status_id=10, placed_at=MARCH_1)
    bound = "2026-03-10T00:00:00Z"
    count = api.get("/v2/orders/count", min_date_created=bound).json()
    per_status = {status["name"]: status["count"] for status in count["statuses"]}
    assert (count["count"], per_status["Completed"], per_status["Refunded"]) == (3, 2, 0)


def test_a_back_dated_order_is_found_by_its_modification_only(
    api: Api, shop: Storefront, place: PlaceOrder, clock: ShopClock
) -> None:
    order_id = place(placed_at=clock.now)
    clock.advance(hours=2)
    watermark = "2026-03-20T13:00:00Z"
    shop.store.back_date(order_id, MARCH_1)
    assert api.ids(min_date_created=watermark) == []
    assert api.ids(min_date_modified=watermark) == [order_id]


def test_dates_go_out_as_rfc_2822_in_utc_and_unset_ones_as_nothing(
    api: Api, place: PlaceOrder
) -> None:
    order = api.get(f"/v2/orders/{place(placed_at=MARCH_1)}").json()
    assert order["date_created"] == "Sun, 01 Mar 2026 00:00:00 +0000"
    assert parsedate_to_datetime(order["date_modified"]) == MARCH_1
    assert order["date_shipped"] == ""


def test_a_destroyed_order_is_a_404_and_its_id_is_never_given_again(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place(status_id=0)
    shop.store.hard_delete(order_id)
    response = api.get(f"/v2/orders/{order_id}")
    assert response.status_code == 404
    assert response.json()[0]["status"] == 404
    assert place() == order_id + 1


def test_moving_an_order_changes_its_customer_and_its_email(
    api: Api, shop: Storefront, place: PlaceOrder
) -> None:
    order_id = place(email="guest@x.example")
    shop.store.move(order_id, customer_id=9, email="ann@x.example")
    assert api.ids(customer_id=9, email="ann@x.example") == [order_id]
    customers = api.get("/v3/customers", id__in=9).json()["data"]
    assert [customer["email"] for customer in customers] == ["ann@x.example"]
