"""How connected sources are after they were pulled: written down with them, and with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases.manage_sources import note_status, status_of
from headwater.usecases.source_pull import FailedSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headwater.errors import HeadwaterError
    from headwater.usecases.ports import Accounts, Source

# What a source is in a run whose pull of it has begun, and may end without a word.
UNFINISHED = "unfinished"


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


def gaps_until_pulled(sources: Sequence[Source]) -> str:
    """Return what a run's record names while these are pulled, so that a death is a gap, too."""
    return ", ".join(f"{source.source}: {UNFINISHED}" for source in sources)


def unfinished_in(record: Mapping[str, str | int]) -> set[str]:
    """Return the sources whose pull the record of a run has seen begin and not end."""
    named = ", ".join(str(record.get(name, "")) for name in ("ad_cost_gaps", "lead_gaps"))
    gaps = (gap.partition(": ") for gap in named.split(", "))
    return {source for source, _, why in gaps if why == UNFINISHED}
