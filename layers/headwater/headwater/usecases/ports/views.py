"""What is kept of an account's saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from headwater.domain.views import View


class Views(Protocol):
    """The saved views of all accounts."""

    def save(self, account: str, view: View) -> None:
        """Create or replace a view."""
        ...

    def get(self, account: str, view_id: str) -> View | None:
        """Return a view; None for an unknown one."""
        ...

    def all(self, account: str) -> list[View]:
        """Return an account's views, the oldest first."""
        ...

    def remove(self, account: str, view_id: str) -> bool:
        """Forget a view; return False if there is none."""
        ...
