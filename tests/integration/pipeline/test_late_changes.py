"""What changes while a run is under way is shown by the next run, at the latest."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from headwater.usecases.published_runs import open_published_run
from local.storefront.model import StoreLine
from tests.integration.pipeline.office import AFTER_EXPORT
from tests.integration.pipeline.shop import BOB, MUG, NEXT_RUN, TODAY, a_click, an_order, spend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.pipeline.office import Office
    from tests.integration.pipeline.setting import Setting
    from tests.integration.pipeline.story import Story


def shown(office: Office, table: str, columns: str) -> list[tuple[object, ...]]:
    """Return what the published run shows of a table, in order."""
    published = open_published_run(office.account, runs=office.runs, lake=office.lake)
    with duckdb.connect() as db:
        office.facts.mount(db, published.manifest.tables, [table])
        return db.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()


def begin(office: Office) -> str:
    """Do a run up to the end of its export; return its id."""
    run = office.pull_orders()
    assert run
    office.list_marked_days(run)
    office.export_all_facts(run)
    return run


def end(office: Office, run: str) -> None:
    """Do the rest of a run."""
    for step in AFTER_EXPORT:
        step(office, run)


def test_an_order_that_is_edited_after_its_export_is_shown_by_the_next_run(
    setting: Setting,
) -> None:
    setting.clock.instant = TODAY
    [order] = setting.shop.store.load([an_order("2026-12-04 10:00")])
    office = setting.open_account()
    run = begin(office)
    setting.clock.advance(timedelta(minutes=2))
    setting.shop.store.edit(order, lines=(MUG, StoreLine("Coffee", Decimal(12))))
    end(office, run)
    assert shown(office, "orders", "gross_minor") == [(1800,)]

    setting.clock.instant = NEXT_RUN
    office.do_run()
    assert shown(office, "orders", "gross_minor") == [(3000,)]


@pytest.fixture
def office(story: Story) -> Iterator[Office]:
    """An account before today's run, with changes of an hour ago."""
    with story.setting.copy(story.before) as account:
        story.setting.clock.instant = TODAY
        yield story.setting.office(account)


def test_what_arrives_after_the_export_of_its_day_is_shown_by_the_next_run(
    story: Story, office: Office
) -> None:
    run = begin(office)
    now = story.setting.clock.advance(timedelta(minutes=2))
    late = a_click("t3", "2026-12-04 16:00", BOB, source="bing")
    office.journeys.add_touchpoints(office.account, [late], now)
    spend(office, "load-3", "2026-12-04", "13.00")
    end(office, run)
    assert shown(office, "costs", "cost_minor") == [(1250,)]

    story.setting.clock.instant = NEXT_RUN
    office.do_run()
    assert ("t3",) in shown(office, "touchpoints", "touch_id")
    assert shown(office, "costs", "cost_minor") == [(1300,)]


def test_what_arrives_under_a_mark_that_already_stands_is_shown_by_the_next_run(
    story: Story, office: Office
) -> None:
    clock = story.setting.clock
    clock.instant = TODAY - timedelta(seconds=30)
    first, second = (a_click(name, "2026-12-01 16:00", BOB, source=name) for name in ("t3", "t4"))
    office.journeys.add_touchpoints(office.account, [first], clock.now())
    clock.instant = TODAY
    run = begin(office)
    [mark] = [m for m in office.marks.raised(office.account) if m.day.day == 1]
    clock.advance(timedelta(seconds=10))
    office.journeys.add_touchpoints(office.account, [second], clock.now())
    assert mark in office.marks.raised(office.account), "the second click has raised it again"
    end(office, run)
    assert ("t4",) not in shown(office, "touchpoints", "touch_id")

    clock.instant = NEXT_RUN
    office.do_run()
    assert ("t4",) in shown(office, "touchpoints", "touch_id")


def test_a_day_is_exported_until_nobody_can_be_writing_to_it_and_no_longer(
    story: Story, office: Office
) -> None:
    left = []
    for minutes in (0, 21, 42):
        story.setting.clock.instant = TODAY + timedelta(minutes=minutes)
        office.do_run()
        left.append({mark.day.day for mark in office.marks.raised(office.account)})
    assert left == [{2, 3, 4, 7}, set(), set()]
    assert story.setting.published(office.account) == story.published
