"""The scripts in a store's pages, and the collector's sites, in dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headwater.errors import MissingScopeError, RequestRejectedError
from headwater.usecases.ports.scripts import ALL_PAGES, StoreFrontend, StoreScript
from headwater.usecases.script_keeper import ScriptPorts
from headwater.usecases.serve_script import Build

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.domain.sites import Site
    from headwater.usecases.ports import Accounts, Clock
    from headwater.usecases.ports.scripts import ScriptStores

BUILD = Build("0123456789ab.js", "sha256-new", "")


@dataclass
class FakeEdgeSites:
    """The collector's sites in a dictionary."""

    sites: dict[str, Site] = field(default_factory=dict)

    def change(self, public_key: str, change: Callable[[Site | None], Site]) -> Site:
        self.sites[public_key] = change(self.sites.get(public_key))
        return self.sites[public_key]

    def find(self, public_key: str) -> Site | None:
        return self.sites.get(public_key)

    def remove(self, public_key: str) -> None:
        self.sites.pop(public_key, None)


@dataclass
class FakeStoreScripts:
    """A store's scripts, the oldest first.

    ``failure`` is what the store says to every call, with ``calls_left`` from then on; with
    ``is_done`` it has done before what it was asked for. ``refused`` are calls whose scope the
    token lacks.
    """

    channels: list[StoreFrontend] = field(
        default_factory=lambda: [StoreFrontend(1, "Harbor Coffee", is_stencil=True)]
    )
    pages: list[tuple[int, str]] = field(default_factory=list)
    stored: list[StoreScript] = field(default_factory=list)
    most: int = 10
    refused: set[str] = field(default_factory=set)
    failure: BaseException | None = None
    calls_left: int = 0
    is_done: bool = False
    calls: list[str] = field(default_factory=list)
    history: list[StoreScript] = field(default_factory=list)
    _made: int = 0

    def frontends(self) -> list[StoreFrontend]:
        return self._called("channels", lambda: list(self.channels))

    def addresses(self) -> list[tuple[int, str]]:
        return self._called("sites", lambda: list(self.pages))

    def scripts(self) -> list[StoreScript]:
        return self._called("list", lambda: list(self.stored))

    def create(self, script: StoreScript) -> None:
        def make() -> None:
            if script.pages == ALL_PAGES and "checkout" in self.refused:
                message = "the access token may not use scripts: it needs Checkout Content"
                raise MissingScopeError(message)
            if len(self.stored) >= self.most:
                message = "the store refused scripts with 422: the maximum is reached"
                raise RequestRejectedError(message)
            self._made += 1
            self.stored.append(replace(script, uuid=f"uuid-{self._made}"))

        self._called("create", make)

    def change(self, script: StoreScript) -> None:
        def replaced() -> None:
            self.history.append(script)
            self.stored = [script if one.uuid == script.uuid else one for one in self.stored]

        self._called("change", replaced)

    def delete(self, uuid: str) -> None:
        def drop() -> None:
            self.stored = [one for one in self.stored if one.uuid != uuid]

        self._called("delete", drop)

    def _called[T](self, what: str, do: Callable[[], T]) -> T:
        self.calls.append(what)
        if what in self.refused:
            message = f"the access token may not use {what}"
            raise MissingScopeError(message)
        if self.failure is None or self.calls_left:
            self.calls_left -= self.failure is not None
            return do()
        if self.is_done:
            do()
        failure, self.failure = self.failure, None if self.is_done else self.failure
        raise failure


def script_ports(
    clock: Clock,
    accounts: Accounts,
    stores: ScriptStores,
    sites: FakeEdgeSites | None = None,
    url: str = "https://collector.example",
) -> ScriptPorts:
    """Return what the tracking script works with."""
    sites = FakeEdgeSites() if sites is None else sites
    return ScriptPorts(clock, accounts, sites, stores, lambda: BUILD, url)
