"""HTTP/1.1 on a socket, with keep-alive, gzip when asked, and resets when told."""

import gzip
import socket
import struct
import sys
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from local.storefront.exchange import Request, Response

_MAX_BODY = 10_000_000
_GZIP_FROM = 1_000
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # linger on, for zero seconds: close sends RST


class Site(Protocol):
    """What answers the requests."""

    @property
    def lower_case_headers(self) -> bool:
        """Whether header names are sent in lower case."""
        ...

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        ...


class HttpServer(ThreadingHTTPServer):
    """Serves one site, and keeps track of its connections, so that it can close them all."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        super().__init__(address, _Handler)
        self.site = site
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection, and keep track of it."""
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """End a connection, at once where it is to be reset."""
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
    server: HttpServer

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
        response = self.server.site.answer(request)
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
        """Stay silent: the site keeps a record of its requests."""

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
        lower = self.server.site.lower_case_headers
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name.lower() if lower else name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head + body)  # in one piece: a split one waits for a delayed ACK


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
