"""Deliveries are kept, and a link is found by its hash until its delivery ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headwater.domain.view_deliveries import LINK, Delivery
from headwater.usecases.ports.deliveries import SharedLink
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores

SHARED = Delivery("19aa", "v1", LINK, NOON, link_sha256="a" * 64)


def test_a_delivery_is_kept_whole_and_its_link_found(stores: Stores) -> None:
    stores.deliveries.add("acme", SHARED)
    assert stores.deliveries.get("acme", "19aa") == SHARED
    assert stores.deliveries.find_link("a" * 64) == SharedLink("acme", "19aa")
    assert stores.deliveries.find_link("b" * 64) is None


def test_deliveries_are_listed_the_oldest_first_and_each_account_has_its_own(
    stores: Stores,
) -> None:
    later = replace(SHARED, delivery_id="29aa", link_sha256="b" * 64)
    for delivery in (later, SHARED):
        stores.deliveries.add("acme", delivery)
    stores.deliveries.add("other", replace(SHARED, link_sha256="c" * 64))
    assert stores.deliveries.all("acme") == [SHARED, later]
    assert stores.deliveries.get("other", "29aa") is None


def test_a_delivery_that_ends_takes_its_own_link_along(stores: Stores) -> None:
    other = replace(SHARED, link_sha256="b" * 64)
    stores.deliveries.add("acme", SHARED)
    stores.deliveries.add("other", other)
    for _ in range(2):
        stores.deliveries.remove("acme", SHARED)
    assert stores.deliveries.find_link("a" * 64) is None
    assert stores.deliveries.get("acme", "19aa") is None
    assert stores.deliveries.find_link("b" * 64) == SharedLink("other", "19aa")


def test_a_delivery_is_changed_by_who_knows_it_as_it_is(stores: Stores) -> None:
    stores.deliveries.add("acme", SHARED)
    claimed = replace(SHARED, trying_until=NOON, failures=2, reason="answered 503")
    assert stores.deliveries.change("acme", SHARED, claimed)
    assert not stores.deliveries.change("acme", SHARED, replace(SHARED, failures=1))
    assert stores.deliveries.get("acme", "19aa") == claimed
    stores.deliveries.remove("acme", claimed)
    assert not stores.deliveries.change("acme", claimed, SHARED)
    assert stores.deliveries.all("acme") == []
