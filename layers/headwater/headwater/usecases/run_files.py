"""What the steps of one run hand to each other: small JSON files under the run's prefix.

A step may run twice or beside itself: it writes the same file again. A run starts from the
manifest that the account's pointer names, which cannot move while the run holds the lease.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from headwater.domain.manifests import Objects, merge_objects
from headwater.domain.reporting_days import reporting_day
from headwater.domain.settings import AccountSettings
from headwater.errors import UnknownResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from headwater.domain.manifests import Manifest
    from headwater.usecases.ports import Accounts, Clock, Lake, Runs


# Long enough for the slowest state, short enough for a dead run to be replaced within the hour.
LEASE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every step of a run works with."""

    runs: Runs
    lake: Lake
    clock: Clock


@dataclass(frozen=True, slots=True)
class RunFrame:
    """What is fixed when a run's export begins, so that all its steps agree.

    ``as_of`` is the instant at which the run looks at the world: nothing of it depends on the
    clock after that. ``settings`` are the account's at that instant.
    """

    account: str
    run: str
    settings: AccountSettings
    as_of: datetime
    base: Manifest | None

    @property
    def as_of_day(self) -> date:
        """Return the reporting day on which the run happens."""
        return reporting_day(self.as_of, self.settings.time_zone)


def prefix_of(account: str, run: str) -> str:
    """Return the prefix of a run's files."""
    return f"runs/account={account}/run={run}/"


def hold_lease(desk: Desk, account: str, run: str) -> None:
    """Prolong the run's lease; raises LeaseLostError before anything is written without it."""
    desk.runs.renew(account, run, desk.clock.now() + LEASE)


def fix_frame(desk: Desk, account: str, run: str, accounts: Accounts) -> RunFrame:
    """Fix a run's as-of instant and settings, the first time; return its frame."""
    key = f"{prefix_of(account, run)}frame.json"
    try:
        desk.lake.get_json(key)
    except UnknownResourceError:
        settings = accounts.settings(account).document()
        desk.lake.put_json(key, {"as_of": desk.clock.now().isoformat(), "settings": settings})
    return open_frame(desk, account, run)


def open_frame(desk: Desk, account: str, run: str) -> RunFrame:
    """Take up a step of a run: hold its lease, and return its frame with the base manifest.

    Raises:
        LeaseLostError: another run has taken the account over.
    """
    hold_lease(desk, account, run)
    frame = desk.lake.get_json(f"{prefix_of(account, run)}frame.json")
    manifest = desk.runs.head(account).manifest
    return RunFrame(
        account,
        run,
        AccountSettings.from_document(frame["settings"]),
        datetime.fromisoformat(frame["as_of"]),
        desk.lake.get_manifest(manifest) if manifest else None,
    )


def save_objects(
    lake: Lake,
    frame: RunFrame,
    step: str,
    changes: Mapping[str, Mapping[str, str | None]],
    **more: object,
) -> None:
    """Write down the objects that a step made."""
    key = f"{prefix_of(frame.account, frame.run)}objects/{step}.json"
    lake.put_json(key, {"tables": changes, **more})


def present_objects(lake: Lake, frame: RunFrame) -> Objects:
    """Return the objects of the base manifest with all that this run has made so far."""
    objects: Objects = frame.base.tables if frame.base else {}
    for made in lake.list_json(f"{prefix_of(frame.account, frame.run)}objects/"):
        objects = merge_objects(objects, made["tables"])
    return objects
