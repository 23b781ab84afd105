"""Who was erased, in every kind of table."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from headwater.domain.identity import sorted_pair
from headwater.domain.journeys import Edge, Identification, OptIn, OrderClaim, Profile
from headwater.domain.nodes import customer_node, email_node
from headwater.usecases.erase_contact import ErasePorts, erase_contact
from tests.fakes import FakeFacts, FakePipeline, FakeTable
from tests.integration.adapters.conftest import adapters_on
from tests.integration.adapters.samples import NOON, a_touchpoint, an_order
from tests.integration.bigcommerce.world import DeathError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.keys import Key
    from tests.integration.adapters.conftest import Stores

ANN, BOB = email_node("ann@example.com"), email_node("bob@example.com")
HOUR = timedelta(hours=1)
DAY = NOON.date()


def fill(stores: Stores, customer: str = "customer") -> None:
    """Keep something of every kind of Ann, and what Bob has of it."""
    journeys = stores.journeys
    stores.orders.upsert("acme", [an_order()], NOON)
    visits = [a_touchpoint(), a_touchpoint("clicked", visitor="", node=ANN, is_imported=True)]
    journeys.add_touchpoints("acme", visits, NOON)
    shown = Identification("e1", NOON, "visitor-1", "session-1", ANN, "form")
    journeys.add_identifications("acme", [shown], NOON)
    journeys.add_opt_ins("acme", [OptIn("o1", NOON, ANN, "site", "form")], NOON)
    claim = OrderClaim("e2", "store", "101", "visitor-1", "session-1", NOON, NOON, ANN)
    journeys.add_claims("acme", [claim], NOON)
    journeys.add_profiles("acme", [Profile(ANN, "ann@example.com")], NOON)
    stores.edges.add_records("acme", [Edge(customer, ANN, NOON, "record")], NOON)
    stores.edges.put("acme", Edge(*sorted_pair(ANN, BOB), NOON, "link"), NOON)


def kept(stores: Stores) -> list[object]:
    journeys = stores.journeys
    found: list[object] = [
        *journeys.touchpoints_on("acme", DAY),
        *journeys.identifications_on("acme", DAY),
        *journeys.opt_ins_on("acme", DAY),
        *journeys.claims_on("acme", DAY),
        *stores.edges.on_day("acme", DAY),
    ]
    return found


def test_of_who_was_erased_nothing_is_kept_again(stores: Stores) -> None:
    stores.erasures.add("acme", [ANN], NOON + HOUR)
    fill(stores)
    assert stores.orders.get("acme", "store", "101") == an_order(email="")
    said = [Edge(*sorted_pair(ANN, BOB), NOON, "link")]
    assert kept(stores) == [a_touchpoint(), *said]
    stores.orders.upsert("rival", [an_order()], NOON)
    assert stores.orders.get("rival", "store", "101") == an_order()


def test_the_last_erasure_counts(stores: Stores) -> None:
    stores.erasures.add("acme", [ANN, BOB], NOON)
    stores.erasures.add("acme", [ANN], NOON + HOUR)
    assert stores.erasures.of("acme").since == {ANN: NOON + HOUR, BOB: NOON}
    assert not stores.erasures.of("rival").since


def test_all_that_lies_with_a_person_is_removed_and_its_days_are_marked(stores: Stores) -> None:
    fill(stores)
    visit = a_touchpoint()
    [shown] = stores.journeys.identifications_on("acme", DAY)
    marks = stores.marks
    for mark in marks.raised("acme"):
        marks.clear("acme", mark)
    stores.forgetting.visits("acme", [visit], [shown])
    assert stores.people.of_visitors("acme", ["visitor-1"]).claimed
    stores.forgetting.claims("acme", [("store", "101")])
    assert not stores.people.of_visitors("acme", ["visitor-1"]).claimed
    stores.forgetting.nodes("acme", [ANN, "customer"])
    assert kept(stores) == []
    assert stores.edges.said_of("acme", [BOB]) == []
    assert stores.people.of_nodes("acme", [ANN]).visitors == frozenset()
    assert {mark.day for mark in marks.raised("acme")} == {DAY}
    assert {mark.table for mark in marks.raised("acme")} == {
        "touchpoints",
        "links",
        "claims",
        "optins",
        "edges",
    }
    assert stores.forgetting.nodes("acme", [ANN, "customer"]) == 0


class MortalTable(FakeTable):
    """A table whose process dies once so many items were written or removed."""

    lives: ClassVar[int] = 0

    def put_many(self, items: Sequence[Item]) -> None:
        for item in items:
            super().put_many([item])
            _die_in_time()

    def delete_many(self, keys: Sequence[Key]) -> None:
        for key in keys:
            super().delete_many([key])
            _die_in_time()


def _die_in_time() -> None:
    MortalTable.lives -= 1
    if MortalTable.lives == 0:
        raise DeathError


def erase(stores: Stores) -> dict[str, Any]:
    ports = ErasePorts(
        stores.clock,
        None,
        FakeFacts(),
        stores.people,
        stores.orders,
        stores.erasures,
        stores.forgetting,
        FakePipeline(),
    )
    return erase_contact("acme", "ann@example.com", ports=ports)


def test_whoever_dies_on_the_way_is_called_again_and_leaves_nothing() -> None:
    """A death after each single item, on a table of each owner, and one more call."""
    customer, deaths = customer_node("store", 7) or "", 0
    for lives in range(1, 100):
        MortalTable.lives = 0
        tables = [MortalTable(), MortalTable(), FakeTable(), MortalTable()]
        stores = adapters_on(*tables)
        stores.clock.instant = NOON + HOUR
        fill(stores, customer)
        stores.orders.upsert("acme", [an_order("102", customer_id=7)], NOON)
        MortalTable.lives = lives
        try:
            erase(stores)
        except DeathError:
            deaths += 1
            erase(stores)
        orders, journeys = (repr(table.items()) for table in tables[:2])
        assert not [one for one in (ANN, customer, "ann@example.com", "visitor-1") if one in orders]
        assert not [one for one in (ANN, customer, "visitor-1") if one in journeys], lives
        if MortalTable.lives > 0:
            break
    assert deaths > 10
