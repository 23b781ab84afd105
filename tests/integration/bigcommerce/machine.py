"""A store and an account through any sequence of events; what happens is drawn by hypothesis.

Whatever the order of events: after a pull that went through, every order is here exactly once and
as the store has it, in the table and in the published facts. The same holds without a pull once all
webhooks have been recorded, if none was lost.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.integration.bigcommerce.comparison import StoreDiffersError, compare
from tests.integration.bigcommerce.house import ACCOUNT
from tests.integration.bigcommerce.store_rules import CARTS, FEWEST, carts, picks
from tests.integration.bigcommerce.webhook_rules import WebhookRules
from tests.integration.bigcommerce.world import DeathError, Fuse

if TYPE_CHECKING:
    from headwater.usecases.ports import OrderPage
    from headwater.usecases.source_pull import PulledOrders


class StoreMachine(WebhookRules):
    """What happens, and what we do about it."""

    def __init__(self) -> None:
        super().__init__()
        # Pages that another process has read and not written yet.
        self.read: list[OrderPage] = []
        self._last_death: Fuse | None = None
        self._last_moved = 0

    @initialize(number=picks, call=st.integers(2, 25), after_effect=st.booleans())
    def choose_the_end(self, number: int, call: int, after_effect: bool) -> None:
        """Say which order moves to another day at last, and where the run after that dies.

        A single rule of 40 is drawn too seldom for either.
        """
        self._last_moved = number
        self._last_death = Fuse(call, after_effect=after_effect)

    def teardown(self) -> None:
        """End with a change, a death and a comparison, whatever came last."""
        try:
            if self.ids:
                self.back_date(self._last_moved, hours=33)
                # Longer than pulls overlap: nothing of what dies now is read again by chance.
                self.clock.advance(timedelta(hours=3))
                self._run_to_death(self._last_death)
                self._hear_all()
                self._heal_and_pull()
        finally:
            super().teardown()

    @rule()
    def pull(self) -> None:
        self._pull()

    @precondition(lambda self: self.ids and not self.store.faults)
    @rule(number=picks, cart=carts)
    def pull_beside_a_slow_writer(self, number: int, cart: str) -> None:
        """Let another process read an order that changes then, and write it after our pull."""
        page = self._page_from(number)
        self.take_time_while_stamps_are_ahead()
        self.store.edit(self._pick(number), lines=CARTS[cart], discount=Decimal(0), coupons=())
        self._pull()
        self._write(page)

    def _pull(self) -> None:
        touches = any(fault.kind == "edit-between-pages" for fault in self.store.faults)
        is_resumed = self.house.source.bookmark.phase != "idle"
        pulled = self.house.run()
        # What changed since an interrupted pull began, or under our eyes, is for the next one.
        if not (pulled.failed_sources or is_resumed or touches):
            self._compare()

    @rule(seconds=st.sampled_from([0.5, 1.5, 3, 6]))
    def pull_and_run_out_of_time(self, seconds: float) -> None:
        self.house.pull_and_stop(timedelta(seconds=seconds))

    # Most of what can go wrong lies in the first calls of a pull; a run has many more behind them.
    @rule(call=st.integers(1, 25) | st.integers(1, 80), after_effect=st.booleans())
    def die(self, call: int, after_effect: bool) -> None:
        """Kill a run at one of its calls to the store, a table or the lake."""
        self._run_to_death(Fuse(call, after_effect=after_effect))

    def _run_to_death(self, fuse: Fuse | None) -> None:
        try:
            self.house.run(fuse)
        except DeathError:
            self.happened["deaths of a run"] += 1
            self.clock.advance(timedelta(minutes=1))

    @precondition(lambda self: self.ids and not self.store.faults)
    @rule(number=picks)
    def read_a_page_and_pause(self, number: int) -> None:
        """Let another process read some orders, which it will write who knows when."""
        self.read.append(self._page_from(number))

    def _page_from(self, number: int) -> OrderPage:
        return self.house.read_orders(self.ids[number % len(self.ids) :][:FEWEST])

    @precondition(lambda self: self.read)
    @rule(number=picks)
    def write_what_was_read(self, number: int) -> None:
        self._write(self.read.pop(number % len(self.read)))

    def _write(self, late: OrderPage) -> None:
        before = self.house.readings()
        self.house.orders.upsert(ACCOUNT, late.orders, late.fetched_at)
        after = self.house.readings()
        # The next pull might repair it, so it is looked at here.
        newer = {i for i, (fetched_at, _) in before.items() if fetched_at > late.fetched_at}
        if older := [i for i in newer if after[i] != before[i]]:
            message = f"a slow writer has put older versions over newer ones: {older}"
            raise StoreDiffersError(message)

    @rule()
    def heal_and_pull(self) -> None:
        self._heal_and_pull()

    @precondition(lambda self: self.is_deaf and self.house.source.is_history_complete)
    @rule()
    def ask_to_be_told(self) -> None:
        self.follow()

    def follow(self) -> None:
        """Switch webhooks on, and pull what was changed before."""
        self.store.recover()
        self.house.switch_webhooks(on=True)
        self._heal_and_pull()

    def _heal_and_pull(self) -> None:
        """Once the faults end, the next pulls bring all there is."""
        self.store.recover()
        self.store.configure(quota=100_000, neighbor_per_second=0.0)
        was_idle = self.house.source.bookmark.phase == "idle"
        pulled = self.house.run()
        if not was_idle:
            pulled = self.house.run()
        assert_whole(pulled)
        self._compare()

    def _compare(self) -> None:
        self.happened["comparisons after a pull"] += 1
        compare(self.file, self.house.all_we_have(), self._folder)
        self.nothing_is_missing()


def assert_whole(pulled: PulledOrders) -> None:
    """Check that a pull of a healthy store has left nothing out."""
    if pulled.failed_sources or pulled.more:
        message = f"the pull of a healthy store is not whole: {pulled}"
        raise StoreDiffersError(message)
