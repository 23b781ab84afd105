from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.identity import PLACEHOLDER_NODES, find_contacts

if TYPE_CHECKING:
    from random import Random

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def day(n: int) -> datetime:
    return FIRST + timedelta(days=n)


def test_an_email_and_a_customer_id_of_one_order_are_one_contact() -> None:
    found = find_contacts({"e1": day(2)}, {"c1": day(1)}, [("e1", "c1")])
    assert found.of_node == {"e1": "e1", "c1": "e1"}


def test_a_changed_email_follows_through_the_customer_id() -> None:
    found = find_contacts(
        {"old": day(1), "new": day(5)}, {"c1": day(1)}, [("old", "c1"), ("new", "c1")]
    )
    assert set(found.of_node.values()) == {"old"}


def test_a_contact_is_named_by_its_earliest_email_and_ties_break_by_the_node() -> None:
    found = find_contacts(
        {"b": day(1), "a": day(1), "z": day(0)}, {"c": day(0)}, [("b", "c"), ("a", "c")]
    )
    assert found.of_node == {"z": "z", "a": "a", "b": "a", "c": "a"}


def test_a_node_that_joins_too_many_joins_nobody() -> None:
    emails = {f"e{n}": day(n) for n in range(6)}
    found = find_contacts(emails, {"till": day(0)}, [(email, "till") for email in emails])
    assert found.flagged == {"till"}
    assert found.of_node == {email: email for email in emails}


def test_five_emails_of_one_customer_are_still_one_person() -> None:
    emails = {f"e{n}": day(n) for n in range(5)}
    found = find_contacts(emails, {"c": day(0)}, [(email, "c") for email in emails])
    assert not found.flagged
    assert set(found.of_node.values()) == {"e0"}


def test_an_address_that_tills_type_is_nobody() -> None:
    placeholder = min(PLACEHOLDER_NODES)
    found = find_contacts(
        {placeholder: day(0), "e": day(1)}, {"c": day(0)}, [(placeholder, "c"), ("e", "c")]
    )
    assert found.flagged == {placeholder}
    assert found.of_node == {"e": "e", "c": "e"}


edges = st.lists(
    st.tuples(st.sampled_from(["e1", "e2", "e3", "e4"]), st.sampled_from(["c1", "c2", "c3"])),
    max_size=10,
)


@given(edges, st.randoms(use_true_random=False))
def test_the_order_of_the_edges_does_not_matter(
    pairs: list[tuple[str, str]], chance: Random
) -> None:
    emails = {email: day(n) for n, email in enumerate(["e1", "e2", "e3", "e4"])}
    customers = {customer: day(n) for n, customer in enumerate(["c1", "c2", "c3"])}
    shuffled = pairs[:]
    chance.shuffle(shuffled)
    assert find_contacts(emails, customers, pairs) == find_contacts(emails, customers, shuffled)
