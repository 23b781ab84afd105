"""What the steps need of ad platforms and CRMs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headwater.domain.ad_clicks import AdClick
    from headwater.domain.costs import CostRow
    from headwater.domain.crm_contacts import CrmContact
    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports.accounts import AdAccount, Source
    from headwater.usecases.ports.stores import RejectedRow


@dataclass(frozen=True, slots=True)
class CostPage:
    """Some cost rows, as much of a report as is held at once.

    ``raw`` is what the vendor sent; empty where a page before it had that already.
    """

    rows: tuple[CostRow, ...]
    rejected: tuple[RejectedRow, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Some contacts of a CRM.

    ``raw`` is what the vendor sent. ``behind`` is the place of the next page, and empty at the end.
    """

    rows: tuple[CrmContact, ...]
    rejected: tuple[RejectedRow, ...]
    raw: bytes
    behind: str


class Connection(Protocol):
    """What is common to ad platforms and CRMs.

    Every method raises the errors of ``headwater.errors``: RateLimitedError, StoreUnavailableError,
    MalformedAnswerError, CredentialsRejectedError, MissingScopeError, GoneError,
    RequestRejectedError.
    """

    def try_permission(self, permission: Permission) -> bool:
        """Make the call that needs a permission; False where there is nothing to try it on.

        Raises:
            MissingScopeError: the credentials do not have it.
        """
        ...

    def identity(self) -> str:
        """Return whose the credentials are: the same for every token of one owner, or empty."""
        ...

    def now(self) -> datetime:
        """Return the vendor's clock, or ours if that is earlier: bookmarks never trust ours."""
        ...

    def credentials(self) -> Mapping[str, str]:
        """Return the credentials as they are now: a trial may have renewed them."""
        ...


class AdPlatform(Connection, Protocol):
    """An ad platform, seen with one set of credentials."""

    def ad_accounts(self) -> Sequence[AdAccount]:
        """Return the ad accounts that the credentials open, by id."""
        ...

    def costs(self, ad_account: AdAccount, first: date, last: date) -> Iterator[CostPage]:
        """Yield what an ad account spent from one day to another, both included, in its zone.

        All rows of these days: what is not among them the platform says no longer.

        Raises:
            TooMuchDataError: the platform refuses a report of so many days.
        """
        ...

    def clicks(self, ad_account: AdAccount, day: date) -> Sequence[AdClick]:
        """Return which ad each click of a day came from, where the platform tells."""
        ...


class LeadSource(Connection, Protocol):
    """A CRM, seen with one set of credentials."""

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:
        """Return a page of the contacts that changed since an instant (None: all).

        What changes after ``until``, the vendor's clock when the pull began, may be left to the
        next pull. ``place`` is where the page before ended, and empty for the first. A row may come
        twice, and one that names no email tells of a contact that another row has named.
        """
        ...


class Connectors(Protocol):
    """Opens sources that are no stores."""

    def open(self, source: Source) -> Any:  # noqa: ANN401 - an AdPlatform or a LeadSource
        """Return the client of a connected source, by its kind, with its credentials read."""
        ...

    def connect(self, kind: str, credentials: Mapping[str, str], api_url: str = "") -> Any:  # noqa: ANN401
        """Return what tries credentials that are not kept yet."""
        ...
