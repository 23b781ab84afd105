"""Contacts of a CRM that turn out to be one person, and fields that it gives only if asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.domain.crm_contacts import LeadField
from headwater.domain.nodes import email_node
from tests.integration.connectors.cases import CASES
from tests.integration.connectors.lead_world import FIRST_CONTACT, LeadCase, LeadWorld
from tests.integration.connectors.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[LeadWorld]:
    _, case = CASES[request.param]
    assert isinstance(case, LeadCase)
    world = LeadWorld(case)
    with world.server:
        world.begin()
        world.connect()
        yield world


def joined(world: LeadWorld) -> set[str]:
    """Return the nodes that one contact's record joins."""
    day = world.clock.now().date()
    edges = [
        edge for n in range(-2, 3) for edge in world.edges.on_day(ACCOUNT, day + timedelta(days=n))
    ]
    assert len({edge.node for edge in edges}) == 1
    return {edge.other for edge in edges}


@pytest.mark.parametrize("world", ["hubspot"], indirect=True)
def test_contacts_that_were_merged_are_one_person(world: LeadWorld) -> None:
    world.enter(3)
    world.pull_all()
    world.clock.advance(timedelta(days=1))
    world.book.merge(FIRST_CONTACT, FIRST_CONTACT + 1, world.server.now)
    world.pull_all()
    assert joined(world) == {email_node(f"person.{n}@example.com") for n in (0, 1)}


@pytest.mark.parametrize("world", ["keap"], indirect=True)
def test_further_addresses_of_a_contact_are_the_same_person(world: LeadWorld) -> None:
    world.enter(1)
    [one] = world.book.by_number()
    world.book.enter([replace(one, other_emails=("work@example.com",))])
    world.pull_all()
    assert joined(world) == {
        email_node(one) for one in ("person.0@example.com", "work@example.com")
    }


@pytest.mark.parametrize(
    "world",
    sorted(
        kind
        for kind, (made, _) in CASES.items()
        if made is LeadWorld and kind not in {"drip", "mailchimp"}
    ),
    indirect=True,
)
def test_a_contact_that_changed_its_address_is_the_same_person(world: LeadWorld) -> None:
    world.enter(3)
    world.pull_all()
    world.clock.advance(timedelta(days=1))
    one = world.book.contacts[FIRST_CONTACT]
    world.book.enter([replace(one, email="moved@example.com", updated=world.server.now)])
    world.clock.advance(timedelta(minutes=1))
    world.pull_all()
    assert joined(world) == {email_node(one.email), email_node("moved@example.com")}


@pytest.mark.parametrize("world", ["hubspot"], indirect=True)
def test_custom_fields_that_an_account_has_chosen_are_asked_for(world: LeadWorld) -> None:
    world.enter(1)
    [one] = world.book.by_number()
    properties = {"where_from": "podcast", "when": one.created.isoformat(), "hidden": "x"}
    world.book.enter([replace(one, properties=properties)])
    fields = (LeadField("when", "last_at"), LeadField("where_from", "last_utm_source"))
    world.accounts.change_source(ACCOUNT, world.kind, lead_fields=fields)
    world.pull_all()
    told = {touch.at: touch.campaign.source for touch in world.journeys.touchpoints.values()}
    assert told[one.created] == "podcast"
    asked = {request.query.get("properties", "") for request in world.server.requests}
    assert not any("hidden" in names for names in asked)
