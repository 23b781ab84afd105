"""Own duplicates: take the account's answer whose the sales are that stand in two sources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headwater.errors import InvalidParameterError
from headwater.usecases.change_settings import save_changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.domain.settings import AccountSettings
    from headwater.usecases.change_settings import SettingPorts
    from headwater.usecases.ports import Accounts


def own_duplicates(account: str, sources: Sequence[str], *, ports: SettingPorts) -> dict[str, Any]:
    """Set which sources own sales that stand in two of them, and start the run that obeys.

    Args:
        account: the account.
        sources: its sources, the strongest first. One that is not listed yields to those that
            are; none takes the answer back.
        ports: the outside world.

    Raises:
        InvalidParameterError: a source is unknown or stands twice.
        RetriableError: something was not done; the same call may be repeated.
    """
    settings = ports.accounts.settings(account)
    changed = with_owners(account, settings, sources, accounts=ports.accounts)
    save_changed(account, settings, changed, ports=ports)
    ports.pipeline.pull(account)
    return {"sources": list(sources), "run_started": True}


def with_owners(
    account: str, settings: AccountSettings, sources: Sequence[str], *, accounts: Accounts
) -> AccountSettings:
    """Return settings under which these sources own what stands in two of them.

    Raises:
        InvalidParameterError: a source is unknown or stands twice.
    """
    known = {source.source for source in accounts.sources(account)}
    if unknown := [name for name in sources if name not in known]:
        message = f"sources: {unknown[0][:64]!r} is none of {', '.join(sorted(known)) or 'none'}"
        raise InvalidParameterError(message)
    if len(set(sources)) < len(sources):
        message = "sources: one stands twice"
        raise InvalidParameterError(message)
    return replace(settings, duplicate_owners=tuple(sources))
