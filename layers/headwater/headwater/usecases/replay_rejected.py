"""Replay rejected: send kept bad hits again, once the rule that refused them is mended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.deliveries import Delivery
from headwater.domain.hits import read_hits
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from headwater.usecases.ports import HitQueue, Lake

# Bad rows are kept for thirty days.
_MOST_DAYS = 31
_OF_A_HIT = frozenset({"event", "source", "received_at", "sent", "visitor"})


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of the kept rows.

    ``replayed`` hits are on their way to the worker, which stores each once however often it
    comes. ``bad`` counts those that are refused still, by reason; ``others`` are rows that no
    browser sent, and texts that are cut: whoever sent them has to send them again.
    """

    replayed: int
    bad: Mapping[str, int]
    others: int


def replay_rejected(
    account: str, first: date, last: date, *, lake: Lake, queue: HitQueue
) -> ReplayResult:
    """Queue the hits of an account that were refused on some UTC days and would not be now.

    A hit keeps the time at which it was received, its visitor and its session.

    Raises:
        InvalidParameterError: the days are none, or more than bad rows are kept for.
        RetriableError: the queue takes no hits now; the same call may be repeated.
    """
    if first > last or (last - first).days >= _MOST_DAYS:
        message = f"from, to: give at most {_MOST_DAYS} days, the first one first"
        raise InvalidParameterError(message)
    replayed, others = 0, 0
    bad: Counter[str] = Counter()
    for row in _kept_rows(account, first, last, lake):
        delivery = _delivery(account, row)
        if delivery is None:
            others += 1
        elif rejected := read_hits(delivery).rejected:
            bad.update(hit.reason for hit in rejected)
        else:
            queue.send(delivery.messages())
            replayed += 1
    return ReplayResult(replayed, dict(bad), others)


def _kept_rows(account: str, first: date, last: date, lake: Lake) -> Iterator[Any]:
    for number in range((last - first).days + 1):
        day = (first + timedelta(days=number)).isoformat()
        for rejected in lake.list_json(f"raw/rejected/account={account}/day={day}/"):
            yield from (kept["row"] for kept in rejected)


def _delivery(account: str, row: Any) -> Delivery | None:  # noqa: ANN401 - any JSON value
    """Return a row as the hit that it was; None if it was none."""
    if not isinstance(row, dict) or not row.keys() >= _OF_A_HIT:
        return None
    return Delivery(
        account=account,
        source=row["source"],
        received_at=datetime.fromisoformat(row["received_at"]),
        events=(row["event"],),
        sent=row["sent"],
        visitor=row["visitor"],
        user_agent=row.get("user_agent", ""),
        gpc=row.get("gpc", False),
        trust=row.get("trust", ""),
        consent=row.get("consent", ""),
    )
