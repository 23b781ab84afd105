"""An installation with a shop beside it, accounts there, and processes that work for them."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headwater.domain.settings import AccountSettings
from headwater.usecases.ports import Source
from headwater.usecases.published_runs import open_published_run
from tests.integration.pipeline.office import Office
from tests.integration.pipeline.processes import Process, Workplace
from tests.integration.pipeline.snapshots import Archive, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from headwater.domain.manifests import Manifest
    from local.storefront.server import Storefront
    from tests.fakes import FakeClock
    from tests.integration.pipeline.installation import Installation


@dataclass(frozen=True)
class Published:
    """What readers see of a run, the account's name left out: the names of its objects.

    ``tables`` is table → partition → hash, ``reports`` name → hash, ``rest`` everything else
    that the manifest says.
    """

    tables: dict[str, dict[str, str]]
    reports: dict[str, str]
    rest: dict[str, Any]

    @classmethod
    def of(cls, manifest: Manifest) -> Published:
        """Return what a manifest publishes."""
        document = manifest.document()
        tables, reports = document.pop("tables"), document.pop("reports")
        del document["account"]
        return cls(
            {table: _hashes(partitions) for table, partitions in tables.items()},
            _hashes(reports),
            document,
        )


def _hashes(objects: dict[str, str]) -> dict[str, str]:
    return {name: key.rsplit("/", 1)[1] for name, key in objects.items()}


@dataclass
class Setting:
    """An installation with a shop, and the processes that work there."""

    installation: Installation
    shop: Storefront
    clock: FakeClock
    folder: Path
    archive: Archive = field(init=False)

    def __post_init__(self) -> None:
        self.archive = Archive(self.installation)

    def name_account(self) -> str:
        """Return the name of a new account."""
        return f"a{uuid.uuid4().hex[:12]}"

    @contextmanager
    def copy(self, snapshot: Snapshot) -> Iterator[str]:
        """Make a new account in a given state, for as long as a block lasts; give its name."""
        account = self.name_account()
        self.archive.restore(snapshot, account)
        yield account
        self.archive.erase(self.archive.take(account))

    def office(self, account: str) -> Office:
        """Return an account's ports in this very process, on the setting's own clock."""
        return Office(self.installation, account, self._new_folder(), self.clock)

    def process(
        self,
        account: str,
        work: Callable[[Office], object],
        instant: datetime,
        *,
        token: str = "00000001",
        installation: Installation | None = None,
        **more: Any,  # noqa: ANN401 - as Process takes them
    ) -> Process:
        """Let a new process do some work at some instant, here or as another installation is."""
        self.clock.instant = instant
        there = installation or self.installation
        workplace = Workplace(there, account, self._new_folder(), instant, token)
        return Process(workplace, work, **more)

    def published(self, account: str) -> Published:
        """Return what an account's readers see."""
        office = self.office(account)
        run = open_published_run(account, runs=office.runs, lake=office.lake)
        return Published.of(run.manifest)

    def open_account(self) -> Office:
        """Create an account that is connected to the shop and has pulled nothing yet."""
        office = self.office(self.name_account())
        office.accounts.create(office.account, AccountSettings(), self.clock.now())
        source = Source(
            "bigcommerce",
            "bigcommerce",
            self.shop.store.settings.store_hash,
            office.secrets.put(office.account, "bigcommerce", self.shop.token),
            self.shop.url,
        )
        office.accounts.save_source(office.account, source)
        return office

    def _new_folder(self) -> Path:
        return self.folder / uuid.uuid4().hex[:12]
