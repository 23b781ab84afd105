"""Restate effects: train frozen versions again, because their owner says so.

The request is a setting. The run that follows it publishes the setting with the versions, so each
request is obeyed once, however often its run dies or is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headwater.domain.effect_months import Restatement, is_month, month_of
from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError, UnknownResourceError

if TYPE_CHECKING:
    from headwater.domain.audit import Actor
    from headwater.usecases.ports import Accounts, Clock, Lake, Pipeline, Runs


@dataclass(frozen=True, slots=True)
class RestatePorts:
    """What a restatement needs from the outside world; ``by`` is who asks for it."""

    accounts: Accounts
    runs: Runs
    lake: Lake
    pipeline: Pipeline
    clock: Clock
    by: Actor | None = None


def restate_effects(account: str, month: str, *, ports: RestatePorts) -> dict[str, Any]:
    """Ask for the versions from a month on to be trained again, and start the run that does it.

    A request that waits for its run already is kept, from the earlier of both months.

    Args:
        account: whose versions they are.
        month: the first of them, ``2026-09``.
        ports: the outside world.

    Raises:
        UnknownResourceError: no run has finished yet, so nothing is frozen.
        InvalidParameterError: it is no month, or one that has not begun.
        RetriableError: something was not done; the same call may be repeated.
    """
    now = ports.clock.now()
    if not is_month(month):
        message = "from: a month, as 2026-09"
        raise InvalidParameterError(message)
    if month > month_of(now):
        message = f"from: {month} has not begun"
        raise InvalidParameterError(message)
    done = _published_restatement(account, ports)
    settings = ports.accounts.settings(account)
    asked = settings.effects_restatement
    if asked is None or asked == done or month < asked.month:
        asked = Restatement(month, now)
        changed = replace(settings, effects_restatement=asked)
        ports.accounts.save_settings(account, changed, now, was=settings, by=ports.by)
    ports.pipeline.pull(account)
    return {"from": asked.month, "asked_at": asked.asked_at.isoformat(), "run_started": True}


def _published_restatement(account: str, ports: RestatePorts) -> Restatement | None:
    """Return the last request that a finished run has obeyed."""
    key = ports.runs.head(account).manifest
    if key is None:
        message = "no effects yet: the first run has not finished"
        raise UnknownResourceError(message)
    settings = AccountSettings.from_document(ports.lake.get_manifest(key).settings)
    return settings.effects_restatement
