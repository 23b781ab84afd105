"""What nobody can read any more goes, and nothing else, whatever comes between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from headwater.errors import StoreUnavailableError, UnknownResourceError
from headwater.usecases.ports.sweeps import Sweep
from headwater.usecases.published_runs import READABLE_FOR
from headwater.usecases.sweep_objects import KEEP, SweepResult, sweep_now
from tests.unit.usecases.sweeping import ACCOUNT, NEVER, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def superseded(shop: Shop) -> Shop:
    """An account whose first run was followed by another one longer ago than anybody reads."""
    shop.run(a="1", b="1")
    shop.wait(days=1)
    shop.run(a="2", b="1")
    shop.wait(days=7, hours=1)
    return shop


def head_of(shop: Shop) -> str:
    return str(shop.runs.head(ACCOUNT).manifest)


def test_what_a_run_has_replaced_stays_while_it_may_be_read_and_goes_then(shop: Shop) -> None:
    first = shop.run(a="1", b="1")
    second = shop.run(a="2", b="1")
    shop.wait(days=7, minutes=59)
    assert shop.sweep().removed == 0
    assert shop.named_by(first) <= shop.stored()
    shop.wait(days=1)
    # The object of a day, the report and the manifest.
    assert shop.sweep().removed == 3
    assert shop.stored() == shop.named_by(second)


def test_who_opens_a_version_at_its_last_moment_has_an_hour() -> None:
    assert timedelta(hours=1) == KEEP - READABLE_FOR


def test_what_is_shown_stays_however_old_it_is(shop: Shop) -> None:
    shop.run(a="1")
    stored = shop.stored()
    shop.wait(days=1000)
    assert shop.sweep().removed == 0
    assert shop.stored() == stored


def test_a_version_that_is_superseded_late_stays_as_long_as_a_young_one(shop: Shop) -> None:
    old = shop.run(a="1")
    shop.wait(days=100)
    shop.run(a="2")
    shop.wait(days=6)
    shop.sweep()
    assert shop.named_by(old) <= shop.stored()


def test_what_a_run_left_that_never_ended_goes_a_week_after_it_was_put(shop: Shop) -> None:
    shop.run(a="1")
    left = shop.put("a", "never shown")
    shop.wait(days=7)
    assert shop.sweep().removed == 0
    shop.wait(days=1)
    assert shop.sweep().removed == 1
    assert left not in shop.stored()


def test_an_object_that_was_put_again_is_young_again(superseded: Shop) -> None:
    again = superseded.put("a", "1")
    superseded.sweep()
    assert again in superseded.stored()


def test_a_version_that_comes_back_is_kept_as_the_present_one(shop: Shop) -> None:
    first = shop.run(a="1")
    shop.run(a="2")
    shop.wait(hours=1)
    assert shop.run(a="1") == first
    shop.wait(days=30)
    shop.sweep()
    assert shop.stored() == shop.named_by(first)


def test_other_accounts_and_other_folders_are_left_alone(superseded: Shop) -> None:
    others = {
        "facts/orders/account=acme2/day=a/1.parquet",
        "reports/account=other/roi/1.json",
        "runs/account=acme/run=1/frame.json",
        "raw/imports/account=acme/1/upload",
    }
    for key in others:
        superseded.lake.objects[key] = b""
    superseded.wait(days=30)
    superseded.sweep()
    assert others <= superseded.stored()


def test_nothing_is_removed_before_the_first_run_has_ended(shop: Shop) -> None:
    left = shop.put("a", "1")
    shop.wait(days=30)
    assert shop.sweep() == SweepResult()
    assert left in shop.stored()


def test_an_account_is_swept_once_a_day(superseded: Shop) -> None:
    assert superseded.sweep().removed == 3
    superseded.wait(hours=23)
    assert superseded.sweep() == SweepResult()
    superseded.wait(hours=1)
    assert superseded.sweep().looked_at == 4


def test_where_a_run_holds_the_account_nothing_is_done_and_it_is_not_told(
    superseded: Shop,
) -> None:
    stored, run = superseded.stored(), superseded.begin()
    assert superseded.sweep() == SweepResult(is_held=True)
    assert superseded.stored() == stored
    head = superseded.runs.head(ACCOUNT)
    assert (head.lease_run, head.again) == (run, False)
    superseded.wait(minutes=21)
    assert superseded.sweep().removed == 3


def test_a_run_that_begins_at_the_same_moment_goes_first(superseded: Shop) -> None:
    stored = superseded.stored()

    def begin(size: int) -> str:
        assert superseded.begin()
        return "0" * size

    superseded.ports = replace(superseded.ports, token_hex=begin)
    assert superseded.sweep() == SweepResult(is_held=True)
    assert superseded.stored() == stored


def test_a_run_that_was_asked_for_meanwhile_follows(superseded: Shop) -> None:
    superseded.objects.before_removal = lambda _: superseded.begin()
    before = superseded.runs.head(ACCOUNT)
    assert superseded.sweep().removed == 3
    assert superseded.pipeline.pulled == [ACCOUNT]
    head = superseded.runs.head(ACCOUNT)
    assert (head.lease_run, head.released_run) == ("", before.released_run)
    # Were we to die before the pull has been started, the next sweep would find this.
    assert head.again is True


def test_a_sweep_that_runs_out_of_time_goes_on_where_it_has_come_to(superseded: Shop) -> None:
    superseded.objects.page = 2
    places = []
    # Seven objects, and after the last of them nobody knows yet that it is.
    for _ in range(5):
        result = superseded.sweep(superseded.clock.now())
        assert result.looked_at <= 2
        assert superseded.runs.head(ACCOUNT).lease_run == ""
        places.append(result.place)
        superseded.wait(hours=1)
    superseded.wait(hours=-1)
    assert places == [*sorted(set(places[:4])), ""]
    assert superseded.stored() == superseded.named_by(head_of(superseded))
    assert superseded.sweeps.get(ACCOUNT) == Sweep(removed=3, swept_at=superseded.clock.now())


def test_a_sweep_that_loses_the_account_removes_nothing_more(superseded: Shop) -> None:
    superseded.objects.page = 1

    def stand_still() -> None:
        # Longer than a lease, as no function can; somebody else takes the account.
        superseded.wait(minutes=6)
        superseded.objects.listed = None
        assert superseded.begin()

    superseded.objects.listed = stand_still
    stored = superseded.stored()
    assert superseded.sweep() == SweepResult(failure="LeaseLostError")
    assert superseded.stored() == stored
    assert superseded.runs.head(ACCOUNT).lease_run.startswith("run-")


def test_what_fails_is_named_and_late_after_three_days_until_it_succeeds(
    superseded: Shop,
) -> None:
    def fail(_: object) -> None:
        message = "S3 does not answer"
        raise StoreUnavailableError(message)

    for hours, is_late in ((0, False), (72, False), (1, True)):
        superseded.wait(hours=hours)
        superseded.objects.before_removal = fail
        result = superseded.sweep()
        assert (result.failure, result.is_late) == ("StoreUnavailableError", is_late)
    assert superseded.sweep().is_late is False
    superseded.wait(days=4)
    superseded.begin()
    assert superseded.sweep() == SweepResult(is_held=True, is_late=True)


def test_without_the_present_manifest_nothing_is_removed(superseded: Shop) -> None:
    manifest = head_of(superseded)
    kept = superseded.lake.objects.pop(manifest)
    stored = superseded.stored()
    assert superseded.sweep().failure == "UnknownResourceError"
    with pytest.raises(UnknownResourceError):
        sweep_now(ACCOUNT, KEEP, NEVER, ports=superseded.ports)
    assert superseded.stored() == stored
    superseded.lake.objects[manifest] = kept
    assert superseded.sweep().removed == 3


def test_at_once_means_all_but_the_present_version(shop: Shop) -> None:
    shop.run(a="1", b="1")
    second = shop.run(a="2", b="1")
    assert sweep_now(ACCOUNT, timedelta(0), NEVER, ports=shop.ports).removed == 3
    assert shop.stored() == shop.named_by(second)
    # That a manifest is gone which might still be read keeps nothing else from being swept.
    shop.run(a="3", b="1")
    shop.wait(days=6)
    assert shop.sweep() == SweepResult(looked_at=7)
