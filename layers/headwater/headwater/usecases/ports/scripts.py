"""What the tracking script needs of stores: their storefronts, and the scripts in their pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.usecases.ports import Source

# On which pages a script is: all, those before the checkout, the page after it.
ALL_PAGES, STOREFRONT, CONFIRMATION = "all_pages", "storefront", "order_confirmation"


@dataclass(frozen=True, slots=True)
class StoreFrontend:
    """A channel that has pages. ``is_stencil``: they are rendered by a theme in the store."""

    channel_id: int
    name: str
    is_stencil: bool


@dataclass(frozen=True, slots=True)
class StoreScript:
    """A script as the store has it; ``uuid`` is empty while it has not.

    ``pages`` is ``ALL_PAGES``, ``STOREFRONT``, ``CONFIRMATION`` or what else the store knows.
    ``consent_category`` decides for whom it runs; a merchant may change it, or delete the script.
    """

    channel_id: int
    html: str
    pages: str
    consent_category: str
    is_enabled: bool = True
    uuid: str = ""


class StoreScripts(Protocol):
    """A store's scripts that its access token has made; others cannot be seen.

    Every method raises the errors that ``ports.OrderSource`` raises.
    """

    def frontends(self) -> Sequence[StoreFrontend]:
        """Return the channels with pages that shoppers reach, or will; needs Channel Settings."""
        ...

    def addresses(self) -> Sequence[tuple[int, str]]:
        """Return (channel, origin of its pages), several of a channel; needs Sites & Routes."""
        ...

    def scripts(self) -> Sequence[StoreScript]:
        """Return all scripts, the oldest first; needs Content."""
        ...

    def create(self, script: StoreScript) -> None:
        """Make one; needs Content, and Checkout Content for all pages, both to modify.

        It is tried once: where the answer is lost, only a look at the list tells what happened.
        """
        ...

    def change(self, script: StoreScript) -> None:
        """Replace one's tag, pages and category, and whether it is enabled."""
        ...

    def delete(self, uuid: str) -> None:
        """Delete one; one that is gone already stays so."""
        ...


class ScriptStores(Protocol):
    """Opens the scripts of connected stores."""

    def open_scripts(self, account: str, source: Source) -> StoreScripts:
        """Return the scripts of a connected source, with its secret read."""
        ...
