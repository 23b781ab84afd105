"""Fetches pages by addresses that strangers give: bounded, and never inside a network."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from headwater.domain.fetching import (
    Failure,
    Fetched,
    Hop,
    RefusedUrlError,
    may_connect,
    target_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from headwater.domain.fetching import Allowance, Target

    type Connect = Callable[[tuple[str, int], float], socket.socket]

LARGEST_BODY = 1_000_000
MOST_REDIRECTS = 8
# From the first look-up of a name to the last byte, redirects included, in seconds.
LONGEST_FETCH = 10.0
_HEADERS = {
    # Some shops refuse whatever calls itself no browser at all.
    "User-Agent": "Mozilla/5.0 (compatible; HeadwaterValidation/1.0)",
    "Accept": "text/html,*/*;q=0.8",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_USUAL_PORTS = frozenset({80, 443})
_PIECE = 65_536
_GZIP = 31  # zlib's name of that format


@dataclass(frozen=True, slots=True)
class _Message:
    """What a request says besides its address."""

    method: str
    headers: Mapping[str, str]
    body: bytes | None = None


_FETCH = _Message("GET", _HEADERS)


class WebPages:
    """The port ``Pages`` on the open web.

    A name is resolved once, every address of it has to be public, and the connection goes to one
    of those very addresses: a name that means another one a moment later changes nothing. Each hop
    of a redirect is held to the same rules. Proxies of the environment are not asked.

    Args:
        resolve: returns the addresses of a host.
        connect: opens a connection to an address within seconds.
        tls: whose certificates are believed.
        seconds: a clock that only ever moves on.
        longest: how many seconds one fetch may take.
    """

    def __init__(
        self,
        *,
        resolve: Callable[[str], Sequence[str]] | None = None,
        connect: Connect = socket.create_connection,
        tls: ssl.SSLContext | None = None,
        seconds: Callable[[], float] = time.monotonic,
        longest: float = LONGEST_FETCH,
    ) -> None:
        self._resolve = resolve or addresses_of
        self._connect = connect
        self._tls = tls or ssl.create_default_context()
        self._seconds = seconds
        self._longest = longest

    def fetch(self, url: str, allowance: Allowance) -> Fetched:
        """Fetch a URL, and follow its redirects as far as the allowance goes."""
        deadline = self._seconds() + self._longest
        hops: list[Hop] = []
        while True:
            try:
                answer = self._ask(target_of(url, allowance), deadline)
            except RefusedUrlError as refused:
                return Fetched((*hops, Hop(url)), refused.failure)
            hops.append(Hop(url, answer.status))
            if not answer.location:
                kind, body = answer.content_type, answer.body
                return Fetched((*hops,), None, kind, body, is_cut=answer.is_cut)
            url = _redirected(url, answer.location)
            if len(hops) > MOST_REDIRECTS:
                return Fetched((*hops, Hop(url)), Failure.TOO_MANY_REDIRECTS)

    def post(
        self, url: str, allowance: Allowance, headers: Mapping[str, str], body: bytes
    ) -> Fetched:
        """Post a body to a URL by the same rules; a redirect is an answer like any other."""
        message = _Message("POST", {**headers, "Connection": "close"}, body)
        try:
            deadline = self._seconds() + self._longest
            answer = self._ask(target_of(url, allowance), deadline, message)
        except RefusedUrlError as refused:
            return Fetched((Hop(url),), refused.failure)
        return Fetched((Hop(url, answer.status),))

    def _ask(self, target: Target, deadline: float, message: _Message | None = None) -> _Answer:
        """Return what a target answers; raises RefusedUrlError, whatever goes wrong."""
        try:
            addresses = _in_time(lambda: self._resolve(target.host), self._left(deadline))
            if not addresses:
                raise RefusedUrlError(Failure.UNRESOLVED)
            if not all(may_connect(address, target) for address in addresses):
                raise RefusedUrlError(Failure.PRIVATE_ADDRESS)
            opened = self._open(addresses, target.port, deadline)
        except (OSError, UnicodeError) as error:
            raise RefusedUrlError(_failure_of(error)) from error
        with closing(opened) as plain:
            return self._talk(plain, target, self._left(deadline), message or _FETCH)

    def _open(self, addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
        """Connect to the first address that takes us: a machine may reach but one family."""
        for address in addresses[:-1]:
            try:
                return self._connect((address, port), self._left(deadline))
            except OSError:
                continue
        return self._connect((addresses[-1], port), self._left(deadline))

    def _talk(
        self, plain: socket.socket, target: Target, seconds: float, message: _Message
    ) -> _Answer:
        """Send a request over a connection, which is cut off once its time is over."""
        connection = plain
        if target.is_tls:
            connection = self._tls.wrap_socket(
                plain, server_hostname=target.host, do_handshake_on_connect=False
            )
        cut = _CutOff(connection, seconds)
        try:
            with cut, closing(connection):
                if isinstance(connection, ssl.SSLSocket):
                    connection.do_handshake()
                answer = _exchange(connection, target, message)
        except (OSError, http.client.HTTPException, zlib.error) as error:
            failure = Failure.TOO_SLOW if cut.is_over else _failure_of(error)
            raise RefusedUrlError(failure) from error
        if cut.is_over:
            raise RefusedUrlError(Failure.TOO_SLOW)
        return answer

    def _left(self, deadline: float) -> float:
        left = deadline - self._seconds()
        if left <= 0:
            raise RefusedUrlError(Failure.TOO_SLOW)
        return left


def addresses_of(host: str) -> list[str]:
    """Return the addresses of a host, as the machine's resolver knows them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Answer:
    """One answer: where it redirects to, or its body as far as it is read."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        # Headers come as Latin-1, while browsers take an address for UTF-8.
        location = response.headers.get("Location", "").strip().encode("latin-1", "replace")
        is_redirect = self.status in _REDIRECTS
        self.location = location.decode("utf-8", "replace") if is_redirect else ""
        self.content_type = response.headers.get_content_type()
        self.body, self.is_cut = (b"", False) if self.location else _body(response)


class _CutOff:
    """Ends a connection after some seconds, however busy its other side keeps it."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self.is_over = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        # It may have ended by itself.
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


def _exchange(connection: socket.socket, target: Target, message: _Message) -> _Answer:
    client = http.client.HTTPConnection(target.host, target.port)
    client.sock = connection
    port = "" if target.port in _USUAL_PORTS else f":{target.port}"
    headers = {"Host": target.host + port, **message.headers}
    client.request(message.method, target.path, message.body, headers)
    with client.getresponse() as response:
        return _Answer(response)


def _body(response: http.client.HTTPResponse) -> tuple[bytes, bool]:
    """Return a body unpacked, up to the limit, and whether that is only its beginning."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip", ""}:
        message = f"packed as {packing[:16]!r}, which was not asked for"
        raise http.client.HTTPException(message)
    unpacker = zlib.decompressobj(_GZIP) if packing == "gzip" else None
    body = bytearray()
    while len(body) <= LARGEST_BODY and (piece := response.read(_PIECE)):
        room = LARGEST_BODY + 1 - len(body)
        body += unpacker.decompress(piece, room) if unpacker else piece
    is_cut = len(body) > LARGEST_BODY
    if not is_cut and (response.length or (unpacker and not unpacker.eof)):
        message = "cut short"
        raise http.client.HTTPException(message)
    return bytes(body[:LARGEST_BODY]), is_cut


def _redirected(url: str, location: str) -> str:
    """Return where a redirect leads; the fragment goes along, as it does in browsers."""
    try:
        there = urljoin(url, location)
    except ValueError:
        return location
    fragment = urldefrag(url).fragment
    return there if "#" in there or not fragment else f"{there}#{fragment}"


def _in_time[T](ask: Callable[[], T], seconds: float) -> T:
    """Return what is asked for, or raise TimeoutError: a resolver knows no deadline itself."""
    asked: Future[T] = Future()

    def answer() -> None:
        try:
            asked.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - handed on to whoever waits
            asked.set_exception(error)

    Thread(target=answer, daemon=True).start()
    return asked.result(seconds)


def _failure_of(error: Any) -> Failure:  # noqa: ANN401 - any exception
    match error:
        case TimeoutError():
            return Failure.TOO_SLOW
        case socket.gaierror() | UnicodeError():
            return Failure.UNRESOLVED
        case ssl.SSLError():
            return Failure.TLS
        case OSError():
            return Failure.UNREACHABLE
        case _:
            return Failure.BAD_ANSWER
