"""A server on the loopback that gives prepared answers, one after the other."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Reply:
    """A prepared answer.

    ``declares`` more bytes than ``body`` has to break off in the middle; ``reset`` drops the
    connection instead of answering.
    """

    status: int = 200
    body: bytes = b"[]"
    headers: dict[str, str] = field(default_factory=dict)
    declares: int | None = None
    reset: bool = False


def rows(*ids: int, **more: str) -> Reply:
    """Return a V2 page of rows that have ids and nothing else."""
    return Reply(body=json.dumps([{"id": one} for one in ids]).encode(), headers=more)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(slots=True)
class Script:
    """A running server: what it will answer (the last reply again and again), what it was asked."""

    replies: Sequence[Reply]
    url: str = ""
    seen: list[Seen] = field(default_factory=list)

    def next_reply(self) -> Reply:
        """Return the answer to the latest request."""
        return self.replies[min(len(self.seen), len(self.replies)) - 1]


@contextmanager
def scripted(*replies: Reply) -> Iterator[Script]:
    """Serve these replies until the block ends."""
    script = Script(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.seen.append(Seen(parts.path, dict(parse_qsl(parts.query)), headers))
            reply = script.next_reply()
            self.close_connection = reply.reset or reply.declares is not None
            if reply.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                self.connection.close()
                return
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(reply.declares or len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    script.url = f"http://127.0.0.1:{server.server_address[1]}/stores/abc123"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
