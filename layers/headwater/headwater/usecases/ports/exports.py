"""What handing out fact tables needs of the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class FactFile:
    """An object of a fact table.

    Attributes:
        location: where programs with access to the bucket find it.
        url: where anybody finds it for a while.
        size: in bytes.
        rows: how many it holds; None where the release that wrote it did not say.
    """

    location: str
    url: str
    size: int
    rows: int | None


class FactFiles(Protocol):
    """The objects of fact tables, as files to be fetched."""

    def sign(self, keys: Sequence[str], seconds: int) -> list[FactFile]:
        """Return the objects in order, each with an address that opens it for so long.

        Raises UnknownResourceError if one is gone.
        """
        ...
