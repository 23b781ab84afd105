"""Record hits: the worker behind the collector. It reads queued hits and stores what they say."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headwater.domain.deliveries import UNIDENTIFIED, RejectedText, read_message
from headwater.domain.hits import Hits, read_hits
from headwater.errors import InvalidRowError, RetriableError
from headwater.usecases.ports import RejectedRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from headwater.domain.deliveries import Delivery
    from headwater.domain.hits import PageView
    from headwater.usecases.ports import Clock, Journeys, Lake, Marks
    from headwater.usecases.ports.validations import VisitNotes

_LONGEST_KEPT_MESSAGE = 4096

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message of the hit queue, under the id that the queue gave it."""

    message_id: str
    body: str


@dataclass(frozen=True, slots=True)
class RecordHitsResult:
    """What became of a batch.

    ``recorded`` counts items that were new or changed, ``rejected`` bad hits and texts (kept with
    their reasons), ``withheld`` hits dropped for privacy, ``bots`` page views of programs.
    ``failed`` names the messages that have to be delivered again.
    """

    recorded: int = 0
    rejected: int = 0
    withheld: int = 0
    bots: int = 0
    failed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counts:
    recorded: int = 0
    rejected: int = 0
    withheld: int = 0
    bots: int = 0


@dataclass(slots=True)
class _Seen:
    """The page views of an account and day in one batch, and the messages that brought them."""

    page_views: list[PageView] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stores:
    """Where the hits of a message go."""

    journeys: Journeys
    lake: Lake
    tests: VisitNotes


def record_hits(
    messages: Iterable[QueuedMessage],
    *,
    journeys: Journeys,
    lake: Lake,
    marks: Marks,
    tests: VisitNotes,
    clock: Clock,
) -> RecordHitsResult:
    """Store the hits of queued messages.

    A message may come twice, late, or in any order: what is stored in the end is the same. Bad
    content is kept aside with its reason and never fails a message; only a write that may succeed
    later does, and then that message alone comes again. The page views of the batch are kept in
    the lake, an object for each account and day; where that fails, all of its messages come again.
    """
    counts = _Counts()
    seen: defaultdict[tuple[str, date], _Seen] = defaultdict(_Seen)
    failed = []
    for message in messages:
        try:
            _record(message, counts, seen, _Stores(journeys, lake, tests), clock)
        except RetriableError as error:
            logger.warning("hits not recorded yet", extra={"error": type(error).__name__})
            failed.append(message.message_id)
    for (account, day), batch in seen.items():
        try:
            marks.raise_marks(account, "page_views", [day], clock.now())
            lake.keep_page_views(account, day, batch.page_views)
        except RetriableError as error:
            logger.warning("page views not kept yet", extra={"error": type(error).__name__})
            failed += batch.messages
    return RecordHitsResult(
        counts.recorded, counts.rejected, counts.withheld, counts.bots, tuple(failed)
    )


def _record(
    message: QueuedMessage,
    counts: _Counts,
    seen: defaultdict[tuple[str, date], _Seen],
    stores: _Stores,
    clock: Clock,
) -> None:
    lake = stores.lake
    try:
        delivery = read_message(message.body)
    except InvalidRowError as error:
        row = RejectedRow(str(error), message.body[:_LONGEST_KEPT_MESSAGE])
        lake.keep_rejected(UNIDENTIFIED, clock.now().date(), [row])
        counts.rejected += 1
        return
    if isinstance(delivery, RejectedText):
        rejected = RejectedRow(delivery.reason, {"raw": delivery.raw})
        lake.keep_rejected(delivery.account, delivery.received_at.date(), [rejected])
        counts.rejected += 1
        return
    hits = read_hits(delivery)
    recorded = _store(delivery, hits, stores.journeys)
    if hits.test_visits:
        stores.tests.note_visits(delivery.account, hits.test_visits, delivery.received_at)
    lake.keep_rejected(delivery.account, delivery.received_at.date(), _rejected(delivery, hits))
    if hits.page_views:
        batch = seen[delivery.account, delivery.received_at.date()]
        batch.page_views += hits.page_views
        batch.messages.append(message.message_id)
    counts.recorded += recorded
    counts.rejected += len(hits.rejected)
    counts.withheld += hits.withheld
    counts.bots += sum(touch.is_bot for touch in hits.touchpoints)


def _store(delivery: Delivery, hits: Hits, journeys: Journeys) -> int:
    """Write the hits; a person's touchpoints before what says who he is, his claims last."""
    account, received_at = delivery.account, delivery.received_at
    recorded = 0
    if hits.touchpoints:
        recorded += journeys.add_touchpoints(account, hits.touchpoints, received_at)
    if hits.identifications:
        recorded += journeys.add_identifications(account, hits.identifications, received_at)
    if hits.opt_ins:
        recorded += journeys.add_opt_ins(account, hits.opt_ins, received_at)
    if hits.profiles:
        recorded += journeys.add_profiles(account, hits.profiles, received_at)
    if hits.claims:
        recorded += journeys.add_claims(account, hits.claims, received_at)
    return recorded


def _rejected(delivery: Delivery, hits: Hits) -> list[RejectedRow]:
    """Return the bad hits with all that is needed to try them again."""
    return [
        RejectedRow(
            hit.reason,
            {
                "source": delivery.source,
                "received_at": delivery.received_at.isoformat(),
                "sent": delivery.sent,
                "visitor": "" if delivery.is_private else delivery.visitor,
                "user_agent": delivery.user_agent,
                "trust": delivery.trust,
                "gpc": delivery.gpc,
                "consent": delivery.consent,
                "event": hit.event,
            },
        )
        for hit in hits.rejected
    ]
