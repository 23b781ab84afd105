"""What the clients of all vendors have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.adapters.connectors.caller import Caller


class VendorClient:
    """A client of one vendor. Implements what is the same for all of ``ports.connectors``."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._custom_fields: tuple[str, ...] = ()

    def ask_also_for(self, custom_fields: tuple[str, ...]) -> None:
        """Ask for custom fields too, where the vendor gives only those that it is asked for."""
        self._custom_fields = custom_fields

    def identity(self) -> str:
        """Return nothing: the vendor does not say whose the credentials are."""
        return ""

    def now(self) -> datetime:
        """Return the vendor's clock, or ours if that is earlier."""
        return self._caller.now()

    def credentials(self) -> Mapping[str, str]:
        """Return the credentials as they are now."""
        return self._caller.credentials
