from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.chains import INITIAL, REBILL, SubscriptionOrder, chain_orders

if TYPE_CHECKING:
    from random import Random

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def order(number: int, day: int, *chains: str) -> SubscriptionOrder:
    return SubscriptionOrder(("shop", str(number)), FIRST + timedelta(days=day), chains)


def test_the_first_order_of_a_subscription_is_its_initial_and_later_ones_its_rebills() -> None:
    links = chain_orders([order(3, 60, "a"), order(1, 0, "a"), order(2, 30, "a")])
    assert [(links["shop", n].kind, links["shop", n].cycle) for n in "123"] == [
        (INITIAL, 0),
        (REBILL, 1),
        (REBILL, 2),
    ]
    assert {link.root for link in links.values()} == {("shop", "1")}


def test_a_pause_does_not_break_a_chain_with_an_explicit_id() -> None:
    links = chain_orders([order(1, 0, "a"), order(2, 700, "a")])
    assert links["shop", "2"].kind == REBILL


def test_an_order_of_two_subscriptions_belongs_to_the_one_with_the_oldest_initial() -> None:
    links = chain_orders([order(1, 0, "old"), order(2, 10, "new"), order(3, 30, "new", "old")])
    assert (links["shop", "3"].chain_id, links["shop", "3"].cycle) == ("old", 1)


def test_a_chain_that_begins_in_a_rebill_of_another_has_that_ones_root() -> None:
    links = chain_orders([order(1, 0, "a"), order(2, 30, "a", "b"), order(3, 60, "b")])
    assert links["shop", "3"].kind == REBILL
    assert links["shop", "3"].root == ("shop", "1")


def test_without_its_initial_the_next_order_takes_its_place() -> None:
    links = chain_orders([order(2, 30, "a"), order(3, 60, "a")])
    assert links["shop", "2"].kind == INITIAL
    assert links["shop", "3"].root == ("shop", "2")


subscriptions = st.lists(
    st.tuples(st.integers(0, 20), st.sets(st.sampled_from("abc"), min_size=1)), max_size=12
)


@given(subscriptions, st.randoms(use_true_random=False))
def test_chains_do_not_depend_on_the_order_in_which_orders_arrive(
    given_orders: list[tuple[int, set[str]]], chance: Random
) -> None:
    orders = [order(n, day, *sorted(names)) for n, (day, names) in enumerate(given_orders)]
    shuffled = orders[:]
    chance.shuffle(shuffled)
    links = chain_orders(orders)
    assert links == chain_orders(shuffled)
    assert all(links[link.root].kind == INITIAL for link in links.values())
