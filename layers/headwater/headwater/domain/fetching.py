"""What of the outside world may be fetched, and what came of it.

A page is fetched by an address that somebody pastes, so nothing but the public pages of registered
domains is ever asked: no other host, no address inside a network, no port of another service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection
    from urllib.parse import SplitResult

LONGEST_URL = 8192
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
# Addresses of IPv6 that stand for one of IPv4, which a translator on the way asks in their place.
_NAT64 = ip_network("64:ff9b::/96")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")


class Failure(StrEnum):
    """Why a page was not fetched."""

    NOT_A_URL = "not_a_url"
    CREDENTIALS = "credentials"
    PORT = "port"
    FOREIGN_HOST = "foreign_host"
    UNRESOLVED = "unresolved"
    PRIVATE_ADDRESS = "private_address"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TOO_SLOW = "too_slow"
    BAD_ANSWER = "bad_answer"
    TOO_MANY_REDIRECTS = "too_many_redirects"


class RefusedUrlError(ValueError):
    """A URL that may not be fetched; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whose pages may be fetched: those of these hosts and of the hosts below them.

    ``loopback``: of ``127.0.0.1`` and ``localhost``, where registered, any port may be asked. For
    systems on one machine; elsewhere it would lead into the machine that fetches.
    """

    hosts: frozenset[str]
    loopback: bool = False

    def __post_init__(self) -> None:
        """Compare hosts without the label that shops use beside the bare domain."""
        bare = frozenset(host.lower().removeprefix("www.") for host in self.hosts if host)
        object.__setattr__(self, "hosts", bare)

    def covers(self, host: str) -> bool:
        """Tell whether a host is one of these, or below one."""
        return any(host == known or host.endswith("." + known) for known in self.hosts)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: ``path`` holds the query too, and is plain ASCII."""

    is_tls: bool
    host: str
    port: int
    path: str
    is_loopback: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain of redirects; status 0 where there was no answer."""

    url: str
    status: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of fetching a URL; ``failure`` belongs to the last hop.

    ``body`` is unpacked, and its beginning only where ``is_cut``.
    """

    hops: tuple[Hop, ...]
    failure: Failure | None = None
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    is_cut: bool = False

    @property
    def url(self) -> str:
        """Return the last address that was asked, or would have been."""
        return self.hops[-1].url

    @property
    def status(self) -> int:
        """Return the last answer's status; 0 without one."""
        return self.hops[-1].status


def target_of(url: str, allowance: Allowance) -> Target:
    """Return where a request for a URL goes.

    Raises:
        RefusedUrlError: it may not be asked.
    """
    parts = _split(url)
    if "@" in parts.netloc:
        raise RefusedUrlError(Failure.CREDENTIALS)
    host = _ascii_host(parts.hostname or "")
    is_loopback = allowance.loopback and host in _LOOPBACK
    if not allowance.covers(host) or (_is_address(host) and not is_loopback):
        raise RefusedUrlError(Failure.FOREIGN_HOST)
    usual = _PORTS[parts.scheme]
    port = usual if parts.port is None else parts.port
    if port != usual and not is_loopback:
        raise RefusedUrlError(Failure.PORT)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return Target(parts.scheme == "https", host, port, path + (query and "?" + query), is_loopback)


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, or nothing where it names none."""
    try:
        return _ascii_host(_split(url).hostname or "")
    except RefusedUrlError:
        return ""


def may_connect(address: str, target: Target) -> bool:
    """Tell whether a target's resolved address may be connected to: only public ones are."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if target.is_loopback:
        return found.is_loopback
    return all(each.is_global and not each.is_multicast for each in _meant(found))


def _meant(address: IPv4Address | IPv6Address) -> Collection[IPv4Address | IPv6Address]:
    """Return an address and those that it carries inside."""
    if isinstance(address, IPv4Address):
        return (address,)
    # Python counts the tunnels' addresses as private themselves, some versions of it not all.
    inside: list[IPv4Address | IPv6Address | None] = [address.ipv4_mapped, address.sixtofour]
    inside += address.teredo or ()
    if address in _NAT64:
        inside.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    # What is written in an address of IPv4's shape is judged as that alone.
    carried = [each for each in inside if each is not None]
    return carried if address.ipv4_mapped else [address, *carried]


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or _UNPRINTABLE.search(url) or "\\" in url:
        raise RefusedUrlError(Failure.NOT_A_URL)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise RefusedUrlError(Failure.NOT_A_URL) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise RefusedUrlError(Failure.NOT_A_URL)
    return parts


def _ascii_host(host: str) -> str:
    try:
        return host.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        raise RefusedUrlError(Failure.NOT_A_URL) from None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
