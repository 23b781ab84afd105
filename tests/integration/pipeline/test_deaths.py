"""A process of a run dies after any of its calls to AWS; nothing is lost, and nothing half seen.

Deaths that leave the same state behind have the same future, so it is looked at once: a run reads
nothing but that state and the objects that its manifests and files name, which is a test as well.
So after a call that leaves the state as it was one death of each kind is enough, and two runs that
stand alike once they have exported the tables end alike.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from operator import methodcaller
from typing import TYPE_CHECKING

import duckdb
import pytest

from headwater.usecases.published_runs import open_published_run
from headwater.usecases.run_files import prefix_of
from tests.integration.pipeline.installation import ACCOUNTS
from tests.integration.pipeline.office import AFTER_EXPORT, Office
from tests.integration.pipeline.shop import NEXT_RUN, TODAY
from tests.integration.pipeline.story import EXPORTS

if TYPE_CHECKING:
    from tests.integration.pipeline.processes import Call
    from tests.integration.pipeline.snapshots import Snapshot
    from tests.integration.pipeline.story import Chapter, Story

PROCESSES = [
    "pull_orders",
    "list_marked_days",
    *(f"export_facts_{number}" for number in range(EXPORTS)),
    *(step.__name__ for step in AFTER_EXPORT),
]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_run_survives_a_death_after_any_call(story: Story, name: str) -> None:
    chapter = story.chapters[name]
    for call in chapter.deaths():
        with story.setting.copy(chapter.before) as account:
            process = story.setting.process(account, chapter.work, TODAY, dies_after=call)
            assert process.was_killed(), f"{name} lived on after call {call}"
            left = story.setting.archive.take(account, chapter.after.run)
            place = f"{name} died after call {call}, {chapter.calls[call - 1]}"
            if story.is_new(left.text_of_items):
                check_readers(story, account, left, place)
                check_next_run(story, left, place)
            # The pull has no second attempt: nobody but the next run goes on with it.
            if story.is_new(left.text) and name != "pull_orders":
                check_another_attempt(story, chapter, account, place)


def check_readers(story: Story, account: str, left: Snapshot, place: str) -> None:
    """Readers see the run before, or all of this one."""
    if left.pointer != story.before.pointer:
        assert story.setting.published(account) == story.published, place


def check_next_run(story: Story, left: Snapshot, place: str) -> None:
    """The next schedule's run publishes what an undisturbed run would have.

    Once it has exported the tables, its future is in its files and in the account's own items.
    """
    with story.setting.copy(left) as account:
        begun = story.setting.process(account, Office.begin_run, NEXT_RUN).report()
        run = str(begun.result or "")
        assert run, f"{place}: the next run did not get the lease"
        calls = begun.calls
        if story.is_new(text_after_exports(story, account, run)):
            rest = story.setting.process(
                account,
                methodcaller("finish", run),
                NEXT_RUN,
                installation=story.setting.installation.without_what_is_exported(),
            )
            calls += rest.report().calls
            assert story.setting.published(account) == story.published, place
        assert foreign_reads(story, account, left.pointer, run, calls) == set(), place


def text_after_exports(story: Story, account: str, run: str) -> str:
    """Return what a run that has exported the tables goes on from, as a text."""
    exported = story.setting.archive.take(account, run)
    accounts = story.setting.installation.tables[ACCOUNTS]
    return replace(exported, items={accounts: exported.items[accounts]}).text


def check_another_attempt(story: Story, chapter: Chapter, account: str, place: str) -> None:
    """The state machine tries the same step again: it ends where it would have ended at once."""
    story.setting.process(account, chapter.work, TODAY).report()
    ended = story.setting.archive.take(account, chapter.after.run)
    assert ended.text == chapter.after.text, place


def foreign_reads(story: Story, account: str, base: str, run: str, calls: list[Call]) -> set[str]:
    """Return what a run read that neither it nor the run whose manifest it began with wrote."""
    own = prefix_of(account, run)
    manifest = story.setting.office(account).lake.get_manifest(base)
    known = {base, *manifest.reports.values()}
    known.update(key for partitions in manifest.tables.values() for key in partitions.values())
    known.update(call.about for call in calls if call.operation == "PutObject")
    reads = {"GetObject", "ListObjectsV2"}
    read = {call.about for call in calls if call.operation in reads}
    assert read & known
    return {key for key in read - known if not key.startswith(own)}


def test_an_undisturbed_run_shows_every_stored_order_once(story: Story) -> None:
    office = story.setting.office(story.account)
    published = open_published_run(story.account, runs=office.runs, lake=office.lake)
    with duckdb.connect() as db:
        office.facts.mount(db, published.manifest.tables, ["orders"])
        shown = db.execute(
            "SELECT order_id, CAST(placed_at AS DATE), gross_minor, refund_minor, is_archived"
            " FROM orders ORDER BY order_id"
        ).fetchall()
    assert shown == [
        ("101", date(2026, 9, 7), 1800, 0, False),
        ("102", date(2026, 12, 4), 1800, 0, False),
        ("103", date(2026, 12, 4), 3000, 0, False),
        ("104", date(2026, 12, 3), 1800, 0, True),
        ("105", date(2026, 12, 2), 1800, 500, False),
        ("106", date(2026, 12, 4), 1800, 0, False),
    ]


def test_a_run_whose_last_step_is_tried_again_after_its_end_stays_finished(story: Story) -> None:
    chapter = story.chapters["finish_run"]
    with story.setting.copy(chapter.before) as account:
        story.setting.clock.instant = TODAY
        office, run = story.setting.office(account), chapter.before.run
        office.finish_run(run)
        published = office.runs.head(account)
        office.finish_run(run)
        assert office.runs.head(account) == published
        assert office.runs.recorded(account, run)["status"] == "done"
