"""A vendor on a socket, with its switches."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from local.http_server import HttpServer
from local.storefront.exchange import Request, Response
from local.storefront.premises import utc_now
from local.vendors.application import VendorApplication

_HTML = b"<html><head><title>%d</title></head><body><h1>%d</h1></body></html>"
_FOREVER = 1_000_000
_LOG_LENGTH = 50_000


class Fault(StrEnum):
    """What goes wrong."""

    UNAUTHORIZED = "unauthorized"
    THROTTLE = "throttle"
    BARE_FORBIDDEN = "bare-forbidden"
    HTML = "html"
    ERROR = "error"
    RESET = "reset"
    TRUNCATE = "truncate"


@dataclass(slots=True)
class Trouble:
    """A fault, the calls that it still hits, those that it lets pass first, and its argument.

    ``path`` is a part of the paths that it hits. ``argument`` is a status, or a number of seconds.
    """

    fault: Fault
    left: int
    after: int
    path: str
    argument: int


class VendorServer:
    """A running vendor; it serves while its block runs.

    Args:
        application: the vendor.
        port: 0 takes a free one.
        clock: the true time; the system's if not given.
    """

    lower_case_headers = False

    def __init__(
        self,
        application: VendorApplication,
        *,
        port: int = 0,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.requests: deque[Request] = deque(maxlen=_LOG_LENGTH)
        self.skew = timedelta()
        self.application = application
        self._clock = clock
        self._troubles: list[Trouble] = []
        self._lock = Lock()
        self._server = HttpServer(("127.0.0.1", port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Start to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and close every connection."""
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where the vendor listens."""
        return self._server.url

    @property
    def now(self) -> datetime:
        """The vendor's own clock."""
        return self._clock() + self.skew

    def trouble(
        self,
        fault: Fault,
        *,
        calls: int = _FOREVER,
        after: int = 0,
        path: str = "",
        argument: int = 0,
    ) -> None:
        """Let a fault hit the next calls."""
        with self._lock:
            self._troubles.append(Trouble(fault, calls, after, path, argument))

    def heal(self) -> None:
        """End all faults."""
        with self._lock:
            self._troubles.clear()

    def answer(self, request: Request) -> Response:
        """Answer one request, and record it."""
        self.requests.append(request)
        struck = self._strike(request.path)
        response = self._afflicted(request, struck)
        return response.with_headers({"Date": format_datetime(self.now, usegmt=True)})

    def _strike(self, path: str) -> Trouble | None:
        """Return the trouble that hits a call, and count it."""
        with self._lock:
            for trouble in self._troubles:
                if trouble.path not in path or not trouble.left:
                    continue
                if trouble.after:
                    trouble.after -= 1
                    continue
                trouble.left -= 1
                return trouble
        return None

    def _afflicted(self, request: Request, trouble: Trouble | None) -> Response:
        if trouble and (instead := self._instead(trouble)):
            return instead
        response = self.application.answer(request, self.now)
        if trouble is None:
            return response
        if trouble.fault == Fault.TRUNCATE:
            return replace(response, body=response.body[: len(response.body) // 2])
        return replace(response, reset=True)

    def _instead(self, trouble: Trouble) -> Response | None:
        """Return what takes the place of an answer, or None where it is only damaged."""
        match trouble.fault:
            case Fault.UNAUTHORIZED:
                return self.application.unauthorized()
            case Fault.THROTTLE:
                return self.application.throttled(trouble.argument or 1)
            case Fault.BARE_FORBIDDEN:
                return Response(403, b"", "text/plain")
            case Fault.HTML:
                status = trouble.argument or 502
                return Response(status, _HTML % (status, status), "text/html")
            case Fault.ERROR:
                return Response(trouble.argument or 500, b"{}")
            case _:
                return None
