"""What becomes of a store's webhooks: told, lost, doubled, late, recorded, or not.

After a webhook is recorded, its order is as the store has it. Once all are, and none was lost since
the last whole pull, every order is.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from headwater.domain.webhooks import HOOK_SCOPES, read_notice
from headwater.usecases.receive_webhook import SECRET_HEADER
from local.storefront.faults import FaultKind
from tests.integration.bigcommerce.comparison import StoreDiffersError, compare, compare_some
from tests.integration.bigcommerce.store_rules import AN_HOUR_MS, StoreRules, picks
from tests.integration.bigcommerce.world import DeathError, Fuse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.usecases.record_webhooks import RecordedWebhooks

# As many as the queue hands to the worker at once.
BATCH = 10
SPOILS = (FaultKind.LOSE_WEBHOOK, FaultKind.DUPLICATE_WEBHOOK, FaultKind.REORDER_WEBHOOKS)
_GOOD = range(200, 300)


class WebhookRules(StoreRules):
    """The courier of the store, the queue, and the worker behind it."""

    def __init__(self) -> None:
        super().__init__()
        # Whether something may have happened since the last whole pull that no webhook was told.
        self.is_deaf = True
        # Orders of which a webhook was lost since then.
        self.lost: set[int] = set()
        # What kills the worker the next time.
        self.fuse: Fuse | None = None
        self._taken: set[bytes] = set()
        self._rounds = 0
        self._gaps: Mapping[FaultKind, int] = {}
        self.shop.courier.post = self._take

    @initialize(gaps=st.fixed_dictionaries({kind: st.sampled_from([2, 0, 5]) for kind in SPOILS}))
    def trust_the_courier(self, gaps: Mapping[FaultKind, int]) -> None:
        """Let him err every so many rounds, or never; a rule of 40 is drawn too seldom for that."""
        self._gaps = gaps

    @precondition(lambda self: not self.is_deaf)
    @rule(by_us=st.booleans())
    def end_webhooks(self, by_us: bool) -> None:
        """Switch them off, or have the store give them up as it does with those that fail."""
        if by_us:
            self.house.switch_webhooks(on=False)
        else:
            self.store.deactivate_webhooks()

    @rule(down=st.booleans())
    def fail_the_queue(self, down: bool) -> None:
        self.house.webhook_queue.is_down = down

    @rule(call=st.integers(2, 12), after_effect=st.booleans())
    def doom_the_worker(self, call: int, after_effect: bool) -> None:
        """Kill the worker the next time, at one of its calls; its messages come again."""
        self.fuse = Fuse(call, after_effect=after_effect)

    @rule(
        fault=st.sampled_from([("error", 503), ("throttle", AN_HOUR_MS), ("html", 200)]),
    )
    def record_while_the_store_fails(self, fault: tuple[str, int]) -> None:
        self.store.fail(*fault, times=None)
        self._deliver_and_record()
        self.store.recover()

    @rule(number=picks, many=st.integers(1, BATCH), backwards=st.booleans(), again=st.booleans())
    def deliver_and_record(self, number: int, many: int, backwards: bool, again: bool) -> None:
        """Deliver what is due, and record some of it in any order, perhaps once more later."""
        self._deliver_and_record(number, many, backwards=backwards, again=again)

    @invariant()
    def deliver_at_once(self) -> None:
        """Let webhooks be told and recorded by themselves, as happens in half of the runs."""
        if self.is_prompt:
            self._deliver_and_record()

    def _deliver_and_record(
        self, number: int = 0, many: int = BATCH, *, backwards: bool = False, again: bool = False
    ) -> None:
        self._deliver()
        queue = self.house.webhook_queue
        if not queue.messages:
            return
        self.clock.advance(timedelta(seconds=3))
        start = number % len(queue.messages)
        turned = queue.messages[start:] + queue.messages[:start]
        batch, queue.messages = turned[:many], turned[many:]
        try:
            self._record(batch[::-1] if backwards else batch)
        except DeathError:
            self.happened["deaths while recording"] += 1
            again = True
        if again:
            queue.messages += batch

    @rule()
    def hear_all(self) -> None:
        self._hear_all()

    @invariant()
    def listen(self) -> None:
        """Note whenever the store does not tell us of everything."""
        self.is_deaf = self.is_deaf or not self._is_told()

    def nothing_is_missing(self) -> None:
        """Begin anew, after every order was found to be as the store has it."""
        self.is_deaf = not self._is_told()
        self.lost.clear()

    def _is_told(self) -> bool:
        """Tell whether the store has all webhooks, and we would take each."""
        with self.store.database.read() as connection:
            hooks = connection.execute(
                "SELECT scope, headers FROM hooks WHERE is_active"
            ).fetchall()
        good = {
            hook["scope"]
            for hook in hooks
            if self.house.knows_secret(json.loads(hook["headers"])[SECRET_HEADER])
        }
        return good == set(HOOK_SCOPES)

    def _take(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        status = self.house.take_webhook(url, headers, body)
        if status in _GOOD:
            self._taken.add(body)
        return status

    def _deliver(self) -> None:
        """Let the courier go round, and note which orders it has lost a webhook of."""
        before = self._waiting()
        if before:
            self._rounds += 1
            for kind in (kind for kind, gap in self._gaps.items() if gap):
                if not self._rounds % self._gaps[kind]:
                    self.store.fail(kind, times=1)
        self._taken.clear()
        self.happened["webhooks taken"] += self.shop.courier.deliver()
        gone = before.keys() - self._waiting().keys()
        lost = {body for body in map(before.__getitem__, gone) if body not in self._taken}
        self.happened["webhooks lost"] += len(lost)
        self.lost |= {_order_of(body) for body in lost}

    def _waiting(self) -> dict[int, bytes]:
        with self.store.database.read() as connection:
            rows = connection.execute("SELECT id, body FROM deliveries").fetchall()
        return {row["id"]: row["body"].encode() for row in rows}

    def _record(self, batch: Sequence[str]) -> RecordedWebhooks:
        """Record a batch, and hold the orders that it names against the store."""
        is_touched = any(one.kind is FaultKind.EDIT_BETWEEN_PAGES for one in self.store.faults)
        queue = self.house.webhook_queue
        fuse, self.fuse = self.fuse, None
        done = self.house.record(batch, fuse)
        queue.messages += [batch[int(number)] for number in done.failed]
        self.happened["orders fetched for webhooks"] += done.fetched
        self.happened["webhooks known"] += done.known
        self.happened["orders retracted"] += done.retracted
        self.happened["webhooks that come again"] += len(done.failed)
        if done.dropped:
            # The store refuses us for good, a scope is missing: the next pull says so, and repairs.
            self.lost |= {int(read_notice(message).order_id) for message in batch}
        if not (done.failed or done.dropped or is_touched or (done.known and self.is_deaf)):
            named = {int(read_notice(message).order_id) for message in batch} - self._pending()
            named -= self.lost if done.known else set()
            compare_some(self.file, self.house.all_documents(), named)
        return done

    def _pending(self) -> set[int]:
        """Return the orders of which something has been told that is not recorded yet."""
        queued = {int(read_notice(text).order_id) for text in self.house.webhook_queue.messages}
        return queued | {_order_of(body) for body in self._waiting().values()}

    def _hear_all(self) -> None:
        """Once the faults end, all webhooks that were not lost are recorded."""
        self.store.recover()
        self.store.configure(quota=100_000, neighbor_per_second=0.0)
        queue = self.house.webhook_queue
        queue.is_down, self.fuse = False, None
        while self._waiting():
            self.clock.advance(self._until_the_last_is_due())
            self._deliver()
        while queue.messages:
            batch, queue.messages = queue.messages[:BATCH], queue.messages[BATCH:]
            if (done := self._record(batch)).failed or done.dropped:
                message = f"webhooks of a healthy store are not recorded: {done}"
                raise StoreDiffersError(message)
        if not self.is_deaf:
            self.house.publish()
            self.happened["comparisons without a pull"] += 1
            compare(self.file, self.house.all_we_have(), self._folder, without=self.lost)

    def _until_the_last_is_due(self) -> timedelta:
        with self.store.database.read() as connection:
            [(due_at,)] = connection.execute("SELECT max(due_at) FROM deliveries")
        due = datetime.fromtimestamp(due_at, UTC)
        return max(due - self.store.now(), timedelta(0)) + timedelta(seconds=1)


def _order_of(body: bytes) -> int:
    return int(json.loads(body)["data"]["id"])
