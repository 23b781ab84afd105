"""What the steps need from the outside world. Adapters implement these; tests fake them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from headwater.domain.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    import duckdb

    from headwater.domain.ad_clicks import AdClick
    from headwater.domain.costs import CostRow
    from headwater.domain.hits import PageView
    from headwater.domain.journeys import (
        Identification,
        OptIn,
        OrderClaim,
        Profile,
        Touchpoint,
    )
    from headwater.domain.manifests import Manifest, Objects
    from headwater.domain.orders import Order
    from headwater.domain.settings import AccountSettings
    from headwater.usecases.check_store import StoreProbe


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


# --- the store -----------------------------------------------------------------------------------


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

    def delete(self, secret_arn: str) -> None:
        """Delete a token; one that is gone already stays so."""
        ...


# --- accounts, runs, marks -----------------------------------------------------------------------


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
class Source:
    """A connected store. ``status`` is ok, throttled, reauthorize, missing_scope or unavailable.

    Of one that was removed it is removed, or removing while its orders are being deleted; such a
    source is paused too. ``status_since`` is when the status began, ``pulled_at`` when a pull last
    ended well, both by our clock. ``public_key`` is what the store's tracking script sends.
    ``missing_scopes`` are the titles of the scopes that its token lacks. What the store says of
    itself is empty where the token may not ask. ``with_transactions``: its owner wants each order's
    payments, at the price of a call each.
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


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who calls: the account and role of a key. Roles: owner, marketer, ingest."""

    account: str
    role: str
    key_id: str


class Accounts(Protocol):
    """Accounts with their settings, sources, keys and sites."""

    def create(self, account: str, settings: AccountSettings, now: datetime) -> bool:
        """Create an account; return False, changing nothing, if it exists."""
        ...

    def active(self) -> list[str]:
        """Return the ids of all active accounts, ascending."""
        ...

    def settings(self, account: str) -> AccountSettings:
        """Return an account's settings; raises UnknownResourceError without one."""
        ...

    def save_settings(self, account: str, settings: AccountSettings, now: datetime) -> None:
        """Replace an account's settings."""
        ...

    def add_key(self, key_sha256: str, key: ApiKey, now: datetime) -> None:
        """Store a key by its hash."""
        ...

    def find_key(self, key_sha256: str) -> ApiKey | None:
        """Return whose key this is; None for an unknown one."""
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


@dataclass(frozen=True, slots=True)
class RunHead:
    """An account's pointer and lease. ``manifest`` is None before the first finished run.

    ``as_of`` is the instant at which the run that published it looked at the world.
    ``released_run`` is the last run that gave the lease back, finished or failed.
    """

    manifest: str | None = None
    data_version: str = ""
    generated_at: datetime | None = None
    lease_run: str = ""
    lease_until: datetime | None = None
    again: bool = False
    released_run: str = ""
    as_of: datetime | None = None


class Runs(Protocol):
    """The account's lease, its pointer, and the record of its runs."""

    def acquire(self, account: str, run: str, now: datetime, until: datetime) -> bool:
        """Take the lease if it is free, expired or ours; else set ``again`` and return False."""
        ...

    def renew(self, account: str, run: str, until: datetime) -> None:
        """Prolong our lease; raises LeaseLostError if it is no longer ours."""
        ...

    def head(self, account: str) -> RunHead:
        """Return the pointer and the lease as they are now (strongly consistent)."""
        ...

    def publish(
        self,
        account: str,
        run: str,
        manifest: str,
        version: str,
        now: datetime,
        *,
        as_of: datetime,
    ) -> None:
        """Move the pointer while holding the lease, in one conditional update.

        ``generated_at`` moves only if the version differs, ``as_of`` also where the manifest is the
        same, and the manifest left behind is kept in the list of superseded ones with the time.
        Raises LeaseLostError.
        """
        ...

    def release(self, account: str, run: str) -> bool:
        """Give the lease back; return whether ``again`` was set, and clear it."""
        ...

    def record(self, account: str, run: str, now: datetime, **facts: str | int) -> None:
        """Write down what is known of a run (status, counts, failure); later calls add."""
        ...

    def recorded(self, account: str, run: str) -> Mapping[str, str | int]:
        """Return what is written of a run."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A (table, day) that has changed since it was last exported."""

    table: str
    day: date
    version: int
    raised_at: datetime


class Marks(Protocol):
    """The days on which DynamoDB differs from the facts."""

    def raise_marks(self, account: str, table: str, days: Collection[date], now: datetime) -> None:
        """Raise marks BEFORE the items of these days change; one raised a minute ago stands."""
        ...

    def raised(self, account: str) -> list[Mark]:
        """Return all marks, by table and day (strongly consistent)."""
        ...

    def clear(self, account: str, mark: Mark) -> bool:
        """Delete a mark unless it has been raised again since it was read."""
        ...


# --- the tables that become facts ----------------------------------------------------------------


class Orders(Protocol):
    """The orders as the stores have them now."""

    def upsert(self, account: str, orders: Sequence[Order], fetched_at: datetime) -> int:
        """Write the orders that were read later and are different; return how many that were.

        ``domain.readings`` says which of two was read later.

        Marks both the day an order leaves and the day it enters, before writing.
        """
        ...

    def get(self, account: str, source: str, order_id: str) -> Order | None:
        """Return one order."""
        ...

    def get_many(
        self, account: str, order_keys: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Order]:
        """Return those of the orders that are stored, by (source, order id)."""
        ...

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[Order]:
        """Return the orders placed on a UTC day, or up to another of its month, in order."""
        ...

    def delete_on(self, account: str, source: str, day: date, last: date | None = None) -> int:
        """Delete a source's orders placed on a UTC day, or up to another of its month.

        Marks the days first; returns how many orders there were.
        """
        ...


class Journeys(Protocol):
    """Touchpoints, identifications, opt-ins, claims, profiles and leads.

    Every ``add`` marks the days that it touches first, writes each item once by its own key, and
    returns how many items were new or changed.
    """

    def add_touchpoints(
        self, account: str, touchpoints: Sequence[Touchpoint], received_at: datetime
    ) -> int:
        """Add touchpoints; hits of one session merge (``domain.journeys.earlier``)."""
        ...

    def add_identifications(
        self, account: str, items: Sequence[Identification], received_at: datetime
    ) -> int:
        """Add identifications, once by (visitor, event)."""
        ...

    def add_opt_ins(self, account: str, items: Sequence[OptIn], received_at: datetime) -> int:
        """Add opt-ins, once by (node, source, id)."""
        ...

    def add_claims(self, account: str, items: Sequence[OrderClaim], received_at: datetime) -> int:
        """Add order claims, once by (order, visitor, event)."""
        ...

    def add_profiles(self, account: str, items: Sequence[Profile], received_at: datetime) -> int:
        """Add profiles; a stored one only gains or improves (earlier) its ``created_at``."""
        ...

    def link_leads(
        self, account: str, nodes: Mapping[tuple[str, str], str], received_at: datetime
    ) -> None:
        """Remember which nodes the contact ids (source, id) of CRMs stand for."""
        ...

    def lead_nodes(
        self, account: str, leads: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """Return which nodes contact ids (source, id) stand for; unknown ones are left out."""
        ...

    def touchpoints_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Touchpoint]:
        """Return the touchpoints of a UTC day, or up to another of its month, in order."""
        ...

    def identifications_on(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[Identification]:
        """Return the identifications of a UTC day, or up to another of its month, in order."""
        ...

    def opt_ins_on(self, account: str, day: date, last: date | None = None) -> Iterator[OptIn]:
        """Return the opt-ins of a UTC day, or up to another of its month, in order."""
        ...

    def claims_on(self, account: str, day: date, last: date | None = None) -> Iterator[OrderClaim]:
        """Return the claims of a UTC day, or up to another of its month, in order."""
        ...


class Costs(Protocol):
    """Ad cost by day, in loads of which one per (day, platform, ad account) is shown."""

    def add(self, account: str, load: str, rows: Sequence[CostRow]) -> int:
        """Add rows to a load; the same row again replaces itself. Return how many were written."""
        ...

    def complete(
        self, account: str, platform: str, ad_account: str, load: str, days: Collection[date]
    ) -> int:
        """Show this load, and nothing else, on each of its days and on the given ones.

        Marks the days first. Returns how many heads moved.
        """
        ...

    def on_day(self, account: str, day: date, last: date | None = None) -> Iterator[CostRow]:
        """Return the shown rows of a day, or up to another of its month, in order."""
        ...

    def add_clicks(self, account: str, clicks: Sequence[AdClick]) -> int:
        """Keep which ads click ids belong to; the same click again replaces itself.

        Marks the days first. Returns how many were written.
        """
        ...

    def clicks_on_day(self, account: str, day: date, last: date | None = None) -> Iterator[AdClick]:
        """Return the clicks of a day, or up to another of its month, in order."""
        ...


# --- the lake ------------------------------------------------------------------------------------


class Lake(Protocol):
    """Objects that are written once, and the small JSON that steps hand to each other."""

    def keep_raw_page(self, account: str, source: str, page: bytes) -> str:
        """Keep a page as the store sent it; return its key."""
        ...

    def keep_rejected(self, account: str, day: date, rows: Iterable[RejectedRow]) -> str | None:
        """Keep bad rows with their reasons; return the key, or None for no rows."""
        ...

    def keep_page_views(self, account: str, day: date, page_views: Sequence[PageView]) -> str:
        """Keep page views that arrived on a UTC day, as one object; return its key.

        The same page view may stand in several objects: whoever reads them takes each once by its
        visitor and id.
        """
        ...

    def put_json(self, key: str, document: Any) -> str:  # noqa: ANN401 - any JSON value
        """Write a JSON object under a key (canonical form); return the key."""
        ...

    def get_json(self, key: str) -> Any:  # noqa: ANN401
        """Return a JSON object; raises UnknownResourceError if there is none."""
        ...

    def list_json(self, prefix: str) -> list[Any]:
        """Return all JSON objects under a prefix, in order of key."""
        ...

    def put_report(self, account: str, name: str, document: Any) -> str:  # noqa: ANN401
        """Write a report under the hash of its content; return the key."""
        ...

    def put_manifest(self, manifest: Manifest) -> str:
        """Write a manifest under its data version; return the key."""
        ...

    def get_manifest(self, key: str) -> Manifest:
        """Return a manifest."""
        ...


class Facts(Protocol):
    """Fact tables as Parquet objects, worked on as tables of an in-process DuckDB."""

    def mount(
        self,
        db: duckdb.DuckDBPyConnection,
        objects: Objects,
        tables: Collection[str],
        models: Sequence[str] = MODELS,
    ) -> None:
        """Make each table a view over its objects; a table without objects is an empty one.

        ``models`` are the account's: the columns of ``credits`` follow them.
        """
        ...

    def save(
        self, db: duckdb.DuckDBPyConnection, account: str, table: str, partition: str, query: str
    ) -> str | None:
        """Write a query's rows, in their order, as one object named by its content.

        Returns the key, or None where there are no rows.
        """
        ...


class HitQueue(Protocol):
    """A queue between an edge and its worker: of hits, or of webhooks."""

    def send(self, messages: Sequence[str]) -> None:
        """Queue messages; raises RetriableError if the queue does not take all of them."""
        ...


class Pipeline(Protocol):
    """Starts what comes after this invocation."""

    def pull(self, account: str) -> None:
        """Invoke the pull of one account, without waiting for it."""
        ...

    def start(self, account: str, run: str, *, more: bool) -> None:
        """Start the order pipeline of a run; starting the same run twice is one start."""
        ...
