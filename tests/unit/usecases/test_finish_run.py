"""What becomes visible when a run ends, and what stays marked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from headwater.errors import LeaseLostError
from headwater.usecases.finish_run import record_failure
from tests.workshop import ACCOUNT, Workshop


@pytest.fixture
def shop() -> Workshop:
    shop = Workshop()
    shop.click("2026-11-19 09:00", source="google", medium="cpc", campaign="brand")
    shop.spend("2026-11-19", "12.00", campaign_id="1", campaign="brand")
    shop.opt_in("2026-11-19 10:00")
    shop.order(1, "2026-11-20 15:00")
    return shop


def everything(shop: Workshop) -> set[str]:
    return {key for key in shop.lake.objects if not key.startswith("runs/")} | set(
        shop.facts.objects
    )


def test_running_again_changes_no_object_and_no_version(shop: Workshop) -> None:
    version = shop.run()
    made, head = everything(shop), shop.runs.head(ACCOUNT)
    shop.clock.advance(timedelta(hours=1))
    assert shop.run() == version
    assert everything(shop) == made
    assert shop.runs.head(ACCOUNT).generated_at == head.generated_at


def test_until_the_pointer_moves_readers_see_the_run_before(shop: Workshop) -> None:
    shop.run()
    before = shop.roi("2026-11-20", "2026-11-20")
    shop.clock.advance(timedelta(hours=1))
    shop.order(1, "2026-11-20 15:00", "150.00")
    run = shop.begin()
    shop.export(run)
    shop.compute(run)
    assert shop.roi("2026-11-20", "2026-11-20") == before
    shop.finish(run)
    assert shop.roi("2026-11-20", "2026-11-20")["totals"]["gross"] == "150.00"


def test_a_mark_is_kept_until_no_writer_can_still_be_busy_with_it(shop: Workshop) -> None:
    shop.run()
    assert shop.marks.raised(ACCOUNT)
    shop.clock.advance(timedelta(minutes=21))
    shop.run()
    assert not shop.marks.raised(ACCOUNT)


def test_a_day_that_changes_during_the_run_is_exported_again(shop: Workshop) -> None:
    shop.clock.advance(timedelta(minutes=21))
    run = shop.begin()
    shop.export(run)
    shop.order(1, "2026-11-20 15:00", "150.00")
    shop.compute(run)
    shop.finish(run)
    assert [mark.table for mark in shop.marks.raised(ACCOUNT)] == ["orders"]
    shop.run()
    assert shop.roi("2026-11-20", "2026-11-20")["totals"]["gross"] == "150.00"


def test_changes_that_wait_start_one_more_run(shop: Workshop) -> None:
    run = shop.begin()
    shop.export(run)
    now = shop.clock.now()
    assert not shop.runs.acquire(ACCOUNT, "another", now, now)
    shop.compute(run)
    shop.finish(run)
    assert shop.pipeline.pulled == [ACCOUNT]


def test_a_finish_that_is_tried_again_after_its_end_changes_nothing(shop: Workshop) -> None:
    run = shop.begin()
    shop.export(run)
    shop.compute(run)
    shop.finish(run)
    head = shop.runs.head(ACCOUNT)
    shop.finish(run)
    assert shop.runs.head(ACCOUNT) == head
    assert shop.runs.recorded(ACCOUNT, run)["status"] == "done"


def test_a_run_that_was_overtaken_publishes_nothing(shop: Workshop) -> None:
    slow = shop.begin()
    shop.export(slow)
    shop.compute(slow)
    shop.clock.advance(timedelta(minutes=21))
    shop.run()
    head = shop.runs.head(ACCOUNT)
    with pytest.raises(LeaseLostError):
        shop.finish(slow)
    assert shop.runs.head(ACCOUNT) == head


def test_a_failed_run_says_why_and_lets_the_next_one_start(shop: Workshop) -> None:
    run = shop.begin()
    record_failure(ACCOUNT, run, "StoreUnavailableError", desk=shop.desk, pipeline=shop.pipeline)
    assert shop.runs.recorded(ACCOUNT, run)["failure"] == "StoreUnavailableError"
    shop.run()
    assert shop.roi("2026-11-20", "2026-11-20")["totals"]["orders"] == 1
