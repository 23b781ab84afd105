"""Contacts and chains of an account, as the next step finds them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from headwater.domain.nodes import customer_node, email_node
from headwater.domain.orders import OrderLine
from tests.workshop import STORE, Workshop


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def rows(shop: Workshop, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        shop.facts.mount(db, shop.objects(), ["contacts", "chains"])
        return db.execute(query).fetchall()


def subscribed(name: str) -> dict[str, Any]:
    option = (("Subscription ID", name),)
    return {"lines": (OrderLine(1, 7, "TEA", "Tea", 1, Decimal(10), options=option),)}


def test_emails_that_share_a_customer_id_are_one_contact_named_by_the_earliest(
    shop: Workshop,
) -> None:
    shop.order(1, "2026-11-19", customer_id=5)
    shop.order(2, "2026-11-20", customer_id=5, email="second@example.com")
    shop.run()
    ann, second = email_node("ann@example.com"), email_node("second@example.com")
    assert dict(rows(shop, "SELECT node, contact FROM contacts")) == dict.fromkeys(
        (ann, second, customer_node(STORE, 5)), ann
    )


def test_a_till_that_types_one_customer_for_everybody_joins_nobody(shop: Workshop) -> None:
    for number in range(6):
        shop.order(number, "2026-11-20", customer_id=9, email=f"p{number}@example.com")
    shop.run()
    assert rows(shop, "SELECT node FROM contacts WHERE is_flagged") == [(customer_node(STORE, 9),)]
    assert len(rows(shop, "SELECT DISTINCT contact FROM contacts WHERE NOT is_flagged")) == 6


def test_an_order_without_email_and_customer_is_a_contact_of_its_own(shop: Workshop) -> None:
    shop.order(1, "2026-11-20 15:00", email="")
    shop.order(2, "2026-11-20 15:00", email="")
    shop.run()
    assert shop.trail(1)["order"]["contact"] == f"{STORE}#1"
    assert shop.roi("2026-11-20", "2026-11-20")["totals"]["customers"] == 2


def test_orders_with_a_subscription_id_form_a_chain(shop: Workshop) -> None:
    shop.order(1, "2026-09-20", **subscribed("s1"))
    shop.order(2, "2026-10-20", **subscribed("s1"))
    shop.order(3, "2026-11-20", **subscribed("s1"))
    shop.order(4, "2026-11-20")
    shop.run()
    assert rows(shop, "SELECT order_id, kind, cycle, root_order_id FROM chains ORDER BY ALL") == [
        ("1", "initial", 0, "1"),
        ("2", "rebill", 1, "1"),
        ("3", "rebill", 2, "1"),
    ]


def test_a_canceled_initial_order_hands_its_place_on(shop: Workshop) -> None:
    shop.order(1, "2026-09-20", status_id=5, **subscribed("s1"))
    shop.order(2, "2026-10-20", **subscribed("s1"))
    shop.run()
    assert rows(shop, "SELECT order_id, kind FROM chains") == [("2", "initial")]
