from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.identity import (
    PLACEHOLDER_NODES,
    HandLinks,
    find_contacts,
    sorted_pair,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from headwater.domain.identity import Contacts, Pair

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


def test_nodes_that_join_too_many_are_counted_before_any_is_removed() -> None:
    emails, customers = ({f"{kind}{n}": day(n) for n in range(6)} for kind in "ec")
    edges = [(email, "c0") for email in emails]
    edges += [("e0", customer) for customer in customers if customer != "c0"]
    found = find_contacts(emails, customers, edges)
    # Each would join no more than five if the other had been removed first.
    assert found.flagged == {"e0", "c0"}


def test_a_contact_without_an_email_is_named_by_its_earliest_customer_id() -> None:
    customers = {"c2": day(1), "c1": day(2)}
    found = find_contacts({}, customers, [], said(links=[("c1", "c2")]))
    assert found.of_node == {"c1": "c2", "c2": "c2"}


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


# --- what people say -----------------------------------------------------------------------------

PEOPLE = {f"e{n}": day(n) for n in range(1, 5)}
ACCOUNTS = {f"c{n}": day(n) for n in range(1, 4)}


def partition(found: Contacts) -> set[frozenset[str]]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for node, contact in found.of_node.items():
        groups[contact].add(node)
    return {frozenset(group) for group in groups.values()}


def said(*, links: Sequence[Pair] = (), cuts: Sequence[Pair] = ()) -> HandLinks:
    return HandLinks(tuple(links), frozenset(cuts))


def test_a_hand_link_joins_two_contacts_under_the_earlier_ones_name() -> None:
    found = find_contacts(PEOPLE, ACCOUNTS, [("e3", "c3")], said(links=[("e1", "e3")]))
    assert {node: found.of_node[node] for node in ("e1", "e3", "c3")} == dict.fromkeys(
        ("e1", "e3", "c3"), "e1"
    )


def test_an_unlink_wins_over_an_order_that_names_both() -> None:
    found = find_contacts(PEOPLE, ACCOUNTS, [("e1", "c1")], said(cuts=[("c1", "e1")]))
    assert found.of_node["e1"] != found.of_node["c1"]


def test_an_unlink_parts_two_emails_that_share_a_customer_id_which_stays_with_the_earlier() -> None:
    edges = [("e1", "c1"), ("e2", "c1")]
    found = find_contacts(PEOPLE, ACCOUNTS, edges, said(cuts=[("e1", "e2")]))
    assert (found.of_node["e1"], found.of_node["c1"], found.of_node["e2"]) == ("e1", "e1", "e2")


def test_a_link_that_would_undo_an_unlink_is_left_out() -> None:
    hand = said(links=[("e1", "e2"), ("e2", "e3")], cuts=[("e1", "e3")])
    found = find_contacts(PEOPLE, ACCOUNTS, [], hand)
    assert (found.of_node["e2"], found.of_node["e3"]) == ("e1", "e3")


def test_an_unlinked_edge_no_longer_counts_against_its_node() -> None:
    emails = {f"e{n}": day(n) for n in range(6)}
    edges = [(email, "c") for email in emails]
    found = find_contacts(emails, {"c": day(0)}, edges, said(cuts=[("c", "e5")]))
    assert not found.flagged
    assert found.of_node["e5"] == "e5"
    assert {found.of_node[f"e{n}"] for n in range(5)} == {"e0"}


def test_a_link_gives_a_flagged_node_a_contact_and_none_of_its_neighbors() -> None:
    emails = {f"e{n}": day(n) for n in range(6)} | {"owner": day(9)}
    edges = [(f"e{n}", "till") for n in range(6)]
    found = find_contacts(emails, {"till": day(0)}, edges, said(links=[("owner", "till")]))
    assert not found.flagged
    assert found.of_node["till"] == "owner"
    assert {found.of_node[f"e{n}"] for n in range(6)} == {f"e{n}" for n in range(6)}


def test_a_placeholder_stays_nobody_whatever_is_said() -> None:
    placeholder = min(PLACEHOLDER_NODES)
    emails = PEOPLE | {placeholder: day(0)}
    found = find_contacts(emails, {}, [], said(links=[("e1", placeholder), ("e2", placeholder)]))
    assert found.flagged == {placeholder}
    assert found.of_node["e1"] != found.of_node["e2"]


nodes = st.sampled_from([*PEOPLE, *ACCOUNTS])
hand_pairs = st.tuples(nodes, nodes).filter(lambda p: p[0] != p[1]).map(lambda p: sorted_pair(*p))


@given(edges, st.sets(hand_pairs, max_size=4), st.sets(hand_pairs, max_size=3))
def test_the_two_of_an_unlink_are_never_one_contact(
    pairs: list[Pair], links: set[Pair], cuts: set[Pair]
) -> None:
    hand = HandLinks(tuple(sorted(links - cuts)), frozenset(cuts))
    found = find_contacts(PEOPLE, ACCOUNTS, pairs, hand)
    assert not [pair for pair in cuts if found.of_node[pair[0]] == found.of_node[pair[1]]]


@given(
    edges,
    st.lists(hand_pairs, max_size=3, unique=True),
    st.sets(hand_pairs, max_size=3),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_edges_does_not_matter_to_what_people_say(
    pairs: list[Pair], links: list[Pair], cuts: set[Pair], chance: Random
) -> None:
    hand = HandLinks(tuple(pair for pair in links if pair not in cuts), frozenset(cuts))
    shuffled = pairs[:]
    chance.shuffle(shuffled)
    assert find_contacts(PEOPLE, ACCOUNTS, pairs, hand) == find_contacts(
        PEOPLE, ACCOUNTS, shuffled, hand
    )


@given(edges, hand_pairs)
def test_a_link_that_is_unlinked_again_leaves_strangers_as_they_were(
    pairs: list[Pair], pair: Pair
) -> None:
    before = find_contacts(PEOPLE, ACCOUNTS, pairs)
    linked = find_contacts(PEOPLE, ACCOUNTS, pairs, said(links=[pair]))
    assert linked.of_node[pair[0]] == linked.of_node[pair[1]]
    if before.of_node[pair[0]] != before.of_node[pair[1]]:
        assert find_contacts(PEOPLE, ACCOUNTS, pairs, said(cuts=[pair])) == before
        assert len(partition(linked)) == len(partition(before)) - 1
