"""How connected sources are after they were pulled: written down with them, and with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases.manage_sources import note_status, status_of
from headwater.usecases.source_pull import FailedSource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.errors import HeadwaterError
    from headwater.usecases.ports import Accounts, Source


def settle_source(
    account: str,
    source: Source,
    error: HeadwaterError | None,
    *,
    is_whole: bool,
    accounts: Accounts,
    now: datetime,
) -> tuple[FailedSource, ...]:
    """Write down how a source is after its pull; return it if it has failed.

    ``is_whole``: nothing was left for the next call, so the source is pulled as of now.
    """
    note_status(account, source, error, accounts=accounts, now=now)
    if error:
        return (FailedSource(source.source, status_of(error), str(error)),)
    if is_whole:
        accounts.change_source(account, source.source, pulled_at=now)
    return ()


def gaps_of(failed: Sequence[FailedSource]) -> str:
    """Return which sources are not in a run, and why, as its record names them."""
    return ", ".join(f"{one.source}: {one.status}" for one in failed)
