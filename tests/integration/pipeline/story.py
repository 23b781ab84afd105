"""Today's run of a small shop, undisturbed, process by process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import methodcaller
from typing import TYPE_CHECKING

from tests.integration.pipeline.office import AFTER_EXPORT, Office
from tests.integration.pipeline.shop import TODAY, let_a_day_pass, open_shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.pipeline.processes import Call
    from tests.integration.pipeline.setting import Published, Setting
    from tests.integration.pipeline.snapshots import Snapshot

# The months with changed days: touchpoints, costs, and orders in two months of one half year.
MONTHS = 4
# What is exported by itself: the three tables.
EXPORTS = 3


@dataclass(frozen=True)
class Chapter:
    """What one process of the undisturbed run does: the states before and after, and its calls."""

    work: Callable[[Office], object]
    before: Snapshot
    after: Snapshot
    calls: list[Call]

    def deaths(self) -> list[int]:
        """Return the numbers of the calls after which it dies.

        They are all that may change an account's state, and of the others, which leave it as the
        call before them did, the first of each kind and the last one of all.
        """
        numbers, kinds = [], set()
        for number, call in enumerate(self.calls, start=1):
            if call.changes_state or call.kind not in kinds or number == len(self.calls):
                numbers.append(number)
            kinds.add(call.kind)
        return numbers


@dataclass
class Story:
    """A run of today that nothing disturbs.

    Attributes:
        before: the account's state when today's run begins.
        account: where the run is done, a copy.
        chapters: what each process of the run does, by name.
        published: what readers see after it.
        explored: the texts of the states that ``is_new`` was asked for.
    """

    setting: Setting
    before: Snapshot
    account: str
    chapters: dict[str, Chapter] = field(default_factory=dict)
    published: Published = field(init=False)
    explored: set[str] = field(default_factory=set)

    def tell(self) -> None:
        """Do the run, each process of it in a process."""
        run = str(self._do("pull_orders", Office.pull_orders, ""))
        months = self._do("list_marked_days", methodcaller("list_marked_days", run), run)
        assert months == MONTHS
        for number in range(EXPORTS):
            self._do(f"export_facts_{number}", methodcaller("export_facts", run, number), run)
        for step in AFTER_EXPORT:
            self._do(step.__name__, methodcaller(step.__name__, run), run)
        self.published = self.setting.published(self.account)

    def is_new(self, state: str) -> bool:
        """Tell whether this is the first time that somebody asks for this state."""
        count = len(self.explored)
        self.explored.add(state)
        return len(self.explored) > count

    def _do(self, name: str, work: Callable[[Office], object], run: str) -> object:
        before = self.setting.archive.take(self.account, run)
        report = self.setting.process(self.account, work, TODAY).report()
        after = self.setting.archive.take(self.account, run)
        self.chapters[name] = Chapter(work, before, after, report.calls)
        return report.result


@contextmanager
def tell_story(setting: Setting) -> Iterator[Story]:
    """Run yesterday, let a day pass, and do today's run undisturbed."""
    office = open_shop(setting)
    let_a_day_pass(setting, office)
    before = setting.archive.take(office.account)
    with setting.copy(before) as account:
        story = Story(setting, before, account)
        story.tell()
        yield story
