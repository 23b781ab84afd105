"""One request to a resource, with everything that answers it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.storefront.exchange import Refusal, Request, Response, listing
from local.storefront.filters import Window, page_window
from local.storefront.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the gate.

    ``ids`` are the numbers in its path, ``max_limit`` is the greatest page that it may ask for.
    """

    request: Request
    connection: sqlite3.Connection
    settings: StoreSettings
    now: datetime
    max_limit: int
    ids: tuple[int, ...] = ()

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters."""
        return self.request.query

    def window(self) -> Window:
        """Return the page of a V2 collection that is asked for."""
        return page_window(self.query, self.max_limit)

    def slice(self, items: list[dict[str, Any]]) -> Response:
        """Answer with the page that is asked for of a collection that is at hand."""
        window = self.window()
        return listing(items[window.offset : window.offset + window.limit])

    def order(self) -> sqlite3.Row:
        """Return the order that the path names.

        Raises:
            Refusal: 404, it does not exist.
        """
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT * FROM orders WHERE id = ?", (self.ids[0],)
        ).fetchone()
        if row is None:
            message = "The requested resource was not found."
            raise Refusal(404, message)
        return row

    def lines(self, order_ids: list[int]) -> dict[int, list[sqlite3.Row]]:
        """Return the lines of orders, in their order."""
        found: dict[int, list[sqlite3.Row]] = {order_id: [] for order_id in order_ids}
        marks = ", ".join("?" * len(order_ids))
        rows = self.connection.execute(
            f"SELECT * FROM order_lines WHERE order_id IN ({marks}) ORDER BY order_id, position",
            order_ids,
        )
        for row in rows:
            found[row["order_id"]].append(row)
        return found
