"""What happens to orders is told to webhooks: noted with the change, delivered by a courier."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from local.storefront import faults
from local.storefront.dates import to_epoch
from local.storefront.faults import Fault, FaultKind
from local.storefront.model import StoreOrder
from local.storefront.settings import StoreSettings, read_settings

if TYPE_CHECKING:
    from local.storefront.control import Store

type Post = Callable[[str, Mapping[str, str], bytes], int]

CREATED = "store/order/created"
UPDATED = "store/order/updated"
ARCHIVED = "store/order/archived"
STATUS_UPDATED = "store/order/statusUpdated"
REFUNDED = "store/order/refund/created"
_STORE_ID = "1025646"
# Seconds between the attempts; after the last one the webhook is switched off.
RETRY_GAPS = (60, 180, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 50_400, 86_400)
_GOOD = range(200, 300)
_SECONDS_BETWEEN_ROUNDS = 0.5
_DIRECTLY = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A call of a webhook that is due: ``attempts`` of it have failed."""

    id: int
    hook_id: int
    destination: str
    headers: Mapping[str, str]
    body: bytes
    attempts: int


def announce(
    connection: sqlite3.Connection, now: datetime, scope: str, order_id: int, **more: object
) -> None:
    """Note an event of an order for every active webhook that asks for it."""
    hooks = connection.execute("SELECT id, scope FROM hooks WHERE is_active").fetchall()
    asking = [hook["id"] for hook in hooks if _matches(hook["scope"], scope)]
    if not asking:
        return
    data = {"type": "order", "id": order_id, **more}
    payload = json.dumps({"scope": scope, "data": data, "created_at": to_epoch(now)})
    body = json.dumps(
        {
            "scope": scope,
            "store_id": _STORE_ID,
            "data": data,
            "hash": hashlib.sha1(payload.encode(), usedforsecurity=False).hexdigest(),
            "created_at": to_epoch(now),
            "producer": f"stores/{read_settings(connection).store_hash}",
        }
    )
    connection.executemany(
        "INSERT INTO deliveries (hook_id, body, attempts, due_at) VALUES (?, ?, 0, ?)",
        [(hook_id, body, to_epoch(now)) for hook_id in asking],
    )


def announce_change(
    connection: sqlite3.Connection, now: datetime, before: StoreOrder, order_id: int
) -> None:
    """Note what changing an order was: an update, and perhaps another status or the bin."""
    row = connection.execute(
        "SELECT status_id, is_deleted FROM orders WHERE id = ?", (order_id,)
    ).fetchone()
    announce(connection, now, UPDATED, order_id)
    if row["status_id"] != before.status_id:
        status = {"previous_status_id": before.status_id, "new_status_id": row["status_id"]}
        announce(connection, now, STATUS_UPDATED, order_id, status=status)
    if row["is_deleted"] and not before.is_deleted:
        announce(connection, now, ARCHIVED, order_id)


def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Post a body; return the status, or 0 where nobody answers."""
    request = Request(url, data=body, headers=dict(headers), method="POST")
    try:
        with _DIRECTLY.open(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


class Courier:
    """Delivers webhooks, again and again with growing gaps where they are not taken.

    Args:
        store: The shop.
        post: Posts a body with headers to an address and returns the status.
    """

    def __init__(self, store: "Store", post: Post = post) -> None:
        self._store = store
        self.post = post
        self._stopping = Event()
        self._thread = Thread(target=self._go_round, daemon=True)

    def deliver(self) -> int:
        """Try everything that is due once, as the faults that are on want it.

        Returns:
            How many calls were answered with 2xx.
        """
        with self._store.database.read() as connection:
            settings = read_settings(connection)
            due = _due(connection, self._store.present(settings))
        if due and self._strikes(FaultKind.REORDER_WEBHOOKS):
            due.reverse()
        return sum(self._deliver(delivery, settings) for delivery in due)

    def start(self) -> None:
        """Deliver whatever is due from now on, in a thread of its own."""
        self._thread.start()

    @property
    def is_going(self) -> bool:
        """Whether it delivers by itself."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Deliver no more."""
        self._stopping.set()
        if self.is_going:
            self._thread.join()

    def _go_round(self) -> None:
        while not self._stopping.wait(_SECONDS_BETWEEN_ROUNDS):
            self.deliver()

    def _deliver(self, delivery: Delivery, settings: StoreSettings) -> int:
        if self._strikes(FaultKind.LOSE_WEBHOOK):
            self._done(delivery)
            return 0
        times = 2 if self._strikes(FaultKind.DUPLICATE_WEBHOOK) else 1
        url = _route(delivery.destination, settings.webhook_gateway)
        headers = {"Content-Type": "application/json", **delivery.headers}
        statuses = [self.post(url, headers, delivery.body) for _ in range(times)]
        taken = sum(status in _GOOD for status in statuses)
        if taken:
            self._done(delivery)
        else:
            self._put_off(delivery)
        return taken

    def _done(self, delivery: Delivery) -> None:
        with self._store.database.write() as connection:
            connection.execute("DELETE FROM deliveries WHERE id = ?", (delivery.id,))

    def _put_off(self, delivery: Delivery) -> None:
        with self._store.database.write() as connection:
            if delivery.attempts == len(RETRY_GAPS):
                deactivate(connection, delivery.hook_id)
                return
            now = to_epoch(self._store.present(read_settings(connection)))
            connection.execute(
                "UPDATE deliveries SET attempts = attempts + 1, due_at = ? WHERE id = ?",
                (now + RETRY_GAPS[delivery.attempts], delivery.id),
            )

    def _strikes(self, kind: FaultKind) -> bool:
        """Tell whether a fault is on, and count it."""
        struck: list[Fault] = [fault for fault in self._store.faults if fault.kind is kind]
        if struck:
            with self._store.database.write() as connection:
                faults.consume(connection, struck[:1])
        return bool(struck)


def deactivate(connection: sqlite3.Connection, hook_id: int | None = None) -> None:
    """Switch a webhook off as one that failed for two days, or all; what waits is forgotten."""
    connection.execute("UPDATE hooks SET is_active = FALSE WHERE ?1 IS NULL OR id = ?1", (hook_id,))
    connection.execute("DELETE FROM deliveries WHERE ?1 IS NULL OR hook_id = ?1", (hook_id,))


def _due(connection: sqlite3.Connection, now: datetime) -> list[Delivery]:
    rows = connection.execute(
        "SELECT deliveries.id, hook_id, destination, headers, body, attempts FROM deliveries"
        " JOIN hooks ON hooks.id = hook_id WHERE due_at <= ? ORDER BY deliveries.id",
        (to_epoch(now),),
    )
    return [
        Delivery(
            row["id"],
            row["hook_id"],
            row["destination"],
            json.loads(row["headers"]) or {},
            row["body"].encode(),
            row["attempts"],
        )
        for row in rows
    ]


def _matches(asked: str, scope: str) -> bool:
    return asked == scope or (asked.endswith("/*") and scope.startswith(asked[:-1]))


def _route(destination: str, gateway: str) -> str:
    """Return where a call really goes: the gateway stands for the public internet."""
    return gateway + urlsplit(destination).path if gateway else destination
