"""The pull of a store's directory: its customers and subscribers, and the products of its orders.

It follows the pull of the orders and can neither fail nor delay it: a list that the token may not
read is left out with a note, and one that the store cannot give now is gone on with next time. A
list that is pulled for the first time, or for the first time since it could not be read, is pulled
whole; from then on what has changed since the last pull, less an overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headwater.domain.products import Product
from headwater.domain.store_contacts import customer_edge, customer_lead, subscriber_lead
from headwater.errors import CredentialsRejectedError, FatalError, RateLimitedError
from headwater.usecases.keep_leads import keep_leads
from headwater.usecases.ports import ListBookmark
from headwater.usecases.ports.directory import DirectoryPage
from headwater.usecases.source_pull import (
    OVERLAP,
    StoreFailedError,
    asking_the_store,
    is_stopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from headwater.domain.store_contacts import StoreCustomer, StoreSubscriber
    from headwater.errors import HeadwaterError
    from headwater.usecases.ports import Accounts, Clock, Journeys, Lake, Source
    from headwater.usecases.ports.directory import (
        Directories,
        Edges,
        Products,
    )


# As many as the store lists at once.
PRODUCTS_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class DirectoryPorts:
    """What the pull of a directory needs from the outside world."""

    clock: Clock
    accounts: Accounts
    directories: Directories
    journeys: Journeys
    edges: Edges
    products: Products
    lake: Lake


@dataclass(frozen=True, slots=True)
class PulledDirectory:
    """How many items changed. ``more``: it ran out of time, call it again."""

    contacts_changed: int = 0
    products_changed: int = 0
    rejected: int = 0
    more: bool = False


class DirectoryPull:
    """The pull of one store's directory, from its bookmarks onward.

    Args:
        account: the account.
        source: the store.
        until: the store's clock when the pull of its orders began.
        deadline: when to stop.
        ports: the outside world.
    """

    def __init__(
        self,
        account: str,
        source: Source,
        until: datetime,
        deadline: datetime,
        ports: DirectoryPorts,
    ) -> None:
        self.pulled = PulledDirectory()
        self._account = account
        self._source = source.source
        self._opened = source
        self._until = until
        self._deadline = deadline
        self._ports = ports
        self._bookmark = source.directory

    def run(self) -> None:
        """Pull each list in turn, until all are done, the deadline has come or a person stops it.

        Raises:
            StoreFailedError: the store no longer accepts the token.
        """
        with asking_the_store():
            self._store = self._ports.directories.open_directory(self._account, self._opened)
        self._pull_list("customers", self._pull_customers)
        self._pull_list("subscribers", self._pull_subscribers)
        self._pull_list("products", self._pull_changed_products)
        self._look_products_up()

    def _pull_list(
        self, name: str, pull_page: Callable[[ListBookmark], DirectoryPage[Any]]
    ) -> None:
        """Pull the pages of a list, from its bookmark to its end."""
        at: ListBookmark = getattr(self._bookmark, name)
        if at.started_at is None:
            since = at.pulled_until - OVERLAP if at.pulled_until else None
            at = ListBookmark(at.pulled_until, self._until, since, note=at.note)
        has_advanced = False
        while at.started_at:
            if self._ports.clock.now() >= self._deadline:
                self._count(more=True)
                return
            if is_stopped(self._account, self._source, self._ports.accounts):
                return
            try:
                page = pull_page(at)
            except StoreFailedError as failure:
                self._leave_out(name, at, failure.error, has_advanced=has_advanced)
                return
            at = _behind(at, page)
            self._save(name, at)
            has_advanced = True

    def _leave_out(
        self, name: str, at: ListBookmark, error: HeadwaterError, *, has_advanced: bool
    ) -> None:
        """Note why a list is left out; the store may only be busy, after some pages of it."""
        if isinstance(error, CredentialsRejectedError):
            raise StoreFailedError(error) from error
        if isinstance(error, RateLimitedError) and has_advanced:
            self._count(more=True)
            return
        is_refused = isinstance(error, FatalError)
        begun = replace(at, started_at=None, since=None, passed=0, total=-1) if is_refused else at
        self._save(name, replace(begun, note=str(error)))

    def _pull_customers(self, at: ListBookmark) -> DirectoryPage[StoreCustomer]:
        with asking_the_store():
            page = self._store.customers(modified_since=at.since, passed=at.passed)
        ports, account, source = self._ports, self._account, self._source
        now = ports.clock.now()
        names = [(source, customer.external_id) for customer in page.rows]
        known = ports.journeys.lead_nodes(account, names)
        told = [(customer, known.get((source, customer.external_id), "")) for customer in page.rows]
        edges = [customer_edge(source, *each) for each in told]
        changed = ports.edges.add_records(account, edges, now)
        leads = [customer_lead(source, *each) for each in told]
        changed += keep_leads(account, leads, journeys=ports.journeys, now=now)
        self._keep(page)
        self._count(contacts=changed)
        return page

    def _pull_subscribers(self, at: ListBookmark) -> DirectoryPage[StoreSubscriber]:
        with asking_the_store():
            page = self._store.subscribers(modified_since=at.since, passed=at.passed)
        leads = [subscriber_lead(self._source, subscriber) for subscriber in page.rows]
        journeys, now = self._ports.journeys, self._ports.clock.now()
        changed = keep_leads(self._account, leads, journeys=journeys, now=now)
        self._keep(page)
        self._count(contacts=changed)
        return page

    def _pull_changed_products(self, at: ListBookmark) -> DirectoryPage[Product]:
        """Pull the changes of the products that orders name; the catalog may be far larger."""
        if at.since is None:
            # Whatever is known was looked up in this pull or will be: nothing can have changed.
            return DirectoryPage((), (), 0, 0, b"", is_last=True)
        with asking_the_store():
            page = self._store.changed_products(modified_since=at.since, passed=at.passed)
        ids = {product.product_id for product in page.rows}
        known = self._ports.products.known(self._account, self._source, ids)
        self._save_products([one for one in page.rows if one.product_id in known])
        self._keep(page)
        return page

    def _look_products_up(self) -> None:
        """Look up what orders name and nobody has looked up yet; what is gone keeps its name."""
        products = self._ports.products
        while wanted := products.wanted(self._account, self._source, PRODUCTS_AT_ONCE):
            if self._ports.clock.now() >= self._deadline:
                self._count(more=True)
                return
            if is_stopped(self._account, self._source, self._ports.accounts):
                return
            try:
                with asking_the_store():
                    page = self._store.products(wanted.keys())
            except StoreFailedError as failure:
                at = self._bookmark.products
                self._leave_out("products", at, failure.error, has_advanced=False)
                return
            found = {product.product_id for product in page.rows}
            gone = [
                Product(self._source, one, name, is_deleted=True)
                for one, name in wanted.items()
                if one not in found
            ]
            self._save_products([*page.rows, *gone])
            self._keep(page)

    def _save_products(self, products: Sequence[Product]) -> None:
        now = self._ports.clock.now()
        self._count(products=self._ports.products.save(self._account, products, now))

    def _keep(self, page: DirectoryPage[Any]) -> None:
        """Keep a page as it came, and its bad rows with their reasons."""
        lake, today = self._ports.lake, self._ports.clock.now().date()
        if page.raw:
            lake.keep_raw_page(self._account, self._source, page.raw)
        if page.rejected:
            lake.keep_rejected(self._account, today, page.rejected)
            self._count(rejected=len(page.rejected))

    def _count(
        self, contacts: int = 0, products: int = 0, rejected: int = 0, *, more: bool = False
    ) -> None:
        pulled = self.pulled
        self.pulled = PulledDirectory(
            pulled.contacts_changed + contacts,
            pulled.products_changed + products,
            pulled.rejected + rejected,
            pulled.more or more,
        )

    def _save(self, name: str, at: ListBookmark) -> None:
        bookmark = replace(self._bookmark, **{name: at})
        if bookmark != self._bookmark:
            self._ports.accounts.save_directory(self._account, self._source, bookmark)
        self._bookmark = bookmark


def _behind(at: ListBookmark, page: DirectoryPage[Any]) -> ListBookmark:
    """Return the bookmark behind a page.

    A list that has become shorter has drawn that many rows from the page ahead to the page behind
    us: it is gone on with that much earlier.
    """
    lost = at.total - page.total if page.total >= 0 else 0
    if lost > 0 and at.passed:
        return replace(at, passed=max(0, at.passed - lost), total=page.total)
    if page.is_last:
        return ListBookmark(at.started_at)
    return replace(at, passed=page.passed, total=page.total, note="")
