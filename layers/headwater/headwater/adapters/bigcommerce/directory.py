"""A store's customers, newsletter subscribers and products (``ports.directory.Directory``).

The lists are paged by number, since they cannot be asked for what follows an id. How many rows lie
behind is what a caller remembers: if the store wants smaller pages from now on, the number of the
next page follows from that.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headwater.adapters.bigcommerce.answers import CUSTOMERS, PRODUCTS, Resource
from headwater.adapters.bigcommerce.client import instant_filter
from headwater.adapters.bigcommerce.orders import reason_of, rejected
from headwater.adapters.bigcommerce.session import PageSize
from headwater.adapters.bigcommerce.wire import read_whole
from headwater.adapters.bigcommerce.wire_directory import (
    WireCategory,
    WireCustomer,
    WireProduct,
    WireSubscriber,
)
from headwater.domain.nodes import normalize_email
from headwater.domain.products import Product
from headwater.domain.store_contacts import StoreCustomer, StoreSubscriber
from headwater.errors import InvalidRowError, StoreNotFoundError
from headwater.usecases.ports.directory import DirectoryPage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from headwater.adapters.bigcommerce.session import Listing, Query, Session
    from headwater.usecases.ports import RejectedRow

_CUSTOMERS = Resource("/v3/customers", (CUSTOMERS,))
_SUBSCRIBERS = Resource("/v3/customers/subscribers", (CUSTOMERS,))
_PRODUCTS = Resource("/v3/catalog/products", (PRODUCTS,))
# A store with several catalogs has its categories in trees; the other path is the older one.
_CATEGORIES = (
    (Resource("/v3/catalog/trees/categories", (PRODUCTS,)), "category_id:in"),
    (Resource("/v3/catalog/categories", (PRODUCTS,)), "id:in"),
)
_PRODUCT_FIELDS = "name,sku,cost_price,categories"


class BigCommerceDirectory:
    """The lists of one connected store beside its orders."""

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self._source = source
        self._sizes: defaultdict[str, PageSize] = defaultdict(PageSize)
        self._category_names: dict[int, str] = {}

    def customers(
        self, *, modified_since: datetime | None, passed: int
    ) -> DirectoryPage[StoreCustomer]:
        """Return the next customers modified since an instant, ``passed`` rows into the list."""
        listing, passed = self._listing(_CUSTOMERS, _since(modified_since), passed)
        return _page(listing, passed, _read_rows(listing.rows, _customer))

    def subscribers(
        self, *, modified_since: datetime | None, passed: int
    ) -> DirectoryPage[StoreSubscriber]:
        """Return the next subscribers modified since an instant."""
        listing, passed = self._listing(_SUBSCRIBERS, _since(modified_since), passed)
        return _page(listing, passed, _read_rows(listing.rows, _subscriber))

    def changed_products(
        self, *, modified_since: datetime | None, passed: int
    ) -> DirectoryPage[Product]:
        """Return the next products modified since an instant."""
        query = {**_since(modified_since), "include_fields": _PRODUCT_FIELDS}
        listing, passed = self._listing(_PRODUCTS, query, passed)
        return _page(listing, passed, self._products(listing))

    def products(self, product_ids: Collection[int]) -> DirectoryPage[Product]:
        """Return these products (250 at most); those that were deleted are left out."""
        wanted = ",".join(str(one) for one in sorted(product_ids))
        query = {"id:in": wanted, "include_fields": _PRODUCT_FIELDS}
        found: list[Product] = []
        bad: list[RejectedRow] = []
        for listing in self._all(_PRODUCTS, query):
            products, rejects = self._products(listing)
            found += products
            bad += rejects
        # The catalog is no record of what happened: nobody will want its pages as they came.
        return DirectoryPage(tuple(found), tuple(bad), len(found), -1, b"", is_last=True)

    def _listing(self, resource: Resource, query: Query, passed: int) -> tuple[Listing, int]:
        """Return the page of a list on which the row behind ``passed`` stands, and its end.

        A page that comes with another size than asked for has another place in the list: it is
        asked for again by its right number.
        """
        size = self._sizes[resource.path]
        while True:
            asked = size.rows
            number = passed // asked + 1
            listing = self._session.page(resource, {**query, "page": number}, size)
            per_page = _whole(listing.pagination, "per_page")
            if per_page:
                size.rows = min(size.rows, per_page)
            if size.rows == asked == listing.limit:
                return listing, (number - 1) * asked + len(listing.rows)

    def _all(self, resource: Resource, query: Query) -> Iterator[Listing]:
        passed, is_last = 0, False
        while not is_last:
            listing, passed = self._listing(resource, query, passed)
            is_last = _is_last(listing, passed)
            yield listing

    def _products(self, listing: Listing) -> tuple[list[Product], list[RejectedRow]]:
        wire, bad = _read_rows(listing.rows, WireProduct.model_validate)
        self._learn_categories({one for product in wire for one in product.categories})
        products = [
            Product(
                self._source,
                product.id,
                product.name,
                product.sku,
                product.cost_price or None,
                tuple(
                    self._category_names[one]
                    for one in product.categories
                    if one in self._category_names
                ),
            )
            for product in wire
        ]
        return products, bad

    def _learn_categories(self, wanted: set[int]) -> None:
        unknown = sorted(wanted - self._category_names.keys())
        most = PageSize().rows
        for start in range(0, len(unknown), most):
            for row in self._categories(unknown[start : start + most]):
                category = WireCategory.model_validate(row)
                self._category_names[category.category_id or category.id] = category.name

    def _categories(self, ids: Sequence[int]) -> list[Any]:
        text = ",".join(map(str, ids))
        for resource, parameter in _CATEGORIES:
            try:
                return [row for page in self._all(resource, {parameter: text}) for row in page.rows]
            except StoreNotFoundError:
                continue
        return []


def _since(instant: datetime | None) -> Query:
    return {"date_modified:min": instant_filter(instant)} if instant else {}


def _page[Row](
    listing: Listing, passed: int, read: tuple[list[Row], list[RejectedRow]]
) -> DirectoryPage[Row]:
    rows, bad = read
    total = _whole(listing.pagination, "total")
    raw = listing.body if listing.rows else b""
    is_last = _is_last(listing, passed)
    return DirectoryPage(
        tuple(rows), tuple(bad), passed, -1 if total is None else total, raw, is_last
    )


def _is_last(listing: Listing, passed: int) -> bool:
    total = _whole(listing.pagination, "total")
    return not listing.rows or (listing.is_last if total is None else passed >= total)


def _read_rows[Row](
    rows: Sequence[Any], read: Callable[[Any], Row]
) -> tuple[list[Row], list[RejectedRow]]:
    """Read each row; a bad one is kept with its reason, which quotes no value."""
    good: list[Row] = []
    bad: list[RejectedRow] = []
    for row in rows:
        try:
            good.append(read(row))
        except ValidationError as error:
            bad.append(rejected(reason_of(error), row))
        except InvalidRowError as error:
            bad.append(rejected(str(error), row))
    return good, bad


def _customer(row: object) -> StoreCustomer:
    wire = WireCustomer.model_validate(row)
    modified_at = wire.date_modified or wire.date_created
    return StoreCustomer(wire.id, normalize_email(wire.email), wire.date_created, modified_at)


def _subscriber(row: object) -> StoreSubscriber:
    wire = WireSubscriber.model_validate(row)
    email = normalize_email(wire.email)
    return StoreSubscriber(wire.id, email, wire.date_created, tuple(wire.consents))


def _whole(values: Mapping[str, Any], name: str) -> int | None:
    try:
        return read_whole(values[name])
    except (KeyError, ValueError):
        return None
