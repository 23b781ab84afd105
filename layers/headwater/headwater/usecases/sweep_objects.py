"""Sweep objects: remove from the lake what no manifest names that anybody may still read.

Objects of facts, reports and manifests never change, so each run leaves some behind that it has
replaced; those hold what an erased person was known by. The sweep holds the account's lease: no run
is between its first object and its manifest meanwhile (ADR 30).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.errors import HeadwaterError, UnknownResourceError
from headwater.usecases.published_runs import READABLE_FOR, manifests_since

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headwater.usecases.ports import Clock, Lake, Pipeline, Runs
    from headwater.usecases.ports.sweeps import Sweeps, SweptObjects

# Whoever opens a version at its last moment is done within the hour: no function lives longer than
# 15 minutes, and no address of a file either. It also outlasts what our clock and S3's differ by.
KEEP = READABLE_FOR + timedelta(hours=1)
# The schedule comes each hour, and a day is over a little early rather than an hour late.
_EVERY = timedelta(hours=23, minutes=30)
_LATE = timedelta(days=3)
# Prolonged before each batch of removals, which takes two minutes where S3 hardly answers. A sweep
# that dies keeps runs waiting for no longer than this.
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SweepPorts:
    """What the sweep needs from the outside world."""

    clock: Clock
    runs: Runs
    lake: Lake
    objects: SweptObjects
    sweeps: Sweeps
    pipeline: Pipeline
    token_hex: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep did.

    Attributes:
        looked_at: how many objects it has looked at.
        removed: how many of them it has removed.
        place: the key up to which it is done, where it is not done with all.
        is_held: a run holds the account; nothing was done.
        is_late: the account was not swept whole for three days.
        failure: the error that ended it.
    """

    looked_at: int = 0
    removed: int = 0
    place: str = ""
    is_held: bool = False
    is_late: bool = False
    failure: str = ""

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left to do."""
        return not (self.place or self.is_held or self.failure)


def sweep_objects(account: str, deadline: datetime, *, ports: SweepPorts) -> SweepResult:
    """Sweep an account that was not swept for a day, or go on where its sweep has come to.

    Until the deadline; what is left is left for the next call. So is everything where a run holds
    the account, or where something fails.
    """
    now, sweep = ports.clock.now(), ports.sweeps.get(account)
    if sweep.begun_at is None:
        if sweep.swept_at and now - sweep.swept_at < _EVERY:
            return SweepResult()
        sweep = replace(sweep, begun_at=now, place="", removed=0)
        ports.sweeps.save(account, sweep)
    try:
        result = sweep_now(account, KEEP, deadline, ports=ports, place=sweep.place)
    except HeadwaterError as error:
        result = SweepResult(failure=type(error).__name__)
    removed = sweep.removed + result.removed
    if result.is_whole:
        swept = replace(sweep, begun_at=None, place="", removed=removed, swept_at=now)
        ports.sweeps.save(account, swept)
    elif result.place:
        ports.sweeps.save(account, replace(sweep, place=result.place, removed=removed))
    waits_since = sweep.swept_at or sweep.begun_at or now
    return replace(result, is_late=not result.is_whole and now - waits_since > _LATE)


def sweep_now(
    account: str, keep: timedelta, deadline: datetime, *, ports: SweepPorts, place: str = ""
) -> SweepResult:
    """Remove what was superseded and put longer than ``keep`` ago, from a place on.

    Raises:
        LeaseLostError: a run has taken the account over; nothing more is removed.
        UnknownResourceError: the present manifest is gone.
    """
    now = ports.clock.now()
    head = ports.runs.head(account)
    if head.manifest is None:
        return SweepResult()
    # Asked for a lease that is held, the holder would go again once he is done, for nothing.
    if head.lease_until and head.lease_until > now:
        return SweepResult(is_held=True)
    # A name of this very call: were it shared with another one, that one's end would free the
    # account while this one is still removing.
    holder = f"sweep-{now:%Y%m%dT%H%M%SZ}-{ports.token_hex(4)}"
    if not ports.runs.acquire(account, holder, now, now + _LEASE):
        return SweepResult(is_held=True)
    try:
        return _sweep(account, holder, now - keep, place, deadline, ports)
    finally:
        if ports.runs.hand_back(account, holder):
            ports.pipeline.pull(account)


def _sweep(
    account: str,
    holder: str,
    before: datetime,
    place: str,
    deadline: datetime,
    ports: SweepPorts,
) -> SweepResult:
    named = _named_since(account, before, ports)
    looked_at = removed = 0
    for found in ports.objects.after(account, place):
        gone = [each.key for each in found if each.key not in named and each.put_at <= before]
        if gone:
            ports.runs.renew(account, holder, ports.clock.now() + _LEASE)
            ports.objects.remove(gone)
        looked_at, removed = looked_at + len(found), removed + len(gone)
        if ports.clock.now() >= deadline:
            return SweepResult(looked_at, removed, place=found[-1].key)
    return SweepResult(looked_at, removed)


def _named_since(account: str, since: datetime, ports: SweepPorts) -> set[str]:
    """Return the manifests that the pointer named since an instant, and all that they name.

    One that is gone names nothing, for nobody can read it; the present one is never gone.
    """
    present = ports.runs.head(account).manifest
    named: set[str] = set()
    for key in manifests_since(account, since, runs=ports.runs):
        try:
            named |= {key} | ports.lake.get_manifest(key).keys
        except UnknownResourceError:
            if key == present:
                raise
    return named
