"""Which contacts share a bucket."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.buckets import Bucket, homes_of

PAIRS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")))


def test_contacts_that_pairs_join_have_one_home() -> None:
    homes = homes_of([("d", "c"), ("x", "y"), ("b", "c")])
    assert homes == {"b": "b", "c": "b", "d": "b", "x": "x", "y": "x"}


@given(PAIRS)
def test_every_pair_shares_its_home_and_a_home_is_its_own(pairs: list[tuple[str, str]]) -> None:
    homes = homes_of(pairs)
    assert all(homes[one] == homes[other] for one, other in pairs)
    assert all(homes[home] == home for home in homes.values())


@given(PAIRS, st.randoms())
def test_the_order_of_the_pairs_changes_no_home(
    pairs: list[tuple[str, str]], chance: object
) -> None:
    shuffled = [(other, one) for one, other in pairs]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert homes_of(shuffled) == homes_of(pairs)


def test_one_bucket_is_the_whole_account() -> None:
    assert Bucket().is_whole
    assert not Bucket(0, 2).is_whole
