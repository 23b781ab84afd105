from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.duplicates import (
    BY_ID,
    BY_LIKENESS,
    WINDOW,
    Sale,
    find_duplicates,
    is_open,
    not_owning,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STORE = Sale("store", "1", NOON, "ann", "USD", 6490)


def till(order_id: str = "R1", **fields: Any) -> Sale:  # noqa: ANN401 - any field
    return replace(STORE, source="till", order_id=order_id, **fields)


def reasons(*sales: Sale) -> list[str]:
    return [pair.reason for pair in find_duplicates(sales)]


def test_the_same_email_amount_and_time_in_two_sources_is_suspected() -> None:
    [pair] = find_duplicates([till(placed_at=NOON + MINUTE), STORE])
    assert (pair.first.key, pair.second.key) == (("store", "1"), ("till", "R1"))
    assert pair.reason == BY_LIKENESS


def test_two_equal_orders_of_one_source_are_two_sales() -> None:
    named = replace(STORE, order_id="2", external_ids=("1",))
    assert reasons(STORE, named) == []


def test_amounts_may_differ_by_a_cent_and_no_more() -> None:
    assert reasons(STORE, till(total_minor=6491)) == [BY_LIKENESS]
    assert reasons(STORE, till(total_minor=6492)) == []


def test_times_may_differ_by_the_window_and_no_more() -> None:
    assert reasons(STORE, till(placed_at=NOON + WINDOW)) == [BY_LIKENESS]
    assert reasons(STORE, till(placed_at=NOON + WINDOW + MINUTE)) == []


def test_equal_numbers_of_different_currencies_are_not_alike() -> None:
    assert reasons(STORE, till(currency="EUR")) == []


def test_another_email_or_none_is_not_alike() -> None:
    assert reasons(STORE, till(email_node="bob")) == []
    assert reasons(replace(STORE, email_node=""), till(email_node="")) == []


def test_an_order_that_bears_the_others_id_is_suspected_whenever_it_was_placed() -> None:
    late = till(placed_at=NOON + timedelta(days=3), external_ids=("1",))
    assert reasons(STORE, late) == [BY_ID]
    assert reasons(late, STORE) == [BY_ID]


def test_an_id_alone_is_no_evidence_since_small_numbers_meet_by_chance() -> None:
    stranger = till(email_node="bob", total_minor=1, external_ids=("1",))
    assert reasons(STORE, stranger) == []
    assert reasons(STORE, replace(stranger, external_source="Store")) == [BY_ID]
    assert reasons(STORE, replace(stranger, external_source="erp")) == []
    assert reasons(STORE, replace(stranger, email_node="ann")) == [BY_ID]
    assert reasons(STORE, replace(stranger, total_minor=6490)) == [BY_ID]


def test_an_order_is_paired_once_per_source_first_by_id_then_with_the_nearest() -> None:
    near, far = till("near", placed_at=NOON + MINUTE), till("far", placed_at=NOON + 5 * MINUTE)
    [pair] = find_duplicates([STORE, far, near])
    assert pair.second.order_id == "near"
    [pair] = find_duplicates([STORE, replace(far, external_ids=("1",)), near])
    assert pair.second.order_id == "far"


def test_two_sales_that_both_stand_in_two_sources_are_two_pairs() -> None:
    sales = [STORE, replace(STORE, order_id="2", placed_at=NOON + 2 * MINUTE)]
    sales += [till("a", placed_at=NOON), till("b", placed_at=NOON + 2 * MINUTE)]
    pairs = find_duplicates(sales)
    assert [(p.first.order_id, p.second.order_id) for p in pairs] == [("1", "a"), ("2", "b")]


def test_nobody_owns_a_sale_until_the_account_says_it() -> None:
    pairs = find_duplicates([STORE, till()])
    assert not_owning(pairs, ()) == frozenset()
    assert is_open(pairs[0], (), frozenset())
    assert not_owning(pairs, ("elsewhere",)) == frozenset()


def test_the_order_of_the_stronger_source_counts() -> None:
    pairs = find_duplicates([STORE, till()])
    assert not_owning(pairs, ("store", "till")) == {("till", "R1")}
    assert not_owning(pairs, ("till", "store")) == {("store", "1")}


def test_a_source_that_is_not_listed_yields() -> None:
    pairs = find_duplicates([STORE, till()])
    assert not_owning(pairs, ("till",)) == {("store", "1")}


def test_of_a_sale_in_three_sources_one_counts() -> None:
    pairs = find_duplicates([STORE, till(), replace(STORE, source="market", order_id="M1")])
    assert len(pairs) == 3
    excluded = not_owning(pairs, ("store",))
    assert excluded == {("till", "R1"), ("market", "M1")}
    assert not any(is_open(pair, ("store",), excluded) for pair in pairs)


SALES = st.lists(
    st.builds(
        Sale,
        source=st.sampled_from(["store", "till", "market"]),
        order_id=st.sampled_from("123456"),
        placed_at=st.integers(0, 40).map(lambda minutes: NOON + minutes * MINUTE),
        email_node=st.sampled_from(["", "ann", "bob"]),
        currency=st.just("USD"),
        total_minor=st.integers(1, 4),
        external_source=st.sampled_from(["", "store"]),
        external_ids=st.lists(st.sampled_from("123456"), max_size=2).map(tuple),
    ),
    max_size=12,
    unique_by=lambda sale: sale.key,
)


@given(SALES, st.permutations(["store", "till", "market"]), st.randoms(use_true_random=False))
def test_whatever_is_taken_out_a_sale_of_the_same_pair_stays(
    sales: list[Sale],
    owners: list[str],
    random: Any,  # noqa: ANN401 - Hypothesis' own
) -> None:
    pairs = find_duplicates(sales)
    excluded = not_owning(pairs, owners)
    shuffled = random.sample(sales, len(sales))
    assert find_duplicates(shuffled) == pairs
    for pair in pairs:
        assert pair.first.source != pair.second.source
        assert not is_open(pair, owners, excluded)
    strongest = {sale.key for sale in sales if sale.source == owners[0]}
    assert not strongest & excluded
    ends = [(p.first.key, p.second.source) for p in pairs]
    ends += [(p.second.key, p.first.source) for p in pairs]
    assert len(set(ends)) == len(ends)
