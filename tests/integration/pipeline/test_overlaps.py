"""Two runs of one account at once: one wins, and readers never see a mixture."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import LeaseLostError
from headwater.usecases.finish_run import record_failure
from headwater.usecases.published_runs import PublishedRun, open_published_run
from headwater.usecases.reports.report import Span
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from headwater.usecases.serve_reports import serve_credits, serve_report
from tests.integration.pipeline.office import AFTER_EXPORT, Office
from tests.integration.pipeline.processes import PATIENCE, Pause, barrier_for
from tests.integration.pipeline.shop import NEXT_RUN, TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.pipeline.story import Story

AFTER_NEXT = NEXT_RUN + timedelta(minutes=21)


def open_run(office: Office) -> PublishedRun:
    """Return the run that readers see."""
    return open_published_run(office.account, runs=office.runs, lake=office.lake)


def trail(office: Office, order_id: str, published: PublishedRun) -> dict[str, Any]:
    """Return an order's credit trail, as the API answers it."""
    return serve_credits(
        office.account,
        "bigcommerce",
        order_id,
        published,
        facts=office.facts,
        orders=office.orders,
    )


class Reader:
    """Asks for a materialized report, a computed one and the trail of an order, again and again.

    ``answers`` are the different things that it was told, in their order.
    """

    def __init__(self, office: Office) -> None:
        self.answers: list[str] = []
        self._office = office

    def read(self) -> None:
        office = self._office
        published = open_run(office)
        queries = [
            RoiQuery(Span(date(2026, 9, 6), date(2026, 12, 4)), ("campaign",)),
            RoiQuery(Span(date(2026, 9, 1), date(2026, 12, 4)), ("channel", "source")),
        ]
        reports = [
            serve_report(
                ROI,
                office.account,
                RoiRequest(query, "last_click", "net"),
                published,
                facts=office.facts,
                lake=office.lake,
            )
            for query in queries
        ]
        answer = json.dumps([reports, trail(office, "103", published)], sort_keys=True)
        if answer not in self.answers[-1:]:
            self.answers.append(answer)


def do_run_and_tell(office: Office) -> tuple[str | None, list[str]]:
    """Do a run; return its id and whose pull was started after it."""
    return office.do_run(), office.pipeline.pulled


@pytest.fixture
def account(story: Story) -> Iterator[str]:
    """An account whose readers still see yesterday's run."""
    with story.setting.copy(story.before) as account:
        yield account


@pytest.fixture
def reader(story: Story, account: str) -> Reader:
    """A reader who has seen yesterday's run."""
    reader = Reader(story.setting.office(account))
    reader.read()
    return reader


def test_of_two_runs_that_begin_at_once_one_wins_and_is_told_to_run_again(
    story: Story, account: str, reader: Reader
) -> None:
    start = barrier_for(2)
    both = [
        story.setting.process(account, do_run_and_tell, TODAY, starts_at=start, token=token)
        for token in ("aaaaaaaa", "bbbbbbbb")
    ]
    while any(process.is_alive for process in both):
        reader.read()
    outcomes = [process.report().result for process in both]
    assert (None, []) in outcomes
    [pulled_again] = [pulled for run, pulled in outcomes if run]
    assert pulled_again == [account]
    assert story.setting.published(account) == story.published
    reader.read()
    assert len(reader.answers) == 2, "what was before, then what is after, nothing between"


def test_the_trail_of_an_order_that_moves_to_another_day_is_shown_all_along(
    story: Story, account: str
) -> None:
    office = story.setting.office(account)
    before = trail(office, "102", open_run(office))
    story.setting.clock.instant = TODAY
    assert office.pull_orders()
    assert trail(office, "102", open_run(office)) == before


STEPS = (Office.list_marked_days, Office.export_all_facts, *AFTER_EXPORT)


@pytest.mark.parametrize("done", [0, 1, 3, 5])
def test_a_run_that_sleeps_beyond_its_lease_between_two_steps_finds_it_lost(
    story: Story, account: str, reader: Reader, done: int
) -> None:
    sleeper = story.setting.office(account)
    story.setting.clock.instant = TODAY
    run = sleeper.pull_orders()
    assert run
    for step in STEPS[:done]:
        step(sleeper, run)
    reader.read()

    assert story.setting.process(account, Office.do_run, NEXT_RUN).report().result
    assert story.setting.published(account) == story.published
    reader.read()
    state = story.setting.archive.take(account)

    story.setting.clock.instant = AFTER_NEXT
    with pytest.raises(LeaseLostError):
        STEPS[done](sleeper, run)
    assert story.setting.archive.take(account) == state

    # As the state machine does then.
    record_failure(account, run, "LeaseLostError", desk=sleeper.desk, pipeline=sleeper.pipeline)
    assert sleeper.pipeline.pulled == []
    assert story.setting.archive.take(account).pointer == state.pointer
    reader.read()
    assert len(reader.answers) == 2


@pytest.mark.parametrize(
    ("operation", "about", "loses"),
    [
        pytest.param("TransactWriteItems", "", True, id="while it stores orders"),
        pytest.param("PutObject", "manifests/", True, id="before it publishes"),
        pytest.param("DeleteItem", "mark#", False, id="after it has published"),
    ],
)
def test_a_run_that_sleeps_beyond_its_lease_within_a_step_changes_nothing_that_is_seen(
    story: Story, account: str, reader: Reader, operation: str, about: str, loses: bool
) -> None:
    bedside = barrier_for(2)
    pause = Pause(operation, about, bedside)
    sleeper = story.setting.process(account, Office.do_run, TODAY, pause=pause)
    bedside.wait(PATIENCE)
    reader.read()

    assert story.setting.process(account, Office.do_run, NEXT_RUN).report().result
    assert story.setting.published(account) == story.published
    reader.read()
    state = story.setting.archive.take(account)

    bedside.wait(PATIENCE)
    while sleeper.is_alive:
        reader.read()
    assert sleeper.report().lost_lease is loses
    assert story.setting.archive.take(account).pointer == state.pointer

    assert story.setting.process(account, Office.do_run, AFTER_NEXT).report().result
    assert story.setting.published(account) == story.published
    reader.read()
    assert len(reader.answers) == 2
