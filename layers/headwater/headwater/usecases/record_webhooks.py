"""Record webhooks: the worker behind them. It fetches each order that they name from the store.

A webhook is a hint, never a fact: it may be lost, come twice, late or in any order, so what it says
is not looked at. The order is fetched as it is now and kept by the rules of the pull.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.domain.webhooks import read_notice
from headwater.errors import (
    FatalError,
    HeadwaterError,
    InvalidRowError,
    MalformedAnswerError,
    RetriableError,
)
from headwater.usecases.connect_source import find_source
from headwater.usecases.keep_orders import keep_orders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from headwater.domain.webhooks import Notice
    from headwater.usecases.keep_orders import KeepPorts
    from headwater.usecases.ports import Accounts, Clock, OrderPage, Source
    from headwater.usecases.ports.hooks import Hooks
    from headwater.usecases.record_hits import QueuedMessage
    from headwater.usecases.store_ledgers import StoreLedger, StoreLedgers

# A store sends a webhook again for two days at most.
_REMEMBERED = timedelta(days=3)
# Two changes of an order within one second are told in the same words. A webhook is known again
# only if the order was fetched after that second was over for certain.
_ONE_EVENT = timedelta(seconds=2)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookPorts:
    """What the worker needs from the outside world."""

    clock: Clock
    accounts: Accounts
    hooks: Hooks
    ledgers: StoreLedgers
    keep: KeepPorts


@dataclass(frozen=True, slots=True)
class RecordedWebhooks:
    """What became of a batch.

    ``fetched`` counts orders that the store was asked for, ``changed`` those that were new or
    other than we had them, ``retracted`` those that the store no longer has, ``known`` webhooks
    that had been dealt with, ``dropped`` those of sources that are paused or gone and messages
    that cannot be read. ``failed`` names the messages that have to be delivered again.
    """

    fetched: int = 0
    changed: int = 0
    retracted: int = 0
    known: int = 0
    dropped: int = 0
    failed: tuple[str, ...] = ()

    def __add__(self, other: RecordedWebhooks) -> RecordedWebhooks:
        """Add up two sources."""
        return RecordedWebhooks(
            self.fetched + other.fetched,
            self.changed + other.changed,
            self.retracted + other.retracted,
            self.known + other.known,
            self.dropped + other.dropped,
            self.failed + other.failed,
        )


def record_webhooks(messages: Iterable[QueuedMessage], *, ports: WebhookPorts) -> RecordedWebhooks:
    """Fetch the orders that queued webhooks name, each once, with neighbors in one call.

    Messages may come twice, late or in any order. Where a store cannot be asked now, its messages
    alone come again; where it never can, they are dropped: the daily pull says why and repairs.
    """
    done = RecordedWebhooks()
    by_source: dict[tuple[str, str], list[tuple[str, Notice]]] = defaultdict(list)
    for message in messages:
        try:
            notice = read_notice(message.body)
        except InvalidRowError:
            done += RecordedWebhooks(dropped=1)
            continue
        by_source[notice.account, notice.source].append((message.message_id, notice))
    for (account, name), told in by_source.items():
        done += _record(account, name, told, ports)
    return done


def _record(
    account: str, name: str, told: Sequence[tuple[str, Notice]], ports: WebhookPorts
) -> RecordedWebhooks:
    """Record one source's webhooks."""
    try:
        source = find_source(ports.accounts, account, name)
        if source is None or source.is_paused or source.is_removed:
            return RecordedWebhooks(dropped=len(told))
        events = {notice.event for _, notice in told}
        known = ports.hooks.known(account, name, events)
        new = [notice for _, notice in told if notice.event not in known]
        done = _SourceOrders(account, source, ports).fetch(new)
        return done + RecordedWebhooks(known=len(told) - len(new))
    except RetriableError as error:
        _log_failure(name, error)
        return RecordedWebhooks(failed=tuple(message_id for message_id, _ in told))
    except FatalError as error:
        _log_failure(name, error)
        return RecordedWebhooks(dropped=len(told))


def _log_failure(source: str, error: HeadwaterError) -> None:
    logger.warning("webhooks not recorded", extra={"source": source, "error": type(error).__name__})


class _SourceOrders:
    """The orders of one source, fetched and kept."""

    def __init__(self, account: str, source: Source, ports: WebhookPorts) -> None:
        self._account = account
        self._source = source
        self._ports = ports

    def fetch(self, notices: Sequence[Notice]) -> RecordedWebhooks:
        """Fetch the orders that webhooks name, and remember the webhooks."""
        if not notices:
            return RecordedWebhooks()
        wanted = {notice.order_id for notice in notices}
        ledger = self._ports.ledgers.ledger(self._account, self._source)
        page = ledger.orders(sorted(int(order_id) for order_id in wanted))
        gone = self._gone(wanted, page, ledger)
        if self._is_stopped():
            return RecordedWebhooks(dropped=len(notices))
        name = self._source.source
        changed = keep_orders(self._account, name, page, ports=self._ports.keep)
        retracted = self._retract(gone)
        covered = {n.event for n in notices if n.received_at + _ONE_EVENT <= page.fetched_at}
        self._ports.hooks.remember(self._account, name, covered, page.fetched_at + _REMEMBERED)
        return RecordedWebhooks(len(wanted), changed, retracted)

    def _gone(
        self, wanted: Collection[str], page: OrderPage, ledger: StoreLedger
    ) -> frozenset[str]:
        """Return the orders that the store no longer has.

        Raises:
            MalformedAnswerError: it lists an order nowhere, but has it by its id.
        """
        listed = {order.order_id for order in page.orders}
        listed |= {str(rejected.row.get("id")) for rejected in page.rejected}
        unlisted = set(wanted) - listed
        if not unlisted:
            return frozenset()
        gone = ledger.look_up(unlisted).gone
        if unlisted - gone:
            message = f"the store does not list {len(unlisted - gone)} orders that it has"
            raise MalformedAnswerError(message)
        return gone

    def _retract(self, gone: Collection[str]) -> int:
        """Count no more what the store has deleted; what we never had stays unknown."""
        keys = [(self._source.source, order_id) for order_id in sorted(gone)]
        stored = self._ports.keep.orders.get_many(self._account, keys)
        retracted = [replace(order, is_archived=True) for order in stored.values()]
        return self._ports.keep.orders.upsert(self._account, retracted, self._ports.clock.now())

    def _is_stopped(self) -> bool:
        """Tell whether a person has paused or removed the source while the store was asked."""
        source = find_source(self._ports.accounts, self._account, self._source.source)
        return source is None or source.is_paused or source.is_removed
