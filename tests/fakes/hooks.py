"""The webhooks of a store, and whose they are, in dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headwater.usecases.ports.hooks import Hook

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from headwater.domain.webhooks import HookAddress


@dataclass
class FakeStoreHooks:
    """A store's webhooks by id, with the secrets that their calls carry.

    ``failure`` is what the store says to every call; with ``calls_left`` it is said from then on.
    """

    by_id: dict[int, Hook] = field(default_factory=dict)
    secrets: dict[int, str] = field(default_factory=dict)
    failure: Exception | None = None
    calls_left: int = 0

    def hooks(self) -> list[Hook]:
        self._called()
        return list(self.by_id.values())

    def create(self, scope: str, destination: str, secret: str) -> None:
        self._called()
        hook_id = max(self.by_id, default=0) + 1
        self.by_id[hook_id] = Hook(hook_id, scope, destination, is_active=True)
        self.secrets[hook_id] = secret

    def activate(self, hook_id: int, secret: str = "") -> None:
        self._called()
        self.by_id[hook_id] = replace(self.by_id[hook_id], is_active=True)
        self.secrets[hook_id] = secret or self.secrets[hook_id]

    def delete(self, hook_id: int) -> None:
        self._called()
        self.by_id.pop(hook_id, None)

    def _called(self) -> None:
        if self.failure is None:
            return
        if not self.calls_left:
            raise self.failure
        self.calls_left -= 1


class FakeHooks:
    """Secrets of webhooks, and the events that have been dealt with."""

    def __init__(self) -> None:
        self.addresses: dict[str, HookAddress] = {}
        self.events: dict[tuple[str, str, str], datetime] = {}

    def add(self, secret_sha256: str, address: HookAddress) -> None:
        self.addresses[secret_sha256] = address

    def find(self, secret_sha256: str) -> HookAddress | None:
        return self.addresses.get(secret_sha256)

    def remove(self, secret_sha256: str) -> None:
        self.addresses.pop(secret_sha256, None)

    def known(self, account: str, source: str, events: Collection[str]) -> set[str]:
        return {event for event in events if (account, source, event) in self.events}

    def remember(self, account: str, source: str, events: Collection[str], until: datetime) -> None:
        self.events |= {(account, source, event): until for event in events}
