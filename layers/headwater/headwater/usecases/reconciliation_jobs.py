"""Reconciliations of a range: asked for, under way, done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.reporting_days import reporting_day
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.connect_source import BIGCOMMERCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from headwater.usecases.ports import Accounts, Clock, Lake, Source
    from headwater.usecases.store_ledgers import Reconciliations

LONGEST_RANGE = 366
# A job that has said nothing for this long has died: an invocation lasts 15 minutes at most.
_SILENCE = timedelta(minutes=20)


def request_reconciliation(
    account: str,
    first: date,
    last: date,
    *,
    accounts: Accounts,
    lake: Lake,
    clock: Clock,
    reconciliations: Reconciliations,
) -> Mapping[str, Any]:
    """Start the reconciliation of a range, unless it is under way; return the job's state.

    Raises:
        InvalidParameterError: the range is impossible, or the account has no store.
    """
    settings, now = accounts.settings(account), clock.now()
    _check_range(first, last, reporting_day(now, settings.time_zone))
    if not any(distinct_stores(accounts.sources(account))):
        message = "the account has no connected store that is not paused"
        raise InvalidParameterError(message)
    known = read_job(lake, account, first, last)
    if known and known["status"] in {"queued", "running"}:
        if now - datetime.fromisoformat(known["updated_at"]) < _SILENCE:
            return known
    else:
        known = None
    job = known or new_job(first, last, now)
    job |= {"status": "queued", "updated_at": now.isoformat()}
    lake.put_json(job_key(account, first, last), job)
    reconciliations.start(account, first, last)
    return job


def read_job(lake: Lake, account: str, first: date, last: date) -> dict[str, Any] | None:
    """Return the state of a range's job, or None if nobody has asked for it."""
    try:
        job: dict[str, Any] = lake.get_json(job_key(account, first, last))
    except UnknownResourceError:
        return None
    return job


def distinct_stores(sources: Sequence[Source]) -> Iterator[tuple[Source, frozenset[str]]]:
    """Yield each store once, by the first of its sources, with the others that are connected.

    A paused store is left alone, and a removed one is nobody's any more.
    """
    seen: dict[tuple[str, str], list[Source]] = {}
    for source in sources:
        if source.kind == BIGCOMMERCE and not (source.is_paused or source.is_removed):
            seen.setdefault((source.api_url, source.store_hash), []).append(source)
    for first, *others in seen.values():
        yield first, frozenset(other.source for other in others)


def _check_range(first: date, last: date, today: date) -> None:
    if first > last:
        message = f"from: {first} is after to: {last}"
        raise InvalidParameterError(message)
    if last > today:
        message = f"to: {last} is not over yet"
        raise InvalidParameterError(message)
    if (last - first).days >= LONGEST_RANGE:
        message = f"to: at most {LONGEST_RANGE} days at once"
        raise InvalidParameterError(message)


def new_job(first: date, last: date, now: datetime) -> dict[str, Any]:
    """Return the state of a job that begins; ``next`` is the day to go on from, per source."""
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "status": "running",
        "requested_at": now.isoformat(),
        "updated_at": now.isoformat(),
        "next": {},
        "repaired": 0,
        "failures": {},
    }


def job_key(account: str, first: date, last: date) -> str:
    """Return where the state of a range's job is kept."""
    return f"reconciliations/account={account}/jobs/{first.isoformat()}_{last.isoformat()}.json"
