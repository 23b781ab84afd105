"""What the applications of all vendors have in common."""

import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from local.storefront.exchange import Request, Response, json_response


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and when it came in by the vendor's clock; ``ids`` are the parts of its path."""

    request: Request
    now: datetime
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters."""
        return self.request.query

    def header(self, name: str) -> str:
        """Return a header by its name in lower case."""
        return self.request.headers.get(name, "")


class Meter:
    """Counts calls within a window that slides."""

    def __init__(self, most: int, window: timedelta) -> None:
        self.most = most
        self._window = window
        self._calls: deque[datetime] = deque()

    def take(self, now: datetime) -> float | None:
        """Count a call; return the seconds until there is room for it, or None if there is."""
        while self._calls and self._calls[0] <= now - self._window:
            self._calls.popleft()
        if len(self._calls) >= self.most:
            return (self._calls[0] + self._window - now).total_seconds()
        self._calls.append(now)
        return None


type Handler = Callable[[Call], Response]


class VendorApplication(ABC):
    """A vendor's API.

    Tests and the demo fill it, and switch what it does:

    Attributes:
        kind: as sources call it.
        rows_per_page: what a page holds at most, below what is asked for.
        repeats_edges: the last row of a page is also the first one of the next.
        lacks: the permissions that the credentials do not have, as the vendor spells them.
    """

    kind: ClassVar[str]

    def __init__(self) -> None:
        self.rows_per_page = 1_000_000
        self.repeats_edges = False
        self.lacks: set[str] = set()

    @abstractmethod
    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return (method, pattern of the path, what answers)."""

    @abstractmethod
    def unauthorized(self) -> Response:
        """Return the answer to credentials that are wrong or revoked."""

    @abstractmethod
    def throttled(self, seconds: float) -> Response:
        """Return the answer to too many calls, in the vendor's own dialect."""

    def expire(self) -> None:
        """Let the access token run out; raises TypeError where keys never do."""
        message = f"what {type(self).__name__} is asked with does not run out"
        raise TypeError(message)

    def not_found(self) -> Response:
        """Return the answer where there is nothing."""
        return json_response({"message": "not found"}, 404)

    def answer(self, request: Request, now: datetime) -> Response:
        """Answer a request."""
        for method, pattern, handler in self.routes():
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                return handler(Call(request, now, match.groupdict()))
        return self.not_found()

    def page_of[Row](self, rows: Sequence[Row], start: int, size: int) -> list[Row]:
        """Return the rows of a page that begins at a place, with what repeats at its edge."""
        begin = start - 1 if self.repeats_edges and start else start
        return list(rows[begin : start + size])
