"""Orders are found by id, buyer, day, class and the marks of their clicks."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.domain import found_orders
from headwater.domain.nodes import email_node
from headwater.errors import InvalidParameterError
from headwater.usecases import order_search
from headwater.usecases.order_search import ORDER_SEARCH, OrderSearchQuery, OrderSearchRequest
from tests.workshop import Workshop, span

DAYS = ("2026-08-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "Brand US"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring", "content": "video"}


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Ann buys by search and, once the last click's window is over, again; Bob has no click."""
    shop = Workshop()
    shop.visit("2026-07-01 12:00", "the first visitor ever")
    shop.click("2026-08-01 12:00", "ann@example.com", **SOCIAL)
    shop.click("2026-08-02 12:00", "ann@example.com", **SEARCH)
    shop.order(1, "2026-08-03 12:00", "100.00", email="ann@example.com")
    shop.order(2, "2026-11-03 12:00", "60.00", email="ann@example.com", status_id=4)
    shop.order(3, "2026-09-03 03:00", "40.00", email="bob@example.com")
    shop.order(4, "2026-09-05 12:00", "9.00", email="cid@example.com", order_source="amazon")
    shop.order(5, "2026-09-06 12:00", "9.00", email="cid@example.com", status_id=5)
    shop.order(1, "2026-09-07 12:00", "7.00", email="bob@example.com", source="retail")
    shop.run(reported=False)
    return shop


def search(shop: Workshop, model: str = "last_click", **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    days = asked.pop("days", DAYS)
    query = OrderSearchQuery(span(*days), **asked)
    return shop.report(ORDER_SEARCH, OrderSearchRequest(query, model))


def found(shop: Workshop, **asked: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    return [(row["store"], row["order_id"]) for row in search(shop, **asked)["rows"]]


def test_all_orders_that_are_revenue_stand_there_the_latest_first(shop: Workshop) -> None:
    ids = [(row["order_id"], row["kind"]) for row in search(shop)["rows"]]
    assert ids == [
        ("2", "unattributed"),
        ("1", "unattributed"),
        ("4", "untracked_channel"),
        ("3", "unattributed"),
        ("1", "credited"),
    ]


def test_an_order_shows_what_it_brought_and_the_click_that_got_most_of_it(shop: Workshop) -> None:
    [row] = search(shop, only_attributed=True)["rows"]
    assert row == {
        "store": "bigcommerce",
        "order_id": "1",
        "day": "2026-08-03",
        "placed_at": "2026-08-03T12:00:00+00:00",
        "contact": email_node("ann@example.com"),
        "kind": "credited",
        "order_kind": "one_time",
        "is_new": True,
        "gross": "100.00",
        "refunds": "0.00",
        "net": "100.00",
        "attributed_gross": "100.00",
        "attributed_net": "100.00",
        "touches": 2,
        "channel": "paid_search",
        "source": "google",
        "medium": "cpc",
        "campaign": "Brand US",
        "content": "",
        "term": "",
        "credits": "/v1/orders/bigcommerce/1/credits",
    }


def test_totals_count_what_was_found(shop: Workshop) -> None:
    # Under first click both of Ann's orders are attributed; the second one was paid back.
    assert search(shop, "first_click", only_attributed=True)["totals"] == {
        "orders": 2,
        "gross": "160.00",
        "net": "100.00",
        "attributed_gross": "160.00",
        "attributed_net": "100.00",
    }
    sold = shop.roi(*DAYS)["totals"]
    totals = search(shop)["totals"]
    assert [totals[name] for name in ("orders", "gross", "net")] == [
        sold[name] for name in ("orders", "gross", "net")
    ]
    assert totals["attributed_net"] == sold["attributed"]


def test_an_id_is_found_in_any_source(shop: Workshop) -> None:
    assert found(shop, order_id="1") == [("retail", "1"), ("bigcommerce", "1")]
    assert found(shop, order_id="5") == []


def test_a_buyer_is_found_by_his_email_s_node(shop: Workshop) -> None:
    bob = email_node("bob@example.com")
    assert found(shop, node=bob) == [("retail", "1"), ("bigcommerce", "3")]
    assert found(shop, node=email_node("nobody@example.com")) == []


@pytest.mark.parametrize(
    ("marks", "orders"),
    [
        ({"campaign": "brand"}, ["2", "1"]),
        ({"source": "FACE", "content": "vid"}, ["2", "1"]),
        ({"source": "google", "content": "vid"}, []),
        ({"medium": "email"}, []),
    ],
)
def test_marks_are_looked_for_in_part_on_one_and_the_same_click(
    shop: Workshop, marks: dict[str, str], orders: list[str]
) -> None:
    rows = search(shop, marks=tuple(marks.items()))["rows"]
    assert [row["order_id"] for row in rows] == orders
    for row in rows:
        assert all(text.lower() in row[name].lower() for name, text in marks.items())


def test_only_attributed_holds_marks_against_clicks_with_a_part(shop: Workshop) -> None:
    # Social was Ann's first click, and got nothing under last click.
    marks = (("source", "facebook"),)
    assert found(shop, marks=marks, only_attributed=True) == []
    first = search(shop, "first_click", marks=marks, only_attributed=True)["rows"]
    assert [row["campaign"] for row in first] == ["spring", "spring"]


def test_days_and_kinds_choose(shop: Workshop) -> None:
    # 03:00 UTC on the third is the second in New York.
    assert found(shop, days=("2026-09-02", "2026-09-02")) == [("bigcommerce", "3")]
    assert found(shop, kind="untracked_channel") == [("bigcommerce", "4")]
    assert found(shop, kind="credited") == [("bigcommerce", "1")]


def test_more_orders_than_fit_are_said_to_be_cut(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_search, "MOST_ORDERS", 2)
    report = search(shop)
    assert (len(report["rows"]), report["totals"]["orders"], len(report["notes"])) == (2, 5, 1)


def test_another_kind_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match=r"^kind: choose among credited"):
        OrderSearchQuery(span(*DAYS), kind="store")


def test_a_path_of_credits_holds_any_id() -> None:
    assert found_orders.credits_path("retail", "R/1 #2") == "/v1/orders/retail/R%2F1%20%232/credits"
