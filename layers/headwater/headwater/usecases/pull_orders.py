"""Pull what has changed in the stores since the last pull.

The schedule starts one pull per account; the pull of an account begins a run, and goes on through
as many invocations as its stores need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.errors import HeadwaterError, RateLimitedError
from headwater.usecases.connect_source import BIGCOMMERCE
from headwater.usecases.connectors import KINDS
from headwater.usecases.directory_pull import DirectoryPull
from headwater.usecases.keep_script import is_due, look_after_script
from headwater.usecases.keep_webhooks import are_due, keep_webhooks
from headwater.usecases.manage_sources import REMOVING, note_status, status_of
from headwater.usecases.remove_orders import remove_orders
from headwater.usecases.source_pull import (
    FailedSource,
    PulledOrders,
    PullPorts,
    SourcePull,
    StoreFailedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headwater.usecases.ports import Accounts, Clock, Pipeline, Runs, Source

LEASE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class InvokedPulls:
    """The accounts whose pulls were invoked, and those whose invocation failed."""

    accounts: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PulledAccount:
    """An account's run; ``run`` is None where another run holds the lease and will go again."""

    run: str | None
    pulled: PulledOrders


def pull_every_account(*, accounts: Accounts, pipeline: Pipeline) -> InvokedPulls:
    """Invoke the pull of every active account; one that cannot be invoked stops no other."""
    invoked: list[str] = []
    failed: list[str] = []
    for account in accounts.active():
        try:
            pipeline.pull(account)
        except HeadwaterError:
            failed.append(account)
        else:
            invoked.append(account)
    return InvokedPulls(tuple(invoked), tuple(failed))


def pull_account(
    account: str,
    deadline: datetime,
    *,
    ports: PullPorts,
    pipeline: Pipeline,
    token_hex: Callable[[int], str],
) -> PulledAccount:
    """Begin a run of one account: take the lease, pull, and start the order pipeline.

    If the pull or the start fails the lease is given back, so that a repeated call can take it.
    """
    run = begin_run(account, runs=ports.runs, clock=ports.clock, token_hex=token_hex)
    if run is None:
        return PulledAccount(None, PulledOrders())
    try:
        pulled = pull_orders(account, run, deadline, ports=ports)
        pipeline.start(account, run, more=pulled.more)
    except BaseException:
        ports.runs.release(account, run)
        raise
    return PulledAccount(run, pulled)


def begin_run(
    account: str, *, runs: Runs, clock: Clock, token_hex: Callable[[int], str]
) -> str | None:
    """Take the account's lease for a new run.

    Args:
        account: the account.
        runs: the account's lease and the record of its runs.
        clock: says when the run begins.
        token_hex: makes n random bytes as hexadecimal text.

    Returns:
        The run's id, which sorts by time; or None where another run holds the lease, which then
        knows that it is to go again.
    """
    now = clock.now()
    run = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(4)}"
    if not runs.acquire(account, run, now, now + LEASE):
        return None
    runs.record(account, run, now, status="running")
    return run


def pull_orders(account: str, run: str, deadline: datetime, *, ports: PullPorts) -> PulledOrders:
    """Pull all stores of an account until they are done or the deadline has come.

    A store that fails gets a status and a reason, is named in the result, and stops no other. One
    that is paused is left alone, and the orders of one that is being removed are deleted.

    Raises:
        LeaseLostError: the run no longer holds the account's lease.
    """
    ports.runs.renew(account, run, ports.clock.now() + LEASE)
    total = PulledOrders()
    for source in ports.accounts.sources(account):
        if source.kind in KINDS:
            continue
        if source.status == REMOVING:
            total += _remove_orders(account, source, deadline, ports)
        elif source.kind == BIGCOMMERCE and not source.is_paused:
            total += _pull_source(account, source, deadline, ports)
    return total


def _remove_orders(
    account: str, source: Source, deadline: datetime, ports: PullPorts
) -> PulledOrders:
    removed = remove_orders(account, source.source, deadline, ports=ports)
    return PulledOrders(orders_changed=removed.deleted, more=removed.more)


def _pull_source(
    account: str, source: Source, deadline: datetime, ports: PullPorts
) -> PulledOrders:
    pull = SourcePull(account, source, deadline, ports)
    try:
        pull.run()
        pull.pulled += _pull_directory(account, source, pull, deadline, ports)
    except StoreFailedError as failure:
        if isinstance(failure.error, RateLimitedError) and pull.has_advanced:
            return replace(pull.pulled, more=True)
        _note(account, source, failure.error, ports)
        status, reason = status_of(failure.error), str(failure.error)
        failed = FailedSource(source.source, status, reason)
        return replace(pull.pulled, failed_sources=(failed,))
    _note(account, source, None, ports)
    if are_due(source, ports.clock):
        keep_webhooks(account, source, ports=ports.hooks)
    if is_due(source, ports.clock):
        look_after_script(account, source, ports=ports.script)
    if pull.is_done:
        ports.accounts.change_source(account, source.source, pulled_at=ports.clock.now())
    return pull.pulled


def _note(account: str, source: Source, error: HeadwaterError | None, ports: PullPorts) -> None:
    note_status(account, source, error, accounts=ports.accounts, now=ports.clock.now())


def _pull_directory(
    account: str, source: Source, pull: SourcePull, deadline: datetime, ports: PullPorts
) -> PulledOrders:
    """Pull who and what the orders name, once the orders are done."""
    if not pull.is_done or pull.pulled_until is None:
        return PulledOrders()
    directory = DirectoryPull(account, source, pull.pulled_until, deadline, ports.directory)
    directory.run()
    return PulledOrders(
        rejected=directory.pulled.rejected,
        more=directory.pulled.more,
        contacts_changed=directory.pulled.contacts_changed,
        products_changed=directory.pulled.products_changed,
    )
