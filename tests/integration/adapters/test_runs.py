from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headwater.adapters.dynamodb.runs import DynamoRuns
from headwater.adapters.dynamodb.table import Table
from headwater.errors import LeaseLostError
from headwater.usecases.ports import RunHead
from tests.integration.adapters.samples import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.usecases.ports import Runs
    from tests.integration.adapters.conftest import Stores, Tables

LEASE = timedelta(minutes=20)
UNTIL = NOON + LEASE


@pytest.fixture
def runs(stores: Stores) -> Runs:
    return stores.runs


def test_an_account_without_runs_has_an_empty_head(runs: Runs) -> None:
    assert runs.head("acme") == RunHead()


def test_a_free_lease_is_taken(runs: Runs) -> None:
    assert runs.acquire("acme", "r1", NOON, UNTIL) is True
    assert runs.head("acme") == RunHead(lease_run="r1", lease_until=UNTIL)


def test_our_own_lease_is_taken_again_and_prolonged(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    assert runs.acquire("acme", "r1", NOON, UNTIL + LEASE) is True
    assert runs.head("acme").lease_until == UNTIL + LEASE


def test_a_held_lease_is_refused_and_the_holder_is_told_to_run_again(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    assert runs.acquire("acme", "r2", NOON, UNTIL) is False
    assert runs.head("acme") == RunHead(lease_run="r1", lease_until=UNTIL, again=True)


def test_an_expired_lease_is_taken_over(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    assert runs.acquire("acme", "r2", UNTIL, UNTIL + LEASE) is True
    assert runs.head("acme").lease_run == "r2"


def test_the_lease_of_another_account_is_free(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    assert runs.acquire("other", "r2", NOON, UNTIL) is True
    assert runs.head("acme").lease_run == "r1"


def test_renewing_prolongs_our_lease(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.renew("acme", "r1", UNTIL + LEASE)
    assert runs.head("acme").lease_until == UNTIL + LEASE


def test_renewing_a_lease_that_was_taken_over_is_refused(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.acquire("acme", "r2", UNTIL, UNTIL + LEASE)
    with pytest.raises(LeaseLostError):
        runs.renew("acme", "r1", UNTIL + LEASE)


def test_publishing_moves_the_pointer_and_keeps_the_lease(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.publish("acme", "r1", "manifests/1.json", "v1", NOON, as_of=NOON)
    assert runs.head("acme") == RunHead("manifests/1.json", "v1", NOON, "r1", UNTIL, as_of=NOON)


def test_publishing_without_the_lease_is_refused(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.acquire("acme", "r2", UNTIL, UNTIL + LEASE)
    with pytest.raises(LeaseLostError):
        runs.publish("acme", "r1", "manifests/1.json", "v1", UNTIL, as_of=NOON)
    assert runs.head("acme").manifest is None


def test_generated_at_stays_where_the_version_is_the_same(runs: Runs) -> None:
    later = NOON + timedelta(hours=1)
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.publish("acme", "r1", "manifests/1.json", "v1", NOON, as_of=NOON)
    runs.publish("acme", "r1", "manifests/1-again.json", "v1", later, as_of=NOON)
    assert runs.head("acme").generated_at == NOON
    runs.publish("acme", "r1", "manifests/2.json", "v2", later, as_of=NOON)
    assert runs.head("acme").generated_at == later


def test_publishing_twice_is_publishing_once(
    runs: Runs,
) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.publish("acme", "r1", "manifests/1.json", "v1", NOON, as_of=NOON)
    runs.publish("acme", "r1", "manifests/2.json", "v2", NOON, as_of=NOON)
    before = runs.head("acme"), runs.superseded("acme")
    runs.publish("acme", "r1", "manifests/2.json", "v2", NOON + timedelta(minutes=5), as_of=NOON)
    assert (runs.head("acme"), runs.superseded("acme")) == before


def test_the_same_manifest_again_moves_the_instant_at_which_the_world_was_looked_at(
    runs: Runs,
) -> None:
    later = NOON + timedelta(minutes=5)
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.publish("acme", "r1", "manifests/1.json", "v1", NOON, as_of=NOON)
    runs.publish("acme", "r1", "manifests/1.json", "v1", later, as_of=later)
    head = runs.head("acme")
    assert (head.as_of, head.generated_at, runs.superseded("acme")) == (later, NOON, {})


def test_a_manifest_that_is_left_is_remembered_for_eight_days(
    runs: Runs,
) -> None:
    runs.acquire("acme", "r1", NOON, NOON + timedelta(days=30))
    for day in (0, 1, 3, 9):
        at = NOON + timedelta(days=day)
        runs.publish("acme", "r1", f"manifests/{day}.json", str(day), at, as_of=at)
    assert runs.superseded("acme") == {
        "manifests/1.json": NOON + timedelta(days=3),
        "manifests/3.json": NOON + timedelta(days=9),
    }


def test_a_manifest_that_comes_back_is_no_longer_superseded(
    runs: Runs,
) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    for name in ("1", "2", "1"):
        runs.publish("acme", "r1", f"manifests/{name}.json", name, NOON, as_of=NOON)
    assert runs.superseded("acme") == {"manifests/2.json": NOON}


def test_releasing_frees_the_lease_and_keeps_the_pointer(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.publish("acme", "r1", "manifests/1.json", "v1", NOON, as_of=NOON)
    assert runs.release("acme", "r1") is False
    assert runs.head("acme") == RunHead(
        "manifests/1.json", "v1", NOON, released_run="r1", as_of=NOON
    )


def test_releasing_returns_and_clears_the_wish_to_run_again(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.acquire("acme", "r2", NOON, UNTIL)
    assert runs.release("acme", "r1") is True
    assert runs.head("acme").again is False
    runs.acquire("acme", "r3", NOON, UNTIL)
    assert runs.release("acme", "r3") is False


def test_a_repeated_release_gives_the_same_answer(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.acquire("acme", "r2", NOON, UNTIL)
    assert [runs.release("acme", "r1") for _ in range(2)] == [True, True]


def test_releasing_a_lease_that_was_taken_over_changes_nothing(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.acquire("acme", "r2", UNTIL, UNTIL + LEASE)
    runs.acquire("acme", "r3", UNTIL, UNTIL + LEASE)
    assert runs.release("acme", "r1") is False
    assert runs.head("acme") == RunHead(lease_run="r2", lease_until=UNTIL + LEASE, again=True)


def test_what_is_recorded_of_a_run_adds_up(runs: Runs) -> None:
    later = NOON + timedelta(minutes=3)
    runs.record("acme", "r1", NOON, status="running", orders=7)
    runs.record("acme", "r1", later, status="failed", failure="")
    assert runs.recorded("acme", "r1") == {
        "started_at": "2026-11-20T12:00:00.000000Z",
        "updated_at": "2026-11-20T12:03:00.000000Z",
        "status": "failed",
        "failure": "",
        "orders": 7,
    }


def test_nothing_is_recorded_of_a_run_of_another_account(runs: Runs) -> None:
    runs.record("acme", "r1", NOON, status="running")
    assert runs.recorded("other", "r1") == {}


def test_who_is_no_run_hands_the_lease_back_as_if_it_had_not_been_taken(runs: Runs) -> None:
    runs.acquire("acme", "r1", NOON, UNTIL)
    runs.publish("acme", "r1", "manifests/1.json", "v1", NOON, as_of=NOON)
    runs.release("acme", "r1")
    before = runs.head("acme")
    runs.acquire("acme", "sweep", NOON, UNTIL)
    assert runs.hand_back("acme", "sweep") is False
    assert runs.head("acme") == before


def test_a_wish_to_run_outlasts_the_lease_of_who_is_no_run(runs: Runs) -> None:
    runs.acquire("acme", "sweep", NOON, UNTIL)
    runs.acquire("acme", "r1", NOON, UNTIL)
    assert runs.hand_back("acme", "sweep") is True
    assert runs.head("acme") == RunHead(again=True)
    assert runs.acquire("acme", "r2", NOON, UNTIL) is True


def test_handing_back_a_lease_that_was_taken_over_changes_nothing(runs: Runs) -> None:
    runs.acquire("acme", "sweep", NOON, UNTIL)
    runs.acquire("acme", "r1", UNTIL, UNTIL + LEASE)
    assert runs.hand_back("acme", "sweep") is False
    assert runs.head("acme") == RunHead(lease_run="r1", lease_until=UNTIL + LEASE)


class InterruptedTable(Table):
    """A table on which somebody else acts right after our next call of one method."""

    def interrupt_after(self, method: str, act: Callable[[], object]) -> None:
        original = getattr(self, method)

        def interrupted(*args: object, **options: object) -> object:
            setattr(self, method, original)
            answer = original(*args, **options)
            act()
            return answer

        setattr(self, method, interrupted)


@pytest.fixture
def interrupted(tables: Tables) -> InterruptedTable:
    return InterruptedTable(tables.client, tables.accounts.name)


def test_a_lease_that_is_given_back_while_we_ask_is_ours(
    on_aws: Stores, interrupted: InterruptedTable
) -> None:
    on_aws.runs.acquire("acme", "r1", NOON, UNTIL)
    interrupted.interrupt_after("update", lambda: on_aws.runs.release("acme", "r1"))
    assert DynamoRuns(interrupted).acquire("acme", "r2", NOON, UNTIL) is True
    assert on_aws.runs.head("acme") == RunHead(lease_run="r2", lease_until=UNTIL, released_run="r1")


def test_a_wish_that_arrives_while_we_release_is_not_lost(
    on_aws: Stores, interrupted: InterruptedTable
) -> None:
    on_aws.runs.acquire("acme", "r1", NOON, UNTIL)
    interrupted.interrupt_after("get", lambda: on_aws.runs.acquire("acme", "r2", NOON, UNTIL))
    assert DynamoRuns(interrupted).release("acme", "r1") is True


def test_a_lease_that_is_taken_over_while_we_publish_stops_us(
    on_aws: Stores, interrupted: InterruptedTable
) -> None:
    on_aws.runs.acquire("acme", "r1", NOON, UNTIL)
    interrupted.interrupt_after(
        "get", lambda: on_aws.runs.acquire("acme", "r2", UNTIL, UNTIL + LEASE)
    )
    with pytest.raises(LeaseLostError):
        DynamoRuns(interrupted).publish("acme", "r1", "manifests/1.json", "v1", UNTIL, as_of=NOON)
    assert on_aws.runs.head("acme").manifest is None
