"""What erasing a person needs of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from headwater.domain.erasure import Erased
    from headwater.domain.journeys import Identification, Touchpoint


class Erasures(Protocol):
    """Who was erased: what every writer asks before it keeps something of a person."""

    def of(self, account: str) -> Erased:
        """Return who was erased in an account, as it is known now."""
        ...

    def add(self, account: str, nodes: Collection[str], at: datetime) -> None:
        """Remember that these nodes were erased; a later erasure takes the place of an earlier."""
        ...


class Forgetting(Protocol):
    """Removes what the table of journeys holds; marks the days first."""

    def visits(
        self,
        account: str,
        touchpoints: Sequence[Touchpoint],
        identifications: Sequence[Identification],
    ) -> None:
        """Remove touchpoints and identifications of visitors."""
        ...

    def claims(self, account: str, order_keys: Collection[tuple[str, str]]) -> None:
        """Remove all claims on these orders (source, order id)."""
        ...

    def nodes(self, account: str, nodes: Collection[str]) -> int:
        """Remove all that lies with these nodes, and what others keep of them.

        Returns how many items there were.
        """
        ...
