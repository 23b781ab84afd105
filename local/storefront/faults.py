"""Failures on demand: each for the next requests or until cleared, on some paths or on all."""

import re
import sqlite3
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong."""

    THROTTLE = "throttle"
    """429 with rate headers; the argument is the wait in ms (default: the rest of the window)."""
    THROTTLE_BARE = "throttle-bare"
    """429 without rate headers: the platform is overloaded."""
    UNAUTHORIZED = "unauthorized"
    """401."""
    FORBID_SCOPE = "forbid-scope"
    """403 wherever the scope given as argument is needed (without ``_read_only``)."""
    ERROR = "error"
    """The status given as argument (default 500), with the API's error body."""
    HTML = "html"
    """An HTML page with the status given as argument (default 502)."""
    EMPTY = "empty"
    """Zero bytes with the status given as argument (default 200)."""
    TRUNCATE = "truncate"
    """A complete HTTP answer whose JSON stops in the middle."""
    RESET = "reset"
    """The connection is reset in the middle of the body."""
    SLOW = "slow"
    """The answer is delayed by the argument's milliseconds (default 1000)."""
    LOWER_LIMIT = "lower-limit"
    """413 for a ``limit`` above the argument (default 50)."""
    EDIT_BETWEEN_PAGES = "edit-between-pages"
    """After a page of orders was served, one is modified (argument: its id; else the first)."""
    LOSE_WEBHOOK = "lose-webhook"
    """A webhook is never delivered."""
    DUPLICATE_WEBHOOK = "duplicate-webhook"
    """A webhook is delivered twice."""
    REORDER_WEBHOOKS = "reorder-webhooks"
    """The webhooks of one round are delivered in reverse order."""

    @property
    def replaces(self) -> bool:
        """Whether there is another answer in place of the true one."""
        return self in _REPLACING


# Those hit deliveries of webhooks, not requests.
_OF_WEBHOOKS = {
    FaultKind.LOSE_WEBHOOK,
    FaultKind.DUPLICATE_WEBHOOK,
    FaultKind.REORDER_WEBHOOKS,
}
_REPLACING = {
    FaultKind.THROTTLE,
    FaultKind.THROTTLE_BARE,
    FaultKind.UNAUTHORIZED,
    FaultKind.FORBID_SCOPE,
    FaultKind.ERROR,
    FaultKind.HTML,
    FaultKind.EMPTY,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure that is switched on.

    ``path`` is a regular expression searched in the path below the store, such as ``/v2/orders``
    (``None``: every request); ``remaining`` is the number of requests that it still hits
    (``None``: until cleared).
    """

    kind: FaultKind
    argument: str | None = None
    path: str | None = None
    remaining: int | None = None
    id: int = 0

    def number(self, default: int) -> int:
        """Return the argument as an integer."""
        return default if self.argument is None else int(self.argument)

    def hits(self, path: str, scopes: tuple[str, ...]) -> bool:
        """Tell whether it concerns a request of this path that needs one of these scopes."""
        if self.kind in _OF_WEBHOOKS:
            return False
        if self.path is not None and not re.search(self.path, path):
            return False
        return self.kind is not FaultKind.FORBID_SCOPE or self.argument in scopes


def arm(connection: sqlite3.Connection, fault: Fault) -> int:
    """Switch a fault on and return its id.

    Raises:
        ValueError: Its path is no regular expression, or its count is not positive.
    """
    try:
        re.compile(fault.path or "")
    except re.error as error:
        message = f"{fault.path} is no regular expression"
        raise ValueError(message) from error
    if fault.remaining is not None and fault.remaining < 1:
        message = "a fault must hit at least one request"
        raise ValueError(message)
    row = connection.execute(
        "INSERT INTO faults (kind, argument, path, remaining) VALUES (?, ?, ?, ?) RETURNING id",
        (fault.kind, fault.argument, fault.path, fault.remaining),
    ).fetchone()
    return int(row["id"])


def armed(connection: sqlite3.Connection) -> list[Fault]:
    """Return the faults that are on, oldest first."""
    rows = connection.execute("SELECT kind, argument, path, remaining, id FROM faults ORDER BY id")
    return [Fault(FaultKind(row[0]), *row[1:]) for row in rows]


def striking(faults: list[Fault], path: str, scopes: tuple[str, ...]) -> list[Fault]:
    """Return the faults that hit a request.

    Of those that replace its answer only the oldest does; the others wait for their turn.
    """
    hitting = [fault for fault in faults if fault.hits(path, scopes)]
    replacing = [fault for fault in hitting if fault.kind.replaces]
    return [fault for fault in hitting if fault not in replacing[1:]]


def consume(connection: sqlite3.Connection, faults: list[Fault]) -> None:
    """Count one request against faults; those that have hit their number are off."""
    ids = [(fault.id,) for fault in faults]
    connection.executemany("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", ids)
    connection.execute("DELETE FROM faults WHERE remaining <= 0")


def clear(connection: sqlite3.Connection, kind: FaultKind | None = None) -> None:
    """Switch all faults off, or those of one kind."""
    connection.execute("DELETE FROM faults WHERE ?1 IS NULL OR kind = ?1", (kind,))
