"""What the steps need of accounts: settings, sources with their bookmarks, and sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from headwater.domain.crm_contacts import LeadField  # noqa: TC001 - read with the annotations

if TYPE_CHECKING:
    from datetime import date, datetime

    from headwater.domain.audit import Actor
    from headwater.domain.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a source has been pulled; saved after each page.

    ``phase`` is ``orders``, ``archived`` or ``refunds``, once a week ``sweep`` and then
    ``sweep_archived``, or ``idle`` between pulls. ``since`` is
    the lower bound of the pull under way (None: the whole history) and ``started_at`` the store's
    clock when it began, which becomes ``pulled_until`` when it ends. ``swept_at`` is that of the
    last pull that looked at the orders of the last weeks whether changed or not. While the history
    is pulled, the pace is that of the invocation which began at ``paced_from`` with ``paced_done``
    orders done and saved last at ``saved_at``, by our clock.
    """

    phase: str = "idle"
    since: datetime | None = None
    last_id: int = 0
    started_at: datetime | None = None
    pulled_until: datetime | None = None
    paced_from: datetime | None = None
    paced_done: int = 0
    saved_at: datetime | None = None
    swept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListBookmark:
    """How far one list of a store's directory (customers, subscribers, products) is pulled.

    ``started_at`` is set while a pull of it is under way, which began with the rows modified since
    ``since`` (None: all) and has ``passed`` of ``total`` rows behind it. ``note`` says why the
    list is left out, and is empty where it is not.
    """

    pulled_until: datetime | None = None
    started_at: datetime | None = None
    since: datetime | None = None
    passed: int = 0
    total: int = -1
    note: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryBookmark:
    """How far a source's directory has been pulled; saved after each page."""

    customers: ListBookmark = field(default_factory=ListBookmark)
    subscribers: ListBookmark = field(default_factory=ListBookmark)
    products: ListBookmark = field(default_factory=ListBookmark)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How a source's webhooks are.

    ``is_on``: its owner wants them. ``secrets`` are the hashes of those that let them in, the
    latest first, and ``destination`` is where the store sends them. ``looked_at`` is when they
    were last compared with the store's own list, by our clock; ``note`` says what went wrong then.
    """

    is_on: bool = False
    secrets: tuple[str, ...] = ()
    destination: str = ""
    looked_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AdAccount:
    """An ad account as its platform describes it; its id is a text, which may exceed 2^53.

    ``via`` is the manager's id through which it is reached, where a platform has such.
    """

    id: str
    name: str = ""
    currency: str = ""
    time_zone: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class CostBookmark:
    """How far an ad account's cost is in; days are those of its zone.

    All days from ``history_from`` to ``pulled_through`` are in, the latter being the day at which
    the last pull that is done began. Run ``run`` has been through the days from ``run_from`` to
    ``run_through``. ``slice_days`` are the days of one report that were not too much (0: unknown).
    Of all days up to ``clicks_through`` it is known which ads their clicks came from.
    """

    ad_account: str
    history_from: date | None = None
    is_history_complete: bool = False
    pulled_through: date | None = None
    run: str = ""
    run_from: date | None = None
    run_through: date | None = None
    slice_days: int = 0
    clicks_through: date | None = None


@dataclass(frozen=True, slots=True)
class LeadBookmark:
    """How far a CRM's contacts are in; saved after each page.

    ``started_at`` is set while a pull is under way, by the vendor's clock: it began with what
    changed since ``since`` (None: all contacts), has ``done`` contacts behind it and goes on at
    ``place``. At its end ``started_at`` becomes ``pulled_until``. ``whole_at`` is when the last
    pull of all contacts began, ``run`` the run in which the last pull did. ``fields`` names what
    custom fields stood for then: contacts that were read by others are read again.
    """

    pulled_until: datetime | None = None
    started_at: datetime | None = None
    since: datetime | None = None
    place: str = ""
    done: int = 0
    whole_at: datetime | None = None
    run: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class ChannelScript:
    """How the tracking script is in one storefront of a store.

    ``state`` is installed, deleted (a person did it), disabled (likewise), or refused (the store
    takes no more scripts). ``pages`` is ``all_pages``, or ``storefront`` where the checkout is left
    out; ``consent_category`` is what the store says, which a person may have changed.
    """

    channel_id: int
    name: str
    state: str
    pages: str = ""
    consent_category: str = ""


@dataclass(frozen=True, slots=True)
class TrackingScript:
    """How the tracking script is in the pages of a source's store, where we put it in.

    ``is_on``: its owner wants us to, under ``consent_category``. ``looked_at`` is when the store's
    list was last looked at, by our clock; ``note`` says what went wrong then, ``hints`` what a
    person should know.
    """

    is_on: bool = False
    consent_category: str = "targeting"
    channels: tuple[ChannelScript, ...] = ()
    looked_at: datetime | None = None
    note: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A connected store, ad platform or CRM.

    ``status`` is ok, throttled, reauthorize, missing_scope, gone, defect or unavailable.

    Of one that was removed it is removed, or removing while its orders are being deleted; such a
    source is paused too. ``status_since`` is when the status began, ``pulled_at`` when a pull last
    ended well, both by our clock. ``public_key`` is what the store's tracking script sends.
    ``missing_scopes`` are the titles of the scopes that its token lacks. What the store says of
    itself is empty where the token may not ask. ``with_transactions``: its owner wants each order's
    payments, at the price of a call each. ``hits_per_second`` is its pages' own limit at the
    collector; 0 is the deployment's. Of what is no store, ``identity`` tells whose it is,
    ``ad_accounts`` are those that its owner has chosen, ``cost_bookmarks`` and ``leads`` how far it
    is pulled, and ``lead_fields`` what its owner takes a CRM's custom fields for.
    """

    source: str
    kind: str
    store_hash: str
    secret_arn: str
    api_url: str = ""
    status: str = "ok"
    reason: str = ""
    bookmark: Bookmark = field(default_factory=Bookmark)
    orders_total: int = 0
    orders_done: int = 0
    is_history_complete: bool = False
    public_key: str = ""
    is_paused: bool = False
    status_since: datetime | None = None
    pulled_at: datetime | None = None
    missing_scopes: tuple[str, ...] = ()
    store_name: str = ""
    store_time_zone: str = ""
    store_currency: str = ""
    dst_correction: bool | None = None

    @property
    def is_removed(self) -> bool:
        """Tell whether it was removed; its orders may stay."""
        return self.status in {"removed", "removing"}

    directory: DirectoryBookmark = field(default_factory=DirectoryBookmark)
    webhooks: Webhooks = field(default_factory=Webhooks)
    with_transactions: bool = False
    script: TrackingScript = field(default_factory=TrackingScript)
    hits_per_second: int = 0
    identity: str = ""
    ad_accounts: tuple[AdAccount, ...] = ()
    cost_bookmarks: tuple[CostBookmark, ...] = ()
    leads: LeadBookmark = field(default_factory=LeadBookmark)
    lead_fields: tuple[LeadField, ...] = ()


class Accounts(Protocol):
    """Accounts with their settings, sources and sites."""

    def create(self, account: str, settings: AccountSettings, now: datetime) -> bool:
        """Create an account; return False, changing nothing, if it exists."""
        ...

    def active(self) -> list[str]:
        """Return the ids of all active accounts, ascending."""
        ...

    def settings(self, account: str) -> AccountSettings:
        """Return an account's settings; raises UnknownResourceError without one."""
        ...

    def save_settings(
        self,
        account: str,
        settings: AccountSettings,
        now: datetime,
        *,
        was: AccountSettings | None = None,
        by: Actor | None = None,
    ) -> None:
        """Replace an account's settings, and keep what changed and who did it, both or nothing.

        Raises:
            UnknownResourceError: there is no such account.
            ConflictError: they are not what they ``was``, or somebody changes them right now.
        """
        ...

    def add_site(self, public_key: str, account: str, source: str) -> None:
        """Register the public key that a store's tracking script sends."""
        ...

    def remove_site(self, public_key: str) -> None:
        """Forget a public key."""
        ...

    def sources(self, account: str) -> list[Source]:
        """Return an account's sources by name, removed ones whose orders stay included."""
        ...

    def add_source(self, account: str, source: Source) -> bool:
        """Create a source; return False, changing nothing, if its name is taken."""
        ...

    def save_source(self, account: str, source: Source) -> None:
        """Create or replace a source whole (also its bookmark)."""
        ...

    def save_progress(
        self, account: str, source: str, bookmark: Bookmark, *, done: int, is_complete: bool
    ) -> None:
        """Save a source's bookmark, orders done and completeness, nothing else."""
        ...

    def save_directory(self, account: str, source: str, directory: DirectoryBookmark) -> None:
        """Save how far a source's directory has been pulled, nothing else."""
        ...

    def change_source(self, account: str, source: str, **changes: Any) -> None:  # noqa: ANN401
        """Save some fields of a source (not its bookmark), nothing else."""
        ...

    def remove_source(self, account: str, source: str) -> None:
        """Forget a source."""
        ...
