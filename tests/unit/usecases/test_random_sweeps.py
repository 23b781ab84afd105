"""Runs, readers and sweeps in any order, each dying anywhere: what may be read is there, whole.

And in the end nothing is there but that.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from headwater.errors import LeaseLostError
from headwater.usecases.published_runs import READABLE_FOR, manifests_since
from headwater.usecases.run_files import LEASE
from tests.unit.usecases.sweeping import ACCOUNT, Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

DAYS, TEXTS = st.sampled_from("abc"), st.sampled_from("12")
PICKS = st.integers(0, 5)
# As long as a function lives, or a link to a file.
READING = timedelta(minutes=15)


class DeathError(BaseException):
    """The sweep's process is gone."""


@dataclass
class Run:
    """A run at work: the days that it began with, and those that it has written."""

    run: str
    base: dict[str, str]
    made: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Who opened a version, and reads what it names until then."""

    named: set[str]
    until: datetime


class SweptLake(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop()
        self.shop.objects.page = 2
        self.at_work: list[Run] = []
        self.readers: list[Reader] = []

    # --- time ---

    @rule(minutes=st.sampled_from([1, 6, 14, 21, 60, 600, 1440, 4320]))
    def wait(self, minutes: int) -> None:
        self.shop.wait(minutes=minutes)
        self.readers = [each for each in self.readers if each.until >= self.shop.clock.now()]

    @rule()
    def let_a_week_pass(self) -> None:
        self.wait(minutes=8 * 24 * 60)

    # --- runs ---

    @rule()
    def begin_a_run(self) -> None:
        self._begin()

    def _begin(self) -> Run | None:
        name = self.shop.begin()
        if name is None:
            return None
        present = self.shop.runs.head(ACCOUNT).manifest
        base = self.shop.lake.get_manifest(present).tables if present else {}
        run = Run(name, base.get("orders", {}))
        self.at_work.append(run)
        return run

    @precondition(lambda self: self.at_work)
    @rule(pick=PICKS, day=DAYS, text=TEXTS, is_prompt=st.booleans())
    def write_an_object(self, pick: int, day: str, text: str, is_prompt: bool) -> None:
        """Let a step of a run write; one that is not prompt renewed its lease long ago."""
        run = self.at_work[pick % len(self.at_work)]
        if is_prompt and not self._renew(run):
            return
        run.made[day] = self.shop.put(day, text)

    @precondition(lambda self: self.at_work)
    @rule(pick=PICKS)
    def publish(self, pick: int) -> None:
        run = self.at_work.pop(pick % len(self.at_work))
        try:
            self.shop.publish(run.run, run.base | run.made)
        except LeaseLostError:
            return
        self.shop.runs.release(ACCOUNT, run.run)

    @rule(days=st.dictionaries(DAYS, TEXTS, min_size=1))
    def do_a_run(self, days: dict[str, str]) -> None:
        if run := self._begin():
            run.made |= {day: self.shop.put(day, text) for day, text in days.items()}
            self.publish(self.at_work.index(run))

    @precondition(lambda self: self.at_work)
    @rule(pick=PICKS)
    def let_a_run_die(self, pick: int) -> None:
        self.at_work.pop(pick % len(self.at_work))

    def _renew(self, run: Run) -> bool:
        try:
            self.shop.runs.renew(ACCOUNT, run.run, self.shop.clock.now() + LEASE)
        except LeaseLostError:
            self.at_work.remove(run)
            return False
        return True

    # --- readers ---

    @rule(pick=PICKS)
    def open_a_version(self, pick: int) -> None:
        readable = self._readable()
        if readable:
            named = self.shop.named_by(readable[pick % len(readable)])
            self.readers.append(Reader(named, self.shop.clock.now() + READING))

    @precondition(lambda self: self.shop.runs.superseded(ACCOUNT))
    @rule(pick=PICKS)
    def open_a_version_at_its_last_moment(self, pick: int) -> None:
        last = [at + READABLE_FOR for at in self.shop.runs.superseded(ACCOUNT).values()]
        moments = sorted(at - timedelta(minutes=1) for at in last)
        moment = moments[pick % len(moments)]
        if moment > self.shop.clock.now():
            self.shop.clock.instant = moment
            self.readers = []
            self.open_a_version(pick)

    def _readable(self) -> list[str]:
        since = self.shop.clock.now() - READABLE_FOR
        return sorted(manifests_since(ACCOUNT, since, runs=self.shop.runs))

    # --- sweeps ---

    @rule(in_time=st.booleans())
    def sweep(self, in_time: bool) -> None:
        now = self.shop.clock.now()
        self.shop.sweep(now + timedelta(minutes=5 if in_time else 0))

    @precondition(lambda self: self.at_work)
    @rule(pick=PICKS, day=DAYS, text=TEXTS)
    def sweep_while_a_run_writes_that_has_lost_its_lease(
        self, pick: int, day: str, text: str
    ) -> None:
        self._sweep_while(lambda _: self.write_an_object(pick, day, text, is_prompt=False))

    @rule(days=st.dictionaries(DAYS, TEXTS, min_size=1))
    def sweep_while_somebody_begins(self, days: dict[str, str]) -> None:
        self._sweep_while(lambda _: self.do_a_run(days))

    @rule(is_reversed=st.booleans())
    def sweep_and_stand_still_until_a_run_has_made_again_what_was_listed(
        self, is_reversed: bool
    ) -> None:
        def stand_still() -> None:
            self.shop.objects.listed = None
            self.wait(6)
            stored = sorted(self.shop.facts.objects, reverse=is_reversed)
            parts = [key.removesuffix(".parquet").rsplit("/", 2) for key in stored]
            self.do_a_run({day.removeprefix("day="): text for _, day, text in parts})

        self.shop.objects.listed = stand_still
        self.shop.sweep()
        self.shop.objects.listed = None

    @rule(removed=st.integers(0, 2))
    def let_a_sweep_die(self, removed: int) -> None:
        """Kill it between the removal of two objects."""

        def die(keys: Sequence[str]) -> None:
            self.shop.objects.remove(keys[:removed])
            self.shop.runs.is_deaf = True
            raise DeathError

        with suppress(DeathError):
            self._sweep_while(die)
        self.shop.runs.is_deaf = False

    def _sweep_while(self, act: Callable[[Sequence[str]], object]) -> None:
        """Sweep, and let something happen right before the first removal, if there is one."""
        self.shop.objects.before_removal = act
        try:
            self.shop.sweep()
        finally:
            self.shop.objects.before_removal = None

    # --- what holds ---

    @invariant()
    def what_may_be_read_is_there(self) -> None:
        stored = self.shop.stored()
        for manifest in self._readable():
            assert self.shop.named_by(manifest) <= stored
        for reader in self.readers:
            assert reader.named <= stored

    @invariant()
    def what_a_run_is_going_to_publish_is_there(self) -> None:
        holder = self.shop.runs.head(ACCOUNT).lease_run
        for run in self.at_work:
            if run.run == holder:
                assert {*(run.base | run.made).values()} <= self.shop.stored()

    def teardown(self) -> None:
        for _ in range(10):
            self.shop.wait(days=1)
            self.shop.sweep()
        present = self.shop.runs.head(ACCOUNT).manifest
        if present:
            assert self.shop.stored() == self.shop.named_by(present)


def test_what_may_be_read_is_there_and_in_the_end_nothing_else() -> None:
    options = settings(max_examples=30, stateful_step_count=40)
    run_state_machine_as_test(SweptLake, settings=options)
