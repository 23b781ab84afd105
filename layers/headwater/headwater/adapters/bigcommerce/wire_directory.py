"""The shapes of customers, subscribers, products and categories, read as leniently as orders."""

from __future__ import annotations

from pydantic import Field

from headwater.adapters.bigcommerce.wire import (
    Count,
    Id,
    Instant,
    Many,
    MaybeAmount,
    MaybeInstant,
    RequiredText,
    Text,
    Wire,
)


class WireCustomer(Wire):
    """A registered customer."""

    id: Id
    email: RequiredText
    date_created: Instant
    date_modified: MaybeInstant = None


class WireSubscriber(Wire):
    """A subscriber record."""

    id: Id
    email: RequiredText
    date_created: Instant
    consents: Many[Text] = Field(default_factory=list)


class WireProduct(Wire):
    """A product of the catalog."""

    id: Id
    name: Text = ""
    sku: Text = ""
    cost_price: MaybeAmount = None
    categories: Many[Count] = Field(default_factory=list)


class WireCategory(Wire):
    """A category: its id is called ``category_id`` in a tree, and ``id`` elsewhere."""

    category_id: Count = 0
    id: Count = 0
    name: Text = ""
