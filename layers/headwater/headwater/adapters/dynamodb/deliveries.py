"""Deliveries of views, and the links among them by the hash of their secret part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.adapters.dynamodb import codec, keys
from headwater.adapters.dynamodb.table import ConditionalPut
from headwater.domain.view_deliveries import Delivery
from headwater.usecases.ports.deliveries import SharedLink

if TYPE_CHECKING:
    from headwater.adapters.dynamodb.table import Table

_EXISTS = "attribute_exists(#pk)"


class DynamoDeliveries:
    """The port ``Deliveries`` on AccountsTable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, account: str, delivery: Delivery) -> None:
        """Keep a new delivery; a link opens from now on."""
        pk, sk = keys.delivery(account, delivery.delivery_id)
        puts = [ConditionalPut({"pk": pk, "sk": sk, "document": codec.to_document(delivery)})]
        if delivery.link_sha256:
            pk, sk = keys.shared_link(delivery.link_sha256)
            link = codec.to_plain(SharedLink(account, delivery.delivery_id))
            puts.append(ConditionalPut({"pk": pk, "sk": sk, **link}))
        self._table.put_together(puts)

    def get(self, account: str, delivery_id: str) -> Delivery | None:
        """Return a delivery; None for an unknown one."""
        item = self._table.get(keys.delivery(account, delivery_id))
        return codec.from_document(Delivery, item["document"]) if item else None

    def all(self, account: str) -> list[Delivery]:
        """Return an account's deliveries, the oldest first: their ids sort by time."""
        partition, _ = keys.delivery(account, "")
        items = self._table.query(partition)
        return [codec.from_document(Delivery, item["document"]) for item in items]

    def change(self, account: str, was: Delivery, changed: Delivery) -> bool:
        """Replace a delivery; return False, changing nothing, if it is not what it ``was``."""
        pk, sk = keys.delivery(account, was.delivery_id)
        item = {"pk": pk, "sk": sk, "document": codec.to_document(changed)}
        return self._table.put(item, "#document = :was", {"was": codec.to_document(was)})

    def remove(self, account: str, delivery: Delivery) -> None:
        """Forget a delivery; its link opens nothing any more, before all else."""
        if delivery.link_sha256:
            self._table.delete(keys.shared_link(delivery.link_sha256), _EXISTS, {})
        self._table.delete(keys.delivery(account, delivery.delivery_id), _EXISTS, {})

    def find_link(self, link_sha256: str) -> SharedLink | None:
        """Return whose link has this hash; None for an unknown or revoked one."""
        item = self._table.get(keys.shared_link(link_sha256))
        return codec.from_plain(SharedLink, item) if item else None
