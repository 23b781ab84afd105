"""Contacts and chains of an account, as the next step finds them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from headwater.domain.identity import sorted_pair
from headwater.domain.journeys import Edge
from headwater.domain.nodes import customer_node, email_node
from headwater.domain.orders import OrderLine
from tests.workshop import ACCOUNT, STORE, Workshop, at


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


# --- what joins nodes besides orders -------------------------------------------------------------


def contact_of(shop: Workshop, email: str) -> str:
    node = email_node(email)
    [(contact,)] = rows(shop, f"SELECT contact FROM contacts WHERE node = '{node}'")
    assert isinstance(contact, str)
    return contact


def record(shop: Workshop, customer_id: int, email: str, when: str) -> None:
    """Let a store say that a customer has an email."""
    customer = customer_node(STORE, customer_id) or ""
    edge = Edge(customer, email_node(email), at(when), "record")
    shop.edges.add_records(ACCOUNT, [edge], shop.clock.now())


def say(shop: Workshop, kind: str, one: str, other: str) -> Edge:
    """Say by hand that two emails are one person's, or are not."""
    edge = Edge(*sorted_pair(email_node(one), email_node(other)), shop.clock.now(), kind)
    shop.edges.put(ACCOUNT, edge, shop.clock.now())
    return edge


def test_a_customer_record_joins_an_email_that_never_ordered(shop: Workshop) -> None:
    shop.order(1, "2026-11-20", customer_id=5)
    record(shop, 5, "ann@example.com", "2026-11-01")
    record(shop, 5, "new@example.com", "2026-11-21")
    shop.run()
    assert contact_of(shop, "new@example.com") == email_node("ann@example.com")


def test_an_order_follows_a_customer_to_his_new_email(shop: Workshop) -> None:
    shop.click("2026-11-18", "new@example.com", campaign="spring")
    shop.order(1, "2026-11-20", customer_id=5)
    record(shop, 5, "new@example.com", "2026-11-21")
    shop.run()
    assert shop.credited(1, "last_click") == {"spring": "100.00"}


def test_orders_of_a_flagged_customer_and_no_email_are_contacts_of_their_own(
    shop: Workshop,
) -> None:
    for number in range(6):
        record(shop, 9, f"p{number}@example.com", "2026-11-01")
    shop.order(1, "2026-11-20", customer_id=9, email="", order_source="manual")
    shop.order(2, "2026-11-20", customer_id=9, email="", order_source="manual")
    shop.run()
    assert {shop.trail(n)["order"]["contact"] for n in (1, 2)} == {f"{STORE}#1", f"{STORE}#2"}


def test_linked_by_hand_journeys_and_customers_are_merged_and_parted_again(
    shop: Workshop,
) -> None:
    shop.click("2026-11-18", "ann@example.com", campaign="spring")
    shop.order(1, "2026-11-20 15:00", email="ann@example.com")
    shop.order(2, "2026-11-20 15:00", email="ann@work.example")
    version = shop.run()

    def customers() -> int:
        found: int = shop.roi("2026-11-20", "2026-11-20")["totals"]["customers"]
        return found

    assert (customers(), shop.credited(2, "first_click")) == (2, {})
    link = say(shop, "link", "ann@example.com", "ann@work.example")
    assert shop.run() != version
    assert (customers(), shop.credited(2, "first_click")) == (1, {"spring": "100.00"})
    shop.edges.remove(ACCOUNT, link)
    assert shop.run() == version
    assert (customers(), shop.credited(2, "first_click")) == (2, {})


def test_the_last_word_on_two_emails_counts(shop: Workshop) -> None:
    shop.order(1, "2026-11-20", email="a@example.com")
    shop.order(2, "2026-11-20", email="b@example.com")
    say(shop, "link", "a@example.com", "b@example.com")
    shop.clock.advance(timedelta(minutes=1))
    say(shop, "unlink", "b@example.com", "a@example.com")
    shop.run()
    assert contact_of(shop, "a@example.com") != contact_of(shop, "b@example.com")


def test_a_customer_record_beside_an_order_re_engages_nobody_and_one_away_from_it_does(
    shop: Workshop,
) -> None:
    shop.opt_in("2026-10-01", kind="form")
    shop.click("2026-11-09", campaign="autumn")
    shop.opt_in("2026-11-10 12:30", kind="customer")
    shop.order(1, "2026-11-10 12:00")
    shop.order(2, "2026-11-12")
    shop.run()
    assert shop.credited(2, "reengaged_lead") == {}
    shop.opt_in("2026-11-10 14:00", kind="subscriber")
    shop.run()
    assert shop.credited(2, "reengaged_lead") == {"autumn": "100.00"}
