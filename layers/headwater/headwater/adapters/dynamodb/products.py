"""The products that orders name. They lie beside the orders, each under a key of its own."""

from __future__ import annotations

import hashlib
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.table import BY_DAY
from headwater.adapters.parallel import in_parallel
from headwater.domain.products import Product
from headwater.domain.reporting_days import utc_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from headwater.adapters.dynamodb.attributes import Item
    from headwater.adapters.dynamodb.table import Table
    from headwater.usecases.ports import Clock, Marks


class DynamoProducts:
    """The port ``Products`` on OrdersTable.

    Args:
        table: OrdersTable.
        marks: where the days that change are marked, before they do.
        clock: when a mark is raised.
    """

    def __init__(self, table: Table, marks: Marks, clock: Clock) -> None:
        self._table = table
        self._marks = marks
        self._clock = clock

    def want(self, account: str, source: str, names: Mapping[int, str]) -> None:
        """Note products (id → the line's name) that are to be looked up, but for those known."""
        products = {keys.product(account, source, one): one for one in names}
        wants = {keys.wanted_product(account, source, one): one for one in names}
        stored = self._table.get_many([*products, *wants], ("product_id",))
        there = {(products | wants)[key] for key in stored}
        self._table.put_many(
            [
                {"pk": pk, "sk": sk, "product_id": one, "name": names[one]}
                for (pk, sk), one in wants.items()
                if one not in there
            ]
        )

    def wanted(self, account: str, source: str, most: int) -> dict[int, str]:
        """Return some products that are to be looked up, by id."""
        partition, _ = keys.wanted_product(account, source, 0)
        items = self._table.query(partition, prefix="wanted#")
        return {item["product_id"]: item["name"] for item in islice(items, most)}

    def known(self, account: str, source: str, product_ids: Collection[int]) -> set[int]:
        """Return which of these have been looked up."""
        keyed = {keys.product(account, source, one): one for one in product_ids}
        return {keyed[key] for key in self._table.get_many(list(keyed), ("content",))}

    def save(self, account: str, products: Sequence[Product], now: datetime) -> int:
        """Write the products that are new or different, which are then no longer wanted."""
        keyed = {keys.product(account, one.source, one.product_id): one for one in products}
        stored = self._table.get_many(list(keyed), ("content", "first_seen_at"))
        items = [_item(account, key, one, stored.get(key), now) for key, one in keyed.items()]
        changed = [
            item
            for item in items
            if item["content"] != stored.get((item["pk"], item["sk"]), {}).get("content")
        ]
        days = {keys.day_of(item["day_key"]) for item in changed}
        if days:
            self._marks.raise_marks(account, "products", days, self._clock.now())
        self._table.put_many(changed)
        self._forget_wanted(account, products)
        return len(changed)

    def on_day(
        self, account: str, day: date, last: date | None = None
    ) -> Iterator[tuple[Product, datetime]]:
        """Return the products first stored on a UTC day, or up to another of its month.

        Each comes with that instant, in order of day and key.
        """
        partition = keys.product_month(account, day)
        items = self._table.query(partition, index=BY_DAY, between=keys.days(day, last or day))
        for item in items:
            product = codec.from_document(Product, item["document"])
            yield product, datetime.fromisoformat(item["first_seen_at"])

    def _forget_wanted(self, account: str, products: Sequence[Product]) -> None:
        wants = [keys.wanted_product(account, one.source, one.product_id) for one in products]
        in_parallel(
            lambda key: self._table.delete(key, "", {}),
            list(self._table.get_many(wants, ("product_id",))),
        )


def _item(
    account: str, key: keys.Key, product: Product, stored: Item | None, now: datetime
) -> Item:
    document = codec.to_document(product)
    first_seen_at = datetime.fromisoformat(stored["first_seen_at"]) if stored else now
    return {
        "pk": key[0],
        "sk": key[1],
        "document": document,
        "content": hashlib.sha256(document.encode()).hexdigest(),
        "first_seen_at": keys.instant(first_seen_at),
        "month_key": keys.product_month(account, utc_day(first_seen_at)),
        "day_key": keys.day_item(first_seen_at, key),
        "received_at": keys.instant(now),
    }
