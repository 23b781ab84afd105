"""What webhooks need of stores and of our own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from headwater.domain.webhooks import HookAddress
    from headwater.usecases.ports import Source


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as the store has it. The store switches one off that fails for long."""

    hook_id: int
    scope: str
    destination: str
    is_active: bool


class StoreHooks(Protocol):
    """A store's webhooks that its access token has made; others cannot be seen.

    Every method raises the errors that ``ports.OrderSource`` raises.
    """

    def hooks(self) -> Sequence[Hook]:
        """Return all of them."""
        ...

    def create(self, scope: str, destination: str, secret: str) -> None:
        """Make one, active, whose calls carry a secret."""
        ...

    def activate(self, hook_id: int, secret: str = "") -> None:
        """Switch one on; with a secret, have its calls carry that one from now on."""
        ...

    def delete(self, hook_id: int) -> None:
        """Delete one; one that is gone already stays so."""
        ...


class HookStores(Protocol):
    """Opens the webhooks of connected stores."""

    def open_hooks(self, account: str, source: Source) -> StoreHooks:
        """Return the webhooks of a connected source, with its secret read."""
        ...


class Hooks(Protocol):
    """Whose webhooks carry which secret, and which of them have been dealt with."""

    def add(self, secret_sha256: str, address: HookAddress) -> None:
        """Let webhooks in that carry this secret."""
        ...

    def find(self, secret_sha256: str) -> HookAddress | None:
        """Return whose webhooks carry this secret; None for an unknown one."""
        ...

    def remove(self, secret_sha256: str) -> None:
        """Let no webhook in any more that carries this secret."""
        ...

    def known(self, account: str, source: str, events: Collection[str]) -> set[str]:
        """Return those of a source's events that have been dealt with."""
        ...

    def remember(self, account: str, source: str, events: Collection[str], until: datetime) -> None:
        """Write down events that have been dealt with, at least until an instant."""
        ...
