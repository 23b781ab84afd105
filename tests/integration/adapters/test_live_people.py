"""What a person's keys lead to, and since when it is as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.journeys import Profile, Touchpoint
from headwater.domain.nodes import email_node
from headwater.usecases.ports.people import NodeEvents, Stored, VisitorEvents
from tests.integration.adapters.samples import (
    NOON,
    a_claim,
    a_touchpoint,
    an_identification,
    an_opt_in,
    an_order,
)

if TYPE_CHECKING:
    from tests.integration.adapters.conftest import Stores

LATER = timedelta(hours=1)
ANN = email_node("ann@example.com")


def test_the_orders_of_a_node_are_found_by_email_and_by_customer(stores: Stores) -> None:
    since = stores.clock.now()
    orders = [
        an_order("101", customer_id=7),
        an_order("102", email="bob@example.com", customer_id=7),
        an_order("103", email="cid@example.com"),
    ]
    stores.orders.upsert("acme", orders, NOON)
    stores.orders.upsert("other", [an_order("104")], NOON)
    both = stores.people.orders_of("acme", [ANN, orders[0].customer_node])
    assert both == [Stored(orders[0], since), Stored(orders[1], since)]
    assert stores.people.orders_of("acme", []) == []
    changed = replace(orders[0], status_id=4, modified_at=NOON + LATER)
    stores.orders.upsert("acme", [changed], stores.clock.advance(LATER))
    wanted = [orders[0].key, orders[2].key, ("store", "999")]
    assert stores.people.orders("acme", wanted) == [
        Stored(changed, since + LATER),
        Stored(orders[2], since),
    ]


def test_a_node_leads_to_its_clicks_opt_ins_visitors_and_profile(stores: Stores) -> None:
    journeys, since = stores.journeys, stores.clock.now()
    click = Touchpoint("hash-1", NOON, node="node-1", is_imported=True)
    journeys.add_touchpoints("acme", [click, replace(click, node="node-2")], NOON)
    journeys.add_opt_ins("acme", [an_opt_in()], NOON)
    stores.clock.advance(LATER)
    shown = [an_identification(), an_identification("event-2", visitor="visitor-2")]
    journeys.add_identifications("acme", shown, NOON)
    journeys.add_identifications("other", [an_identification(visitor="visitor-3")], NOON)
    profile = Profile("node-1", "ann@example.com")
    journeys.add_profiles("acme", [profile, Profile("node-2", "bob@example.com")], NOON)
    assert stores.people.of_nodes("acme", ["node-1"]) == NodeEvents(
        [Stored(click, since)],
        [Stored(an_opt_in(), since)],
        frozenset({"visitor-1", "visitor-2"}),
        [profile],
    )
    assert stores.people.of_nodes("acme", ["nobody"]) == NodeEvents([], [], frozenset(), [])


def test_a_visitor_leads_to_his_sessions_and_to_who_he_is(stores: Stores) -> None:
    journeys, since = stores.journeys, stores.clock.now()
    journeys.add_touchpoints("acme", [a_touchpoint(), a_touchpoint("session-2")], NOON)
    journeys.add_identifications("acme", [an_identification()], NOON)
    stores.clock.advance(LATER)
    opened = a_touchpoint(at=NOON - LATER)
    journeys.add_touchpoints("acme", [opened, a_touchpoint(visitor="visitor-2")], NOON)
    assert stores.people.of_visitors("acme", ["visitor-1"]) == VisitorEvents(
        [Stored(opened, since + LATER), Stored(a_touchpoint("session-2"), since)],
        [Stored(an_identification(), since)],
    )


def test_a_visitor_leads_to_the_orders_that_he_claimed(stores: Stores) -> None:
    claims = [a_claim(), a_claim("event-2"), a_claim("event-3", order_id="#%2")]
    stores.journeys.add_claims("acme", claims, NOON)
    stores.journeys.add_claims("acme", [a_claim(visitor="visitor-2", order_id="103")], NOON)
    stores.journeys.add_claims("other", [a_claim(order_id="104")], NOON)
    found = stores.people.of_visitors("acme", ["visitor-1"])
    assert found.claimed == {("store", "101"), ("store", "#%2")}
    assert [*found.touchpoints, *found.identifications] == []


def test_an_order_leads_to_its_claims_and_not_to_when_they_were_received(stores: Stores) -> None:
    since = stores.clock.advance(LATER)
    claims = [a_claim(), a_claim("event-2", visitor="visitor-2")]
    stores.journeys.add_claims("acme", [*claims, a_claim(order_id="102")], NOON)
    found = stores.people.claims_on("acme", [("store", "101"), ("store", "999")])
    assert found == [Stored(claim, since) for claim in claims]
