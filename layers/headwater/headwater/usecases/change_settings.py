"""Change settings: what every change of an account's settings has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.domain.audit import Actor
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.ports import Accounts, Clock, Pipeline


@dataclass(frozen=True, slots=True)
class SettingPorts:
    """What a change of settings needs from the outside world; ``by`` is who makes it."""

    accounts: Accounts
    pipeline: Pipeline
    clock: Clock
    by: Actor | None = None


def save_changed(
    account: str, was: AccountSettings, changed: AccountSettings, *, ports: SettingPorts
) -> None:
    """Save settings where they differ from what they were, with an entry of their history.

    Raises:
        ConflictError: somebody else has changed them meanwhile; nothing is saved.
    """
    if changed != was:
        ports.accounts.save_settings(account, changed, ports.clock.now(), was=was, by=ports.by)
