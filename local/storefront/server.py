"""The shop on a socket: HTTP/1.1 with keep-alive, gzip when asked, and resets when told."""

import gzip
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from local.storefront.application import Application
from local.storefront.control import Store
from local.storefront.control_api import ControlDesk
from local.storefront.exchange import Request, Response
from local.storefront.premises import DEFAULT_TOKEN, utc_now
from local.storefront.quota import QuotaMeter
from local.storefront.shop.counter import Counter
from local.storefront.webhooks import Courier

_LOG_LENGTH = 50_000
_MAX_BODY = 10_000_000
_GZIP_FROM = 1_000
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # linger on, for zero seconds: close sends RST


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request that the API answered, in the order of their answers."""

    method: str
    path: str
    query: dict[str, str]
    status: int


class Storefront:
    """A running shop.

    It serves while its block runs::

        with Storefront(tmp_path / "shop.sqlite") as shop:
            shop.store.load(orders)
            requests.get(f"{shop.api_url}/v2/orders", headers=...)

    Args:
        path: The SQLite file, created if missing.
        port: 0 takes a free one.
        host: The address to listen on.
        clock: The true time; the system's if not given.
        meter: Counts requests against the quota; by a clock of its own if not given.
        delivers: Whether webhooks are delivered as they fall due; else by `courier.deliver` alone.
        settings: Settings of the shop to change (fields of `StoreSettings`).
    """

    token = DEFAULT_TOKEN

    def __init__(
        self,
        path: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Callable[[], datetime] = utc_now,
        meter: QuotaMeter | None = None,
        delivers: bool = False,
        **settings: object,
    ) -> None:
        self.requests: deque[RequestRecord] = deque(maxlen=_LOG_LENGTH)
        with ExitStack() as undo:
            self.store = undo.enter_context(Store(path, clock=clock, **settings))
            self._server = _Server((host, port), self)
            undo.pop_all()
        self.courier = Courier(self.store)
        self._delivers = delivers
        self._application = Application(self.store, meter)
        self._desk = ControlDesk(self.store)
        self._counter = Counter(self.store)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Start to listen, and to deliver."""
        self._thread.start()
        if self._delivers:
            self.courier.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and close every connection."""
        self.courier.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        self.store.close()

    @property
    def url(self) -> str:
        """Where the shop listens."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def api_url(self) -> str:
        """The shop's API, the ``/v2`` and ``/v3`` left out."""
        return f"{self.url}/stores/{self.store.settings.store_hash}"

    def answer(self, request: Request) -> Response:
        """Answer one request, and record it if it was for the API."""
        if request.path.split("/")[1] == "control":
            return self._desk.answer(request)
        if self._counter.serves(request.path):
            return self._counter.answer(request)
        response = self._application.answer(request)
        self.requests.append(
            RequestRecord(request.method, request.path, dict(request.query), response.status)
        )
        return response

    @property
    def lower_case_headers(self) -> bool:
        """Whether header names are sent in lower case."""
        return self.store.settings.lower_case_headers


class _Server(ThreadingHTTPServer):
    """Keeps track of its connections, so that it can close them all."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], shop: Storefront) -> None:
        super().__init__(address, _Handler)
        self.shop = shop
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            with self._lock:
                self._open.discard(request)
            if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
                request.close()
                return
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the wait for further requests on every open connection."""
        self.stopping.set()
        with self._lock:
            for connection in self._open:
                # A client that reset its connection has hung up already.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Let clients hang up when they like; report anything else."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer a request of any method."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MAX_BODY:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        parts = urlsplit(self.path)
        host = self.headers.get("Host") or "127.0.0.1"
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            base_url=f"http://{host}",
        )
        response = self.server.shop.answer(request)
        if response.delay_ms:
            self.server.stopping.wait(response.delay_ms / 1000)
        self._send(response)

    def do_POST(self) -> None:
        """Answer a POST."""
        self.do_GET()

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self.do_GET()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Stay silent: the shop keeps a record of its requests."""

    def _send(self, response: Response) -> None:
        body, headers = response.body, dict(response.headers)
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) >= _GZIP_FROM:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        if response.status != HTTPStatus.NO_CONTENT:
            headers["Content-Type"] = response.content_type
            headers["Content-Length"] = str(len(body))
        if response.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.close_connection = True
            body = body[: len(body) // 2]
        lower = self.server.shop.lower_case_headers
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name.lower() if lower else name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head + body)  # in one piece: a split one waits for a delayed ACK


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
