"""Lists of a CRM that come and go while it is pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.connectors.cases import CASES
from tests.integration.connectors.lead_world import LeadCase, LeadWorld

if TYPE_CHECKING:
    from collections.abc import Iterator

# Kind → a place in a list that is gone, and the place of the one that follows it.
GONE = {
    "klaviyo": ("list:L0 ", "list:L1 "),
    "hubspot": ("list:40 ", "list:41 "),
    "mailchimp": ("L0 ", "L1 "),
}


@pytest.fixture(params=sorted(GONE))
def world(request: pytest.FixtureRequest) -> Iterator[LeadWorld]:
    _, case = CASES[request.param]
    assert isinstance(case, LeadCase)
    world = LeadWorld(case)
    with world.server:
        world.begin()
        world.connect()
        yield world


def test_a_list_that_is_deleted_while_it_is_read_has_ended(world: LeadWorld) -> None:
    place, following = GONE[world.kind]
    page = (
        world.connectors().open(world.source).page(since=None, until=world.clock.now(), place=place)
    )
    assert (page.rows, page.behind) == ((), following)


def test_the_members_of_several_lists_all_come(world: LeadWorld) -> None:
    world.book.lists["L2"] = "Sampler"
    world.enter(5)
    world.application.rows_per_page = 1
    world.pull_all()
    assert (world.source.status, world.kept()) == ("ok", world.at_vendor())


def test_a_list_that_is_founded_meanwhile_is_read_next_time(world: LeadWorld) -> None:
    world.enter(3)
    world.pull_all()
    world.book.lists["L9"] = "Later"
    world.pull_all()
    assert (world.source.status, world.source.leads.place) == ("ok", "")
