"""What every vendor's connector does, whatever its vendor does to it."""

from __future__ import annotations

import gzip
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.errors import CredentialsRejectedError, MissingScopeError
from headwater.usecases.connectors import KINDS
from local.vendors.server import Fault
from tests.integration.connectors.cases import CASES
from tests.integration.connectors.world import ACCOUNT, SLICE, StoppingError

if TYPE_CHECKING:
    from tests.integration.connectors.world import World

MEGABYTE = 1_000_000
# CONTRIBUTING.md tells how to have more.
MANY_ROWS = int(os.environ.get("HEADWATER_MANY_ROWS", "15000"))
# The credential that a vendor looks at in each call, and that its application calls the same.
TOKENS = ("access_token", "api_key", "api_token")


def pulled(world: World) -> None:
    """Pull everything, and hold that nothing of it is wrong."""
    world.pull_all()
    assert (world.source.status, world.source.reason) == ("ok", "")
    assert world.kept() == world.at_vendor()


def test_every_kind_of_source_is_in_the_suite() -> None:
    assert sorted(CASES) == sorted(KINDS)


def test_two_pages_and_a_row_that_stands_on_both(world: World) -> None:
    world.enter(7)
    world.application.rows_per_page = 5
    world.application.repeats_edges = True
    pulled(world)
    assert len(world.kept()) == 7


def test_a_second_pull_changes_nothing(world: World) -> None:
    world.enter(7)
    pulled(world)
    for mark in world.marks.raised(ACCOUNT):
        world.marks.clear(ACCOUNT, mark)
    world.clock.advance(timedelta(hours=1))
    pulled(world)
    assert world.marks.raised(ACCOUNT) == []


def test_what_the_vendor_sent_is_kept_without_our_secrets(world: World) -> None:
    world.enter(3)
    pulled(world)
    pages = [gzip.decompress(world.lake.objects[key]) for key in world.lake.objects]
    assert pages
    secrets = KINDS[world.kind].secrets & world.case.credentials.keys()
    for page in pages:
        assert not [one for one in secrets if world.case.credentials[one].encode() in page]


def test_credentials_that_are_revoked_ask_for_a_person(world: World) -> None:
    world.enter(3)
    world.server.trouble(Fault.UNAUTHORIZED)
    world.pull_all()
    assert world.source.status == "reauthorize"
    world.server.heal()
    pulled(world)


def test_wrong_credentials_are_refused_and_nothing_is_kept(unconnected: World) -> None:
    unconnected.server.trouble(Fault.UNAUTHORIZED)
    with pytest.raises(CredentialsRejectedError):
        unconnected.connect()
    assert unconnected.accounts.sources(ACCOUNT) == []
    assert unconnected.secrets.tokens == {}


def test_a_token_that_was_replaced_by_a_person_is_read_anew(lasting: World) -> None:
    world = lasting
    [(arn, kept)] = world.secrets.tokens.items()
    opened = world.connectors().open(world.source)
    [name] = [one for one in TOKENS if one in json.loads(kept)]
    token = f"{json.loads(kept)[name]}-2"
    world.secrets.tokens[arn] = json.dumps(json.loads(kept) | {name: token})
    setattr(world.application, name, token)
    assert opened.try_permission(KINDS[world.kind].permissions[0])
    assert opened.credentials()[name] == token


def test_a_missing_permission_is_named_at_connection(unconnected: World) -> None:
    unconnected.application.lacks.add(unconnected.case.permission)
    with pytest.raises(MissingScopeError, match=unconnected.case.scope):
        unconnected.connect()


def test_a_permission_that_is_taken_away_is_no_broken_connection(world: World) -> None:
    world.enter(3)
    world.application.lacks.add(world.case.permission)
    world.pull_all()
    assert world.source.status == "missing_scope"
    world.application.lacks.clear()
    pulled(world)


def test_a_throttle_in_the_vendors_dialect_is_waited_for(world: World) -> None:
    world.enter(3)
    world.server.trouble(Fault.THROTTLE, calls=2, argument=7)
    pulled(world)
    assert sum(world.waits) >= 14


def test_a_throttle_without_an_end_is_a_status_and_no_endless_wait(world: World) -> None:
    world.enter(3)
    world.server.trouble(Fault.THROTTLE, argument=90)
    began = world.clock.now()
    world.pull_all()
    assert world.clock.now() - began <= SLICE
    assert world.source.status == "throttled"


def test_a_refusal_without_a_reason_passes(world: World) -> None:
    world.enter(3)
    world.server.trouble(Fault.BARE_FORBIDDEN, calls=2)
    pulled(world)


def test_a_refusal_without_a_reason_that_stays_breaks_no_connection(world: World) -> None:
    world.enter(3)
    world.server.trouble(Fault.BARE_FORBIDDEN)
    world.pull_all()
    assert world.source.status in {"unavailable", "throttled"}


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_of_html_passes(world: World, status: int) -> None:
    world.enter(3)
    world.server.trouble(Fault.HTML, calls=2, argument=status)
    pulled(world)


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.TRUNCATE, Fault.ERROR])
def test_an_answer_that_breaks_off_is_asked_for_again(world: World, fault: Fault) -> None:
    world.enter(7)
    world.application.rows_per_page = 3
    world.server.trouble(fault, calls=2, after=1)
    pulled(world)


def test_a_process_that_dies_between_two_pages_loses_nothing(world: World) -> None:
    world.enter(9)
    world.application.rows_per_page = 4
    world.lake.pages_to_live = 1
    with pytest.raises(StoppingError):
        world.pull()
    world.lake.pages_to_live = 1_000_000
    pulled(world)


@pytest.mark.parametrize("hours", [-14, 14])
def test_a_clock_that_is_wrong_loses_nothing(world: World, hours: int) -> None:
    world.server.skew = timedelta(hours=hours)
    world.enter(5)
    world.pull_all()
    world.enter(9)
    world.server.skew = timedelta()
    world.clock.advance(timedelta(days=1))
    pulled(world)


def test_what_is_restated_or_has_vanished_is_so_with_us(world: World) -> None:
    world.enter(6)
    pulled(world)
    before = world.kept()
    world.restate()
    world.clock.advance(timedelta(days=1))
    pulled(world)
    assert world.kept() != before


def test_many_rows_need_little_memory(world: World) -> None:
    world.enter_endless(MANY_ROWS)
    world.memory.look()
    world.pull_all()
    assert world.source.status == "ok"
    assert world.count_kept() >= MANY_ROWS
    assert world.memory.growth < 150 * MEGABYTE
