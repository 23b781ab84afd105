"""Start runs between the daily ones, for accounts that want their reports to follow soon.

A schedule asks every quarter of an hour. What is due is what has marks that no run has begun since:
orders that came by webhook or by API, hits, leads or costs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headwater.errors import HeadwaterError
from headwater.usecases.pull_orders import InvokedPulls

if TYPE_CHECKING:
    from headwater.usecases.ports import Accounts, Clock, Marks, Pipeline, Runs

_TICK = timedelta(minutes=15)
# A mark that was raised less than a minute ago stands for a change that comes now.
_MARK_STANDS = timedelta(minutes=1)
_RUN_TIME = "%Y%m%dT%H%M%SZ"


def refresh_accounts(
    *, accounts: Accounts, runs: Runs, marks: Marks, pipeline: Pipeline, clock: Clock
) -> InvokedPulls:
    """Invoke the pull of every account whose refresh is due; one that fails stops no other."""
    invoked: list[str] = []
    failed: list[str] = []
    for account in accounts.active():
        try:
            if _is_due(account, accounts=accounts, runs=runs, marks=marks, now=clock.now()):
                pipeline.pull(account)
                invoked.append(account)
        except HeadwaterError:
            failed.append(account)
    return InvokedPulls(tuple(invoked), tuple(failed))


def _is_due(account: str, *, accounts: Accounts, runs: Runs, marks: Marks, now: datetime) -> bool:
    refresh = accounts.settings(account).refresh
    if refresh == "daily" or (refresh == "hourly" and now.minute >= _TICK.seconds // 60):
        return False
    head = runs.head(account)
    if head.lease_until and head.lease_until > now:
        return False
    begun = _begun_at(head.released_run)
    return any(
        begun is None or mark.raised_at > begun - _MARK_STANDS for mark in marks.raised(account)
    )


def _begun_at(run: str) -> datetime | None:
    """Return when a run began, which its name says; None for no run."""
    try:
        return datetime.strptime(run.partition("-")[0], _RUN_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
