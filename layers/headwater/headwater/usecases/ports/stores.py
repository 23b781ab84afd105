"""What the steps need of stores: their orders, and the tokens that let us in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from headwater.domain.orders import Order
    from headwater.usecases.check_store import StoreProbe
    from headwater.usecases.ports.accounts import Source


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """Something that we were given and could not take: the reason, and the thing itself."""

    reason: str
    row: Any


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of the store's orders, each with its lines and refunds.

    ``last_id`` is the highest order id of the page, bad rows included, so that paging always
    moves on. ``raw`` is the page as the store sent it. ``is_last``: nothing follows.
    ``fetched_at`` is our clock when the store was asked for what it answered: waits and failed
    attempts came before.
    """

    orders: tuple[Order, ...]
    rejected: tuple[RejectedRow, ...]
    last_id: int
    raw: bytes
    is_last: bool
    fetched_at: datetime


class OrderSource(Protocol):
    """A store's orders, read over its API.

    Every method raises the errors of ``headwater.errors``: RateLimitedError,
    StoreUnavailableError, MalformedAnswerError, CredentialsRejectedError, MissingScopeError,
    StoreNotFoundError, RequestRejectedError.
    """

    def server_time(self) -> datetime:
        """Return the store's own clock: bookmarks never trust ours."""
        ...

    def count_orders(self) -> int:
        """Return how many orders the store lists. The cheapest call that needs the Orders scope."""
        ...

    def page(
        self,
        *,
        modified_since: datetime | None,
        after_id: int,
        archived: bool,
        created_since: datetime | None = None,
    ) -> OrderPage:
        """Return orders whose id is above ``after_id``, by id.

        Only those modified since an instant, and created since another, where they are given.
        """
        ...

    def refunded_since(self, since: datetime) -> Sequence[int]:
        """Return the ids of the orders that have a refund created since an instant, ascending."""
        ...

    def orders(self, order_ids: Collection[int]) -> OrderPage:
        """Return these orders, one at least; ids that the store no longer has are left out."""
        ...


class OrderSources(Protocol):
    """Opens connected stores."""

    def open(self, account: str, source: Source) -> OrderSource:
        """Return the client of a connected source, with its secret read."""
        ...

    def connect(self, *, store_hash: str, access_token: str, api_url: str = "") -> StoreProbe:
        """Return what tries credentials that are not stored yet."""
        ...


class Secrets(Protocol):
    """Keeps the access tokens of sources."""

    def put(self, account: str, source: str, token: str) -> str:
        """Store a source's token, replacing an older one; return the secret's ARN."""
        ...

    def get(self, secret_arn: str) -> str:
        """Return a token."""
        ...

    def replace(self, secret_arn: str, token: str, *, was: str) -> None:
        """Store another token in place of one, which ``was`` names.

        Raises:
            ConflictError: somebody else has stored another one in its place already.
        """
        ...

    def delete(self, secret_arn: str) -> None:
        """Delete a token; one that is gone already stays so."""
        ...
