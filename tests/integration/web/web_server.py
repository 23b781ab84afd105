"""A web server on the loopback that answers each path as it is told, over TLS where wanted."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TICK = 0.02


@dataclass(frozen=True)
class Page:
    """What a path answers; ``raw`` bytes go out instead of an answer of HTTP.

    With ``drip`` the bytes of ``raw`` go out one by one, for ever.
    """

    body: bytes = b"<html></html>"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    drip: bool = False


@dataclass
class WebServer:
    """A running server: its port, and what it was asked as (Host, path)."""

    port: int
    pages: dict[str, Page]
    asked: list[tuple[str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def redirect(to: str, status: int = 302) -> Page:
    """Return a page that leads to another."""
    return Page(b"", status, {"Location": to})


@contextmanager
def web_server(pages: dict[str, Page], tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Serve pages until the block ends."""
    stopped = Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.asked.append((self.headers["Host"], self.path))
            page = served.pages.get(self.path.partition("?")[0], Page(status=404))
            self.close_connection = True
            if page.raw:
                self._send_raw(page)
                return
            self.send_response(page.status)
            for name, value in {"Content-Type": "text/html", **page.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def _send_raw(self, page: Page) -> None:
            self.wfile.write(page.raw)
            while page.drip and not stopped.wait(_TICK):
                self.wfile.write(b"x")

        def log_message(self, *_: Any) -> None:  # noqa: ANN401
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    served = WebServer(server.server_address[1], pages)
    if tls:
        tls.sni_callback = lambda _socket, name, _context: served.names.append(name)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(_TICK,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context for a host, and that of a client who believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    day = timedelta(days=1)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(pem)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cadata=signed.public_bytes(pem).decode())
    return server, client
