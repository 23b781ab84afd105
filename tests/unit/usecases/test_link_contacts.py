"""What people say of contacts, and what becomes of it in the next run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from headwater.domain.nodes import customer_node, email_node
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.link_contacts import LinkPorts, link_contacts, read_links, remove_link
from headwater.usecases.published_runs import open_published_run
from tests.workshop import ACCOUNT, STORE, Workshop

ANN, BOB, CARA = (email_node(f"{name}@example.com") for name in ("ann", "bob", "cara"))


@pytest.fixture
def shop() -> Workshop:
    """Three strangers with an order each; Ann's is the first one, and has a click."""
    shop = Workshop()
    shop.click("2026-11-10", campaign="spring")
    for number, name in enumerate(("ann", "bob", "cara"), start=1):
        shop.order(number, f"2026-11-1{number} 15:00", email=f"{name}@example.com")
    shop.run(reported=False)
    return shop


def ports(shop: Workshop) -> LinkPorts:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return LinkPorts(published, shop.facts, shop.edges, shop.clock)


def link(shop: Workshop, contact: str, other: str, kind: str = "link") -> dict[str, Any]:
    shop.clock.advance(timedelta(minutes=2))
    return link_contacts(ACCOUNT, contact, other, kind, ports=ports(shop))


def contact_of(shop: Workshop, order_id: int) -> str:
    found: str = shop.trail(order_id)["order"]["contact"]
    return found


def test_linked_contacts_are_one_from_the_next_run_on(shop: Workshop) -> None:
    answer = link(shop, BOB, "Ann@Example.com ")
    assert (answer["contact"], answer["changed"]) == (BOB, True)
    assert [(one["with"], one["contact"], one["kind"]) for one in answer["links"]] == [
        (ANN, ANN, "link")
    ]
    assert contact_of(shop, 2) == BOB
    shop.run(reported=False)
    assert contact_of(shop, 2) == ANN
    assert shop.credited(2, "first_click") == {"spring": "100.00"}
    assert shop.trail(2)["order"]["is_new"] is False


def test_a_former_id_leads_to_the_present_contact(shop: Workshop) -> None:
    link(shop, BOB, ANN)
    shop.run(reported=False)
    answer = read_links(ACCOUNT, BOB, ports=ports(shop))
    assert answer["contact"] == ANN
    assert [(one["node"], one["with"]) for one in answer["links"]] == [(BOB, ANN)]
    assert read_links(ACCOUNT, ANN, ports=ports(shop))["links"][0]["with"] == BOB


def test_a_link_that_is_taken_back_leaves_no_trace(shop: Workshop) -> None:
    before = shop.runs.head(ACCOUNT).data_version
    link(shop, ANN, BOB)
    shop.run(reported=False)
    shop.clock.advance(timedelta(minutes=2))
    assert remove_link(ACCOUNT, BOB, ANN, ports=ports(shop))["links"] == []
    assert shop.run(reported=False) == before
    assert contact_of(shop, 2) == BOB


def test_saying_the_same_twice_changes_nothing(shop: Workshop) -> None:
    link(shop, ANN, BOB)
    assert link(shop, BOB, ANN)["changed"] is False


def test_a_customer_that_orders_join_can_be_unlinked(shop: Workshop) -> None:
    shop.order(4, "2026-11-14 15:00", email="ann@example.com", customer_id=5)
    shop.order(5, "2026-11-15 15:00", email="bob@example.com", customer_id=5)
    shop.run(reported=False)
    assert contact_of(shop, 5) == ANN
    link(shop, ANN, BOB, "unlink")
    shop.run(reported=False)
    assert (contact_of(shop, 4), contact_of(shop, 5)) == (ANN, BOB)
    remove_link(ACCOUNT, ANN, BOB, ports=ports(shop))
    shop.clock.advance(timedelta(minutes=2))
    shop.run(reported=False)
    assert contact_of(shop, 5) == ANN


def test_links_of_all_nodes_of_a_contact_are_listed(shop: Workshop) -> None:
    link(shop, ANN, BOB)
    link(shop, BOB, CARA)
    shop.run(reported=False)
    links = read_links(ACCOUNT, ANN, ports=ports(shop))["links"]
    assert {frozenset((one["node"], one["with"])) for one in links} == {
        frozenset((ANN, BOB)),
        frozenset((BOB, CARA)),
    }
    assert remove_link(ACCOUNT, ANN, CARA, ports=ports(shop))["links"][0]["with"] == BOB


@pytest.mark.parametrize(
    ("contact", "other", "reason"),
    [
        (ANN, ANN, "with: a contact cannot be linked with itself"),
        (ANN, "ann@example.com", "with: a contact cannot be linked with itself"),
        (ANN, "no@email.com", "with: this address is a placeholder"),
        (ANN, "no one@", "with: not an email address"),
        (ANN, "7", "with: no contact's id"),
        (f"{STORE}#7", ANN, "contact: no contact's id"),
    ],
)
def test_what_cannot_be_linked_is_refused(
    shop: Workshop, contact: str, other: str, reason: str
) -> None:
    with pytest.raises(InvalidParameterError, match=reason):
        link(shop, contact, other)


def test_a_stranger_is_not_found(shop: Workshop) -> None:
    stranger = customer_node(STORE, 77) or ""
    with pytest.raises(UnknownResourceError, match="with"):
        link(shop, ANN, stranger)
    with pytest.raises(UnknownResourceError, match="contact"):
        read_links(ACCOUNT, stranger, ports=ports(shop))
    with pytest.raises(UnknownResourceError, match="nothing was said"):
        remove_link(ACCOUNT, ANN, BOB, ports=ports(shop))
