"""What is kept of the deliveries of views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from headwater.domain.view_deliveries import Delivery


@dataclass(frozen=True, slots=True)
class SharedLink:
    """Whose delivery a link is."""

    account: str
    delivery_id: str


class Deliveries(Protocol):
    """The deliveries of all accounts, and the links among them by their hash."""

    def add(self, account: str, delivery: Delivery) -> None:
        """Keep a new delivery; a link opens from now on."""
        ...

    def get(self, account: str, delivery_id: str) -> Delivery | None:
        """Return a delivery; None for an unknown one."""
        ...

    def all(self, account: str) -> list[Delivery]:
        """Return an account's deliveries, the oldest first."""
        ...

    def change(self, account: str, was: Delivery, changed: Delivery) -> bool:
        """Replace a delivery; return False, changing nothing, if it is not what it ``was``."""
        ...

    def remove(self, account: str, delivery: Delivery) -> None:
        """Forget a delivery; its link opens nothing any more, before all else."""
        ...

    def find_link(self, link_sha256: str) -> SharedLink | None:
        """Return whose link has this hash; None for an unknown or revoked one."""
        ...
