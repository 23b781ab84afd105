"""The finished run that readers see.

Every reader starts at the account's pointer and reads that one manifest, so an answer never
mixes two runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from headwater.domain.settings import AccountSettings
from headwater.errors import UnknownResourceError

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.domain.manifests import Manifest
    from headwater.usecases.ports import Lake, Runs

# For how long a version may be read after another one has followed.
READABLE_FOR = timedelta(days=7)


@dataclass(frozen=True)
class PublishedRun:
    """The finished run that an answer is read from.

    ``as_of`` is the instant at which it looked at the world; older pointers do not know it.
    """

    manifest: Manifest
    data_version: str
    generated_at: datetime
    as_of: datetime | None = None

    @cached_property
    def settings(self) -> AccountSettings:
        """Return the settings that the run was made with."""
        return AccountSettings.from_document(self.manifest.settings)

    @property
    def is_history_complete(self) -> bool:
        """Tell whether every source's whole order history is in."""
        return all(history.is_complete for history in self.manifest.histories.values())


def open_published_run(account: str, *, runs: Runs, lake: Lake) -> PublishedRun:
    """Return the account's latest finished run.

    Raises:
        UnknownResourceError: no run has finished yet.
    """
    head = runs.head(account)
    if head.manifest is None or head.generated_at is None:
        message = "no report yet: the first run has not finished"
        raise UnknownResourceError(message)
    manifest = lake.get_manifest(head.manifest)
    return PublishedRun(manifest, head.data_version, head.generated_at, head.as_of)


def manifests_since(account: str, since: datetime, *, runs: Runs) -> set[str]:
    """Return the keys of the manifests that the pointer named at or after an instant."""
    present = runs.head(account).manifest
    left = {key for key, left_at in runs.superseded(account).items() if left_at > since}
    return left | {present} if present else left


def envelope(account: str, report: str, published: PublishedRun) -> dict[str, Any]:
    """Return what every report says about itself."""
    manifest = published.manifest
    return {
        "report": report,
        "account": account,
        "data_version": published.data_version,
        "generated_at": published.generated_at.isoformat(),
        "as_of": manifest.as_of.isoformat(),
        "history": {
            source: f"{history.done} of {history.total}"
            for source, history in manifest.histories.items()
            if not history.is_complete
        }
        or "complete",
        "gaps": dict(manifest.gaps),
        "time_zone": published.settings.time_zone,
        "currency": published.settings.currency,
    }
