"""Keep audit: writes down who changes what, and lists it.

A request that changes something is written down twice under one id: as begun before it is handled,
and with its outcome after. Where the first cannot be written nothing is changed; where the second
cannot, the entry stays begun. So no change is without an entry, whatever dies.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from headwater.domain.audit import BEGUN, DONE, AuditEntry, noted, subject_of
from headwater.domain.reporting_days import day_bounds, reporting_day
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.domain.audit import Actor
    from headwater.usecases.ports import Accounts, Clock
    from headwater.usecases.ports.audit import AuditLog

_DEFAULT_DAYS = 30
_EARLIEST, _LATEST = date(1971, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, the latest first, and the id behind which there are more; empty if none are."""

    first: date
    last: date
    time_zone: str
    entries: tuple[AuditEntry, ...]
    next_after: str


@dataclass(frozen=True, slots=True)
class AuditRange:
    """Which entries are asked for: reporting days, and where the page before ended."""

    first: date | None = None
    last: date | None = None
    after: str = ""
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody does: the words of an entry.

    ``change_id`` names it among those of its instant; the same change again is the same entry.
    ``action`` is a route or a few words (``deliver report``), ``named`` what it is done to, by kind
    (``{"source": "shop"}``), ``note`` what it came to (``{"rows": 12}``); no secret, no name.
    """

    change_id: str
    at: datetime
    actor: Actor
    action: str
    named: Mapping[str, str]
    note: Mapping[str, object] = field(default_factory=dict)


def begin_entry(account: str, change: Change, *, log: AuditLog) -> AuditEntry:
    """Write down that a change begins, and return the entry for ``end_entry``."""
    entry = _entry(change, BEGUN)
    log.write(account, entry)
    return entry


def end_entry(
    account: str, entry: AuditEntry, outcome: str, note: Mapping[str, object], *, log: AuditLog
) -> None:
    """Write down what became of a change."""
    log.write(account, replace(entry, outcome=outcome, note=noted(note)))


def record_change(account: str, change: Change, *, log: AuditLog) -> None:
    """Write down a change that no request of a key made: a sign-in, a scheduled delivery.

    A schedule's actor is ``Actor("schedule", "daily")`` for instance. What a key or a session does
    by a request is written down by ``runtime.api.recording``, for all routes.
    """
    log.write(account, _entry(change, DONE))


def read_audit(
    account: str, asked: AuditRange, *, accounts: Accounts, log: AuditLog, clock: Clock
) -> AuditPage:
    """Return a page of an account's log; without days, of the last thirty.

    Raises:
        InvalidParameterError: the days are in the wrong order, or of no calendar of ours.
    """
    zone = accounts.settings(account).time_zone
    last = asked.last or reporting_day(clock.now(), zone)
    if not _EARLIEST <= last <= _LATEST:
        message = f"to: a day from {_EARLIEST} to {_LATEST}"
        raise InvalidParameterError(message)
    first = asked.first or last - timedelta(days=_DEFAULT_DAYS - 1)
    if not _EARLIEST <= first <= last:
        message = f"from: a day from {_EARLIEST} to {last}"
        raise InvalidParameterError(message)
    start, end = day_bounds(first, last, zone)
    # One more than asked tells whether there is a next page.
    found = log.entries(account, start, end, after=asked.after, limit=asked.limit + 1)
    shown = tuple(found[: asked.limit])
    is_last = len(found) <= asked.limit
    return AuditPage(first, last, zone, shown, "" if is_last else shown[-1].entry_id)


def _entry(change: Change, outcome: str) -> AuditEntry:
    instant = change.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return AuditEntry(
        entry_id=f"{instant}-{change.change_id}",
        at=change.at,
        actor=change.actor,
        action=change.action,
        subject=subject_of(change.named),
        outcome=outcome,
        note=noted(change.note),
    )
